"""What a province's node answers at its size (product 1.4): 1,000,000 calls and 100,000 tickets of ten years.

Some real records are made by real acts, and their projections are copied so many times, spread over time and
units: what is measured reads projections alone, but for one ticket shown whole. `--calls 100000 --tickets 10000`
for a quick look; `--dir` keeps the database.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node import founding
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.iso import CHINA
from node.reader import Reader
from node.writer import Writer

YEARS = 10
YEAR_MS = 365 * 24 * 3600 * 1000
OFFICES = 260
ROLES = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
NARRATIVE = "干外墙保温，讲好一万四千六百六十元，只拿到四千元，余款拖到现在，包工头电话不接。" * 2
TOPICS = (
    "legal/labour/wages/arrears",
    "legal/labour/contract/ending",
    "legal/labour/injury/claim",
    "hardship/aid",
)
CHANNELS = ("phone", "web", "app", "visit")
COPIED = ("folded", "state", "place", "due", "card", "fact", "trait")
MOMENTS = ("created", "changed", "next_due", "since", "start_ms", "due_ms", "done_ms", "from_ms", "issued_ms",
           "cleared_ms", "at_ms", "until_ms")  # fmt: skip
HYBRID = ("created", "changed")  # milliseconds × 65536


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--calls", type=int, default=1_000_000)
    asked.add_argument("--tickets", type=int, default=100_000)
    asked.add_argument("--dir", type=Path)
    given = asked.parse_args()
    if given.dir is not None:
        _measure(given.dir, given.calls, given.tickets)
        return
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), given.calls, given.tickets)


def _measure(folder: Path, calls: int, tickets: int) -> None:
    place = folder / "p"
    if not place.exists():
        shown = _found(place)
        begun = time.perf_counter()
        _spread(place, calls, tickets)
        _tell("copied", time.perf_counter() - begun, "s")
        _tell("a ticket of a whole life shown", shown, "ms (median)")
    _tell("database", (place / "node.db").stat().st_size / 2**20, "MiB")
    reader = Reader(place, "zh")
    year = str(datetime.now(CHINA).year - 1)
    asks: dict[str, Callable[[], Any]] = {
        "a list page": lambda: reader.list("ticket"),
        "a list page, by due": lambda: reader.list("ticket", sort="due", view="unit"),
        "a list page of calls": lambda: reader.list("call"),
        "all overdue with their cards": reader.overdue,
        "stats for a year": lambda: reader.stats(period=year),
        "stats for a year by unit": lambda: reader.stats(period=year, by="unit"),
        "stats for a year by topic": lambda: reader.stats(period=year, by="topic:2"),
        "stats for a year by month": lambda: reader.stats(period=year, by="month"),
        "stats for a year of one city": lambda: reader.stats(period=year, unit="370103"),
        "stats for a month": lambda: reader.stats(period=f"{year}-10"),
        "stats of everything": reader.stats,
        "the K-line of a year by week": lambda: reader.kline("week", period=year),
    }
    for name, ask in asks.items():
        _tell(name, _median(ask), "ms (median of 3)")
    _tell("overdue", len(reader.overdue()["items"]), "deadlines")
    _tell("calls counted", reader.stats(figures=["calls"])["figures"][0]["numerator"], "")
    reader.close()


def _median(ask: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


# Real records, made by real acts


def _found(place: Path) -> float:
    """A node with the records that are copied. Returns how long showing one of them takes, in ms."""
    clock, entropy = SystemClock(), SystemEntropy()
    founding.init(place, "370000", "山东省总工会", clock=clock, entropy=entropy, root=True,
                  recovery=place.parent / "key")  # fmt: skip
    writer = Writer.open(place, load(place), clock, entropy)
    writer.do("staff.add", {"id": "a", "name": "甲", "roles": ROLES, "password": "bench-pass"}, None)
    for city in range(OFFICES // 16):
        _host(writer, f"3701{city:02d}")
    begun = time.perf_counter()
    made = [_life(writer, number) for number in range(20)]
    for number in range(8):
        _call(writer, number)
    _tell(
        "an act at the desk, with what it counts", (time.perf_counter() - begun) / (20 * 10 + 8) * 1000, "ms"
    )
    writer.close()
    reader = Reader(place, "zh")
    shown = _median(lambda: reader.show("ticket", made[0]))
    reader.close()
    return shown


def _host(writer: Writer, unit: str) -> None:
    invited = {"unit": unit, "name": f"{unit} 总工会", "role": "hosted", "kind": "department"}
    writer.do("invite", invited, "a")


def _act(writer: Writer, matter: str, verb: str, record: str | None, **data: Any) -> str:
    params = {"matter": matter, "verb": verb, "record": record, "data": data}
    return str(writer.do("act", params, "a")["record"])


def _life(writer: Writer, number: int) -> str:
    """Registered to archived by ten acts and more; every tenth is left with its unit."""
    given = {"class": "resolution_request", "channel": CHANNELS[number % 4], "topic": TOPICS[number % 4]}
    unit = f"3701{number % (OFFICES // 16):02d}"
    record = _act(writer, "ticket", "register", None, **given, narrative=NARRATIVE, workplace_region="370100",
                  amount_claimed=1_466_000)  # fmt: skip
    _act(writer, "ticket", "dispatch", record, lead=unit)
    if number % 10 == 9:
        return record
    told = {"result": "completed", "resolved": number % 3 > 0, "text": "余款已结清。", "recovered": 1_066_000}
    _act(writer, "ticket", "accept", record, behalf=unit)
    _act(writer, "ticket", "note", record, text="已联系包工头，约定周三面谈。")
    _act(writer, "ticket", "submit", record, behalf=unit, **told)
    _act(writer, "ticket", "review", record, unit=unit, outcome="pass")
    _act(writer, "ticket", "follow-up", record, outcome="satisfied", result=5, attitude=4)
    _act(writer, "ticket", "quality-check", record, outcome="pass")
    _act(writer, "ticket", "archive", record)
    return record


def _call(writer: Writer, number: int) -> None:
    _act(writer, "call", "register", None, channel="phone", narrative=NARRATIVE, topic=TOPICS[number % 4],
         persons_served=1 + number % 3, answered_on_the_spot=number % 8 > 0,
         satisfaction_call=1 + number % 5)  # fmt: skip


# Copies of their projections


def _spread(place: Path, calls: int, tickets: int) -> None:
    db = driver.connect(str(place / "node.db"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-200000", "temp_store=MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("BEGIN")
    _copy(db, "call", calls)
    _copy(db, "ticket", tickets)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _copy(db: Any, matter: str, many: int) -> None:
    """The templates take turns; the copies go back through the years evenly."""
    rows = db.execute("SELECT record FROM folded WHERE matter = ? ORDER BY record", (matter,)).fetchall()
    base = db.execute("SELECT max(id) FROM record").fetchone()[0]
    db.execute(
        "CREATE TEMP TABLE IF NOT EXISTS copies (record INTEGER PRIMARY KEY, template INTEGER, back INTEGER)"
    )
    db.execute("DELETE FROM copies")
    step = YEARS * YEAR_MS // many
    db.executemany(
        "INSERT INTO copies VALUES (?, ?, ?)",
        ((base + 1 + at, rows[at % len(rows)][0], (at + 1) * step) for at in range(many)),
    )
    db.execute(
        "INSERT INTO record (id, record, matter) SELECT record, randomblob(16), ? FROM copies", (matter,)
    )
    for table in COPIED:
        _copy_table(db, table)


def _copy_table(db: Any, table: str) -> None:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(_moved(column) for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    db.execute(
        f"INSERT INTO {table} ({names}) SELECT {chosen} FROM copies JOIN {table} AS old ON old.record = template"
    )


def _moved(column: str) -> str:
    if column == "record":
        return "copies.record"
    if column == "number":
        return "CASE old.number WHEN '' THEN '' ELSE 'B' || copies.record END"
    if column in HYBRID:
        return f"old.{column} - back * 65536"
    return f'old."{column}" - back' if column in MOMENTS else f'old."{column}"'


def _tell(what: str, figure: float, unit: str) -> None:
    print(f"{what:<55} {figure:10.1f} {unit}", flush=True)


if __name__ == "__main__":
    main()
