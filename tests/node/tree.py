"""A whole tree in one process: real writers on real SQLite files, clocks that stand until they are moved.

Province `p`, city `c` with county `k`, city `t` with county `s` (the siblings). A tree is made once and copied.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node import config, founding
from node.marker import Identity, SystemMarker
from node.reader import Reader
from node.registry.neighbours import PARENT
from node.store import settings
from node.writer import Taken, Writer
from sync_protocol import invitation as lines
from tests.node.fakes import FakeClock, SeededEntropy, identity

Row = dict[str, Any]

PATHS = {
    "p": "370000",
    "c": "370000/370200",
    "k": "370000/370200/370211",
    "t": "370000/370900",
    "s": "370000/370900/370902",
}
LINKS = (("c", "p"), ("t", "p"), ("k", "c"), ("s", "t"))  # child, parent
ROLES = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
NARRATIVE = "保温工人被拖欠工钱一万多元"
TICKET = {
    "channel": "phone",
    "class": "resolution_request",
    "topic": "legal/labour/wages/arrears",
    "narrative": NARRATIVE,
    "worker_name": "王小明",
    "worker_phone": "13800001111",
    "workplace_region": "370211",
}


@dataclass
class Moved:
    """What one `sync` carried. `up` and `down` are the sealed bytes."""

    sent: int = 0
    received: int = 0
    rounds: int = 0
    up: list[bytes] = field(default_factory=list)
    down: list[bytes] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Tree:
    def __init__(self, base: Path, seed: int = 1) -> None:
        self.base = base
        self.seed = seed
        self.clocks: dict[str, FakeClock] = {}
        self.identities: dict[str, Identity] = {}  # of nodes that live on another machine than the others
        self._writers: dict[str, Writer] = {}
        self._entropies: dict[str, SeededEntropy] = {}
        self._readers: list[Reader] = []

    def clock(self, name: str) -> FakeClock:
        return self.clocks.setdefault(name, FakeClock())

    def entropy(self, name: str) -> SeededEntropy:
        """One a node: what it drew before it was opened again, or restored, isn't drawn twice."""
        seed = self.seed * 1000 + sum(name.encode())
        return self._entropies.setdefault(name, SeededEntropy(seed))

    def marker(self, name: str) -> SystemMarker:
        """In a real file, that fits wherever the test has copied the directory to."""
        return SystemMarker(self.base / name, lambda _fd: self.identities.get(name, identity()))

    def at(self, name: str) -> Writer:
        if name not in self._writers:
            folder = self.base / name
            self._writers[name] = Writer.open(
                folder, config.load(folder), self.clock(name), self.entropy(name), marker=self.marker(name)
            )
        return self._writers[name]

    def shut(self, name: str) -> None:
        writer = self._writers.pop(name, None)
        if writer is not None:
            writer.close()

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        for name in list(self._writers):
            self.shut(name)

    # Making it

    def found(self, name: str = "p") -> Row:
        return founding.init(
            self.base / name, "370000", "山东省总工会", clock=self.clock(name), entropy=self.entropy(name),
            root=True, recovery=self.base / f"{name}.pem", marker=self.marker(name),
        )  # fmt: skip

    def staff(self, name: str, staff: str = "a", roles: list[str] | None = None) -> Row:
        return self.do(
            name, "staff.add", None, id=staff, name="甲", roles=roles or ROLES, password="password1"
        )

    def invite(self, parent: str, unit: str, name: str, **more: Any) -> lines.Invitation:
        made = self.do(parent, "invite", "a", unit=unit, name=name, address="http://x:1", **more)
        return lines.read(made["invitation"])

    def join(self, parent: str, child: str, invitation: lines.Invitation) -> Row:
        return founding.join(
            self.base / child, invitation, lambda _address, sealed: self.at(parent).take_join(sealed),
            clock=self.clock(child), entropy=self.entropy(child), marker=self.marker(child),
        )  # fmt: skip

    # Using it

    def do(self, who: str, operation: str, staff: str | None = "a", **params: Any) -> Row:
        return self.at(who).do(operation, params, staff)

    def act(self, who: str, verb: str, record: str | None = None, *, staff: str = "a", **data: Any) -> Row:
        params = {"matter": "ticket", "verb": verb, "record": record, "data": data}
        return self.at(who).do("act", params, staff)

    def register(self, who: str = "p", **more: Any) -> str:
        return str(self.act(who, "register", **{**TICKET, **more})["record"])

    def dispatched(self, lead: str = "370211") -> str:
        """A ticket of the province's, at every node down to the county."""
        record = self.register()
        self.act("p", "dispatch", record, lead=lead)
        self.sync("c", "p")
        self.sync("k", "c")
        return record

    def exchange(self, child: str, parent: str) -> tuple[bytes, Taken]:
        """One request taken by the parent; its reply isn't handed on."""
        request = self.at(child).request(0)
        return request, self.at(parent).take(request)

    def _goes_elsewhere(self, child: str, parent: str) -> bool:
        """Whether the child was moved below another office meanwhile."""
        with self.at(child).work() as work:
            above = work.registry.node(settings.get(work.db, PARENT) or b"")
            return above is not None and above.path != PATHS[parent]

    def sync(self, child: str, parent: str, most: int = 12) -> Moved:
        """Exchanges until neither side has more."""
        moved = Moved()
        for _ in range(most):
            request, taken = self.exchange(child, parent)
            assert taken.reply is not None
            done = self.at(child).take_reply(taken.reply)
            moved.sent += done.sent
            moved.received += done.received
            moved.rounds += 1
            moved.up.append(request)
            moved.down.append(taken.reply)
            moved.notes.extend(taken.notes)
            if not done.more or self._goes_elsewhere(child, parent):
                return moved
        raise AssertionError(f"{child} and {parent} never come to rest")

    def quiet(self) -> int:
        """Every link until nothing moves anywhere. Returns how many commits moved."""
        total = 0
        for _ in range(12):
            each = [self.sync(*link) for link in LINKS if (self.base / link[0]).exists()]
            moved = sum(one.sent + one.received for one in each)
            total += moved
            if not moved:
                return total
        raise AssertionError("the tree never comes to rest")

    def later(self, milliseconds: int) -> None:
        for name in PATHS:
            self.clock(name).advance(milliseconds)

    # Looking at it

    def reader(self, name: str, language: str = "zh") -> Reader:
        self.at(name)
        found = Reader(self.base / name, language)
        clock = FakeClock(self.clock(name).own_ms())
        clock.discipline(self.clock(name).offset_ms)
        found.clock = clock  # type: ignore[assignment]
        self._readers.append(found)
        return found

    def show(self, name: str, record: str) -> Row:
        return self.reader(name).show("ticket", record)

    def verify(self, name: str) -> list[str]:
        """Codes of the problems found."""
        found = self.reader(name).verify(True)
        assert found["ok"] is not bool(found["problems"])
        return [one["code"] for one in found["problems"]]

    @contextmanager
    def sql(self, name: str) -> Iterator[Any]:
        """The driver's own connection: what somebody with the file could do."""
        self.shut(name)
        db = driver.connect(str(self.base / name / "node.db"))
        try:
            yield db
            db.commit()
        finally:
            db.close()

    def one(self, name: str, query: str, *parameters: object) -> Any:
        with self.sql(name) as db:
            row = db.execute(query, parameters).fetchone()
        return row[0] if row else None

    def bytes_on_disk(self, name: str) -> bytes:
        return b"".join(path.read_bytes() for path in sorted((self.base / name).glob("node.db*")))


def plant(base: Path) -> None:
    """The five nodes, with one person each, at rest."""
    tree = Tree(base)
    tree.found()
    tree.staff("p")
    for parent, child, unit, name in (
        ("p", "c", "370200", "青岛市总工会"), ("p", "t", "370900", "泰安市总工会"),
        ("c", "k", "370211", "黄岛区总工会"), ("t", "s", "370902", "泰山区总工会"),
    ):  # fmt: skip
        tree.join(parent, child, tree.invite(parent, unit, name))
        tree.staff(child)
        tree.sync(child, parent)
    tree.quiet()
    tree.close()


def grown(planted: Path, base: Path, seed: int = 2) -> Tree:
    """A copy of a planted tree, for one test. Of one that was grown itself another `seed`: what was drawn once
    isn't drawn again."""
    for name in PATHS:
        shutil.copytree(planted / name, base / name)
    return Tree(base, seed)


def snapshot(tree: Tree, name: str, table: str, leave: tuple[str, ...] = ("id",)) -> list[tuple[Any, ...]]:
    """Every row of a table, but for columns that only say in which order rows came."""
    with tree.sql(name) as db:
        columns = [f'"{row[1]}"' for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in leave]
        rows = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    return sorted(map(tuple, rows), key=repr)
