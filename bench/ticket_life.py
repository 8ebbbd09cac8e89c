"""What a ticket's life costs on a link, in bytes as they are on the wire: HTTP heads, TCP's payload, both ways.

    python -m bench.ticket_life

A province runs as a process of the real program, its city is this one; between them a relay counts. A ticket lives
through twelve acts, each in an exchange of its own; ten tickets do in one exchange; and an exchange says nothing at
all, as an idle link's do, which is held for five minutes then. The connection is a new one for each: a daemon keeps
its own, and where an idle exchange is held it gives that one up to carry what is new.
"""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import documents, running
from bench.lives import STAFF
from node import stands
from node.store import stands as store
from node.transport.round import once
from node.writer import Writer
from sync_protocol import cbor

TICKETS = 10
HOUR = 12  # idle exchanges, each held for five minutes
TEXTS = (
    "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在，包工头电话不接。",
    "已联系单位负责人，约定周三面谈，请职工带欠条和考勤本来。",
    "双方到场，单位承认拖欠，金额还要核对，约定周五前给答复。",
    "单位要求分两期付，职工不同意，继续协调。",
    "职工补交了出工照片和微信记录，已转给单位。",
    "再次约谈，单位同意一次付清，下周一到账。",
    "去银行看过回单，钱已打到职工的卡上。",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder)), indent=1))


@dataclass(slots=True)
class Relay:
    """Carries every connection to a port, and counts what goes through."""

    port: int
    counted: int = 0
    address: str = ""

    @contextmanager
    def open(self) -> Iterator[Relay]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        try:
            yield self
        finally:
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:  # the node isn't there now
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                self.counted += len(data)
                other.sendall(data)
        except OSError:
            pass
        finally:
            for end in (one, other):
                end.close()


def measure(folder: Path) -> dict[str, float]:
    """Bytes. Of a ticket: `one_exchange` where ten go in one, `own_exchanges` where each act goes in its own."""
    province = running.founded(folder)
    with running.stopped_at_last(province), Relay(province.port).open() as relay:
        city = documents.city(folder, province)
        _Link(city, relay).spent()
        link = _Link(city, relay)
        for verb, data in _life():  # what a link says once is said
            link.act(verb, data)
        link.spent()
        idle = link.spent()
        alone = [_one(link, verb, data) for verb, data in _life()]
        link.act_all(TICKETS)
        together = link.spent()
        word = _stand(city)
        city.close()
    return {
        "acts": len(alone),
        "one_exchange": together.wire / TICKETS,
        "own_exchanges": sum(one.wire for one in alone),
        "own_heads": sum(one.heads for one in alone) / len(alone),
        "own_idle": idle.bodies,
        "own_receipt": sum(one.down for one in alone) / len(alone) - idle.down,
        "own_commit": sum(one.up for one in alone) / len(alone) - idle.up,
        "idle_exchange": idle.wire,
        "idle_hour": idle.wire * HOUR + word * (1 + stands.HOURLY),
    }


def _stand(city: Writer) -> int:
    """A node's word on where it stands, with what it takes in a message. Within an hour a link may carry one up, and
    so many down, of those above and beside: signatures and ids aren't compressed."""
    with city.work() as work:
        kept = store.newest(work.db, work.node, work.log)
    assert kept is not None, "it was made with its first exchange"
    return len(cbor.encode(kept.raw))


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one exchange: bytes on the wire, and in the bodies of its requests and replies."""

    wire: int
    up: int
    down: int

    @property
    def bodies(self) -> int:
        return self.up + self.down

    @property
    def heads(self) -> int:
        return self.wire - self.bodies


@dataclass(slots=True)
class _Link:
    city: Writer
    relay: Relay
    record: str | None = None

    def act(self, verb: str, data: dict[str, Any]) -> None:
        params = {
            "matter": "ticket",
            "verb": verb,
            "record": None if verb == "register" else self.record,
            "data": data,
        }
        self.record = self.city.do("act", params, STAFF)["record"]

    def act_all(self, tickets: int) -> None:
        for _ in range(tickets):
            for verb, data in _life():
                self.act(verb, data)

    def spent(self) -> Spent:
        before = self.relay.counted
        report = asyncio.run(once(self.city, self.relay.address, self.city.config))
        assert report.rounds == 1 and report.complete, "an exchange, and no more"
        return Spent(self.relay.counted - before, report.bytes_up, report.bytes_down)


def _one(link: _Link, verb: str, data: dict[str, Any]) -> Spent:
    link.act(verb, data)
    return link.spent()


def _life() -> Iterator[tuple[str, dict[str, Any]]]:
    """Verb and data: the city registers a walk-in's, and works on it itself."""
    yield "register", {"channel": "visit", "class": "resolution_request", "topic": "legal/labour/wages/arrears",
                       "narrative": TEXTS[0], "worker_name": "王小明", "worker_phone": "13800001111"}  # fmt: skip
    yield "dispatch", {"lead": documents.CITY}
    yield "accept", {}
    for text in TEXTS[1:]:
        yield "note", {"text": text}
    yield "amend", {"amount_claimed": 1_460_000, "occupation": "外墙保温工"}
    yield "urge", {"text": "职工又来电催问。"}
    yield (
        "submit",
        {"result": "completed", "resolved": True, "text": "余款一万零六百六十元已结清，职工签字。"},
    )


if __name__ == "__main__":
    main()
