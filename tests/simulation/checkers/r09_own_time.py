"""R9 own time: the local clock never goes back within a log, however the machine's clock is moved.

Looked at with each commit that any node makes durable: its time is past that of the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.simulation.checkers.checker import Checker, Stored
from tests.simulation.office import Office

if TYPE_CHECKING:
    from tests.simulation.world import World


class OwnTime(Checker):
    promise = "R9"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._times: dict[tuple[bytes, int], tuple[int, bytes]] = {}

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        for one in commits:
            if one.node in self.world.wicked or one.node in self.world.forked:
                continue
            self._times[one.log, one.seq] = one.time, one.commit
            before, after = self._time(one.log, one.seq - 1), self._time(one.log, one.seq + 1)
            if (before is not None and before >= one.time) or (after is not None and after <= one.time):
                raise self.breach(f"{one.log.hex()[:8]}/{one.seq}, seen at {office.name}, goes back in time")

    def _time(self, log: bytes, seq: int) -> int | None:
        """Of what never left a disk that was put back, nobody knows; its number may be used again."""
        time, commit = self._times.get((log, seq), (None, b""))
        return None if commit in self.world.ledger.gone else time
