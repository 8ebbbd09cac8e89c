"""Drafts on a real node: kept each second, offered again, gone with their act."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.errors import NotFound
from node.face import Node
from tests.tui.hand import Hand, desk, press, settled, shown
from tests.tui.seat import PASSWORD, seated
from tui.screens.form import FormScreen


async def note(hand: Hand, text: str) -> None:
    """Types into a new note on the first ticket, and lets a second pass."""
    await press(hand, "enter")
    await begun(hand)
    await press(hand, *text)
    await desk(hand)._save_drafts()


async def begun(hand: Hand) -> None:
    """The form of a note, from the ticket."""
    hand.app.screen.command("note")  # type: ignore[attr-defined]
    await settled(hand)


def kept(directory: Path, staff: str) -> list[dict[str, str]]:
    with Node.open(directory) as node:
        return [item["data"] for item in node.draft_list(node.login(staff, PASSWORD))]


async def test_what_was_typed_is_at_the_node_within_a_second(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await note(hand, "abc")
        assert kept(own, "hand") == [{"text": "abc"}]
        assert kept(own, "op") == []


async def test_after_a_crash_it_is_offered_again(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await note(hand, "abc")
    async with seated(own, "hand") as hand:
        assert "草稿有 1 份" in shown(hand)
        await press(hand, "enter")
        await begun(hand)
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.raw() == {"text": "abc"}


async def test_it_goes_with_its_act_and_not_before(own: Path) -> None:
    async with seated(own, "hand", undo_seconds=3600) as hand:
        await note(hand, "abc")
        await press(hand, "ctrl+s")
        assert kept(own, "hand") == [{"text": "abc"}]
        await press(hand, "f12")
        assert kept(own, "hand") == []


async def test_what_was_undone_is_a_draft_still(own: Path) -> None:
    async with seated(own, "hand", undo_seconds=3600) as hand:
        await note(hand, "abc")
        await press(hand, "ctrl+s", "ctrl+z", "escape")
        await desk(hand)._save_drafts()
        assert kept(own, "hand") == [{"text": "abc"}]


async def test_a_form_that_was_emptied_keeps_none(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await note(hand, "a")
        await press(hand, "backspace")
        await desk(hand)._save_drafts()
        assert kept(own, "hand") == []


async def test_the_same_form_begun_again_while_the_first_waits_is_a_draft_of_its_own(own: Path) -> None:
    async with seated(own, "hand", undo_seconds=3600) as hand:
        await note(hand, "one")
        await press(hand, "ctrl+s")
        await begun(hand)
        await press(hand, *"two", "escape")
        await press(hand, "f12")
        await desk(hand)._save_drafts()
        assert kept(own, "hand") == [{"text": "two"}]


async def test_a_draft_that_cant_be_kept_is_told_once_whatever_else_goes_well(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon is gone in the middle of a form: each second it was told again, until the form was hidden."""

    def refused(*_: object) -> None:
        raise NotFound("没有运行中的节点", code="no_daemon")

    async with seated(own, "hand") as hand:
        with monkeypatch.context() as patched:
            patched.setattr(Node, "draft_save", refused)
            await note(hand, "abc")
            for _ in range(3):
                await desk(hand).ask("status")
                await desk(hand)._save_drafts()
            assert len(hand.app._notifications) == 1 and "no_daemon" in shown(hand)
        await desk(hand)._save_drafts()
        assert kept(own, "hand") == [{"text": "abc"}], "what was typed is there once it can be kept"
