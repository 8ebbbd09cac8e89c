"""R15 bounded: no input makes a node use over 300 MB, or a request take over 30 s of work.

After each piece of work: the statements it took (a thousand are well under a second), the rows that they brought into
memory, and the sealed bytes of whatever it sent. An enemy's floods add up where a line is down for long, and come in
one message then (seed 400086): the work of that may grow with the commits in it, and that of a node's taking new keys
with its records (seed 20318), and with nothing else. Of one piece
in SAMPLE, whatever it is: the most memory that it held at once. A tree of the world is small, so its bounds are far
below what a node may use: what goes past them grows with something that it shouldn't.
"""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

from sync_protocol.limits import MAX_ENVELOPE
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office
from tests.simulation.peek import Seen

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST_STATEMENTS = 60_000
OF_A_COMMIT = (
    120  # statements, where over 500 came at once: taken in, folded, passed on they take about 100 each
)
MOST_ROWS = 60_000
MOST_HELD = 16 * 1024 * 1024  # bytes of Python's objects, beside what the node held before
SAMPLE = 61  # prime, so that it falls in step with nothing; tracing takes three times the work


class Bounded(Checker):
    promise = "R15"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._pieces = 0
        self._traced: Office | None = None
        self.most_rows = self.most_held = self.traced = 0

    def begins(self, office: Office) -> None:
        self._pieces += 1
        if self._pieces % SAMPLE == 0 and not tracemalloc.is_tracing():
            self._traced = office
            tracemalloc.start(1)

    def worked(self, office: Office, statements: int, rows: int, new: int) -> None:
        if self._traced is not None:
            held, self._traced = tracemalloc.get_traced_memory()[1], None
            tracemalloc.stop()
            self.most_held, self.traced = max(self.most_held, held), self.traced + 1
            if held > MOST_HELD:
                raise self.breach(f"{office.name} {office.phase} held {held} bytes")
        self.most_rows = max(self.most_rows, rows)
        if statements > max(MOST_STATEMENTS, OF_A_COMMIT * new):
            raise self.breach(f"{office.name} {office.phase} took {statements} statements")
        if rows > MOST_ROWS:
            raise self.breach(f"{office.name} {office.phase} took {rows} rows")

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        if len(sealed) > MAX_ENVELOPE:
            raise self.breach(f"{sender.name} sent {len(sealed)} bytes at once")
