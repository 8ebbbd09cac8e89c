from __future__ import annotations

import threading

import pytest
from textual import events

from node.errors import Damaged
from tests.tui.hand import (
    SIZES,
    beat,
    check_cells,
    commit,
    desk,
    lines,
    press,
    settled,
    shown,
    signed_in,
    started,
)
from tests.tui.standin import StandIn, row
from tui.inputs import TextBox
from tui.rows import Rows
from tui.screens.form import FormScreen
from tui.screens.inbox import InboxScreen
from tui.screens.ticket import TicketScreen


def rows_of(hand: object) -> Rows:
    return hand.app.screen.query_one("#rows", Rows)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(("size", "ascii_borders"), [*((size, False) for size in SIZES), (SIZES[0], True)])
async def test_every_line_has_the_cells_of_the_terminal(
    node: StandIn, size: tuple[int, int], ascii_borders: bool
) -> None:
    async with signed_in(node, size, ascii_borders=ascii_borders) as hand:
        check_cells(hand)
        assert "拖欠工资" in shown(hand) and "370000-20261121-0001" in shown(hand)


async def test_views_show_their_counts_and_choosing_one_asks_for_it(node: StandIn) -> None:
    async with signed_in(node) as hand:
        assert any(line.startswith("已超期") and " 4 " in line for line in lines(hand))
        await press(hand, "shift+tab", "up", "enter")
        assert node.asked[-1]["view"] == "overdue"
        assert rows_of(hand).has_focus


async def test_the_list_does_not_wait_for_the_counts_of_the_views(node: StandIn) -> None:
    going, count = threading.Event(), node.views
    node.views = lambda *asked: going.wait(60) and count(*asked)  # type: ignore[method-assign,assignment,return-value]
    async with started(node) as hand:
        await commit(hand, "zhang")
        await hand.press("enter")
        await commit(hand, "secret")
        await hand.press("enter")
        for _ in range(500):
            if isinstance(hand.app.screen, InboxScreen) and rows_of(hand).known:
                break
            await hand.pause(0.01)
        assert rows_of(hand).known and "370000-20261121-0001" in shown(hand) and "已超期" not in shown(hand)
        going.set()
        await settled(hand)
        assert "已超期" in shown(hand)


async def test_the_preview_stands_beside_the_list_from_120_columns_on(node: StandIn) -> None:
    async with signed_in(node, (119, 30)) as hand:
        assert "登记内容" not in shown(hand)
    async with signed_in(node, (120, 30)) as hand:
        assert "登记内容" in shown(hand)
        check_cells(hand)


@pytest.mark.parametrize("key", ["slash", "fullwidth_solidus", "ideographic_comma", "f6"])
async def test_every_form_of_the_key_opens_the_filter(node: StandIn, key: str) -> None:
    async with signed_in(node) as hand:
        await press(hand, key)
        assert hand.app.focused is not None and hand.app.focused.id == "filter"


async def test_what_is_typed_in_one_burst_behind_the_key_stands_in_the_filter(node: StandIn) -> None:
    async with signed_in(node) as hand:
        for key in ("/", *"0007"):
            hand.app.post_message(events.Key("slash" if key == "/" else key, key))
        await settled(hand)
        assert hand.app.screen.query_one("#filter", TextBox).value == "0007"


async def test_the_filter_in_force_is_shown_and_esc_clears_it(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f6", *"资7号", "enter")
        assert node.asked[-1]["text"] == "资7号"
        assert "筛选：资7号" in shown(hand) and rows_of(hand).known == 1
        await press(hand, "escape")
        assert "筛选" not in lines(hand)[1] and node.asked[-1]["text"] is None


async def test_the_column_sorted_by_is_marked_and_its_way_can_be_turned(node: StandIn) -> None:
    async with signed_in(node) as hand:
        assert node.asked[-1]["sort"] == "-changed" and "排序：更新 v" in shown(hand)
        await press(hand, "f7")
        assert node.asked[-1]["sort"] == "number" and "编号 ^" in shown(hand)
        await press(hand, "f8")
        assert node.asked[-1]["sort"] == "-number" and "编号 v" in shown(hand)


async def test_new_data_leaves_the_cursor_on_its_ticket(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "down", "down")
        before = rows_of(hand).highlighted
        node.rows.insert(0, row(99))
        await beat(hand, node)
        assert rows_of(hand).highlighted == before and rows_of(hand).cursor == 3
        assert "0099" in shown(hand)


async def test_new_data_waits_while_someone_types_a_filter(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f6", *"工")
        asked = len(node.asked)
        node.rows.insert(0, row(99))
        await beat(hand, node)
        assert len(node.asked) == asked and "有更新" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "filter"


async def test_enter_opens_the_ticket_and_esc_comes_back(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "down", "enter")
        assert isinstance(hand.app.screen, TicketScreen) and hand.app.screen.record == f"{2:032x}"
        await press(hand, "escape")
        assert rows_of(hand).cursor == 1


async def test_a_reading_that_fails_is_told_once_and_the_list_stays(node: StandIn) -> None:
    async with signed_in(node) as hand:
        node.failing = frozenset({"list", "views", "pulse"})
        node.fault = Damaged("数据库读不了", code="database_damaged", hint="qiao verify")
        await press(hand, "f5")
        assert "数据库读不了 [database_damaged]" in shown(hand) and "qiao verify" in shown(hand)
        assert "拖欠工资1号" in shown(hand)


async def test_f9_registers_and_only_where_this_person_may(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f9")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.record is None
    node.verbs = [verb for verb in node.verbs if verb.name != "register"]
    async with signed_in(node) as hand:
        await press(hand, "f9")
        assert desk(hand).screen.kind == "inbox"  # type: ignore[attr-defined]
        assert "F9" not in lines(hand)[-1]


async def test_the_urgent_and_the_overdue_are_marked_in_words(node: StandIn) -> None:
    node.rows[0] |= {"urgency": "urgent", "overdue": True}
    async with signed_in(node) as hand:
        first = next(line for line in lines(hand) if "0001" in line)
        assert "急" in first and "!" in first


async def test_a_sentence_cut_to_the_width_is_whole_again_where_there_is_room(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f6")
        await commit(hand, "长" * 60)
        await press(hand, "enter")
        assert ".." in lines(hand)[1]
        await hand.resize_terminal(140, 45)
        await settled(hand)
        assert "长" * 60 in lines(hand)[1]
