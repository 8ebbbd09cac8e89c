"""What the running node does for its backups besides Litestream: a round over the places each minute, a watch on
Litestream and on the write-ahead log, and the weekly drill."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from node.backup import account, complaint, control, drill, points
from node.backup.aside import aside
from node.backup.litestream import Litestream
from node.backup.places import claim
from node.backup.places.place import place
from node.backup.places.settings import replicas
from node.backup.round import Round
from node.backup.way import DATABASE, LITESTREAM, way
from node.config import Config
from node.entropy import Entropy
from node.errors import LineDown, QiaoError
from node.iso import CHINA
from node.keys import DIRECTORY, SIGN_FILE
from node.language import say
from node.logs.events import tell
from node.store import copying

log = logging.getLogger("qiao.backup")

ROUND_SECONDS = 60.0
FIRST_SECONDS = 5.0  # Litestream has begun by then
BEHIND_SECONDS = 120.0  # what was written so long ago and isn't at the replica: something is wrong
DEAF = 3  # rounds without an answer: it hangs
NIGHT = range(1, 5)  # hours in China
DAY_MS = 24 * 3600 * 1000
SYNC_SECONDS = 300
TICKS = 2.5  # seconds: Litestream looks each second
WAIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Moment:
    """What the time for a drill is judged by."""

    now_ms: int
    drilled_ms: int  # 0: never
    made_ms: int  # since when there is something to drill, 0: nothing yet
    idle: bool


def drill_due(days: int, moment: Moment) -> bool:
    """At night, or, where the machine sleeps then, a day late; never while something is carried."""
    if not days or not moment.idle or not moment.made_ms:
        return False
    since = moment.now_ms - (moment.drilled_ms or moment.made_ms - (days - 1) * DAY_MS)
    hour = datetime.fromtimestamp(moment.now_ms / 1000, CHINA).hour
    return since >= (days + 1) * DAY_MS or (since >= days * DAY_MS and hour in NIGHT)


class Upkeep:
    """`run` it as a task. `idle` says whether nothing is being carried now."""

    def __init__(
        self, config: Config, entropy: Entropy, litestream: Litestream, idle: Callable[[], bool]
    ) -> None:
        self._config = config
        self._litestream = litestream
        self._idle = idle
        self._round = Round(config, entropy)
        self._turn = asyncio.Lock()
        self._deaf = 0
        self._killed = False  # in this round
        self.faults: dict[str, str] = {}  # replica → code, as of the last round
        self.colour = account.summary(config)["colour"]

    async def run(self) -> None:
        if not self._config.backup_enabled:
            return
        await asyncio.gather(self._rounds(), self._drills())

    async def _rounds(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            await self.once()
            await asyncio.sleep(ROUND_SECONDS)

    async def _drills(self) -> None:
        await aside(drill.clear, self._config.directory)
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            await self._drill_where_due()

    async def once(self, *, now: bool = False) -> list[dict[str, Any]]:
        """One round. `now`: whatever isn't there yet is carried first."""
        async with self._turn:
            synced_ms = await self._looked() if way(self._config) == LITESTREAM else None
            if now and way(self._config) == LITESTREAM:
                synced_ms = await self._synced() or synced_ms
            found = await aside(self._round.go, now=now, synced_ms=synced_ms)
            over = await self._cut_off()
            await aside(self._told, found, synced_ms, over=over)
            return found

    def _told(self, found: list[dict[str, Any]], synced_ms: int | None, *, over: bool) -> None:
        """Litestream's own faults are its replica's."""
        first = replicas(self._config)[0].name
        if any(one["name"] == first and one["fault"] in account.NOT_OURS for one in found):
            self._litestream.kill()  # it would go on, on whatever disk lies below; begun again, it looks first
        behind = "backup_stalled" if self._killed or self._is_behind(synced_ms) else ""
        code, at_ms = self._litestream.complained
        complains = code if at_ms > (synced_ms or 0) else ""
        own = self._litestream.fault or complains or behind or ("backup_wal" if over else "")
        for one in found:
            if one["name"] == first and own and not one["fault"]:
                one["fault"] = own
                with account.noting(self._config.directory, first) as known:
                    known.fault = own
        self.faults = {one["name"]: one["fault"] for one in found if one["fault"]}
        self.colour = account.summary(self._config)["colour"]

    def _is_behind(self, synced_ms: int | None) -> bool:
        if synced_ms is None:
            return False
        written = account.written_ms(self._config.directory)
        return written > synced_ms and time.time() * 1000 - max(synced_ms, written) > BEHIND_SECONDS * 1000

    async def _looked(self) -> int | None:
        """Until when Litestream's place has everything; one that doesn't answer any more is killed, and is started
        again behind."""
        self._killed = False
        if self._litestream.pid is None:
            return None
        try:
            found = await aside(control.synced_ms, self._config.directory)
            self._deaf = 0
            return found
        except OSError:
            self._deaf += 1
            tell(log, logging.WARNING, "backup_complained", code="backup_stalled")
            if self._deaf >= DEAF:
                self._deaf, self._killed = 0, True
                self._litestream.kill()
            return None

    async def _synced(self) -> int | None:
        """Until when everything is there, as asked for; None where it couldn't be carried: that is told. Litestream
        does it by itself each second: it is only waited for (control.py says why)."""
        begun = int(time.time() * 1000)
        try:
            async with asyncio.timeout(SYNC_SECONDS):
                await self._ticked(begun)
                wanted = await aside(
                    control.number, self._config.directory, self._config.directory / DATABASE
                )
                while await aside(self._reached) < wanted:
                    await self._waited(begun)
            return begun
        except (OSError, QiaoError) as fault:  # a timeout is an OSError
            code = fault.code if isinstance(fault, QiaoError) else complaint.code(str(fault))
            tell(log, logging.ERROR, "backup_failed", code=code)
            self._litestream.complained = (code, int(time.time() * 1000))
            return None

    async def _ticked(self, begun: int) -> None:
        """Returns when what had been written by then was read out of the write-ahead log: one round that ended later
        may have begun before, so it is given two more."""
        written = min(begun, account.written_ms(self._config.directory))
        while (await aside(control.synced_ms, self._config.directory) or 0) < written:
            await self._waited(begun)
        if time.time() * 1000 - written < TICKS * 1000:
            await asyncio.sleep(TICKS)

    async def _waited(self, begun: int) -> None:
        """Raises LineDown where Litestream has complained meanwhile: then there is no use in waiting."""
        code, at_ms = self._litestream.complained
        if at_ms >= begun:
            raise LineDown(say("Litestream 没能送到副本", "litestream couldn't carry it"), code=code)
        await asyncio.sleep(WAIT_SECONDS)

    def _reached(self) -> int:
        with place(replicas(self._config)[0]) as there:
            claim.check(self._config, there)
            return points.reached(there)

    # The write-ahead log

    def _wal_bytes(self) -> int:
        try:
            return (self._config.directory / f"{DATABASE}-wal").stat().st_size
        except OSError:
            return 0

    async def _cut_off(self) -> bool:
        """Litestream holds the log's old pages; past the bound it has to let go once, and begins anew behind."""
        if self._wal_bytes() <= self._config.backup_wal_mb << 20:
            return False
        tell(log, logging.ERROR, "backup_wal_cut", bytes=self._wal_bytes())
        async with self._litestream.paused():
            await aside(copying.cut_off, self._config.directory / DATABASE)
        return True

    # The drill

    async def _drill_where_due(self) -> None:
        known = account.read(self._config.directory).values()
        moment = Moment(
            int(time.time() * 1000),
            max((one.drilled_ms for one in known), default=0),
            self._made_ms(),
            self._idle(),
        )
        if drill_due(self._config.backup_drill_days, moment):
            await self.drill()

    def _made_ms(self) -> int:
        """When this node was made, near enough."""
        try:
            return int((self._config.directory / DIRECTORY / SIGN_FILE).stat().st_mtime * 1000) or 1
        except OSError:
            return 0

    async def drill(self) -> None:
        """In a process that stands behind all others: the fold takes minutes of a core at a province's size."""
        tell(log, logging.INFO, "drill_begun")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "node.backup.drill", str(self._config.directory.absolute()),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            code = await process.wait()
            tell(log, logging.WARNING if code else logging.INFO, "drill_done", exit=code)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def by_itself(config: Config, entropy: Entropy, found: str | None) -> list[dict[str, Any]]:
    """`backup now` where no daemon runs; the caller holds the lock. Raises QiaoError."""
    from node.backup import once

    synced = await aside(once.carried, config, found) if way(config) == LITESTREAM else None
    return await aside(Round(config, entropy).go, now=True, synced_ms=synced)
