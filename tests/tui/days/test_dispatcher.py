"""A dispatcher's day (派单员), by keys alone, at a real node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.face import Node
from tests.tui.hand import check_cells, commit, press, say, settled, shown
from tests.tui.seat import PASSWORD, QINGDAO, TAIAN, WAGES, act, seated

NEW, DISPATCHED, ACCEPTED = "-0001", "-0003", "-0004"


def ticket(directory: Path, end: str) -> dict[str, Any]:
    with Node.open(directory) as node:
        items = node.list("ticket", sort="number").items
        return node.show("ticket", next(one["record"] for one in items if one["number"].endswith(end)))


def number(directory: Path, end: str) -> str:
    return str(ticket(directory, end)["number"])


async def test_a_ticket_is_dispatched_by_pinyin_with_a_lead_and_a_co_handler(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, NEW)}")
        await say(hand, "dispatch")
        await press(hand, *"qd", "enter", "escape")
        await press(hand, *"ta", "f8")
        assert "主办：青岛市总工会" in shown(hand) and "协办：泰安市总工会" in shown(hand)
        check_cells(hand)
        await press(hand, "ctrl+s")
        assert "请确认" in shown(hand)
        await press(hand, "enter")
    found = ticket(own, NEW)
    assert found["lead"] == QINGDAO and {one["unit"] for one in found["assignments"]} == {QINGDAO, TAIAN}


async def test_before_it_goes_one_sees_the_load_of_each_unit_and_the_deadline_that_results(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, NEW)}")
        await say(hand, "dispatch")
        row = next(line for line in shown(hand).split("\n") if "青岛市总工会" in line)
        assert "2" in row.split()
        await press(hand, *"qd", "enter")
        assert "办结应于" in shown(hand)
        check_cells(hand)
    assert ticket(own, NEW)["assignments"] == []


async def test_dispatching_can_be_thought_over_at_the_confirmation(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, NEW)}")
        await say(hand, "派单")
        await press(hand, *"370900", "enter", "ctrl+s", "escape")
        assert "泰安" in shown(hand)
        await press(hand, "escape", "escape")
    assert ticket(own, NEW)["assignments"] == []


async def test_without_a_lead_nothing_is_dispatched(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, NEW)}")
        await say(hand, "dispatch")
        await press(hand, "ctrl+s")
        assert "请先选主办单位" in shown(hand)


async def test_an_assignment_is_taken_back(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, DISPATCHED)}")
        await say(hand, "recall")
        await commit(hand, "派错了单位")
        await press(hand, "ctrl+s")
    assert ticket(own, DISPATCHED)["assignments"][0]["status"] == "recalled"


@pytest.fixture
def submitted(own: Path) -> Path:
    with Node.open(own) as node:
        data = {"result": "completed", "resolved": True, "text": "已付清", "behalf": QINGDAO}
        act(node, node.login("all", PASSWORD), "ticket", "submit", ticket(own, ACCEPTED)["record"], data)
    return own


async def test_a_result_is_passed_and_goes_on_to_the_follow_up(submitted: Path) -> None:
    async with seated(submitted, "disp") as hand:
        await say(hand, f"open {number(submitted, ACCEPTED)}")
        await say(hand, "review")
        await press(hand, "enter", *"pass", "enter", "ctrl+s")
        check_cells(hand)
    assert ticket(submitted, ACCEPTED)["phase"] == "follow_up"


async def test_a_result_that_isnt_one_goes_back(submitted: Path) -> None:
    async with seated(submitted, "disp") as hand:
        await say(hand, f"open {number(submitted, ACCEPTED)}")
        await say(hand, "review")
        await press(hand, "enter", *"back", "enter")
        await commit(hand, "没有说明付款凭证")
        await press(hand, "ctrl+s")
    assert ticket(submitted, ACCEPTED)["assignments"][0]["status"] == "accepted"


async def test_asked_for_time_is_granted(own: Path) -> None:
    with Node.open(own) as node:
        data = {"for": "extend", "days": 5, "text": "等仲裁", "behalf": QINGDAO}
        act(node, node.login("all", PASSWORD), "ticket", "ask", ticket(own, ACCEPTED)["record"], data)
    due = ticket(own, ACCEPTED)["assignments"][0]["clocks"]
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, ACCEPTED)}")
        await say(hand, "extend")
        await press(hand, "right", "tab", "right", "tab")
        hand.app.screen.query_one("#f-days").focus()
        await settled(hand)
        await commit(hand, "5")
        await press(hand, "ctrl+s")
    assert ticket(own, ACCEPTED)["assignments"][0]["clocks"] != due


async def test_two_tickets_of_one_matter_are_linked(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await say(hand, f"open {number(own, NEW)}")
        await say(hand, "link")
        await commit(hand, number(own, "-0002"))
        await press(hand, "ctrl+s")
    assert any(one["action"] == "link" for one in ticket(own, NEW)["timeline"])


async def test_a_ticket_that_waits_stands_under_the_units_view_with_its_count(own: Path) -> None:
    with Node.open(own) as node:
        act(node, node.login("all", PASSWORD), "ticket", "register", data={**WAGES, "narrative": "再来一件"})
    async with seated(own, "disp") as hand:
        hand.app.screen.query_one("#views").focus()
        await press(hand, "down", "enter")
        assert "本单位在办     3" in shown(hand)
