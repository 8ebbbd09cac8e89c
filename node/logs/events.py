"""What the running node writes into its log: one line an event, each with a stable name.

An event says which fields it may have, and a field which form: nothing else is ever written, so no name, number,
narrative or secret can get in by way of an error's text. docs/operations.md lists them.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_WORD = re.compile(r"[A-Za-z0-9_.:/+\[\]-]{0,120}")
_PLACES = re.compile(r"([a-z0-9_]+(\.[a-z0-9_]+)*:[0-9]+ ?){0,8}")
_WHOLE = re.compile(r"-?[0-9]{1,18}")

# field → the form of its text
FIELDS: Mapping[str, re.Pattern[str]] = {
    "code": _CODE,  # stable, of docs/errors.md
    "reason": _CODE,  # where no code of an error fits
    "fault": _CODE,  # the class of an exception
    "where": _PLACES,  # module:line of the innermost calls of ours
    "part": _CODE,
    "token": _CODE,  # the name of a program's token, which an administrator gave it
    "status": _WHOLE,  # of HTTP
    "operation": _CODE,
    "listen": _WORD,
    "version": _WORD,
    "library": _CODE,
    "pid": _WHOLE,
    "exit": _WHOLE,
    "count": _WHOLE,
    "bytes": _WHOLE,
    "ms": _WHOLE,
    "seconds": _WHOLE,
}

# event → (what it says, in English; its fields)
EVENTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "node_started": ("the process has begun", ("version", "pid")),
    "node_ready": ("it serves and works", ("listen", "ms")),
    "node_stopping": ("it was told to stop: a signal, or the operation `stop`", ()),
    "node_stopped": ("it has stopped whole", ("ms",)),
    "stop_forced": ("stopping took too long, and the process ended itself", ("seconds",)),
    "part_failed": ("a part of the daemon failed, and is begun again", ("part", "fault", "code", "where")),
    "request_failed": ("a peer's request failed by a fault of ours", ("operation", "fault", "where")),
    "requests_refused": ("requests of peers refused in the last minute, by code", ("code", "count")),
    "operation_failed": ("an operation failed unexpectedly", ("operation", "fault", "where")),
    "operation_done": ("an operation of a person or a program", ("operation", "code", "ms")),
    "exchange_taken": ("a child's request was taken in", ("count", "bytes", "ms")),
    "line_up": ("the parent answers (again)", ()),
    "line_down": ("the parent doesn't, or refuses", ("code",)),
    "backup_started": ("Litestream runs", ("pid",)),
    "backup_failed": ("there is no backup, or it reached a place no more", ("part", "code", "exit", "fault")),
    "backup_complained": ("Litestream said that something is wrong", ("code",)),
    "backup_wal_cut": ("the write-ahead log had grown past its bound, and is cut off", ("bytes",)),
    "drill_begun": ("the backups are restored to a scratch place and verified", ()),
    "drill_done": ("that has ended; 0: all of them are sound", ("exit",)),
    "door_shut": ("no connection can be taken for now", ("fault", "where")),
    "upgrade_begun": ("the database's schema is brought up to date; as it was it is laid aside in upgrade/", ("code",)),
    "health_red": ("the database can't be read or written", ("code",)),
    "health_green": ("it can again", ()),
    "warning_raised": ("something is going to be trouble", ("code",)),
    "warning_over": ("it is over", ("code",)),
    "drop_failed": ("the drop folder can't be worked off", ("code",)),
    "notify_failed": (
        "the command to notify failed, or there was too much to tell",
        ("reason", "exit", "count", "fault", "where"),
    ),
    "web_failed": ("browsers' seats can't be looked after", ("fault", "where")),
    "api_ready": ("the API serves", ("listen",)),
    "api_answered": ("a program read by a token, whose name is told; not what it asked for",
                     ("token", "operation", "status", "ms")),
    "api_refused": ("requests of the API without a good token since it was last told, by code", ("code", "count")),
    "api_failed": ("a request of the API failed by a fault of ours", ("operation", "fault", "code", "where")),
    "protocol_fault": ("what a peer sent breaks the protocol", ("code",)),
    "log_lost": ("lines could not be written, the disk being full for example", ("count",)),
    "library_said": ("a library's own warning; its words are left out", ("library", "fault", "where")),
}  # fmt: skip

UNFIT = "?"  # stands for a value that isn't of its field's form
MOST_PLACES = 6


def tell(
    log: logging.Logger, level: int, event: str, fault: BaseException | None = None, **fields: object
) -> None:
    """Writes the event at a level of `logging`. `fault`: an exception, of which class, code and places are told."""
    if log.isEnabledFor(level):
        given = fitting(event, {**(told_of(fault) if fault is not None else {}), **fields})
        log.log(level, "%s", sentence(event, given), extra={"event": event, "fields": given}, stacklevel=2)


def sentence(event: str, fields: Mapping[str, object]) -> str:
    """`line_down code=line_slow`."""
    return " ".join((event, *(f"{name}={value}" for name, value in fields.items())))


def told_of(fault: BaseException) -> dict[str, object]:
    """Never its text: that may quote what a person wrote."""
    code = getattr(fault, "code", "")
    told: dict[str, object] = {"fault": type(fault).__name__, "where": places(fault)}
    return {**told, "code": code} if isinstance(code, str) and code else told


def fitting(event: str, fields: Mapping[str, object]) -> dict[str, Any]:
    """The fields that the event has, each in its form; numbers stay numbers."""
    allowed = EVENTS[event][1] if event in EVENTS else ()
    return {name: _fits(name, fields[name]) for name in allowed if name in fields}


def _fits(name: str, value: object) -> Any:
    text = str(value)
    if FIELDS[name].fullmatch(text) is None:
        return UNFIT
    return int(text) if FIELDS[name] is _WHOLE else text


def places(fault: BaseException) -> str:
    """`node.daemon:120 node.hand:88`: where it came through, the innermost last."""
    frames = traceback.extract_tb(fault.__traceback__)[-MOST_PLACES:]
    return " ".join(f"{_module(frame.filename)}:{frame.lineno or 0}" for frame in frames)


def _module(filename: str) -> str:
    path = Path(filename)
    return ".".join(re.sub("[^a-z0-9_]", "_", one.lower()) or "_" for one in (path.parent.name, path.stem))
