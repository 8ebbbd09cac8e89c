"""Where the log goes: JSON lines in DIR/log, bounded in size and number, and warnings on stderr.

Nothing here may stop a node: what can't be written (a full disk, a folder that isn't ours) is counted, and the
count is written once lines go through again.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from node.config import Config
from node.iso import CHINA

from .events import sentence, told_of

FOLDER = "log"
NODE, WEB = "node", "web"  # each process writes a file of its own: rotating isn't for two at once
ROOT = "qiao"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_PRIORITY = {
    "debug": 7,
    "info": 6,
    "warning": 4,
    "error": 3,
    "critical": 2,
}  # of syslog, as journald reads it


def path_of(directory: Path, name: str = NODE) -> Path:
    return directory / FOLDER / f"{name}.jsonl"


def start(config: Config, name: str = NODE, *, stderr: TextIO | None = None) -> list[logging.Handler]:
    """The process's log from now on; `stderr`: where warnings are told as well. Raises nothing. What it gives is
    for `stop`."""
    level = LEVELS[config.log_level]
    handlers: list[logging.Handler] = [Lines(config, name)]
    if stderr is not None:
        handlers.append(Told(stderr))
    root = logging.getLogger()
    for one in handlers:
        root.addHandler(one)
    root.setLevel(logging.WARNING)  # of libraries
    logging.getLogger(ROOT).setLevel(level)
    return handlers


def stop(handlers: list[logging.Handler]) -> None:
    for one in handlers:
        logging.getLogger().removeHandler(one)
        one.close()


def document(record: logging.LogRecord) -> dict[str, object]:
    """The record as it is written. Of another's record nothing is taken but who said it and where: its text may
    quote anything."""
    event = getattr(record, "event", None)
    time = datetime.fromtimestamp(record.created, CHINA).isoformat(timespec="milliseconds")
    head = {"time": time, "level": record.levelname.lower()}
    if isinstance(event, str):
        return {**head, "event": event, **getattr(record, "fields", {})}
    fault = record.exc_info[1] if record.exc_info else None
    told = {key: one for key, one in (told_of(fault) if fault is not None else {}).items() if key != "code"}
    return {
        **head,
        "event": "library_said",
        "library": record.name,
        "where": f"{record.module}:{record.lineno}",
        **told,
    }


class Lines(RotatingFileHandler):
    """DIR/log/NAME.jsonl, mode 0600, and `log.files` older ones beside it. A line is there whole or not at all."""

    stream: Any  # a raw file: what a buffer holds would be tried again, line by line, while the disk is full

    def __init__(self, config: Config, name: str) -> None:
        self._lost = 0
        path = path_of(config.directory, name)
        super().__init__(path, maxBytes=config.log_bytes, backupCount=config.log_files, delay=True)

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(mode=0o700, exist_ok=True)
        return open(self.baseFilename, "ab", buffering=0, opener=_private)

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(document(record))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.shouldRollover(record):
                self.doRollover()
            if self.stream is None:
                self.stream = self._open()
            if self._lost:
                self._put(self.format(_lost(record, self._lost)))
                self._lost = 0
            self._put(self.format(record))
        except Exception:
            self._lost += 1

    def _put(self, line: str) -> None:
        """Raises OSError, and leaves nothing of the line behind."""
        data, end = line.encode() + b"\n", self.stream.seek(0, os.SEEK_END)
        try:
            whole = self.stream.write(data) == len(data)
        except OSError:
            whole = False
        if not whole:
            self.stream.truncate(end)
            raise OSError(errno.ENOSPC, "not the whole line")


def _lost(record: logging.LogRecord, count: int) -> logging.LogRecord:
    levelname = logging.getLevelName(logging.WARNING)
    return logging.makeLogRecord(
        {**vars(record), "levelname": levelname, "event": "log_lost", "fields": {"count": count}}
    )


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


class Told(logging.StreamHandler[TextIO]):
    """Warnings on stderr, a line each: with its time for a person, with journald's priority where that reads it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setLevel(logging.WARNING)
        self._journal = bool(os.environ.get("JOURNAL_STREAM"))

    def format(self, record: logging.LogRecord) -> str:
        found = document(record)
        if self._journal:
            return f"<{_PRIORITY[str(found['level'])]}>{said(found)}"
        return f"{found['time']} {found['level']} {said(found)}"

    def handleError(self, record: logging.LogRecord) -> None:
        """Who read us has gone."""


def said(found: Mapping[str, object]) -> str:
    """A document without its time and level."""
    rest = {name: value for name, value in found.items() if name not in ("time", "level", "event")}
    return sentence(str(found.get("event")), rest)
