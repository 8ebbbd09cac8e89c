from __future__ import annotations

import gc
import sys

import pytest
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.hand import desk, press, signed_in
from tests.tui.standin import StandIn
from tui.garbage import PILED, RESTED_SECONDS, Rest, no_circles


class Room:
    """Its clock and its piles are moved by hand."""

    def __init__(self) -> None:
        self.now, self.piled, self.collected = 0.0, 0, 0
        self.rest = Rest(lambda: self.now, self._collect, lambda: self.piled)
        self.rest.signed_in()
        self.rest._is_frozen = True

    def _collect(self) -> None:
        self.collected, self.piled = self.collected + 1, 0

    def look(self) -> int:
        self.rest.look()
        return self.collected


def test_closed_screens_are_collected_once_nobody_presses_a_key() -> None:
    room = Room()
    room.piled, room.now = PILED, RESTED_SECONDS - 0.1
    assert room.look() == 0
    room.rest.touched()
    room.now = RESTED_SECONDS
    assert room.look() == 0, "a key was pressed meanwhile"
    room.now = 2 * RESTED_SECONDS
    assert (room.look(), room.look()) == (1, 1), "once, then there is nothing"


def test_without_anything_piled_up_a_rest_is_a_rest() -> None:
    room = Room()
    room.piled, room.now = PILED - 1, 10 * RESTED_SECONDS
    assert room.look() == 0


def test_what_is_there_in_the_first_rest_after_the_sign_in_is_frozen_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    room = Room()
    room.rest._is_in = room.rest._is_frozen = False
    room.piled, room.now = PILED, 10 * RESTED_SECONDS
    assert (room.look(), frozen) == (0, []), "before the first screens are there nothing is walked"
    room.rest.signed_in()
    assert (room.look(), frozen) == (0, [1]), "and then nothing either"
    assert (room.look(), frozen) == (1, [1])


async def test_each_key_puts_the_rest_off(node: StandIn) -> None:
    async with signed_in(node) as hand:
        rest = desk(hand)._rest
        rest._touched = -1.0
        await press(hand, "down")
        assert rest._touched > 0


def test_a_strip_that_is_cut_at_its_end_doesnt_hold_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strip, "divide", Strip.divide)
    strip = Strip([Segment("条")], 2)
    no_circles()
    before = sys.getrefcount(strip)
    is_whole = strip.divide([2])[0] is strip
    after = sys.getrefcount(strip)
    assert is_whole and after == before
    assert [one.text for one in Strip([Segment("二条")], 4).divide([2, 4])] == ["二", "条"]


async def test_a_closed_screen_keeps_no_lines(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter")
        closed = list(desk(hand).screen.walk_children(Widget, with_self=True))
        assert any(widget._styles_cache._cache for widget in closed)
        await press(hand, "escape")
        assert not any(widget._styles_cache._cache or widget._render_cache.lines for widget in closed)
