"""The log as a person reads it: the newest lines, and what comes behind them."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .writing import FOLDER, LEVELS, said

LOOK_SECONDS = 0.5
_UNREADABLE = {"time": "?", "level": "error", "event": "?"}


def newest(directory: Path, count: int, level: str = "debug") -> list[dict[str, Any]]:
    """The last `count` lines of this level and above, of all files, the oldest first."""
    found: defaultdict[str, deque[dict[str, Any]]] = defaultdict(lambda: deque(maxlen=count))
    for path in files(directory):
        found[path.name.partition(".")[0]].extend(one for one in _lines(path) if _reaches(one, level))
    every = sorted((one for some in found.values() for one in some), key=lambda one: str(one.get("time")))
    return every[max(0, len(every) - count) :]


def files(directory: Path) -> list[Path]:
    """The oldest first; one that was rotated away meanwhile is left out by whoever reads."""
    found = list((directory / FOLDER).glob("*.jsonl*"))
    return sorted(found, key=lambda path: (path.name.partition(".jsonl")[0], -_age(path)))


def _age(path: Path) -> int:
    """0 for the one that is written, 1 for the one before."""
    tail = path.name.rpartition(".")[2]
    return int(tail) if tail.isdigit() else 0


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            yield from map(_parsed, file)
    except OSError:
        return


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return dict(_UNREADABLE)
    return found if isinstance(found, dict) else dict(_UNREADABLE)


def _reaches(one: Mapping[str, Any], level: str) -> bool:
    return LEVELS.get(str(one.get("level")), 100) >= LEVELS[level]


def follow(path: Path, level: str = "debug") -> Iterator[dict[str, Any]]:
    """What is written from now on, also in the file that takes its place; for ever."""
    place, end = _place(path), path.stat().st_size if path.exists() else 0
    while True:
        now = _place(path)
        if now != place:
            place, end = now, 0
        for raw in _behind(path, end):
            end += len(raw)
            if _reaches(one := _parsed(raw), level):
                yield one
        time.sleep(LOOK_SECONDS)


def _place(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _behind(path: Path, start: int) -> list[bytes]:
    """Whole lines."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            return [line for line in file if line.endswith(b"\n")]
    except OSError:
        return []


def told(one: Mapping[str, Any]) -> str:
    return f"{one.get('time')} {str(one.get('level')):<7} {said(one)}"
