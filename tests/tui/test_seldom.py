from __future__ import annotations

from textual.app import App

from tui.seldom import Seldom


async def test_what_is_wanted_often_is_done_at_once_then_once_more_later() -> None:
    done: list[int] = []
    async with App().run_test() as hand:
        seldom = Seldom(hand.app.screen, 3600, lambda: done.append(1))
        for _ in range(4):
            seldom.wanted()
        assert len(done) == 1 and seldom.waits
        seldom.now()
        assert len(done) == 2 and not seldom.waits


async def test_after_its_time_it_is_done_by_itself() -> None:
    done: list[int] = []
    async with App().run_test() as hand:
        seldom = Seldom(hand.app.screen, 0.01, lambda: done.append(1))
        seldom.now()
        seldom.wanted()
        for _ in range(200):
            if len(done) == 2:
                break
            await hand.pause(0.01)
        assert len(done) == 2 and not seldom.waits
