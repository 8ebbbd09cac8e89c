"""交班: a note to the next shift and one's open work for a colleague, by keys alone at a real node."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, desk, press, settled, shown
from tests.tui.seat import PASSWORD, act, seated
from tui.screens.handover import HandoverScreen, NotesScreen
from tui.screens.inbox import InboxScreen

TEXT = "夜班：三件等职工补材料，其中一件明早九点前要回电"


async def opened(hand: Hand) -> None:
    """By the command, as an input method leaves it."""
    await press(hand, "ctrl+p", *"jb", "enter")
    assert isinstance(hand.app.screen, HandoverScreen)


async def noted(hand: Hand, text: str = TEXT) -> None:
    hand.app.post_message(events.Paste(text))
    await settled(hand)


@pytest.mark.parametrize("size", SIZES)
async def test_it_lists_what_is_open_and_the_drafts(own: Path, size: tuple[int, int]) -> None:
    with Node.open(own) as node:
        person = node.login("all", PASSWORD)
        node.draft_save(
            "ticket", "register", "call-1", {"worker_phone": "138", "narrative": "话说一半"}, person
        )
        made = act(node, person, "ticket", "register", data={"channel": "phone", "class": "enquiry",
                   "topic": "legal/labour/wages", "narrative": "已撤的"})  # fmt: skip
        act(node, person, "ticket", "withdraw", made["record"])
    async with seated(own, "all", size) as hand:
        await opened(hand)
        assert "我的在办工单 4 件" in shown(hand) and "高温天没有发补贴" in shown(hand)
        assert "已撤的" not in shown(hand)
        assert "草稿 1 份" in shown(hand) and "登记  138  话说一半" in shown(hand)
        check_cells(hand)


async def test_nothing_in_hand_is_said(province: Path) -> None:
    async with seated(province, "qc") as hand:
        await opened(hand)
        assert "没有在办的工单" in shown(hand)


async def test_the_note_and_the_work_go_over_after_what_goes_was_shown(own: Path) -> None:
    async with seated(own, "all") as hand:
        await opened(hand)
        await noted(hand)
        await press(hand, "tab", "enter", *"hand", "enter", "ctrl+s")
        assert "在办工单 4 件交给 李经办 hand" in shown(hand)
        await press(hand, "escape")
        with Node.open(own) as node:
            assert len(node.list("ticket", mine="all").items) == 4
        await press(hand, "ctrl+s", "enter")
        assert isinstance(hand.app.screen, InboxScreen) and "已签发：交班" in shown(hand)
    with Node.open(own) as node:
        assert (
            len(node.list("ticket", mine="hand").items) == 4 and node.list("ticket", mine="all").items == []
        )
    async with seated(own, "hand") as hand:
        assert isinstance(hand.app.screen, NotesScreen)
        assert TEXT[:12] in shown(hand) and "在办 4 件已交给 hand" in shown(hand)
        check_cells(hand)


async def test_a_note_is_shown_after_each_login_until_it_was_read(own: Path) -> None:
    async with seated(own, "op") as hand:
        await opened(hand)
        await noted(hand)
        await press(hand, "ctrl+s", "enter")
        assert isinstance(hand.app.screen, InboxScreen)
    for key, again in (("escape", True), ("enter", False)):
        async with seated(own, "disp") as hand:
            assert isinstance(hand.app.screen, NotesScreen) and "赵话务" in shown(hand)
            await press(hand, key)
        with Node.open(own) as node:
            assert (not node.notes(node.login("disp", PASSWORD))[0]["read"]) is again
    async with seated(own, "disp") as hand:
        assert isinstance(hand.app.screen, InboxScreen)
    async with seated(own, "lead") as hand:
        assert isinstance(hand.app.screen, InboxScreen)  # who only looks takes over nothing


async def test_what_was_written_is_there_again_and_nothing_at_all_is_refused(own: Path) -> None:
    async with seated(own, "op") as hand:
        await opened(hand)
        await press(hand, "ctrl+s")
        assert "请写交班说明，或选接手的人" in shown(hand)
        await noted(hand)
        await press(hand, "escape")
        assert "内容已留存" in shown(hand)
        await opened(hand)
        assert TEXT[:12] in shown(hand)


async def test_it_can_be_undone_and_hands_nothing_over_then(own: Path) -> None:
    async with seated(own, "all", undo_seconds=60) as hand:
        await opened(hand)
        await noted(hand)
        await press(hand, "tab", "enter", *"hand", "enter", "ctrl+s", "enter", "ctrl+z")
        assert isinstance(hand.app.screen, HandoverScreen) and TEXT[:12] in shown(hand)
        assert desk(hand).signer.waiting is None
    with Node.open(own) as node:
        assert node.notes(node.login("hand", PASSWORD)) == []
