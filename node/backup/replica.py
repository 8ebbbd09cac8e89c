"""How old the backup is: what `status` says of it. Imports little, as status answers at once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from node.config import Config

DATABASE = "node.db"


@dataclass(frozen=True, slots=True)
class Replica:
    """What stands on the replica's disk."""

    age_seconds: float | None  # since its newest file was written; None: there is none
    current: bool  # nothing was written to the database since


def replica(config: Config, place: Path | None = None) -> Replica:
    """Looks at the files of all levels; by the machine's own clock, as these are."""
    newest = max(map(_written, (place or config.backup_directory).glob("ltx/*/*.ltx")), default=0.0)
    if not newest:
        return Replica(None, False)
    database = config.directory / DATABASE
    changed = max(_written(database), _written(database.with_name(DATABASE + "-wal")))
    return Replica(max(0.0, time.time() - newest), changed <= newest)


def age_seconds(config: Config, place: Path | None = None) -> float | None:
    """How old the replica is: 0 while nothing was written since; None where there is none."""
    found = replica(config, place)
    return 0.0 if found.current else found.age_seconds


def _written(path: Path) -> float:
    """A compaction may take a file away between listing and looking."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
