"""Between "submit" and the signature: ten seconds in which an act is a draft that can be taken back.

One act waits at a time; a second one has the first signed at once, so they are signed in the order meant.
What can't be signed comes back with all that was typed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from node.errors import QiaoError

from .drafts import Key
from .face import Item
from .texts import t

if TYPE_CHECKING:
    from .desk import QiaoApp
    from .gate import Gate
    from .screens.base import Base

UNDO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person means to have signed. `form` opens its form again with what was typed."""

    label: str
    operation: str  # of node.do
    params: Mapping[str, Any]
    key: Key  # of its draft
    raw: Mapping[str, str] = field(default_factory=dict)
    form: Callable[[], Base] | None = None

    async def sign(self, gate: Gate, person: Any) -> Item:
        """Raises QiaoError."""
        result: Item = await gate.act("do", self.operation, dict(self.params), person)
        return result


class Signer:
    """Holds the act that waits. All of it runs on the event loop."""

    def __init__(self, app: QiaoApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds
        self.waiting: Intent | None = None
        self.signing: Intent | None = None
        self._until = 0.0

    @property
    def notice(self) -> str:
        """The line for the bar; "" when nothing waits."""
        if self.waiting is not None:
            left = max(0, round(self._until - time.monotonic()))
            key = self._app.pending_key()
            return t(key, label=self.waiting.label, seconds=left)
        return t("signing", label=self.signing.label) if self.signing is not None else ""

    async def offer(self, intent: Intent) -> None:
        """From here on it is signed unless someone undoes it in time."""
        await self.now()
        self.waiting = intent
        self._until = time.monotonic() + self._seconds
        if self._seconds <= 0:
            await self.now()

    def undo(self) -> Intent | None:
        """Takes the waiting act back."""
        taken, self.waiting = self.waiting, None
        return taken

    async def tick(self) -> None:
        if self.waiting is not None and time.monotonic() >= self._until:
            await self.now()

    async def now(self) -> bool:
        """Signs what waits. False when it couldn't be; the app has it back by then."""
        intent, self.waiting = self.waiting, None
        return True if intent is None else await self._sign(intent)

    async def _sign(self, intent: Intent) -> bool:
        self.signing = intent
        try:
            result = await intent.sign(self._app.gate, self._app.person)
        except QiaoError as fault:
            self.signing = None
            await self._app.unsigned(intent, fault)
            return False
        self.signing = None
        self._app.signed(intent, result)
        return True
