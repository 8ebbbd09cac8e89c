"""A hand on the keys: drives the application without a terminal, and reads what it would print."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from textual.worker import WorkerCancelled

from tests.tui.standin import StandIn
from tui.desk import QiaoApp
from tui.gate import Gate

Hand = Pilot[int]
SIZES = [(80, 24), (100, 30), (140, 45)]


@asynccontextmanager
async def started(
    node: StandIn,
    size: tuple[int, int] = (80, 24),
    *,
    undo_seconds: float = 0,
    ascii_borders: bool = False,
    bell: bool = False,
) -> AsyncIterator[Hand]:
    """At the login. The pulse beats only when a test calls for it."""
    app = QiaoApp(
        lambda: node, undo_seconds=undo_seconds, pulse_seconds=3600, ascii_borders=ascii_borders, bell=bell,  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    async with app.run_test(size=size, notifications=True) as hand:
        await settled(hand)
        yield hand


@asynccontextmanager
async def signed_in(
    node: StandIn,
    size: tuple[int, int] = (80, 24),
    *,
    undo_seconds: float = 0,
    ascii_borders: bool = False,
    bell: bool = False,
) -> AsyncIterator[Hand]:
    """At the inbox."""
    how = {"undo_seconds": undo_seconds, "ascii_borders": ascii_borders, "bell": bell}
    async with started(node, size, **how) as hand:  # type: ignore[arg-type]
        hand.app.screen.query_one("#staff", Input).value = "zhang"
        hand.app.screen.query_one("#password", Input).value = "secret"
        await press(hand, "enter", "enter")
        yield hand


def desk(hand: Hand) -> QiaoApp:
    assert isinstance(hand.app, QiaoApp)
    return hand.app


class Calls:
    """How many calls to a node are under way, of all applications of this process: `settled` waits for them, whatever
    else the machine does meanwhile."""

    under_way = 0


_run = Gate._run


async def _counted(self: Gate, *args: Any) -> Any:
    Calls.under_way += 1
    try:
        return await _run(self, *args)
    finally:
        Calls.under_way -= 1


Gate._run = _counted  # type: ignore[method-assign]


async def settled(hand: Hand) -> None:
    """Until nobody works any more: each round of work may begin another, so it has to be quiet several times. A call
    that hangs on purpose isn't waited for without an end. Every widget is asked only before and behind that: a round
    of asking is what a key costs otherwise."""
    await hand.pause()
    for _ in range(40):
        await _quiet(hand)
        await hand.pause()
        if not _is_at_work(hand):
            return


async def _quiet(hand: Hand) -> None:
    quiet = rounds = 0
    while quiet < 3 and rounds < 100:
        rounds += 1
        await asyncio.sleep(0.01)  # what waits for its time, a search for the next letter, has it
        await _worked(hand)
        quiet = 0 if _is_at_work(hand) else quiet + 1


def _is_at_work(hand: Hand) -> bool:
    return bool(Calls.under_way) or _queued(hand)


async def _worked(hand: Hand) -> None:
    """Until each worker is done, or another one took its place, which is no fault."""
    for worker in list(hand.app.workers):
        with suppress(WorkerCancelled):
            await worker.wait()


def _queued(hand: Hand) -> bool:
    """Whether somebody has a message that he hasn't looked at."""
    pumps = [hand.app, *hand.app.screen_stack, *hand.app.screen.walk_children()]
    return any(not pump._message_queue.empty() for pump in pumps)


async def press(hand: Hand, *keys: str) -> None:
    """Presses the keys one by one, and waits for what each begins; letters into a field go on at once."""
    for is_letter, found in groupby(keys, lambda key: len(key) == 1):
        run = list(found)
        if is_letter and isinstance(hand.app.focused, Input | TextArea):
            await hand.press(*run)
            continue
        for key in run:
            await hand.press(key)
            await settled(hand)
    await settled(hand)


async def commit(hand: Hand, text: str) -> None:
    """Text as an input method or a paste brings it: all at once, into what has the focus."""
    assert hand.app.focused is not None, "nothing has the focus"
    hand.app.post_message(events.Paste(text))
    await settled(hand)


async def say(hand: Hand, command: str) -> None:
    """By the command line, as a person types it."""
    await press(hand, "colon")
    await commit(hand, command)
    await press(hand, "enter")


async def beat(hand: Hand, node: StandIn) -> None:
    """The database changes, and the watch notices."""
    await desk(hand).watch_node.look()
    node.beat += 1
    await desk(hand).watch_node.look()
    await settled(hand)


def lines(hand: Hand) -> list[str]:
    """What stands on the screen, line by line."""
    return [strip.text for strip in hand.app.screen._compositor.render_strips()]


def shown(hand: Hand) -> str:
    return "\n".join(lines(hand))


def check_cells(hand: Hand) -> None:
    """Every line has exactly the cells of the terminal, and none holds a control."""
    width, height = hand.app.size
    found = lines(hand)
    assert len(found) == height
    assert {cell_len(line) for line in found} == {width}, [line for line in found if cell_len(line) != width]
