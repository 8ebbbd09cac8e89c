"""What a clerk who knows a spreadsheet stumbled over, at a real node."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from textual.widgets import Static

from tests.tui.hand import desk, press, settled, shown
from tests.tui.seat import seated
from tui.finder import Finder
from tui.form import raw_of
from tui.inputs import Area


async def test_typing_where_there_is_a_list_opens_it_narrowed_by_what_is_typed(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9", "tab", "tab", "tab", "y", "j", "enter")
        assert raw_of(hand.app.screen.query_one("#f-class")) == "feedback"


async def test_a_record_is_amended_by_what_its_topic_is_called_and_no_code_is_seen(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "end", "enter")
        await press(hand, "colon", *"amend", "enter")
        await hand.pause()
        await settled(hand)
        topic = hand.app.screen.query_one("#f-topic", Finder)
        assert "工资报酬" in topic.value and "legal/" not in shown(hand)
        topic.focus()
        topic.value = ""
        await press(hand, *"tqgz", "enter")
        assert raw_of(topic) == "legal/labour/wages/arrears"


async def test_a_long_name_of_a_field_ends_with_a_mark(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "enter")
        await press(hand, "colon", *"submit", "enter")
        for name in hand.app.screen.query(".name").results(Static):
            assert cell_len(str(name.content)) <= 16


async def test_the_bar_never_names_a_key_that_does_something_else_here(own: Path) -> None:
    """F12 hands a form in: over a form it isn't told as the key that signs what waits."""
    async with seated(own, "op", undo_seconds=3600) as hand:
        await press(hand, "f9", *"13800001111", "tab", "tab", "tab", "right", "f9")
        bar = shown(hand).splitlines()[0]
        assert "签发" in bar and "F12" in bar  # the inbox is in front
        await press(hand, "f9")
        desk(hand).screen.refresh_bar()  # type: ignore[attr-defined]
        bar = shown(hand).splitlines()[0]
        assert "Ctrl+Z" in bar and "F12" not in bar


async def test_ctrl_z_in_a_text_takes_back_what_waits_as_the_bar_says(own: Path) -> None:
    async with seated(own, "op", undo_seconds=3600) as hand:
        await press(hand, "f9", *"13800001111", "tab", "tab", "tab", "right", "f3", "f2", "f9")
        area = hand.app.screen.query_one("#f-narrative", Area)
        area.focus()
        await press(hand, "a", "ctrl+z")
        assert desk(hand).signer.waiting is None
        assert raw_of(hand.app.screen.query_one("#f-worker_phone")) == "13800001111"
