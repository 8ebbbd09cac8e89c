"""Tells waiting exchanges at once that there is something to carry.

It is rung on the writer's thread and waited for on the event loop. Each name has a count, so that a ring
between looking and waiting isn't missed.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

from node.transport.hand import Change

UP = b"up"  # the name of the way to the parent; a child's name is its node id


class Bell:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung: Counter[bytes] = Counter()
        self._waiting: defaultdict[bytes, set[asyncio.Event]] = defaultdict(set)

    def hear(self, change: Change) -> None:
        """A listener of the writer; any thread."""
        names = set(change.children)
        if change.up:
            names.add(UP)
        self.ring(*names)

    def ring(self, *names: bytes) -> None:
        """Any thread."""
        self._rung.update(names)
        self._loop.call_soon_threadsafe(self._wake, names)

    def mark(self, name: bytes) -> int:
        """How often it has rung for this name; any thread."""
        return self._rung[name]

    async def wait(self, name: bytes, mark: int) -> None:
        """Returns as soon as it has rung for this name more often than at `mark`."""
        event = asyncio.Event()
        self._waiting[name].add(event)
        try:
            while self._rung[name] <= mark:
                event.clear()
                await event.wait()
        finally:
            self._waiting[name].discard(event)
            if not self._waiting[name]:
                del self._waiting[name]

    def _wake(self, names: tuple[bytes, ...]) -> None:
        for name in names:
            for event in self._waiting.get(name, ()):
                event.set()
