"""A whole node in little: it replicates notes both ways, unsealed, as node/writer.py does tickets.

It is what the transport and the daemon are tried with: real processes, ports and files, and nothing of the
protocol inside the envelopes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node.config import Config
from node.errors import Forbidden, Usage
from sync_protocol.errors import BadEnvelope

PARENT = b"parent of"


@dataclass(frozen=True)
class TinyTaken:
    reply: bytes | None
    child: bytes
    wait_s: int
    answers: int
    known: int


@dataclass(frozen=True)
class TinyRound:
    sent: int
    received: int
    more: bool
    urgent: bool = False
    left: bool = False

    @property
    def moved(self) -> bool:
        return bool(self.sent or self.received)


@dataclass(frozen=True)
class TinyChange:
    children: frozenset[bytes]
    up: bool
    records: frozenset[bytes] = frozenset()


class TinyWriter:
    """Notes in a database; position is the row. A child is named by its directory's name."""

    batch = 3  # notes a message carries

    def __init__(self, config: Config) -> None:
        self.config = config
        self.name = config.directory.name.encode()
        self.parent_url: str | None = None
        self.parent_keys: tuple[bytes, ...] = ()
        self.pairs: tuple[Any, ...] = ()
        self.called: dict[bytes, str] = {}
        self.listeners: list[Callable[[Any], None]] = []
        self.ticks = 0
        self._children: set[bytes] = set()
        self._open = 0
        self._carried: list[tuple[int, str]] = []
        self._db = driver.connect(
            str(config.directory / "node.db"), isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS note (row INTEGER PRIMARY KEY, text TEXT UNIQUE, origin)"
        )
        self._db.execute("CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER)")

    def scrub(self) -> bool:
        return True

    def verify(self) -> bool:
        return False

    def called_by(self, node: bytes, way: str) -> None:
        self.called[node] = way

    # the parent's side

    def take(self, sealed: bytes) -> TinyTaken:
        message = self._opened(sealed)
        child, known = message["from"].encode(), message["known"]
        self._children.add(child)
        fresh = self._add(message["notes"], child)
        self._tell(fresh, but=child)
        taken = TinyTaken(None, child, min(message["hold"], 300), message["number"], known)
        if fresh or message["hold"] == 0 or self._after(known, child):
            return TinyTaken(self.reply(taken), child, 0, taken.answers, known)
        return taken

    def reply(self, taken: TinyTaken) -> bytes:
        rows = self._after(taken.known, taken.child)
        sent = rows[: self.batch]
        return _sealed(
            {
                "answers": taken.answers,
                "notes": [text for _, text in sent],
                "last": sent[-1][0] if sent else taken.known,
                "more": len(rows) > self.batch,
            }
        )

    def take_join(self, sealed: bytes) -> bytes:
        return _sealed({"welcome": self._opened(sealed)["from"]})

    # the child's side

    def request(self, hold_s: int) -> bytes:
        self._open += 1
        rows = self._carried = self._after(self._mark("sent"), PARENT)[: self.batch]
        return _sealed(
            {
                "from": self.name.decode(),
                "number": self._open,
                "known": self._mark("known"),
                "notes": [text for _, text in rows],
                "last": rows[-1][0] if rows else self._mark("sent"),
                "hold": hold_s,
            }
        )

    def take_reply(self, sealed: bytes) -> TinyRound:
        message = self._opened(sealed)
        if message["answers"] != self._open:
            return TinyRound(0, 0, True)
        sent, self._carried = self._carried, []
        fresh = self._add(message["notes"], PARENT)
        self._set("known", message["last"])
        if sent:
            self._set("sent", sent[-1][0])
        left = self._after(self._mark("sent"), PARENT)
        self._tell(fresh, but=b"", up=False)
        return TinyRound(len(sent), len(fresh), bool(message["more"] or left))

    # both

    def do(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
        if operation == "note":
            self._tell(self._add([params["text"]]))
            return {"staff": staff, "notes": len(self.notes())}
        if operation == "notes":
            return {"items": self.notes(), "listen": self.config.listen, "ticks": self.ticks}
        if operation == "parent":
            self.parent_url = params["url"]
            self._tell(["parent"])
            return {}
        if operation == "forbid":
            raise Forbidden("不可以", code="not_allowed", hint="qiao status")
        if operation == "break":
            raise ZeroDivisionError("broken")
        raise Usage(operation, code="unknown_operation")

    def notes(self) -> list[str]:
        return [text for (text,) in self._db.execute("SELECT text FROM note ORDER BY row")]

    def tick(self) -> None:
        self.ticks += 1

    def rebuild(self) -> bool:
        return False

    def close(self) -> None:
        self._db.close()

    def _opened(self, sealed: bytes) -> dict[str, Any]:
        if not sealed.startswith(b"tiny"):
            raise BadEnvelope("no envelope of ours")
        opened: dict[str, Any] = json.loads(sealed[4:])
        return opened

    def _add(self, texts: list[str], origin: bytes = b"") -> list[str]:
        known = set(self.notes())
        fresh = [text for text in texts if text not in known]
        rows = [(text, origin) for text in fresh]
        self._db.executemany("INSERT INTO note (text, origin) VALUES (?, ?)", rows)
        return fresh

    def _after(self, row: int, peer: bytes) -> list[tuple[int, str]]:
        """What a peer lacks: notes past its position that didn't come from it."""
        asked = "SELECT row, text FROM note WHERE row > ? AND origin != ? ORDER BY row"
        return self._db.execute(asked, (row, peer)).fetchall()

    def _mark(self, name: str) -> int:
        found = self._db.execute("SELECT value FROM mark WHERE name = ?", (name,)).fetchone()
        return found[0] if found else 0

    def _set(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, value))

    def _tell(self, fresh: list[str], but: bytes = b"", up: bool = True) -> None:
        if fresh:
            change = TinyChange(frozenset(self._children - {but}), up)
            for listener in self.listeners:
                listener(change)


def _sealed(message: Mapping[str, Any]) -> bytes:
    return b"tiny" + json.dumps(message).encode()


def config_of(directory: Path, **settings: Any) -> Config:
    directory.mkdir(parents=True, exist_ok=True)
    return Config(directory, **{"listen": "127.0.0.1:0", "backup_enabled": False, **settings})
