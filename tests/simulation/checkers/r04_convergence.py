"""R4 convergence: the same commits and registry give the same state digest, in whatever order, number, way.

At the end: everything that one node holds is taken in by an observer that has nothing, shuffled, in batches of
any size, some of it twice, some of it without its words first; and single records are folded by the reference that
shares no code with the fold.
"""

from __future__ import annotations

from typing import Any

from node import intake, keys, proof
from node.acts import acts
from node.store import database, records, settings
from node.work import LOG, NAME, ROOT, UNIT
from node.writer import Writer
from sync_protocol.messages import ChangeItem, CommitItem
from tests.conflict.reference import Reference
from tests.simulation import planting, shim
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.clocks import MachineClock
from tests.simulation.disk import VFS, Disk, File
from tests.simulation.marker import Marked, WorldMarker
from tests.simulation.office import Entropy, Office

_SAMPLE = 3  # records of one node, by the reference: it is slow
_LONGEST = 40  # acts of a record that the reference is asked to fold
_COMMITS = 'SELECT id, raw FROM commit_ ORDER BY id'


class Convergence(Checker):
    promise = "R4"

    def rested(self) -> None:
        office = self.world.random.choice(list(self.world.offices.values()))
        with office.read() as db:
            whole = proof.digest(db, office.path)
            items = _items(db)
            root = settings.get(db, ROOT)
        assert root is not None, "it is enrolled"
        again = self._observer(office, items, root)
        if again != whole["digest"]:
            raise self.breach(f"what {office.name} holds folds otherwise in another order")
        self._by_reference(office)

    def _observer(self, office: Office, items: list[CommitItem], root: bytes) -> str:
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
                found: str = proof.digest(db, office.path)["digest"]
            return found
        finally:
            writer.close()
            VFS.disks.pop(str(place))

    def _feed(self, writer: Writer, items: list[CommitItem]) -> None:
        random = self.world.random
        items = [*items, *random.sample(items, len(items) // 10)]
        bare = [CommitItem(one.raw, tuple(_acts_only(one))) for one in random.sample(items, len(items) // 10)]
        items += bare
        random.shuffle(items)
        # What is told last is told whole: a body may only come later, never be taken back.
        while items:
            count = random.choice((1, 5, 60, 400))
            batch, items = items[:count], items[count:]
            with writer.work() as work:
                intake.take(work, batch, peer=b"observed")

    def _by_reference(self, office: Office) -> None:
        states = eyes.tickets(office)
        short = [record for record, state in states.items() if 3 < len(state.marks) <= _LONGEST]
        assert office.writer is not None, "the tree is at rest"
        for record in self.world.random.sample(short, min(_SAMPLE, len(short))):
            with office.quiet_work() as work:
                row = records.row_of(work.db, record)
                assert row is not None, "it is folded"
                found = acts(work, record, records.changes_of(work.db, row))
            plain = Reference(eyes.TICKET, found).all().verdicts
            told = {
                act: (one.standing.value, one.code, one.by, one.provisional)
                for act, one in states[record].verdicts.items()
            }
            if told != plain:
                raise self.breach(f"{record.hex()[:8]} at {office.name}: the reference says otherwise")


def _items(db: Any) -> list[CommitItem]:
    return [
        CommitItem(raw, tuple(ChangeItem(place, salt, body)
                              for _, place, _, salt, body in records.bodies(db, row)))
        for row, raw in db.exec_driver_sql(_COMMITS).fetchall()
    ]  # fmt: skip


def _acts_only(item: CommitItem) -> list[ChangeItem]:
    """Every other body: words and acts are told apart by nothing here."""
    return list(item.changes[::2])
