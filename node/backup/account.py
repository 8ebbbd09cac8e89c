"""What is known of the backups without asking any place: DIR/backup.json, and the drills' records.

Written by whoever looked at a place last (the daemon, `backup now`); read by `status`, health and the screens, so it
imports little.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from node.backup import replica as files
from node.backup.places.settings import Replica, replicas
from node.backup.way import DATABASE, LITESTREAM, way
from node.config import Config
from node.iso import iso_or_none

FILE = "backup.json"
DAY = 24 * 3600
AWAY = 3600  # seconds that the first place is given to come back
NOT_OURS = frozenset({"backup_foreign", "backup_emptied"})
GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(slots=True)
class Known:
    """Of one replica. Times are unix milliseconds of this machine's clock, 0: never."""

    synced_ms: int = 0  # what was written before stands there
    looked_ms: int = 0
    fault: str = ""  # stable code of what went wrong last
    verified_ms: int = 0  # when a drill last found it sound
    drilled_ms: int = 0
    drill_fault: str = ""
    gone: dict[str, int] = field(default_factory=dict)  # attachments there, not here any more: since when
    keys: str = ""
    claimed: str = ""  # the place that was ours when it was looked at last, as Replica.shown tells it


def read(directory: Path) -> dict[str, Known]:
    """Replica name → what is known; none of it where the file can't be read."""
    try:
        said = json.loads((directory / FILE).read_text(encoding="utf-8"))
        return {name: Known(**one) for name, one in said["replicas"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write(directory: Path, known: Mapping[str, Known]) -> None:
    """Whole or not at all; what can't be written is looked for again."""
    text = json.dumps({"replicas": {name: asdict(one) for name, one in known.items()}})
    aside = directory / f".{FILE}-{os.getpid()}"
    with contextlib.suppress(OSError):
        aside.write_text(text, encoding="utf-8")
        aside.chmod(0o600)
        aside.replace(directory / FILE)


@contextlib.contextmanager
def noting(directory: Path, name: str) -> Any:
    """What is known of one, to be changed; written behind."""
    known = read(directory)
    one = known.setdefault(name, Known())
    try:
        yield one
    finally:
        write(directory, read(directory) | {name: one})


def told(config: Config, now: float | None = None) -> list[dict[str, Any]]:
    """Each replica: name, place, age_seconds, fault, verified_seconds, colour."""
    at, known = time.time() if now is None else now, read(config.directory)
    places = replicas(config)
    return [_told(config, one, known.get(one.name, Known()), at, first=one is places[0]) for one in places]


def instead(every: Sequence[Mapping[str, Any]]) -> str:
    """Of what `told` gives: a replica that is there, and gets nothing, as the first one, from which it is copied, has
    been away for an hour; empty where there is none. It can be made the first (`backup.first`)."""
    old = (one for one in every if one["fault"] == "backup_first" and (one["age_seconds"] or AWAY) >= AWAY)
    return next((str(one["name"]) for one in old), "")


def _told(config: Config, replica: Replica, known: Known, now: float, *, first: bool) -> dict[str, Any]:
    age = _age(config, replica, known, now, first=first)
    verified = max(0, int(now - known.verified_ms / 1000)) if known.verified_ms else None
    return {
        "name": replica.name,
        "place": replica.shown,
        "way": way(config),
        "age_seconds": None if age is None else int(age),
        "fault": known.fault,
        "verified_seconds": verified,
        "drilled": iso_or_none(known.drilled_ms),
        "drill_fault": known.drill_fault,
        "colour": colour(config, age, verified, known.fault or known.drill_fault),
    }


def _age(config: Config, replica: Replica, known: Known, now: float, *, first: bool) -> float | None:
    """0 while nothing was written since. Litestream's own files say it best, where they are near. Of a place that isn't
    ours, or where ours isn't, nothing is known."""
    if known.fault in NOT_OURS:
        return None
    if known.synced_ms and written_ms(config.directory) <= known.synced_ms:
        return 0.0
    if first and replica.kind == "file" and way(config) == LITESTREAM:
        return files.age_seconds(config, Path(replica.path))
    if not known.synced_ms:
        return None
    return max(0.0, now - known.synced_ms / 1000)


def written_ms(directory: Path) -> int:
    """When the database was written to last."""
    path = directory / DATABASE
    found = []
    for one in (path, path.with_name(DATABASE + "-wal")):
        with contextlib.suppress(OSError):
            found.append(int(one.stat().st_mtime * 1000))
    return max(found, default=0)


def colour(config: Config, age: float | None, verified: int | None, fault: str) -> str:
    """Red: none, or older than backup.old_hours, or the last drill is twice as old as it may be. Yellow: a fault, or
    a drill that is due."""
    limit = config.backup_drill_days * DAY
    if age is None or age > config.backup_old_hours * 3600 or (limit and (verified or 0) > 2 * limit):
        return RED
    return YELLOW if fault or (limit and (verified is None or verified > limit + DAY)) else GREEN


def summary(config: Config) -> dict[str, Any]:
    """Of all: the age of the newest, of the last verified, the worst colour that isn't made good by another."""
    every = told(config) if config.backup_enabled else []
    ages = [one["age_seconds"] for one in every if one["age_seconds"] is not None]
    verified = [one["verified_seconds"] for one in every if one["verified_seconds"] is not None]
    order = (GREEN, YELLOW, RED)
    best = min((order.index(one["colour"]) for one in every), default=2)  # one good place is a good backup
    return {
        "enabled": config.backup_enabled,
        "way": way(config),
        "age_seconds": min(ages, default=None),
        "verified_seconds": min(verified, default=None),
        "colour": order[max(best, 1) if any(one["fault"] for one in every) and best < 1 else best],
        "faults": {one["name"]: one["fault"] for one in every if one["fault"]},
        "instead": instead(every),
        "replicas": every,
    }
