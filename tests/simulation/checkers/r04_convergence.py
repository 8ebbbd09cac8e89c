"""R4 convergence: the same commits and registry give the same state digest, in whatever order, number, way.

At the end: everything that one node holds is taken in by an observer that has nothing, shuffled, in
batches of any size, some of it twice, some of it with half of its bodies first; and single records are folded act
by act, in another order.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from conflict.act import Act
from conflict.fold import fold, on_top
from conflict.state import State
from node import digests, intake, keys, reconciling, trust
from node.acts import acts
from node.store import database, records, settings
from node.work import LOG, NAME, ROOT, UNIT
from node.writer import Writer
from sync_protocol.messages import ChangeItem, CommitItem
from tests.simulation import planting, shim
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.clocks import MachineClock
from tests.simulation.disk import VFS, Disk, File
from tests.simulation.marker import Marked, WorldMarker
from tests.simulation.office import Entropy, Office

BARE = False
_SAMPLE = 3  # records of one node, folded act by act
_LONGEST = 40  # acts of such a record: each makes another fold
_DIGESTS = "SELECT r.record, f.digest FROM folded f JOIN record r ON r.id = f.record"
_COMMITS = "SELECT id, raw FROM commit_ ORDER BY id"


class Convergence(Checker):
    promise = "R4"

    def rested(self) -> None:
        office = self.world.random.choice(list(self.world.offices.values()))
        with office.read() as db:
            whole = _told(db, office.path)
            items = _items(db)
            root = settings.get(db, ROOT)
        assert root is not None, "it is enrolled"
        again = self._observer(office, items, root)
        if again["digest"] != whole["digest"]:
            apart = sorted(name for name in whole.keys() | again.keys() if whole.get(name) != again.get(name))
            raise self.breach(f"what {office.name} holds folds otherwise in another order: {apart[:4]}")
        self._record_by_record(office)

    def _observer(self, office: Office, items: list[CommitItem], root: bytes) -> dict[str, str]:
        place = self.world.base / "observer"
        disk = Disk({planting.DATABASE: File(bytearray(planting.blank()))})
        VFS.disks[str(place)] = disk
        place.mkdir()
        random = self.world.random
        own = keys.make(place / keys.DIRECTORY, Entropy(random))
        engine = database.open_database(place / planting.DATABASE, write=True, dbapi=shim)
        with engine.begin() as db:
            for name, value in ((LOG, bytes(16)), ("node", own.node), (UNIT, b"observer"),
                                (NAME, b"observer"), (ROOT, root)):  # fmt: skip
                settings.put(db, name, value)
        engine.dispose()
        clock = MachineClock(self.world.time)
        clock.discipline(office.clock.now_ms() - clock.now_ms())
        marker = WorldMarker(disk, Marked(0))
        writer = Writer.open(place, office.config, clock, Entropy(random), shim, marker)
        try:
            clock.discipline(office.clock.now_ms() - clock.own_ms())
            self._feed(writer, items)
            with writer._engine.begin() as db:
                return _told(db, office.path)
        finally:
            writer.close()
            VFS.disks.pop(str(place))

    def _feed(self, writer: Writer, items: list[CommitItem]) -> None:
        random = self.world.random
        whole = items
        items = [*items, *random.sample(items, len(items) // 10)]
        bare = [CommitItem(one.raw, tuple(_acts_only(one))) for one in random.sample(items, len(items) // 10)]
        items += bare if BARE else []
        random.shuffle(items)
        # What is told last is told whole: a body may only come later, never be taken back.
        while items:
            count = random.choice((1, 5, 60, 400))
            batch, items = items[:count], items[count:]
            with writer.work() as work:
                intake.take(work, batch, peer=b"observed")
        before, left = -2, -1
        while left != before:  # each exchange tries what was kept aside; authors come one behind the other
            before = left
            with writer.work() as work:
                intake.take(work, [], peer=b"observed")
                left = work.db.exec_driver_sql("SELECT count(*) FROM stray").scalar() or 0
        with writer.work() as work:  # an order that counts no more destroyed what others have yet
            if reconciling.is_due(work):
                intake.take(work, whole, peer=b"observed")

    def _record_by_record(self, office: Office) -> None:
        states = eyes.tickets(office)
        short = [record for record, state in states.items() if 3 < len(state.marks) <= _LONGEST]
        assert office.writer is not None, "the tree is at rest"
        for record in self.world.random.sample(short, min(_SAMPLE, len(short))):
            with office.quiet_work() as work:
                row = records.row_of(work.db, record)
                assert row is not None, "it is folded"
                found = acts(work, record, records.changes_of(work.db, row))
            if _one_by_one(self.world.random.sample(found, len(found))) != states[record]:
                raise self.breach(f"{record.hex()[:8]} at {office.name}: act by act it folds otherwise")


def _one_by_one(acts: list[Act]) -> State:
    state = State()
    for at, act in enumerate(acts):
        state = on_top(eyes.TICKET, state, act) or fold(eyes.TICKET, acts[: at + 1])
    return state


def _told(db: Connection, path: str) -> dict[str, str]:
    """The digest of what a unit is entitled to; and by record, to say what differs."""
    states = {record.hex()[:12]: digest.hex() for record, digest in db.exec_driver_sql(_DIGESTS).fetchall()}
    registry = trust.load(db, settings.get(db, ROOT)).digest().hex()
    return {**states, "registry": registry, "digest": digests.digest(db, path)["digest"]}


def _items(db: Any) -> list[CommitItem]:
    return [
        CommitItem(raw, tuple(ChangeItem(place, salt, body)
                              for _, place, _, salt, body in records.bodies(db, row)))
        for row, raw in db.exec_driver_sql(_COMMITS).fetchall()
    ]  # fmt: skip


def _acts_only(item: CommitItem) -> list[ChangeItem]:
    """Every other body: words and acts are told apart by nothing here."""
    return list(item.changes[::2])
