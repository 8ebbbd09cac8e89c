"""A node's own figures on this machine: an act at the desk, an exchange, and what they cost in SQL and bytes.

Two real nodes on real files, the exchange by hand: no line between them but this process.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from node import founding
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.writer import Writer
from sync_protocol import invitation

TICKETS = 100
ROLES = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
NARRATIVE = "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在，包工头电话不接。" * 2


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        parent, child = _tree(Path(folder))
        records = _desk(parent)
        _travel(parent, child, records)
        parent.close()
        child.close()


def _tree(folder: Path) -> tuple[Writer, Writer]:
    clock, entropy = SystemClock(), SystemEntropy()
    founding.init(
        folder / "p",
        "370000",
        "山东省总工会",
        clock=clock,
        entropy=entropy,
        root=True,
        recovery=folder / "key",
    )
    parent = _opened(folder / "p")
    invited = parent.do("invite", {"unit": "370200", "name": "青岛市总工会", "address": "http://x"}, "a")
    founding.join(
        folder / "c",
        invitation.read(invited["invitation"]),
        lambda _address, sealed: parent.take_join(sealed),
        clock=clock,
        entropy=entropy,
    )
    return parent, _opened(folder / "c")


def _opened_again(folder: Path) -> Writer:
    return Writer.open(folder, load(folder), SystemClock(), SystemEntropy())


def _opened(folder: Path) -> Writer:
    writer = _opened_again(folder)
    writer.do("staff.add", {"id": "a", "name": "甲", "roles": ROLES, "password": "bench-pass"}, None)
    return writer


def _act(writer: Writer, verb: str, record: str | None, **data: Any) -> str:
    params = {"matter": "ticket", "verb": verb, "record": record, "data": data}
    return str(writer.do("act", params, "a")["record"])


def _register(writer: Writer) -> str:
    given = {"class": "resolution_request", "channel": "phone", "topic": "legal/labour/wages/arrears"}
    return _act(writer, "register", None, **given, narrative=NARRATIVE, worker_phone="13800000000")


def _desk(parent: Writer) -> list[str]:
    counted = _count_sql(parent)
    records = []
    times = []
    for _ in range(TICKETS):
        begun = time.perf_counter()
        records.append(_register(parent))
        times.append(time.perf_counter() - begun)
    _tell("register at the desk, durable", statistics.median(times) * 1000, "ms (median)")
    _tell("  statements an act", counted() / TICKETS, "")
    _tell("dispatch", _each(lambda one: _act(parent, "dispatch", one, lead="370200"), records), "ms")
    return records


def _travel(parent: Writer, child: Writer, records: list[str]) -> None:
    _exchange(parent, child)
    _tell("accept", _each(lambda one: _act(child, "accept", one), records), "ms")
    _tell(
        "note",
        _each(lambda one: _act(child, "note", one, text="已联系包工头，约定周三面谈。"), records),
        "ms",
    )
    told = {"result": "completed", "resolved": True, "text": "余款一万零六百六十元已结清。"}
    _tell("submit", _each(lambda one: _act(child, "submit", one, **told), records), "ms")
    begun = time.perf_counter()
    up, down, moved = _exchange(parent, child)
    seconds = time.perf_counter() - begun
    _tell(f"exchange of {moved} commits, both sides", seconds * 1000, "ms")
    _tell("  commits a second", moved / seconds, "")
    _tell("  bytes a commit on the wire", (up + down) / moved, "")
    up, down, _ = _exchange(parent, child)
    _tell("an idle exchange", up + down, "bytes")
    begun = time.perf_counter()
    problems = _refolded(parent)
    _tell(f"every projection built again ({problems} records)", (time.perf_counter() - begun) * 1000, "ms")


def _refolded(writer: Writer) -> int:
    from node import rebuild

    with writer.work() as work:
        rebuild.everything(work)
        return len(work.touched)


def _exchange(parent: Writer, child: Writer) -> tuple[int, int, int]:
    """(bytes up, bytes down, commits moved) until neither side has more."""
    up = down = moved = 0
    more = True
    while more:
        request = child.request(0)
        reply = parent.take(request).reply
        assert reply is not None
        taken = child.take_reply(reply)
        up, down, more = up + len(request), down + len(reply), taken.more
        moved += taken.sent + taken.received
    return up, down, moved


def _each(do: Callable[[str], object], records: list[str]) -> float:
    """Median milliseconds."""
    times = []
    for record in records:
        begun = time.perf_counter()
        do(record)
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def _count_sql(writer: Writer) -> Callable[[], int]:
    seen = [0]

    def count(*_: object) -> None:
        seen[0] += 1

    event.listen(writer._engine, "before_cursor_execute", count)
    return lambda: seen[0]


def _tell(what: str, figure: float, unit: str) -> None:
    print(f"{what:<55} {figure:10.1f} {unit}")


if __name__ == "__main__":
    main()
