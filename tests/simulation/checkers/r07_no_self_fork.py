"""R7 no self-fork: no two commits with one (log, seq), whatever is killed, or restored with its marker.

Looked at with each commit that any node makes durable.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.checkers.checker import Checker, Stored
from tests.simulation.office import Office


class NoSelfFork(Checker):
    promise = "R7"

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        for one in commits:
            if one.node in self.world.wicked:
                continue
            places, place = self.world.ledger.places, (one.log, one.seq)
            first = places.setdefault(place, one.commit)
            if first in self.world.ledger.gone:
                places[place] = one.commit  # no disk had it any more: it never was
            elif first != one.commit:
                raise self.breach(f"two commits at {one.log.hex()[:8]}/{one.seq}, seen at {office.name}")
