"""A province at its size (product 1.4): 1,000,000 calls, 100,000 tickets with 1,200,000 acts, of ten years.

`python -m bench.province --dir D` makes a node in D/p and keeps it; figures.py and intake.py measure it. Its records
are copies of some that real acts made (lives.py): each copy has acts of its own, in signed commits of the node's log,
that say other things of other people, and its state is what the fold gives of them. Two things aren't: a copy's
deadlines are its template's so many weeks later, whatever holidays lie between; and `folded.digest` is its template's.
Staff ids `a` (its administrator) and `b01` to `b30`, password `bench-pass`.
"""

from __future__ import annotations

import argparse
import gc
import heapq
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import sqlcipher3.dbapi2 as driver

from bench import lives, narratives
from bench.lives import DAY_MS, FRESH, HOUR_MS, SORTS, Hand
from bench.mould import Mould
from node import alike, founding
from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.iso import CHINA, day
from node.matters import KINDS, plain
from node.matters.article import shipped
from node.store import search
from node.work import HIGH_WATER
from node.writer import Writer
from sync_protocol import clock, commit
from sync_protocol.change import change_id
from sync_protocol.names import short

CALLS, TICKETS = 1_000_000, 100_000
YEARS, WEEK_MS = 10, 7 * DAY_MS
ROLES = [
    "operator",
    "dispatcher",
    "handler",
    "supervisor",
    "follow_up",
    "quality_checker",
    "leader",
    "auditor",
]
CITIES = [f"37{number:02d}00" for number in range(1, 17)]
OTHERS = [f"I{number:02d}" for number in range(1, 21)] + [f"E{number:02d}" for number in range(1, 31)]
CALLERS = 300_000  # ten years' callers
BIG, BIG_NAME = 3_000, "某某建设集团有限公司"  # tickets of the largest employer
ROWS = 2_000  # of one statement
COPIED = ("folded", "place", "charge", "due", "card", "fact", "trait")
MOMENTS = frozenset({"next_due", "turn_ms", "since", "start_ms", "due_ms", "done_ms", "from_ms", "issued_ms",
                     "cleared_ms", "at_ms", "until_ms", "remind_ms"})  # fmt: skip
HYBRID = frozenset({"created", "changed"})


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--dir", type=Path, required=True)
    asked.add_argument("--calls", type=int, default=CALLS)
    asked.add_argument("--tickets", type=int, default=TICKETS)
    given = asked.parse_args()
    build(given.dir, given.calls, given.tickets)


def build(folder: Path, calls: int = CALLS, tickets: int = TICKETS) -> Path:
    """The node's directory; where there is one already it is left as it is."""
    place = folder / "p"
    if place.exists():
        return place
    told = _Told()
    random = Random(4)
    begins = datetime.now(CHINA).replace(hour=8, minute=30, second=0, microsecond=0) - timedelta(
        weeks=52 * YEARS + 12
    )
    hand = Hand(int((begins - timedelta(days=begins.weekday())).timestamp() * 1000))
    writer = _founded(place, hand)
    cases = lives.live(writer, hand, [*CITIES, *OTHERS], random)
    told.step("templates made by real acts")
    with writer.work() as work:
        moulds = {at: [Mould(work.db, one) for one in several] for at, several in cases.items()}
    _Pouring(writer, moulds, random).pour(calls, tickets, told)
    writer.close()
    _articles(place, told)
    return place


class _Told:
    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def step(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{what:<55} {now - self._begun:10.1f} s", flush=True)
        self._begun = now


def _founded(place: Path, hand: Hand) -> Writer:
    place.parent.mkdir(parents=True, exist_ok=True)
    entropy = SystemEntropy()
    founding.init(place, "370000", "山东省总工会", clock=hand, entropy=entropy, root=True,
                  recovery=place.parent / "recovery.key")  # fmt: skip
    writer = Writer.open(place, load(place), hand, entropy)
    for at, one in enumerate([lives.STAFF, *lives.PEOPLE]):
        person = {"id": one, "name": f"{one}号", "roles": ROLES, "password": "bench-pass"}
        writer.do("staff.add", person, lives.STAFF if at else None)
    for unit in CITIES:
        writer.do(
            "invite",
            {"unit": unit, "name": f"{unit}市总工会", "role": "hosted", "kind": "place"},
            lives.STAFF,
        )
    for unit in OTHERS:
        kind = "industry" if unit.startswith("I") else "enterprise"
        writer.do(
            "invite", {"unit": unit, "name": f"{unit}工会", "role": "hosted", "kind": kind}, lives.STAFF
        )
    return writer


def _articles(place: Path, told: _Told) -> None:
    """The knowledge base, as an operator takes it in; the node's own program is content with what was poured."""
    writer = Writer.open(place, load(place), SystemClock(), SystemEntropy())
    rows = list(shipped())
    while rows:
        rows = rows[writer.do("import", {"matter": "article", "rows": rows[:300]}, lives.STAFF)["taken"] :]
    writer.tick()
    writer.close()
    told.step("the shipped articles taken in beside it")


# Pouring

_Plan = tuple[int, Mould, int]  # the instant at which a copy begins, its template, by how much it is later


@dataclass(slots=True, order=True)
class _Copy:
    """On its way: what of it isn't written yet begins at `due_ms`."""

    due_ms: int
    row: int
    mould: Mould = field(compare=False)
    shift_ms: int = field(compare=False)
    texts: Mapping[str, str] = field(compare=False)
    values: dict[Any, bytes] = field(compare=False)
    seqs: dict[int, int] = field(compare=False, default_factory=dict)
    done: int = field(compare=False, default=0)  # steps


class _Pouring:
    """Straight into the tables, in the order of time, so that the log is one that the node might have written."""

    def __init__(self, writer: Writer, moulds: Mapping[int, list[Mould]], random: Random) -> None:
        self._keys, self._alike_key, self._random = writer.keys, writer._alike_key, random
        self._moulds = moulds
        self._now_ms = SystemClock().own_ms() - DAY_MS
        self._begun_ms = writer.clock.now_ms()  # when the templates were done with
        self._db = driver.connect(str(writer.directory / "node.db"), isolation_level=None)
        self._numbers: dict[str, int] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._acts = {"ticket": 0, "call": 0}
        self._serial = {"ticket": 0, "call": 0}

    def pour(self, calls: int, tickets: int, told: _Told) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-2000000", "temp_store=MEMORY"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")
        self._begin()
        planned = sorted(
            [*self._planned("ticket", tickets), *self._planned("call", calls)], key=itemgetter(0)
        )
        told.step("planned")
        gc.disable()  # nothing of it goes in circles
        self._write(planned)
        gc.enable()
        told.step("acts, states and words poured")
        for table in COPIED:
            self._project(table)
        told.step("projections copied")
        self._end()
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
        told.step("committed")
        for matter, acts in self._acts.items():
            print(f"{matter + ': acts':<55} {acts:10d}", flush=True)

    def _begin(self) -> None:
        self._first_record = self._one("SELECT max(id) FROM record") + 1
        self._commit = self._one("SELECT max(id) FROM commit_")
        row = self._db.execute("SELECT id, log, head_seq, head_id, head_time FROM log").fetchall()
        assert len(row) == 1, "a new node has one log"
        self._log_row, self._log, self._seq, self._head, self._time = row[0]
        self._db.execute("CREATE TEMP TABLE copies (record INTEGER PRIMARY KEY, template INTEGER, shift INTEGER,"
                         " number TEXT, title TEXT)")  # fmt: skip
        self._db.execute(
            "CREATE TEMP TABLE carded (record INTEGER, old BLOB, new BLOB, PRIMARY KEY (record, old))"
        )

    def _one(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])

    # Which template, and when

    def _planned(self, matter: str, many: int) -> Iterator[_Plan]:
        sorts = [at for at, sort in enumerate(SORTS) if sort.matter == matter]
        span = self._now_ms - self._begun_ms
        for nth in range(many):
            at = self._random.choices(sorts, [SORTS[one].share for one in sorts])[0]
            mould = self._random.choice(self._moulds[at])
            wanted = self._now_ms if SORTS[at] is FRESH else self._begun_ms + span * (nth + 1) // many
            yield self._placed(mould, wanted, at)

    def _placed(self, mould: Mould, wanted_ms: int, at: int) -> _Plan:
        """So many whole weeks later that it is near the instant wanted, and nothing of it lies ahead of the present."""
        until = mould.ended_ms if SORTS[at].matter == "call" or at == 0 else self._begun_ms
        most = (self._now_ms - until) // WEEK_MS
        weeks = min(most, max(1, round((wanted_ms - mould.begun_ms) / WEEK_MS)))
        shift = max(weeks, 1 + (self._begun_ms - mould.begun_ms) // WEEK_MS) * WEEK_MS
        shift = min(shift, most * WEEK_MS)
        if mould.matter == "call":  # nothing of it falls due at an hour of its own
            shift += self._random.randrange(HOUR_MS // 2)
        return mould.begun_ms + shift, mould, shift

    # Commits, in the order of time

    def _write(self, planned: Sequence[_Plan]) -> None:
        ahead: list[_Copy] = []
        for row, (begins_ms, mould, shift_ms) in enumerate(planned, self._first_record):
            while ahead and ahead[0].due_ms < begins_ms:
                self._go_on(ahead)
            one = self._started(row, begins_ms, mould, shift_ms)
            self._step(one)
            self._keep_on(ahead, one)
        while ahead:
            self._go_on(ahead)
        for name in list(self._rows):
            self._flush(name)

    def _go_on(self, ahead: list[_Copy]) -> None:
        one = heapq.heappop(ahead)
        self._step(one)
        self._keep_on(ahead, one)

    def _keep_on(self, ahead: list[_Copy], one: _Copy) -> None:
        if one.done < len(one.mould.steps):
            one.due_ms = clock.to_ms(one.mould.steps[one.done].time) + one.shift_ms
            heapq.heappush(ahead, one)
        else:
            self._finish(one)

    def _started(self, row: int, begins_ms: int, mould: Mould, shift_ms: int) -> _Copy:
        matter = mould.matter
        serial = self._serial[matter]
        self._serial[matter] += 1
        most = 7 if matter == "ticket" else 3
        big = matter == "ticket" and serial % 33 == 0 and serial // 33 < BIG
        texts = {
            "narrative": narratives.narrative(self._random, mould.topic, self._random.randint(1, most)),
            "worker_phone": f"138{self._random.randrange(CALLERS):08d}",
            "employer_name": BIG_NAME if big else f"单位{self._random.randrange(50_000)}",
            "worker_name": f"某{self._random.randrange(100_000)}",
            "number": self._number(begins_ms),
        }
        return _Copy(begins_ms, row, mould, shift_ms, texts, mould.values(shift_ms, texts))

    def _number(self, at_ms: int) -> str:
        today = day(at_ms)
        self._numbers[today] = self._numbers.get(today, 0) + 1
        return f"370000-{today}-{self._numbers[today]:04d}"

    def _step(self, one: _Copy) -> None:
        """One commit of it, signed."""
        step = one.mould.steps[one.done]
        self._time = max(step.time + clock.from_ms(one.shift_ms), self._time + 1)
        self._seq += 1
        self._commit += 1
        one.values["time", step.time] = self._time.to_bytes(8, "big")
        one.seqs[step.time] = self._seq
        ids = [self._change(one, place, change) for place, change in enumerate(step.changes)]
        header = commit.Header(
            self._log, self._seq, self._head, self._time, step.actor, tuple(ids), step.unit
        )
        made = commit.make(header, self._keys.node, self._keys.sign)
        self._head = made.id
        self._put("commit_", (self._commit, self._log_row, self._seq, made.id, self._time, step.unit, step.actor,
                              len(ids), made.raw, clock.to_ms(self._time)))  # fmt: skip
        one.done += 1

    def _change(self, one: _Copy, place: int, change: Any) -> bytes:
        body, salt = change.poured(one.values), self._random.randbytes(16)
        made = change_id(self._log, salt, body)
        one.values["id", change.slot] = short(made)
        of = None if change.of is None else one.values["id", change.of]
        self._put("change", (self._commit, place, made, one.row, of, salt, body))
        return made

    def _finish(self, one: _Copy) -> None:
        """What the fold gives of it."""
        mould, values = one.mould, one.values
        self._acts[mould.matter] += mould.acts
        self._put("record", (one.row, values["id", 0], mould.matter))
        self._put("state", (one.row, mould.poured(values, self._log, one.seqs)))
        number = one.texts["number"] if "number" in mould.texts else ""
        title = plain.beginning(one.texts["narrative"])
        self._put("copies", (one.row, mould.row, one.shift_ms, number, title))
        for slot, act in mould.cards:
            self._put("carded", (one.row, act, values["id", slot]))
        created = int.from_bytes(values["time", mould.steps[0].time], "big")
        for found in alike.tokens(self._alike_key, alike.fields(KINDS[mould.matter].matter), one.texts):
            self._put("alike", (one.row, found.key, found.token, created))
        words = " ".join(search.indexed(mould.words(one.texts)))
        self._put(f"found_{mould.matter}", (one.row, words))

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if len(rows) == ROWS:
            self._flush(table)

    def _flush(self, table: str) -> None:
        rows = self._rows[table]
        if rows:
            self._db.executemany(_INTO[table], rows)
            rows.clear()

    # Projections, by what they say of the templates

    def _project(self, table: str) -> None:
        columns = [row[1] for row in self._db.execute(f"PRAGMA table_info({table})")]
        names = ", ".join(f'"{column}"' for column in columns)
        chosen = ", ".join(_moved(table, column) for column in columns)
        order = "1, 2, 3" if table == "fact" else "copies.record"
        self._db.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM copies JOIN {table} AS old ON old.record = template"
            f" ORDER BY {order}"
        )

    def _end(self) -> None:
        head = (self._seq, self._head, self._time, self._log_row)
        self._db.execute("UPDATE log SET head_seq = ?, head_id = ?, head_time = ? WHERE id = ?", head)
        self._db.execute(
            "UPDATE setting SET value = ? WHERE name = ?", (str(self._time).encode(), HIGH_WATER)
        )


def _moved(table: str, column: str) -> str:
    if column == "record":
        return "copies.record"
    if table == "folded" and column in ("number", "title"):
        return f"copies.{column}"
    if table == "card" and column == "act":
        return "coalesce((SELECT new FROM carded WHERE carded.record = copies.record AND old = old.act), old.act)"
    if column in HYBRID:
        return f"old.{column} + shift * 65536"
    return f'old."{column}" + shift' if column in MOMENTS else f'old."{column}"'


_INTO = {
    "record": "INSERT INTO record (id, record, matter) VALUES (?, ?, ?)",
    "commit_": 'INSERT INTO commit_ (id, log, seq, "commit", time, unit, actor, changes, raw, received_ms, held,'
    " verified, chained) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, 1)",
    "change": 'INSERT INTO change ("commit", place, change, record, of, salt, body, fault)'
    " VALUES (?, ?, ?, ?, ?, ?, ?, '')",
    "state": "INSERT INTO state (record, state) VALUES (?, ?)",
    "copies": "INSERT INTO copies VALUES (?, ?, ?, ?, ?)",
    "carded": "INSERT INTO carded VALUES (?, ?, ?)",
    "alike": 'INSERT INTO alike (record, "key", token, created) VALUES (?, ?, ?, ?)',
    "found_ticket": "INSERT INTO found_ticket (rowid, words) VALUES (?, ?)",
    "found_call": "INSERT INTO found_call (rowid, words) VALUES (?, ?)",
}

if __name__ == "__main__":
    main()
