"""R8 foreign time: a time over 10 minutes ahead never enters the local clock.

Looked at with each commit that a node signs: its time is at most ten minutes past the highest disciplined
time that this node's own clock ever showed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync_protocol.clock import to_ms
from sync_protocol.limits import AHEAD_MS
from tests.simulation.checkers.checker import Checker, Stored
from tests.simulation.office import Office


class ForeignTime(Checker):
    promise = "R8"

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        for one in commits:
            ahead = to_ms(one.time) - office.high_ms
            if self.world.is_new_of(office, one) and ahead > AHEAD_MS:
                raise self.breach(f"{office.name} signed {ahead // 1000} s ahead of any time it ever had")
