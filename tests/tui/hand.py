"""A hand on the keys: drives the application without a terminal, and reads what it would print."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.standin import StandIn
from tui.desk import QiaoApp

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


async def settled(hand: Hand) -> None:
    """Until nobody works any more: each round of work may begin another."""
    for _ in range(3):
        await hand.pause()
        await hand.app.workers.wait_for_complete()
    await hand.pause()


async def press(hand: Hand, *keys: str) -> None:
    """Presses the keys one by one, and waits for what they begin."""
    await hand.press(*keys)
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
