from __future__ import annotations

import pytest

from tests.tui.hand import SIZES, check_cells, lines, press, shown, signed_in
from tests.tui.standin import CITY, COUNTY, ROOT, StandIn
from tui.screens.dispatch import DispatchScreen, _due_of, narrowed, reachable
from tui.screens.ticket import TicketScreen

UNITS = StandIn().units()


def test_the_units_below_and_those_hosted_are_reached_and_nobody_else() -> None:
    hosted = {"path": "370000/990001", "code": "990001", "name": "某企业工会", "hosted_by": CITY}
    found = reachable([*UNITS, hosted], CITY)
    assert [unit["path"] for unit in found] == [CITY, COUNTY, "370000/370200/370212", "370000/990001"]


def test_a_code_that_begins_like_anothers_isnt_below_it() -> None:
    near = {"path": "370000/3702001", "code": "3702001", "name": "近似", "hosted_by": None}
    assert near not in reachable([*UNITS, near], CITY)


@pytest.mark.parametrize("typed", ["qd", "青岛", "370200", "QD "])
def test_a_unit_is_found_by_initials_name_and_code(typed: str) -> None:
    assert [unit["path"] for unit in narrowed(UNITS, typed)] == [CITY]


@pytest.mark.parametrize("size", SIZES)
async def test_the_tree_is_shown_with_its_depth(node: StandIn, size: tuple[int, int]) -> None:
    async with signed_in(node, size) as hand:
        await press(hand, "enter", "2")
        assert isinstance(hand.app.screen, DispatchScreen)
        check_cells(hand)
        city, county = (next(line for line in lines(hand) if name in line) for name in ("青岛市", "黄岛区"))
        assert city.index("青岛市") < county.index("黄岛区")


async def test_typing_enter_and_confirming_dispatches(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "2", *"qd", "enter", "ctrl+s")
        assert "派单给 青岛市总工会" in shown(hand) and node.done == []
        await press(hand, "enter")
        [(operation, params)] = node.done
        assert (operation, params["verb"], params["data"]) == ("act", "dispatch", {"lead": CITY})
        assert isinstance(hand.app.screen, TicketScreen)


async def test_co_handlers_and_a_final_ruling_go_with_it(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "2", *"qd", "enter", "escape", *"ta", "f8", "f9", "ctrl+s", "enter")
        assert node.done[0][1]["data"] == {"lead": CITY, "co": ["370000/370900"], "final": True}


async def test_a_dispatch_to_nobody_is_refused_before_it_is_asked(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "2", "ctrl+s")
        assert "请先选主办单位" in shown(hand) and node.done == []


async def test_what_was_chosen_is_there_again_after_leaving(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "2", *"qd", "enter", "escape", "escape", "2")
        assert "主办：青岛市总工会" in shown(hand)


def test_the_root_reaches_everyone() -> None:
    assert len(reachable(UNITS, ROOT)) == len(UNITS)


def test_the_deadline_of_a_unit_two_tiers_below_is_that_of_the_unit_that_passes_it_on() -> None:
    clock = {"clock": "complete", "done": None, "due": "2026-12-26T00:00:00+08:00"}
    told = {
        "deadlines": [{**clock, "unit": "370000/370200"}, {**clock, "unit": "370000/370900", "done": "x"}]
    }
    assert _due_of(told, "370000/370200/370211") == _due_of(told, "370000/370200") == "12-25 24:00"
    assert _due_of(told, "370000/3702") == _due_of(told, "370000/370900") == ""
