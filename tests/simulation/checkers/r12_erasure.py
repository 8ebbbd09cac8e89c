"""R12 erasure: complete, and never resurrected.

At the end: of each text of a record whose erasure was ordered, and which the ordering node had, nothing is in any
byte of any node: database, search index, WAL, attachments. Backups put back and sticks that were away included.
"""

from __future__ import annotations

from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker

_TAIL = 10  # hex digits of a token: the search index stores a word without what it shares with the one before


class Erasure(Checker):
    promise = "R12"

    def rested(self) -> None:
        for office in self.world.offices.values():
            everything = eyes.every_byte(office)
            for token in sorted(self.world.ledger.erased):
                if token[-_TAIL:].encode() in everything:
                    record = self.world.ledger.tokens[token].hex()[:8]
                    raise self.breach(f"{office.name} still has {token} of {record}, which was erased")
