"""What a clerk who knows a spreadsheet stumbled over, at a real node."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.widgets import Static

from node.matters import KINDS
from tests.tui.hand import desk, press, settled, shown
from tests.tui.seat import QINGDAO, TAIAN, seated
from tui.finder import Finder
from tui.form import raw_of
from tui.inputs import Area, Choice
from tui.screens.form import FormScreen
from tui.screens.line import LineScreen, ToStickScreen
from tui.screens.ticket import TicketScreen


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


async def test_a_name_of_a_field_that_is_too_long_ends_with_a_mark(province: Path) -> None:
    async with seated(province, "all") as hand:
        await press(hand, "enter")
        await press(hand, "colon", *"amend", "enter")
        names = [str(name.content) for name in hand.app.screen.query(".name").results(Static)]
        assert len(names) > 10 and max(map(cell_len, names)) <= 18
        assert names[0].strip() in shown(hand)


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


async def test_the_places_are_those_one_isnt_at_so_initials_lead_away(province: Path) -> None:
    """收件 and 审计 are both sj: whoever is at the first means the second."""
    async with seated(province, "aud") as hand:
        await press(hand, "f11", "s", "j", "enter")
        assert "审计" in shown(hand).splitlines()[0]


async def test_when_the_stick_may_be_pulled_out_is_said_at_the_end(own: Path, tmp_path: Path) -> None:
    """Writing takes a while: what is said of it comes from the screen that is left, not from the form that is gone."""
    async with seated(own, "adm") as hand:
        await press(hand, "f4")
        line = desk(hand).screen
        assert isinstance(line, LineScreen)

        async def slow(name: str, *args: Any) -> dict[str, Any]:
            await asyncio.sleep(0.2)
            return {"commits": 3, "sentence": ""}

        desk(hand).gate.act = slow  # type: ignore[method-assign,assignment]
        form = ToStickScreen(line, [("370200", "青岛市总工会")])
        await hand.app.push_screen(form)
        await press(hand, *"f", "ctrl+s")  # the one neighbour is chosen already
        await asyncio.sleep(0.3)
        await settled(hand)
        assert "3 条提交" in shown(hand) and "可以拔出" in shown(hand)


async def test_what_was_chosen_in_a_draft_and_cannot_be_any_more_is_not_shown_as_a_code(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "end", "enter")
        screen = hand.app.screen
        assert isinstance(screen, TicketScreen)
        desk(hand).drafts.keep(("ticket", "amend", screen.record), {"class": "gone", "worker_name": "王五"})
        await press(hand, "colon", *"amend", "enter")
        form = hand.app.screen
        assert isinstance(form, FormScreen)
        assert (form.raw()["class"], form.raw()["worker_name"]) == ("", "王五")


async def test_while_the_node_is_busy_a_form_says_that_it_was_heard(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "enter")
        await press(hand, "colon", *"note", "enter")
        heard, free = asyncio.Event(), asyncio.Event()

        async def busy(*_: Any) -> None:
            heard.set()
            await free.wait()

        desk(hand).gate.check = busy  # type: ignore[method-assign]
        await hand.press("x", "ctrl+s")
        await heard.wait()
        await hand.pause()
        assert "正在核对" in shown(hand)
        free.set()
        await settled(hand)
        assert isinstance(hand.app.screen, TicketScreen)


async def test_help_lists_where_one_may_go_and_says_commands_in_chinese(province: Path) -> None:
    async with seated(province, "op") as hand:
        await press(hand, "f1")
        assert ":交班" in shown(hand) and ":handover" not in shown(hand) and "看板" not in shown(hand)


async def test_whoever_turns_a_choice_of_one_does_not_lose_it(own: Path) -> None:
    async with seated(own, "all") as hand:
        choice = Choice([(QINGDAO, "青岛市总工会")], QINGDAO, needed=True)
        await hand.app.screen.mount(choice)
        choice.focus()
        await press(hand, "right", "right", "left")
        assert choice.value == QINGDAO
