"""The watch (更新): looks each second whether records, exceptions or the line changed, and tells the screen in front.

It never moves anything by itself: a screen decides what of it is drawn anew (`Base.changed`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from node.errors import QiaoError

from . import safe
from .face import Item
from .texts import known, t

if TYPE_CHECKING:
    from .desk import QiaoApp

AT_LEAST = 60.0  # seconds: time itself makes a deadline pass


class Watch:
    """`rings`: the terminal's bell for what is new. `line` is the notice of a lost line, "" while there is none."""

    def __init__(self, app: QiaoApp) -> None:
        self._app = app
        self.rings = False
        self.line = ""
        self.begin()

    def begin(self) -> None:
        """Somebody signed in, or out."""
        self._pulse: int | None = None
        self._heard: int | None = None  # the number of the newest news
        self._looking = False
        self._drawn = time.monotonic()
        self.line = ""

    async def look(self) -> None:
        """One beat; the next one waits for it."""
        if self._app.person is None or self._looking:
            return
        self._looking = True
        try:
            await self._look()
        finally:
            self._looking = False

    async def _look(self) -> None:
        pulse = await self._app.ask("pulse")
        late = time.monotonic() - self._drawn > AT_LEAST
        if pulse is not None and (pulse != self._pulse or late):
            first, self._pulse, self._drawn = self._pulse is None, pulse, time.monotonic()
            if await self._is_out():
                await self._app.sign_out()
                return
            if not first:
                self._app.refresh_screen()
            if self.rings:
                await self._hear()
        await self._look_at_line()

    async def _look_at_line(self) -> None:
        try:
            line: Item = await self._app.gate.look("line")
        except QiaoError as fault:
            line = {"fault": fault.code}
        code = safe.cell(line.get("fault") or "")
        told = t("line.lost", fault=known(f"line.why_{code}", code)) if code else self._backup(line)
        if told != self.line:
            self.line = told
            self._app.refresh_screen()

    def _backup(self, line: Item) -> str:
        """A backup that is red is told to whoever can mend it."""
        person = self._app.person
        concerned = person is not None and "admin" in person.roles
        return t("line.backup_red") if concerned and line.get("backup_colour") == "red" else ""

    async def _hear(self) -> None:
        """Rings once for what came since it was asked last, but for what this office registered itself. In the acting
        thread: the process that writes keeps the news."""
        try:
            told = await self._app.gate.act("news", self._heard)
        except QiaoError as fault:
            self._app.trouble(fault, "news")
            return
        self._app.well("news")
        self._heard = told["next"]
        own = self._app.unit.rpartition("/")[2]
        if any(one["event"] != "new" or one["unit"] != own for one in told["items"]):
            self._app.bell()

    async def _is_out(self) -> bool:
        """Whether the person was disabled since. His roles are as they are now."""
        person = self._app.person
        if person is None:
            return False
        try:
            found = await self._app.gate.ask("person", person.id)
        except QiaoError as fault:
            self._app.trouble(fault)
            return False
        self._app.person = found or person
        return found is None
