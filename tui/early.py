"""Keys that come before the screen has its focus (早到的键) wait for it: whoever opens a call's form and goes on typing
the number would lose its first figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import events


class Early:
    """`is_unready`: whether the screen in front has no focus yet. `on_event` takes them once it has."""

    def __init__(
        self, is_unready: Callable[[], bool], on_event: Callable[[events.Event], Awaitable[None]]
    ) -> None:
        self._is_unready, self._on_event = is_unready, on_event
        self._kept: list[events.Event] = []

    def keeps(self, event: events.Event) -> bool:
        """Behind those that wait, all wait, in the order in which they came."""
        waits = bool(self._kept) or self._is_unready()
        if waits:
            self._kept.append(event)
        return waits

    async def let_in(self) -> None:
        """One of them may open another screen, for which the others wait again; so they do where there is none yet."""
        if self._kept and not self._is_unready():
            kept, self._kept = self._kept, []
            for event in kept:
                await self._on_event(event)
