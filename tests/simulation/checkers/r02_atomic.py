"""R2 atomic: a commit is wholly there or not at all.

After each restart: the file is sound, and every commit of the node's own has each of its bodies. At the end
everything that a node holds verifies, projections included.
"""

from __future__ import annotations

from node import proof
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office

_TORN = """SELECT count(*) FROM commit_ c JOIN log l ON l.id = c.log
WHERE l.node = ? AND c.changes != (SELECT count(*) FROM change WHERE change."commit" = c.id)"""


class Atomic(Checker):
    promise = "R2"

    def reopened(self, office: Office) -> None:
        with office.read() as db:
            sound = db.exec_driver_sql("PRAGMA quick_check").scalar()
            torn = db.exec_driver_sql(_TORN, (office.node,)).scalar()
        if sound != "ok":
            raise self.breach(f"{office.name}: {sound}")
        if torn:
            raise self.breach(f"{office.name} has {torn} commits of its own without all of their bodies")

    def rested(self) -> None:
        for office in self.world.offices.values():
            self.reopened(office)
            with office.read() as db:
                found = proof.verify(db, office.keys)
            if not found["ok"]:
                raise self.breach(f"{office.name}: {found['problems'][:3]}")
