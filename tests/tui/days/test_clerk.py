"""What a clerk who knows a spreadsheet stumbled over, at a real node."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from textual.widgets import Static

from node.matters import KINDS
from tests.tui.hand import desk, press, settled, shown
from tests.tui.seat import QINGDAO, TAIAN, seated
from tui.finder import Finder
from tui.form import raw_of
from tui.inputs import Area
from tui.screens.form import FormScreen


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


def test_who_reviews_is_asked_only_about_whom_something_waits_for() -> None:
    """Of two assignments one is submitted: that one is filled in already."""
    kind = KINDS["ticket"]
    verb = kind.verb("review")
    assert verb is not None
    rows = [
        {"unit": QINGDAO, "unit_name": "青岛市总工会", "status": "accepted"},
        {"unit": TAIAN, "unit_name": "泰安市总工会", "status": "submitted"},
    ]
    form = FormScreen(verb, "ticket", "00" * 16, {"assignments": rows})
    row = next(one for one in form.rows if one.field.name == "unit")
    assert row.options == ((TAIAN, "泰安市总工会"),) and form.only["unit"] == TAIAN
    several = FormScreen(
        verb, "ticket", "00" * 16, {"assignments": [{**one, "status": "submitted"} for one in rows]}
    )
    assert "unit" not in several.only


async def test_the_number_of_a_ticket_stands_once_in_the_bar(province: Path) -> None:
    async with seated(province, "all") as hand:
        await press(hand, "enter")
        await press(hand, "colon", *"note", "enter")
        assert shown(hand).splitlines()[0].count("370000-20") == 1
