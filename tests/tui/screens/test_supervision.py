"""A supervisor's day on a real node whose clock is a month further on, by keys alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.clock import MOVED_BY, SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.face import Node
from node.writer import Writer
from tests.tui.hand import SIZES, Hand, check_cells, desk, lines, press, shown
from tests.tui.seat import PASSWORD, QINGDAO, act, seated
from tui.actions import keys_of, named
from tui.screens.order import OrderScreen, ResultsScreen
from tui.screens.supervision import SupervisionScreen
from tui.screens.ticket import TicketScreen

MONTH = 30 * 86400


@pytest.fixture
def late(own: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A month on: two tickets were never dispatched, Qingdao accepted one of two and finished neither."""
    monkeypatch.setenv(MOVED_BY, str(MONTH))
    writer = Writer.open(own, load(own), SystemClock(), SystemEntropy())
    writer.tick()  # the cards
    writer.close()
    return own


def key(name: str) -> str:
    action = named(name)
    assert action is not None
    return keys_of(action, {})[0]


async def at_supervision(hand: Hand) -> SupervisionScreen:
    await press(hand, "f11", *"db", "enter")
    assert isinstance(hand.app.screen, SupervisionScreen)
    return hand.app.screen


async def on_qingdao(hand: Hand) -> SupervisionScreen:
    """The cursor is on the first deadline of the city."""
    screen = await at_supervision(hand)
    await press(hand, key("filter"), *"qd", "enter", "down")
    return screen


def timeline(place: Path, action: str) -> list[dict[str, Any]]:
    with Node.open(place) as node:
        tickets = [node.show("ticket", one["record"]) for one in node.list("ticket", limit=50).items]
    return [
        act for one in tickets for act in one["timeline"] if act["action"] == action and act["actor"] == "sup"
    ]


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_overdue_stands_beneath_its_unit_with_the_evidence(
    late: Path, size: tuple[int, int]
) -> None:
    async with seated(late, "sup", size) as hand:
        await on_qingdao(hand)
        found = shown(hand)
        assert "[-] 青岛市总工会" in found and "项超期" in found and "有效牌" in found
        assert "至今未办" in found and "黄牌  有效" in found and "受理" in found
        check_cells(hand)
        for number in "2345":
            await press(hand, number)
            check_cells(hand)


async def test_an_empty_list_says_what_would_be_here(province: Path) -> None:
    async with seated(province, "sup") as hand:
        await at_supervision(hand)
        assert "此刻没有超期的" in shown(hand)
        await press(hand, "3")
        assert "派出半天还没送到的" in shown(hand)


async def test_one_ticket_is_urged_and_opened(late: Path) -> None:
    async with seated(late, "sup") as hand:
        await on_qingdao(hand)
        await press(hand, key("urge"), *"please", "ctrl+s")
        assert isinstance(hand.app.screen, SupervisionScreen)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, TicketScreen)
        await press(hand, "escape")
        assert isinstance(hand.app.screen, SupervisionScreen)
    assert len(timeline(late, "urge")) == 1


async def test_an_order_names_the_unit_and_its_days(late: Path) -> None:
    async with seated(late, "sup") as hand:
        await on_qingdao(hand)
        await press(hand, key("supervise"), *"now", "tab", *"3", "ctrl+s")
    [order] = timeline(late, "supervise")
    assert order["data"]["unit"] == QINGDAO and order["data"]["days"] == 3


async def test_a_card_is_cleared_and_no_longer_stands(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await on_qingdao(hand)
        before = sum(len(one["cards"]) for one in screen._answer["items"])  # type: ignore[index]
        assert before > 0
        await press(hand, key("clear_card"), *"wrong", "ctrl+s", "enter", "escape")
    cleared = timeline(late, "clear_card")
    assert cleared and {one["data"]["unit"] for one in cleared} == {QINGDAO}


async def test_several_rows_are_signed_each_by_itself_with_a_result_each(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await at_supervision(hand)
        await press(hand, key("filter"), *"qd", "enter", key("pick"))  # on the heading: all of its unit
        marked = len(screen._marked)
        assert marked > 1 and f"已勾选 {marked} 行" in shown(hand)
        await press(hand, key("urge"), *"hurry", "ctrl+s")
        assert "逐件签发" in shown(hand)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, ResultsScreen) and "2 件中签发 2 件" in shown(hand)
        check_cells(hand)
        await press(hand, "escape")
        assert screen._marked == {}
    assert len(timeline(late, "urge")) == 2  # once a ticket, however many of its deadlines were marked


async def test_of_several_those_that_cant_be_are_named_and_the_others_signed(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await at_supervision(hand)
        rows = [row for row in screen.query_one("#late").items if "heading" not in row]  # type: ignore[attr-defined]
        screen._marked = {row["id"]: row for row in rows}
        screen._drawn_marks()
        await press(hand, key("supervise"), *"now", "ctrl+s")
        assert "件可办，其余不办" in shown(hand)
        await press(hand, "enter")
    assert {one["data"]["unit"] for one in timeline(late, "supervise")} == {QINGDAO}


async def test_what_waits_for_its_signature_is_taken_back_whole(late: Path) -> None:
    async with seated(late, "sup", undo_seconds=60) as hand:
        await at_supervision(hand)
        await press(
            hand, key("filter"), *"qd", "enter", key("pick"), key("urge"), *"hurry", "ctrl+s", "enter"
        )
        assert "秒后签发" in lines(hand)[0]
        await press(hand, "ctrl+z")
        assert isinstance(hand.app.screen, OrderScreen) and "hurry" in shown(hand)
        await press(hand, "escape")
    assert timeline(late, "urge") == []


async def test_a_ticket_in_follow_up_is_sent_back(own: Path) -> None:
    with Node.open(own) as node:
        who = node.login("all", PASSWORD)
        items = node.list("ticket", status="accepted", unit=QINGDAO, limit=9).items
        record = items[0]["record"]
        done = {"behalf": QINGDAO, "result": "completed", "resolved": True, "text": "已付清"}
        act(node, who, "ticket", "submit", record, done)
        act(node, who, "ticket", "review", record, {"unit": QINGDAO, "outcome": "pass"})
    async with seated(own, "sup") as hand:
        await at_supervision(hand)
        await press(hand, "5", key("rework"), "right", "tab", *"again", "ctrl+s")
    [sent] = timeline(own, "rework")
    assert sent["verdict"] == "stands"


async def test_marks_filter_and_screen_are_left_one_after_the_other(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await at_supervision(hand)
        await press(hand, key("filter"), *"qd", "enter", key("pick"), "escape")
        assert screen._marked == {} and screen._text == "qd"
        await press(hand, "escape")
        assert screen._text == "" and "山东省总工会  " in shown(hand)
        await press(hand, "escape")
        assert hand.app.screen is not screen


async def test_a_unit_folds_and_its_order_is_turned(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await at_supervision(hand)
        rows = screen.query_one("#late")
        whole = len(rows.items)  # type: ignore[attr-defined]
        await press(hand, "enter")
        assert "[+]" in shown(hand) and len(rows.items) < whole  # type: ignore[attr-defined]
        await press(hand, key("sort"))
        assert "编号 ^" in lines(hand)[3]
        await press(hand, key("sort_back"))
        assert "编号 v" in lines(hand)[3]


async def test_who_may_only_look_is_offered_no_signature(late: Path) -> None:
    async with seated(late, "lead") as hand:
        await on_qingdao(hand)
        footer = lines(hand)[-1]
        assert "催单" not in footer and "销牌" not in footer
        await press(hand, key("urge"))
        assert isinstance(hand.app.screen, SupervisionScreen)


async def test_a_change_moves_nobody_off_his_row_and_disturbs_no_filter(late: Path) -> None:
    async with seated(late, "sup") as hand:
        screen = await on_qingdao(hand)
        row = screen._rows.highlighted
        screen._seldom.now()
        await press(hand)
        assert row is not None and screen._rows.highlighted is not row
        assert screen._rows.highlighted["id"] == row["id"]  # type: ignore[index]
        await press(hand, key("filter"), *"x")
        screen.changed()
        await press(hand)
        assert screen.query_one("#filter").has_focus and desk(hand).screen is screen
