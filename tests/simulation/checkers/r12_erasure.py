"""R12 erasure: complete, and never resurrected.

At the end: of each text of a record whose erasure was ordered, and which the ordering node had, nothing is in any
byte of any node: database, search index, WAL, attachments. Backups put back and sticks that were away included; an
order that was lost with its only disk isn't one.
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
            for token, order in sorted(self.world.ledger.erased.items()):
                lost = order & self.world.ledger.gone or order & self.world.unsure
                if not lost and token[-_TAIL:].encode() in everything:
                    record = self.world.ledger.tokens[token].hex()[:8]
                    raise self.breach(f"{office.name} still has {token} of {record}, which was erased")
