from __future__ import annotations

import pytest

from node.errors import NotFound
from tests.tui.hand import SIZES, beat, check_cells, lines, press, shown, signed_in
from tests.tui.standin import StandIn, ticket
from tui.screens.dispatch import DispatchScreen
from tui.screens.form import FormScreen
from tui.screens.ticket import ReaderScreen, TicketScreen

FIRST = f"{1:032x}"


@pytest.mark.parametrize("size", SIZES)
async def test_a_ticket_shows_assignments_clocks_fields_and_who_did_what(
    node: StandIn, size: tuple[int, int]
) -> None:
    async with signed_in(node, size) as hand:
        await press(hand, "enter")
        check_cells(hand)
        found = shown(hand)
        assert "青岛市总工会" in found and "受理：应于 11-25 24:00 前  已超期  未完成" in found
        assert "14,660.00" in found and "138****1111" in found
        assert "登记        山东省总工会 zhang  成立" in found


async def test_a_verdict_that_isnt_standing_is_shown_in_words(node: StandIn) -> None:
    async with signed_in(node, (100, 45)) as hand:
        await press(hand, "enter")
        assert "备注        山东省总工会 zhang  被取代" in shown(hand)


async def test_only_the_actions_allowed_are_offered(node: StandIn) -> None:
    node.verbs = [verb for verb in node.verbs if verb.name in ("note", "accept")]
    async with signed_in(node) as hand:
        await press(hand, "enter")
        assert (
            "1 受理" in shown(hand)
            and "2 备注" in shown(hand)
            and "派单" not in shown(hand).split("已派单", 1)[1]
        )
        await press(hand, "3")
        assert isinstance(hand.app.screen, TicketScreen)
        await press(hand, "2")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.verb.name == "note"


async def test_nothing_to_do_says_so(node: StandIn) -> None:
    node.verbs = []
    async with signed_in(node) as hand:
        await press(hand, "enter")
        assert "现在没有可做的" in shown(hand)


@pytest.mark.parametrize("key", ["f8", "a"])
async def test_the_actions_are_reached_by_key_as_well(node: StandIn, key: str) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", key, "down", "enter")
        assert isinstance(hand.app.screen, DispatchScreen)


async def test_a_long_text_is_announced_and_the_reader_shows_all_of_it(node: StandIn) -> None:
    node.tickets[FIRST] = ticket(1, narrative="长" * 3000 + "末", timeline=[])
    async with signed_in(node, (140, 45)) as hand:
        await press(hand, "enter")
        assert "[共 3001 字，按 F7 看全文]" in shown(hand) and "末" not in shown(hand)
        await press(hand, "f7")
        assert isinstance(hand.app.screen, ReaderScreen)
        await press(hand, "end")
        assert "末" in shown(hand)


async def test_new_data_is_shown_and_where_one_was_reading_stays(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "down", "down", "down")
        sheet = hand.app.screen.query_one("#sheet")
        at = sheet.scroll_offset.y
        assert at > 0
        node.tickets[FIRST] = ticket(1, topic="changed/topic")
        await beat(hand, node)
        assert sheet.scroll_offset.y == at and "changed/topic" in shown(hand)


async def test_exceptions_of_a_ticket_stand_first(node: StandIn) -> None:
    node.tickets[FIRST] = ticket(1, exceptions=[{"kind": "conflict", "sentence": "金额有两个值"}])
    async with signed_in(node) as hand:
        await press(hand, "enter")
        found = lines(hand)
        at = next(index for index, line in enumerate(found) if "[冲突] 金额有两个值" in line)
        assert at < next(index for index, line in enumerate(found) if "登记内容" in line)


async def test_a_ticket_that_left_the_office_says_so_and_offers_nothing(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter")
        screen = hand.app.screen
        assert isinstance(screen, TicketScreen) and screen.verbs
        node.fault, node.failing = NotFound("没有这条记录", code="not_found"), frozenset({"show"})
        await press(hand, "f5")
        assert "已经不在本单位" in shown(hand) and screen.verbs == []
        assert "拖欠工资" in shown(hand), "what stood there stands there"
        node.failing = frozenset()
        await press(hand, "f5")
        assert screen.verbs
