"""Garbage (垃圾) is collected in pieces that nobody notices: a walk over everything takes 0.1 s, in which no key is
answered.

What the imports and the first screens leave lives as long as the program, and is never walked again once it is
frozen. What drawing leaves is walked often, a little at a time. What is left of screens that were closed waits until
nobody presses a key.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

YOUNG = 5_000  # objects; 2 ms
MIDDLE = 4  # walks of the young; 5 ms
OLD = 1_000  # walks of the middle; only whoever never rests for so long comes to it
PILED = 2  # walks of the middle after which a rest is used: 40,000 objects, a screen or two; 10 ms
RESTED_SECONDS = 0.3  # each pause in typing: what piles up for longer takes as much longer


def in_pieces() -> None:
    gc.set_threshold(YOUNG, MIDDLE, OLD)


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
