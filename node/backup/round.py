"""One round over the places: what each of them lacks is brought there. Made by the daemon each minute, and by
`backup now`; on a thread, as it waits for lines."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from node import keys as keyring
from node.backup import account, mirror, sealed, snapshots
from node.backup.attachments import Attachments
from node.backup.places import claim
from node.backup.places.place import Place, place
from node.backup.places.settings import Replica, replicas
from node.backup.way import DATABASE, LITESTREAM, SEALED, way
from node.config import FILE as NODE_TOML
from node.config import Config
from node.entropy import Entropy
from node.errors import LineDown, QiaoError
from node.language import say
from node.logs.events import tell
from node.store import copying

log = logging.getLogger("qiao.backup")
_FIRST = frozenset({"backup_unreachable", "backup_emptied", "backup_foreign"})


class Round:
    """`go` as often as one likes; one thread at a time."""

    def __init__(self, config: Config, entropy: Entropy) -> None:
        self._config = config
        self._entropy = entropy
        self._attachments: dict[str, Attachments] = {}

    def go(self, *, now: bool = False, synced_ms: int | None = None) -> list[dict[str, Any]]:
        """`now`: a sealed copy is made whether or not it is due. `synced_ms`: until when Litestream says that its place
        has everything. Gives what became of each replica: name, fault. Raises nothing."""
        places = replicas(self._config)
        copy = self._copy(places, now=now)
        try:
            return [self._one(one, places[0], copy, synced_ms) for one in places]
        finally:
            if copy is not None:
                copy[1].unlink(missing_ok=True)

    def _copy(self, places: tuple[Replica, ...], *, now: bool) -> tuple[int, Path] | None:
        """(when it was begun, the sealed file), where one is due."""
        if way(self._config) != SEALED:
            return None
        known = account.read(self._config.directory)
        at_ms = _now_ms()
        oldest = min((known.get(one.name, account.Known()).synced_ms for one in places), default=0)
        age_s, changed = (at_ms - oldest) / 1000, account.written_ms(self._config.directory) > oldest
        if not now and not (changed and age_s >= self._config.backup_every_minutes * 60):
            return None
        try:
            to = snapshots.recipient(self._config)
            return at_ms, snapshots.make(self._config, to, self._own(), at_ms, self._entropy)
        except QiaoError as fault:
            self._note(places, fault)
            return None

    def _note(self, places: tuple[Replica, ...], fault: QiaoError) -> None:
        tell(log, logging.ERROR, "backup_failed", fault, part="sealed")
        for one in places:
            with account.noting(self._config.directory, one.name) as known:
                known.fault = fault.code

    def _own(self) -> bytes:
        directory = self._config.directory
        return keyring.meant(directory, copying.setting(directory / DATABASE, "node")).seal_key

    def _one(
        self, replica: Replica, first: Replica, copy: tuple[int, Path] | None, synced_ms: int | None
    ) -> dict[str, Any]:
        known = account.read(self._config.directory).get(replica.name, account.Known())
        before, begun = known.fault, _now_ms()
        try:
            with place(replica) as there:
                claim.claim(self._config, there)
                self._beside(there, known.gone, begun)
                at_ms = self._database(there, first, copy, synced_ms, known.synced_ms)
            known.synced_ms = max(known.synced_ms, at_ms or 0)
            unsealed = way(self._config) == SEALED and sealed.read_recipient(self._config.directory) is None
            known.fault = "no_passphrase" if unsealed else ""
        except QiaoError as fault:
            known.fault = fault.code
            self._attachments.pop(replica.name, None)
            if fault.code != before:
                tell(log, logging.ERROR, "backup_failed", fault, part=replica.name)
        self._keep(replica, known, begun)
        return {"name": replica.name, "place": replica.shown, "fault": known.fault}

    def _keep(self, replica: Replica, found: account.Known, begun: int) -> None:
        """Of what a drill beside may have written meanwhile, nothing is lost."""
        with account.noting(self._config.directory, replica.name) as known:
            known.synced_ms, known.looked_ms = found.synced_ms, begun
            known.fault, known.gone = found.fault, found.gone

    def _database(
        self,
        there: Place,
        first: Replica,
        copy: tuple[int, Path] | None,
        synced_ms: int | None,
        before_ms: int,
    ) -> int | None:
        """Until when what was written stands there; None: nothing new is known."""
        if way(self._config) == LITESTREAM:
            if there.replica == first:
                return synced_ms
            written = account.written_ms(self._config.directory) > before_ms
            return self._mirrored(there, first, synced_ms) if written else before_ms
        if copy is None:
            return None
        there.put(snapshots.name_of(copy[0]), copy[1], copy[0])
        snapshots.prune(there, copy[0], self._config.backup_retention_hours)
        return copy[0]

    def _mirrored(self, there: Place, first: Replica, synced_ms: int | None) -> int | None:
        """What the first has dropped goes here, too: so an empty first place is never copied from."""
        try:
            with place(first) as source:
                claim.check(self._config, source)
                mirror.copy(source, there)
        except QiaoError as fault:
            if fault.code not in _FIRST or there.replica.shown in fault.text:
                raise
            zh, en = (
                f"它由 {first.shown} 抄来：{fault.text}",
                f"it is copied from {first.shown}: {fault.text}",
            )
            raise LineDown(say(zh, en), code="backup_first", hint="qiao backup status") from fault
        return synced_ms

    def _beside(self, there: Place, gone: dict[str, int], now_ms: int) -> None:
        """Attachments and node.toml."""
        closed = way(self._config) == SEALED
        to = sealed.read_recipient(self._config.directory) if closed else None
        if not closed or to is not None:
            own = self._own() if closed else None
            new = Attachments(self._config, self._entropy, to, own)
            self._attachments.setdefault(there.replica.name, new).carry(there, gone, now_ms)
        path = self._config.directory / NODE_TOML
        if path.is_file() and there.read(NODE_TOML) != path.read_bytes():
            there.put(NODE_TOML, path, int(path.stat().st_mtime * 1000))


def _now_ms() -> int:
    return int(time.time() * 1000)
