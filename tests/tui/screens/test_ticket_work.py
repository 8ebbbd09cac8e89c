"""The ticket on a real node: hands, cards, reveal, who else has it open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.face import Node
from node.lock import Lock
from tests.tui.hand import SIZES, check_cells, press, settled, shown, signed_in
from tests.tui.seat import PASSWORD, seated
from tests.tui.standin import StandIn
from tui.screens.cards import CardsScreen
from tui.screens.form import FormScreen

DAYS = 86400


@pytest.fixture
def late(own: Path) -> Iterator[Path]:
    """Forty days later: the node has signed its cards. The clock of this process alone is moved."""
    os.environ["QIAO_CLOCK_OFFSET"] = str(40 * DAYS)
    try:
        with Node.open(own) as node:
            node._writer().tick()
        yield own
    finally:
        del os.environ["QIAO_CLOCK_OFFSET"]


@pytest.mark.parametrize("size", SIZES)
async def test_the_bar_of_hands_has_a_sentence_beside_it(province: Path, size: tuple[int, int]) -> None:
    async with seated(province, "all", size) as hand:
        await press(hand, "enter")
        told = shown(hand)
        assert "[#" in told and "尚余" in told and "青岛市总工会" in told
        check_cells(hand)


async def test_a_card_opens_to_its_evidence_and_one_key_objects(late: Path) -> None:
    async with seated(late, "all", (100, 30)) as hand:
        await press(hand, "enter", "f9")
        assert isinstance(hand.app.screen, CardsScreen)
        assert "黄牌" in shown(hand) and "至今未办" in shown(hand)
        check_cells(hand)
        await press(hand, "f9")
        assert isinstance(hand.app.screen, FormScreen) and len(hand.app.screen.rows) == 1
        await press(hand, *"line", "ctrl+s")
        record = hand.app.screen.record  # type: ignore[attr-defined]
    with Node.open(late) as node:
        cards = node.show("ticket", record)["cards"]
    assert sum(card["objections"] for card in cards) == 1


async def test_a_supervisor_clears_a_card_with_a_reason(late: Path) -> None:
    async with seated(late, "sup", (100, 30)) as hand:
        await press(hand, "enter", "f9", "ctrl+e", *"sick", "ctrl+s")
        await press(hand, "f5", "f9")
        assert "已销" in shown(hand)


async def test_a_ticket_without_cards_says_what_would_be_there(province: Path) -> None:
    async with seated(province, "hand") as hand:
        await press(hand, "enter", "f9")
        assert "没有督办牌" in shown(hand)
        await press(hand, "f9", "ctrl+e")
        assert isinstance(hand.app.screen, CardsScreen)


async def test_revealing_needs_a_reason(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "enter", "ctrl+x", "right", "ctrl+s")
        assert "缺少必填项" in shown(hand)


async def test_who_may_not_look_is_told_so(own: Path) -> None:
    async with seated(own, "disp") as hand:
        await press(hand, "enter", "ctrl+x", "right", "tab", *"why", "ctrl+s")
        assert "role" in shown(hand) and "工人甲" not in shown(hand)


async def test_verbs_are_commands_by_pinyin_initials(province: Path) -> None:
    async with seated(province, "hand") as hand:
        await press(hand, "enter", "colon", *"bz", "enter")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.verb.name == "note"


async def test_a_colleague_who_has_it_open_is_named(node: StandIn) -> None:
    node.others = ["li"]
    async with signed_in(node) as hand:
        await press(hand, "enter")
        assert "李四 也开着这张单" in shown(hand)
        check_cells(hand)


def test_two_seats_at_one_ticket_hear_of_each_other_until_one_falls_silent(own: Path) -> None:
    with Node.open(own) as node:
        op, hand = node.login("op", PASSWORD), node.login("hand", PASSWORD)
        node.do("preferences.put", {}, op)  # this process is the writer
        record = "ab" * 16
        assert node.presence("1", record, op) == []
        assert node.presence("2", record, hand) == ["op"]
        assert node.presence("1", record, op) == ["hand"]
        assert node.presence("3", record, op) == ["hand"]
        assert node.presence("1", None, op) == []
        assert node.presence("2", record, hand) == ["op"]


def test_to_look_at_a_ticket_takes_no_lock(own: Path) -> None:
    with Node.open(own) as node:
        op = node.login("op", PASSWORD)
        assert node.presence("1", "ab" * 16, op) == ()
        with Lock.take(own, 0):
            pass


async def test_who_has_it_open_too_is_one_of_this_unit_whoever_else_has_his_staff_id(
    node: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [*node.staff(), {"id": "li", "name": "别处的李", "unit": "370000/370200"}]
    monkeypatch.setattr(node, "staff", lambda: people)
    node.others = ["li"]
    async with signed_in(node) as hand:
        await press(hand, "enter")
        await settled(hand)
        assert "李四 也开着这张单" in shown(hand) and "别处" not in shown(hand)
