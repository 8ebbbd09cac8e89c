"""R15 bounded: no input makes a node use over 300 MB, or a request take over 30 s of work.

After each piece of work: the statements it took (a thousand are well under a second), and the sealed bytes of
whatever it sent.
"""

from __future__ import annotations

from sync_protocol.limits import MAX_ENVELOPE
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office
from tests.simulation.peek import Seen

MOST_STATEMENTS = 60_000


class Bounded(Checker):
    promise = "R15"

    def worked(self, office: Office, statements: int) -> None:
        if statements > MOST_STATEMENTS:
            raise self.breach(f"{office.name} {office.phase} took {statements} statements")

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        if len(sealed) > MAX_ENVELOPE:
            raise self.breach(f"{sender.name} sent {len(sealed)} bytes at once")
