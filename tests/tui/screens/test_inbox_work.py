"""The inbox on a real node: columns, order, kept views, marks, and one act on many records."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, desk, press, say, shown
from tests.tui.seat import PASSWORD, at, seated
from tui.screens.inbox import InboxScreen
from tui.screens.ticket import TicketScreen


def inbox(hand: Hand) -> InboxScreen:
    assert isinstance(hand.app.screen, InboxScreen)
    return hand.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_columns_are_chosen_and_kept_for_the_next_time(own: Path, size: tuple[int, int]) -> None:
    async with seated(own, "all", size) as hand:
        await press(hand, "ctrl+f", "end", "space", "enter")
        chosen = [column.name for column in inbox(hand).rows.columns]
        assert len(chosen) == 7
        await press(hand, *["right"] * 7)
        assert inbox(hand).rows.columns[-1].heading[:2] in shown(hand)
        check_cells(hand)
    async with seated(own, "all", size) as hand:
        assert [column.name for column in inbox(hand).rows.columns] == chosen


async def test_the_order_is_named_by_a_command_and_kept(own: Path) -> None:
    async with seated(own, "all") as hand:
        await say(hand, "排序 到期")
        assert inbox(hand).rows.sorted_by == "due"
        await say(hand, "sort 没有这列")
        assert "没有“没有这列”这一列" in shown(hand)
    async with seated(own, "all") as hand:
        assert inbox(hand).rows.sorted_by == "due"


async def test_a_filter_can_be_said_with_a_full_width_colon_and_blank(province: Path) -> None:
    async with seated(province, "op") as hand:
        await press(hand, "fullwidth_colon")
        hand.app.screen.query_one("#typed").value = "筛选\u3000高温"  # type: ignore[attr-defined]
        await press(hand, "enter")
        assert "筛选：高温" in shown(hand) and "拖欠" not in shown(hand)


async def test_a_view_is_kept_under_a_name_and_used_again(own: Path) -> None:
    async with seated(own, "all") as hand:
        await say(hand, "筛选 高温")
        await say(hand, "存视图 高温补贴")
        assert "* 高温补贴" in shown(hand)
        await press(hand, "escape")
        assert "拖欠" in shown(hand)
        await say(hand, "用视图 高温补贴")
        assert "拖欠" not in shown(hand) and "* 高温补贴" in shown(hand)
        await say(hand, "用视图 没有的")
        assert "没有名为“没有的”的视图" in shown(hand)


async def test_one_act_on_many_tickets_has_one_result_each(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "ctrl+t", "ctrl+t")
        assert "已勾选 2 件" in shown(hand)
        check_cells(hand)
        await press(hand, "ctrl+b", *"bz", "enter", *"ok", "ctrl+s", "enter")
        assert "2 件中签发 2 件" in shown(hand)
        await press(hand, "escape")
        assert not inbox(hand).rows.marked
        items = [inbox(hand).rows.item_at(row) for row in range(4)]
    with Node.open(own) as node:
        told = [node.show("ticket", item["record"])["timeline"] for item in items if item]
    assert sum(any(act["action"] == "note" for act in acts) for acts in told) == 2


async def test_what_many_have_not_in_common_isnt_offered(province: Path) -> None:
    async with seated(province, "hand") as hand:
        await press(hand, "ctrl+t", "down", "ctrl+t", "ctrl+b")
        assert "批量办理" in shown(hand) and "当场答复" not in shown(hand)


async def test_what_is_refused_of_many_is_told_with_its_reason_and_the_rest_is_signed(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "ctrl+t", "ctrl+t", "ctrl+t", "ctrl+t", "ctrl+b", *"cd", "enter", *"ok", "ctrl+s")
        params = {"matter": "ticket", "verb": "withdraw", "record": inbox_items(hand)[0], "data": {}}
        await desk(hand).gate.act("do", "act", params, desk(hand).person)
        await press(hand, "enter")
        told = shown(hand)
        assert "4 件中签发 3 件" in told and "工单已经办结" in told and "ticket_ended" in told
        check_cells(hand)


def inbox_items(hand: Hand) -> list[str]:
    screen = next(one for one in hand.app.screen_stack if isinstance(one, InboxScreen))
    return [str(item["record"]) for row in range(4) if (item := screen.rows.item_at(row))]


async def test_esc_takes_the_marks_away_first_and_the_filter_after(province: Path) -> None:
    async with seated(province, "all") as hand:
        await say(hand, "筛选 工资")
        await press(hand, "ctrl+t")
        await press(hand, "escape")
        assert not inbox(hand).rows.marked and "筛选：工资" in shown(hand)
        await press(hand, "escape")
        assert "筛选：" not in shown(hand)


async def test_a_ticket_is_opened_by_its_number(province: Path) -> None:
    async with seated(province, "all") as hand:
        number = inbox(hand).rows.highlighted["number"]  # type: ignore[index]
        await say(hand, f"open {number}")
        assert isinstance(hand.app.screen, TicketScreen) and hand.app.screen.item["number"] == number


async def test_the_letters_of_jump_mode_lead_to_what_they_stand_on(province: Path) -> None:
    async with seated(province, "all") as hand:
        await press(hand, "ctrl+o")
        check_cells(hand)
        await press(hand, "a")
        assert hand.app.focused is not None and hand.app.focused.id == "views"


@pytest.mark.parametrize("staff", ["lead", "aud"])
async def test_who_only_looks_is_offered_nothing_that_signs(province: Path, staff: str) -> None:
    async with seated(province, staff) as hand:
        assert "[只读]" in shown(hand)
        await press(hand, "ctrl+b", "f9")
        assert isinstance(hand.app.screen, InboxScreen)
        await press(hand, "enter")
        assert hand.app.screen.verbs == []  # type: ignore[attr-defined]


async def test_a_terminal_started_read_only_signs_nothing_for_anybody(province: Path) -> None:
    async with at(province, read_only=True) as hand:
        await press(hand, *"all", "enter", *PASSWORD, "enter")
        assert desk(hand).read_only and "[只读]" in shown(hand)
        await press(hand, "f9", "ctrl+b")
        assert isinstance(hand.app.screen, InboxScreen)
