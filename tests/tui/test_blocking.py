"""Nothing blocks the event loop: on a real node, through every screen and every kind of act."""

from __future__ import annotations

import time
from pathlib import Path

from node.face import Node
from tests.tui.blocking import watched
from tests.tui.hand import desk, press
from tests.tui.seat import PASSWORD, seated
from tui import texts
from tui.places import PLACES


async def test_the_watch_sees_files_sleep_and_sql(own: Path) -> None:
    """Else the next test could never fail."""
    with watched() as seen:
        (own / "node.toml").read_text("utf-8")
        time.sleep(0)
        with Node.open(own) as node:
            node.login("op", PASSWORD)
    kinds = {call.partition(" ")[0] for call in seen.calls}
    assert {"open", "time.sleep", "sql"} <= kinds


async def test_no_screen_and_no_act_blocks_the_loop(own: Path) -> None:
    texts.ready("zh")  # as before the loop begins
    with watched() as seen:
        async with seated(own, "all", (140, 45)) as hand:
            for place in PLACES:
                await desk(hand).action_go(place.name)
                await press(hand, "f5")
            await press(hand, "f2", "down", "enter", "f7", "escape", "f9", "escape")
            hand.app.screen.command("note")  # type: ignore[attr-defined]
            await press(hand)
            await press(hand, *"abc")
            await desk(hand)._save_drafts()
            await press(hand, "ctrl+s")
            await desk(hand).watch_node.look()
            await press(hand, "ctrl+p", *"en", "escape", "f1", "escape", "escape")
            await press(hand, "f6", *"gong", "enter", "escape", "ctrl+f", "escape")
    assert seen.calls == []


async def test_another_language_is_read_beside_the_loop(own: Path) -> None:
    async with seated(own, "op") as hand:
        with watched() as seen:
            await desk(hand).prefer("language", "en")
        assert seen.calls == []
