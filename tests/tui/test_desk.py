from __future__ import annotations

import pytest

from node.clock import MOVED_BY
from tests.tui.hand import beat, desk, lines, press, signed_in
from tests.tui.standin import StandIn


async def test_a_moved_clock_is_said_on_every_screen(node: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MOVED_BY, "86400")
    async with signed_in(node) as hand:
        assert "时钟被移动 86400 秒" in lines(hand)[0]
        await press(hand, "f4")
        assert "时钟被移动 86400 秒" in lines(hand)[0]


async def test_nothing_is_read_again_while_nothing_changes(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await beat(hand, node)
        asked = len(node.asked)
        await desk(hand)._watch()
        assert len(node.asked) == asked


async def test_an_action_that_isnt_offered_here_isnt_done(node: StandIn) -> None:
    async with signed_in(node) as hand:
        app = desk(hand)
        assert app.check_action("go", ("filter",)) is True
        assert app.check_action("go", ("settle",)) is False
        assert app.check_action("go", ("undo",)) is False


async def test_the_inbox_is_one_key_away_from_anywhere(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "f3", "enter", "f4", "f2")
        assert desk(hand).screen.kind == "inbox"  # type: ignore[attr-defined]
