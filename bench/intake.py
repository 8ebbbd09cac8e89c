"""What a desk waits for while a caller is on the line: his history, what may be registered twice, the day's calls.

The index of a hundred thousand tickets and nine hundred thousand calls is written straight into the tables; the
records that an answer reads are folded states of real acts, copied.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.node import _opened, _tell
from node import alike, founding, repeats
from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.lookup import Lookup
from node.store import alike as index
from node.store import folded, records
from node.store.alike import Token
from node.work import Work
from node.writer import Writer

TICKETS, CALLS = 100_000, 900_000
COPIES = 5_000  # rows of one statement
CALLERS = 300_000  # ten years' callers
BIG = 3_000  # tickets of the province's largest employer
ROUNDS = 30
FORM = {"topic": "legal/labour/wages/arrears", "employer_name": "某某建设集团有限公司"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "p"
        founding.init(
            directory, "370000", "山东省总工会", clock=SystemClock(), entropy=SystemEntropy(), root=True,
            recovery=Path(folder) / "key",
        )  # fmt: skip
        writer = _opened(directory)
        begun = time.perf_counter()
        _fill(writer)
        _tell("made (not a figure of the node)", time.perf_counter() - begun, "s")
        _register(writer)
        _look(directory)
        writer.close()


def _fill(writer: Writer) -> None:
    given = {
        "channel": "phone",
        "class": "enquiry",
        "narrative": "问欠薪" * 20,
        **FORM,
        "worker_phone": _phone(0),
    }
    models = {
        matter: writer.do("act", {"matter": matter, "verb": "register", "record": None, "data": given}, "a")[
            "record"
        ]
        for matter in ("ticket", "call")
    }
    with writer.work() as work:
        for matter, count in (("ticket", TICKETS), ("call", CALLS)):
            _copy(work, matter, bytes.fromhex(models[matter]), count)


def _copy(work: Work, matter: str, model: bytes, count: int) -> None:
    row = work.db.execute(
        select(folded.FOLDED).where(folded.FOLDED.c.record == records.row_of(work.db, model))
    ).one()
    values = dict(row._mapping)
    first = 1 + max(one.id for one in work.db.execute(select(records.RECORD.c.id)))
    for start in range(0, count, COPIES):
        numbers = range(start, min(start + COPIES, count))
        named = [
            {"id": first + at, "record": matter.encode()[:4] + at.to_bytes(12, "big"), "matter": matter}
            for at in numbers
        ]
        work.db.execute(insert(records.RECORD), named)
        copies = [
            {**values, "record": one["id"], "number": f"{matter}-{at}"}
            for one, at in zip(named, numbers, strict=True)
        ]
        work.db.execute(insert(folded.FOLDED), copies)
        tokens = [
            row
            for one, at in zip(named, numbers, strict=True)
            for row in _tokens(work, one["id"], at, values["created"])
        ]
        work.db.execute(insert(index.ALIKE), tokens)


def _tokens(work: Work, record: int, at: int, created: int) -> Iterator[dict[str, Any]]:
    employer = "某某建设集团有限公司" if at < BIG else f"单位{at // 20}"
    for kind, value in (("phone", _phone(at % CALLERS)), ("organisation", employer)):
        found = alike.token(work.alike_key, kind, value)
        assert found is not None
        yield {"record": record, "key": kind, "token": found.token, "created": created}


def _phone(number: int) -> str:
    return f"138{number:08d}"


def _register(writer: Writer) -> None:
    given = {"channel": "phone", "class": "enquiry", "narrative": "问欠薪", **FORM}

    def register(at: int) -> None:
        data = {**given, "worker_phone": _phone(at)}
        writer.do("act", {"matter": "ticket", "verb": "register", "record": None, "data": data}, "a")

    _each("register beside a million records", register)


def _look(directory: Path) -> None:
    lookup = Lookup(directory, "zh")
    _each("history of a caller", lambda at: lookup.earlier(_phone(at), None))
    _each("duplicates of a form: caller", lambda at: lookup.duplicates({"worker_phone": _phone(at)}))
    _each("duplicates of a form: caller, largest employer, topic",
          lambda at: lookup.duplicates({**FORM, "worker_phone": _phone(at)}))  # fmt: skip
    _each("duplicates of a form: an employer and a topic",
          lambda at: lookup.duplicates({**FORM, "employer_name": f"单位{500 + at}"}))  # fmt: skip
    _each("the topic list", lambda at: lookup.codes("topic"))
    with lookup._read() as db:
        token = alike.token(lookup._alike_key, "phone", _phone(1))
        assert isinstance(token, Token)
        _each("  of it, the index alone", lambda at: repeats.earlier(db, {token}, 50))
    lookup.close()


def _each(what: str, do: Callable[[int], object]) -> None:
    times = []
    for at in range(ROUNDS):
        begun = time.perf_counter()
        do(at)
        times.append(time.perf_counter() - begun)
    _tell(what, statistics.median(times) * 1000, "ms (median)")
    _tell("  worst", max(times) * 1000, "ms")


if __name__ == "__main__":
    main()
