"""R1 durable: exit code 0, a receipt or a 2xx survives kill -9 and power loss.

Every commit that a finished transaction left in a node's database is there when it stands again, whatever
ended its last life; looked at after each restart and at the end.
"""

from __future__ import annotations

from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office


class Durable(Checker):
    promise = "R1"

    def reopened(self, office: Office) -> None:
        missing = self.world.ledger.holds(office.name) - commits_of(office)
        if missing:
            raise self.breach(
                f"{office.name} lost {len(missing)} commits, {min(missing).hex()[:8]} among them"
            )

    def rested(self) -> None:
        for office in self.world.offices.values():
            self.reopened(office)
        self._acknowledged()

    def _acknowledged(self) -> None:
        """What a person was told is safe is with whoever was told, unless no disk had it any more."""
        for one in self.world.ledger.acked.values():
            if one.office not in self.world.offices or one.commit in self.world.ledger.gone:
                continue
            if one.commit not in self.world.ledger.holds(one.office):
                raise self.breach(f"{one.office} acknowledged {one.commit.hex()[:8]}, and hasn't got it")


def commits_of(office: Office) -> set[bytes]:
    with office.read() as db:
        return {row[0] for row in db.exec_driver_sql('SELECT "commit" FROM commit_')}
