"""A province that takes in what its offices signed while they were away: changes a second, everything included.

Each office is a real node that really joined. What it sends is poured from moulds (mould.py) of a ticket's life that
real acts made at one of them: acts and words of its own, in commits signed with its own key, sealed in requests as a
child makes them. The province's own writer takes them: opened, verified, stored, folded, projected, indexed, receipted.

    python -m bench.senders [--senders 20] [--changes 3000] [--batch 1000]
    python -m bench.senders --senders 260 --changes 500     # all offices back at once
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench import narratives
from bench.lives import STAFF, Case
from bench.measure import memory
from bench.mould import Change, Mould
from node import founding, incarnation, link
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.store import chain
from node.work import Work
from node.writer import Writer
from sync_protocol import clock, commit, invitation, messages
from sync_protocol import frontier as frontiers
from sync_protocol.change import change_id
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.frontier import Position
from sync_protocol.messages import CAN, ChangeItem, CommitItem, Request, Taken
from sync_protocol.names import short
from sync_protocol.run import EMPTY, Head

ROLES = ["operator", "dispatcher", "handler", "supervisor"]
PASSWORD = "bench-pass"
NOTES = 4  # of one life: twelve changes with what registers and amends it


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--senders", type=int, default=20)
    asked.add_argument("--changes", type=int, default=3000, help="of each sender")
    asked.add_argument("--batch", type=int, default=1000, help="changes a request")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.senders, given.changes, given.batch)


def measure(folder: Path, senders: int, changes: int, batch: int) -> dict[str, float]:
    province, requests = prepared(folder, senders, changes, batch)
    found = taken_in(province, requests, senders * changes)
    for name, figure in found.items():
        _tell(name, figure, "")
    memory("memory of the province")
    province.close()
    return found


def taken_in(province: Writer, requests: list[bytes], sent: int) -> dict[str, float]:
    """What it took, by name."""
    gc.collect()
    gc.freeze()  # as the daemon does
    gc.set_threshold(50_000, 50, 50)  # as every command does
    begun, cpu, steps = time.perf_counter(), time.process_time(), []
    for raw in requests:
        one = time.perf_counter()
        province.take(raw)
        steps.append(time.perf_counter() - one)
    wall, spent = time.perf_counter() - begun, time.process_time() - cpu
    return {
        "changes": sent,
        "per_second": sent / wall,
        "per_cpu_second": sent / spent,
        "seconds": wall,
        "request_ms": statistics.median(steps) * 1000,
        "longest_ms": max(steps) * 1000,
        "bytes_a_change": sum(map(len, requests)) / sent,
    }


def prepared(folder: Path, senders: int, changes: int, batch: int) -> tuple[Writer, list[bytes]]:
    """The province, and what is sent to it, a request of each office after the other."""
    province = founded(folder / "p")
    offices = [
        joined(folder, province, f"37{number // 90 + 1:02d}{number % 90 + 10:02d}")
        for number in range(senders)
    ]
    mould = _mould(offices[0])
    for one in offices:
        _agree(one, province)  # each has heard of all others: what is measured is what they bring
    sending = [_Sender(one, mould, Random(at), changes, batch).requests() for at, one in enumerate(offices)]
    return province, [raw for turn in zip(*sending, strict=True) for raw in turn]


def founded(place: Path) -> Writer:
    founding.init(place, "370000", "山东省总工会", clock=SystemClock(), entropy=SystemEntropy(), root=True,
                  recovery=place.parent / "recovery.key")  # fmt: skip
    return _opened(place)


def _opened(place: Path) -> Writer:
    writer = Writer.open(place, load(place), SystemClock(), SystemEntropy())
    writer.do("staff.add", {"id": STAFF, "name": "甲", "roles": ROLES, "password": PASSWORD}, None)
    return writer


def joined(folder: Path, province: Writer, unit: str) -> Writer:
    invited = province.do("invite", {"unit": unit, "name": f"{unit}总工会", "address": "http://x"}, STAFF)
    founding.join(
        folder / unit, invitation.read(invited["invitation"]), lambda _address, sealed: province.take_join(sealed),
        clock=SystemClock(), entropy=SystemEntropy(),
    )  # fmt: skip
    writer = Writer.open(folder / unit, load(folder / unit), SystemClock(), SystemEntropy())
    _agree(writer, province)
    return writer


def _agree(writer: Writer, province: Writer) -> None:
    more = True
    while more:
        reply = province.take(writer.request(0)).reply
        assert reply is not None, "it isn't to be held"
        more = writer.take_reply(reply).more


def _mould(writer: Writer) -> Mould:
    """A walk-in's ticket, registered, worked on, not dispatched yet."""
    writer.do("staff.add", {"id": STAFF, "name": "甲", "roles": ROLES, "password": PASSWORD}, None)
    case = Case(writer, "ticket", 1, "", "", Random(1), STAFF)
    case.register(amount_claimed=1_066_000)
    for nth in range(NOTES):
        case.do("note", text=f"第{nth + 1}次联系单位负责人，约定再谈，金额还要核对。")
    case.do("amend", amount_claimed=1_460_000, occupation="外墙保温工")
    with writer.work() as work:
        return Mould(work.db, case)


@dataclass(slots=True)
class _Sender:
    """One office, whose log goes on from where it stands."""

    writer: Writer
    mould: Mould
    random: Random
    changes: int
    batch: int

    def requests(self) -> list[bytes]:
        with self.writer.work() as work:
            row = chain.log_row(work.db, work.log)
            batches = list(self._batches(self._commits(work, EMPTY if row is None else row.head)))
            found = [self._sealed(work, items, at + 1 < len(batches)) for at, items in enumerate(batches)]
        self.writer.close()
        return found

    def _sealed(self, work: Work, items: list[CommitItem], more: bool) -> bytes:
        last = commit.parse(items[-1].raw)
        stands = chain.frontier(work.db, [work.node]) | {work.log: (Position(last.header.seq, last.id),)}
        peer = link.parent(work)
        request = Request(
            understands=link.understands(), digest=frontiers.digest(stands), clock_ms=work.now_ms, frontier=stands,
            commits=tuple(items), taken=Taken(peer.incarnation, peer.position, peer.position_id), more=more, can=CAN,
        )  # fmt: skip
        number = incarnation.next_number(work)
        made = Envelope(peer.node, work.log, number, 0, Kind.REQUEST, messages.encode(request))
        return self.writer._seal(made, self.writer._seal_key(work, peer.node), work.keys)

    def _batches(self, commits: Iterable[CommitItem]) -> Iterator[list[CommitItem]]:
        items: list[CommitItem] = []
        size = 0
        for one in commits:
            items.append(one)
            size += len(one.changes)
            if size >= self.batch:
                yield items
                items, size = [], 0
        if items:
            yield items

    def _commits(self, work: Work, head: Head) -> Iterator[CommitItem]:
        done, time_ = 0, max(head.time, clock.from_ms(work.now_ms))
        while done < self.changes:
            values = self.mould.values(0, self._texts(done))
            for step in self.mould.steps:
                time_ += 1 << 16
                values["time", step.time] = time_.to_bytes(8, "big")
                bodies = [self._body(work.log, values, change) for change in step.changes]
                names = tuple(change_id(work.log, salt, body) for salt, body in bodies)
                header = commit.Header(work.log, head.seq + 1, head.id, time_, STAFF, names, work.path)
                made = commit.make(header, work.node, work.keys.sign)
                head = Head(head.seq + 1, made.id, time_)
                yield CommitItem(made.raw, tuple(ChangeItem(at, *one) for at, one in enumerate(bodies)))
                done += len(bodies)

    def _body(self, log: bytes, values: dict[Any, bytes], change: Change) -> tuple[bytes, bytes]:
        body, salt = change.poured(values), self.random.randbytes(16)
        values["id", change.slot] = short(change_id(log, salt, body))
        return salt, body

    def _texts(self, nth: int) -> Mapping[str, str]:
        return {
            "narrative": narratives.narrative(self.random, self.mould.topic, self.random.randint(1, 7)),
            "worker_phone": f"138{self.random.randrange(10**8):08d}",
            "employer_name": f"单位{self.random.randrange(50_000)}",
            "worker_name": f"某{self.random.randrange(100_000)}",
            "number": f"{self.writer.directory.name}-20261130-{nth:06d}",
        }


def _tell(what: str, figure: float, unit: str) -> None:
    print(f"{what:<52}{figure:11.1f} {unit}", flush=True)


if __name__ == "__main__":
    main()
