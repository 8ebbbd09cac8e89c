from __future__ import annotations

import pytest

from tests.tui.hand import SIZES, check_cells, lines, press, shown, signed_in
from tests.tui.standin import StandIn, conflict
from tui.screens.exceptions import ExceptionScreen, told, values_of
from tui.screens.ticket import TicketScreen


@pytest.mark.parametrize("size", SIZES)
async def test_each_row_says_its_kind_and_what_happened(node: StandIn, size: tuple[int, int]) -> None:
    async with signed_in(node, size) as hand:
        await press(hand, "f3")
        assert "冲突" in shown(hand) and "青岛市与黄岛区同时改了诉求" in shown(hand)
        check_cells(hand)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, ExceptionScreen)
        check_cells(hand)


async def test_a_kind_can_be_chosen(node: StandIn) -> None:
    node.conflicts.append(conflict(2, kind="held", sentence="时间超前"))
    async with signed_in(node) as hand:
        await press(hand, "f3", "f7")
        assert "类别：冲突" in shown(hand) and "时间超前" not in shown(hand)
        await press(hand, "f7", "f7")
        assert "类别：暂扣" in shown(hand) and "时间超前" in shown(hand)


async def test_both_values_stand_with_who_wrote_them(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter")
        found = shown(hand)
        assert "10,660.00" in found and "14,660.00" in found
        assert "青岛市总工会  li" in found and "青岛市总工会  wang" in found


async def test_settling_by_a_value_sends_the_value(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter", "f8", "right", "right", "ctrl+s")
        assert node.done == [("settle", {"id": "e1", "text": 1466000})]


async def test_settling_by_another_value_sends_that(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter", "f8", "tab", *"99", "ctrl+s")
        assert node.done == [("settle", {"id": "e1", "text": "99"})]


async def test_settling_by_nothing_or_by_two_is_refused(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter", "f8", "ctrl+s")
        assert "缺少必填项" in shown(hand)
        await press(hand, "right", "tab", *"99", "ctrl+s")
        assert node.done == []


async def test_adopting_and_the_ticket_are_one_key_away(node: StandIn) -> None:
    node.conflicts = [conflict(1, reason="slot", values=[], remedy="adopt")]
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter", "f9")
        assert node.done == [("adopt", {"id": "e1"})]
        await press(hand, "f7")
        assert isinstance(hand.app.screen, TicketScreen)


async def test_only_what_helps_is_offered(node: StandIn) -> None:
    node.conflicts = [conflict(1, kind="quarantine", reason="revoked", values=[], remedy="")]
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter")
        assert "F8" not in lines(hand)[-1] and "F9" not in lines(hand)[-1]
        await press(hand, "f8", "f9", "ctrl+t")
        assert node.done == [("admit", {"id": "e1"})]


async def test_what_was_settled_meanwhile_says_so_and_offers_nothing_more(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f3", "enter")
        assert "F8" in lines(hand)[-1]
        node.conflicts = [conflict(1, open=False, remedy="")]
        await press(hand, "f5")
        assert any("已了结" in line for line in lines(hand)) and "F8" not in lines(hand)[-1]


def test_a_conflict_of_words_shows_the_words_of_both_sides() -> None:
    item = conflict(
        1, values=[], place="narrative", words={"narrative": "甲"}, words_against={"narrative": "乙"}
    )
    assert [one["value"] for one in values_of(item)] == ["甲", "乙"]


def test_money_that_is_in_conflict_is_told_in_yuan() -> None:
    found = "\n".join("".join(text for text, _ in line) for line in told(conflict(1), 78))
    assert "10,660.00" in found and "14,660.00" in found and "1066000" not in found
