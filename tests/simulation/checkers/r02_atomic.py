"""R2 atomic: a commit is wholly there or not at all.

After each restart: the file is sound, and every commit that was signed on this machine has each of its bodies,
unless they were erased. (What a restored node got back of its own, or gets of its copy's, comes with the bodies that
its neighbours were allowed.) At the end everything that a node holds verifies, projections included. But where a
hostile parent has receipted what there never was, `verify` says that it is missing, and has to: the receipt is
signed.
"""

from __future__ import annotations

from sqlalchemy import Connection

from node.proof import verification
from sync_protocol import commit
from sync_protocol.names import short
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office

_TORN = """SELECT c.id, c.raw FROM commit_ c JOIN log l ON l.id = c.log
WHERE l.node = ? AND c.changes != (SELECT count(*) FROM change WHERE change."commit" = c.id)"""
_THERE = 'SELECT change FROM change WHERE "commit" = ?'


class Atomic(Checker):
    promise = "R2"

    def reopened(self, office: Office) -> None:
        with office.read() as db:
            sound = db.exec_driver_sql("PRAGMA quick_check").scalar()
            torn = [] if office.restored else self._torn(db, office)
        if sound != "ok":
            raise self.breach(f"{office.name}: {sound}")
        if torn:
            raise self.breach(f"{office.name} has {len(torn)} commits of its own without all of their bodies")

    def rested(self) -> None:
        for office in self.world.offices.values():
            self.reopened(office)
            assert office.writer is not None, "it runs"
            with office.read() as db:
                found = verification.verify(db, office.keys, office.writer._alike_key, every_signature=True)
            problems = [one for one in found["problems"] if not self._is_lie(one)]
            if problems:
                raise self.breach(f"{office.name}: {problems[:3]}")

    def _is_lie(self, problem: dict[str, str]) -> bool:
        return problem["code"] == "receipted_missing" and problem["where"] in self.world.receipted

    def _torn(self, db: Connection, office: Office) -> list[int]:
        """Rows of commits of this machine that lack a body which nobody ordered to be destroyed."""
        erased = {row[0] for row in db.exec_driver_sql("SELECT change FROM erased")}
        found = []
        torn = (row for node in office.nodes for row in db.exec_driver_sql(_TORN, (node,)).fetchall())
        for row, raw in torn:
            signed = commit.parse(raw)
            there = {one[0] for one in db.exec_driver_sql(_THERE, (row,))}
            lacks = any(one not in there and short(one) not in erased for one in signed.header.changes)
            if lacks and self.world.signers.get(signed.id) == office.name:
                found.append(row)
        return found
