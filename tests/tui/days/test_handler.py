"""A handler's day (经办人), by keys alone, at a real node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.face import Node
from tests.tui.hand import Hand, check_cells, commit, desk, press, say, settled, shown
from tests.tui.seat import PASSWORD, WAGES, act, seated
from tui.screens.ticket import TicketScreen

OWN = "370000"


@pytest.fixture
def office(own: Path) -> tuple[Path, str]:
    """A ticket that this office has dispatched to itself."""
    with Node.open(own) as node:
        who = node.login("all", PASSWORD)
        made = act(node, who, "ticket", "register", data={**WAGES, "narrative": "食堂拖欠工资"})
        act(node, who, "ticket", "dispatch", made["record"], {"lead": OWN})
    return own, str(made["number"])


def ticket(directory: Path, number: str) -> dict[str, Any]:
    with Node.open(directory) as node:
        return node.show("ticket", number)


def acts(directory: Path, number: str) -> list[str]:
    return [str(one["action"]) for one in ticket(directory, number)["timeline"]]


async def open_ticket(hand: Hand, number: str) -> None:
    await say(hand, f"open {number}")
    assert isinstance(hand.app.screen, TicketScreen), shown(hand)


async def test_a_ticket_is_accepted_worked_on_and_submitted(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "accept")
        await press(hand, "ctrl+s")
        await say(hand, "note")
        await commit(hand, "已到工地，三人在场；下周二付清")
        await press(hand, "ctrl+s")
        await say(hand, "submit")
        await press(hand, "right", "tab", "right", "tab")
        await say_fields(hand, {"text": "已付清三个月工资", "recovered": "12000.50"})
        await press(hand, "ctrl+s")
        check_cells(hand)
    found = ticket(directory, number)
    assert [one for one in acts(directory, number) if one in ("accept", "note", "submit")] == [
        "accept",
        "note",
        "submit",
    ]
    assert found["amount_recovered"] == 1200050 and found["assignments"][0]["status"] == "submitted"


async def say_fields(hand: Hand, fields: dict[str, str]) -> None:
    """Into fields of the form that is open, each by its name."""
    for name, text in fields.items():
        hand.app.screen.query_one(f"#f-{name}").focus()
        await settled(hand)
        await commit(hand, text)


async def test_what_isnt_ours_is_declined_with_its_reason(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "decline")
        await press(hand, "ctrl+s")
        assert "缺少必填项" in shown(hand)
        await press(hand, "enter", *"not_our_region", "enter")
        await say_fields(hand, {"text": "工地在邻市"})
        await press(hand, "ctrl+s")
    assert ticket(directory, number)["assignments"][0]["status"] == "declined"


async def test_more_time_is_asked_for_before_it_runs_out(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "accept")
        await press(hand, "ctrl+s")
        await say(hand, "ask")
        await press(hand, "enter", *"extend", "enter")
        await say_fields(hand, {"days": "5", "text": "等仲裁庭排期"})
        await press(hand, "ctrl+s")
    assert "ask" in acts(directory, number)


async def test_what_is_taken_in_hand_stands_under_mine(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "take")
        await press(hand, "ctrl+s", "escape")
        await press(hand, "shift+tab")
        hand.app.screen.query_one("#views").focus()
        await press(hand, "home", "enter")
        assert number in shown(hand)


async def test_a_number_that_isnt_one_is_told_in_the_field_and_nothing_is_lost(
    office: tuple[Path, str],
) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "accept")
        await press(hand, "ctrl+s")
        await say(hand, "submit")
        await press(hand, "right", "tab", "right")
        await say_fields(hand, {"text": "办好了", "recovered": "一万二"})
        await press(hand, "ctrl+s")
        assert "请填金额" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-recovered"
        assert hand.app.screen.raw()["text"] == "办好了"  # type: ignore[attr-defined]


async def test_an_act_is_undone_before_it_is_signed(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand", undo_seconds=3600) as hand:
        await open_ticket(hand, number)
        await say(hand, "accept")
        await press(hand, "ctrl+s")
        assert "秒后签发" in shown(hand)
        await press(hand, "ctrl+z")
        assert desk(hand).signer.waiting is None
    assert "accept" not in acts(directory, number)


async def test_a_worker_who_calls_again_is_counted(office: tuple[Path, str]) -> None:
    directory, number = office
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "催单")
        await commit(hand, "职工再次来电")
        await press(hand, "ctrl+s")
    assert "urge" in acts(directory, number)


async def test_a_photo_is_attached_by_its_path(office: tuple[Path, str], tmp_path: Path) -> None:
    directory, number = office
    photo = tmp_path / "工地.jpg"
    photo.write_bytes(b"\xff\xd8\xff" + bytes(1000))
    async with seated(directory, "hand") as hand:
        await open_ticket(hand, number)
        await say(hand, "attach")
        await commit(hand, str(photo))
        await press(hand, "ctrl+s")
        assert "工地.jpg" in shown(hand)
    assert ticket(directory, number)["attachments"][0]["state"] == "present"
