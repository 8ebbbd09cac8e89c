"""Garbage (垃圾) is collected in pieces that nobody notices: a walk over everything takes 0.1 s, in which no key is
answered.

What the imports and the first screens leave lives as long as the program, and is never walked again once it is
frozen. What drawing leaves goes in no circles, so that no walk is needed for it: Textual's strips, of which each has
seven caches, held themselves (59,000 objects in 20 s of keys, a walk of 0.1 s). What is left of screens that were
closed waits until nobody presses a key, and has no strips by then.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen

YOUNG = 5_000  # objects; 2 ms
MIDDLE = 4  # walks of the young; 5 ms
OLD = 1_000  # walks of the middle; only whoever never rests for so long comes to it
PILED = 2  # walks of the middle after which a rest is used: 40,000 objects, a screen or two; 10 ms
RESTED_SECONDS = 0.3  # each pause in typing: what piles up for longer takes as much longer


def in_pieces() -> None:
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def no_circles() -> None:
    """A strip that is cut at its end keeps itself in a cache of its own, as each cell of a scroll bar does: only a walk
    would find it when it is done with."""
    from textual.strip import Strip

    divide = Strip.divide

    def divided(strip: Strip, cuts: Iterable[int]) -> object:
        places = list(cuts)
        return [strip] if places == [strip.cell_length] else divide(strip, places)

    Strip.divide = divided  # type: ignore[method-assign,assignment]


def undrawn(screen: Screen[object]) -> None:
    """A screen that is closed: its widgets go in circles, their lines needn't wait for a walk."""
    from textual.widget import Widget

    for widget in screen.walk_children(Widget, with_self=True):
        widget._styles_cache.clear()
        widget._render_cache = widget._render_cache._replace(lines=[])


def collect() -> None:
    """Textual remembers the lines of the last thousand widgets, also of closed screens: 100,000 objects to walk."""
    from textual._styles_cache import StylesCache

    StylesCache.get_inner_outer.cache_clear()
    gc.collect()


class Rest:
    """`touched` with each key; `look` a few times a second. `collect` and `piled` are given by tests."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        collect: Callable[[], object] = collect,
        piled: Callable[[], int] = lambda: gc.get_count()[2],
    ) -> None:
        self._now, self._collect, self._piled = now, collect, piled
        self._is_in = self._is_frozen = False
        self.touched()

    def touched(self) -> None:
        self._touched = self._now()

    def signed_in(self) -> None:
        self._is_in = True

    def look(self) -> None:
        """The first rest after the first sign-in finds what stays: it is frozen, without a walk. What a later sign-in
        leaves behind is garbage by then."""
        if not self._is_in or self._now() - self._touched < RESTED_SECONDS:
            return
        if not self._is_frozen:
            self._is_frozen = True
            gc.freeze()
        elif self._piled() >= PILED:
            self._collect()
