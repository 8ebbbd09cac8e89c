"""R12 erasure: complete, and never resurrected.

At the end: of each text of a record whose erasure was ordered, and which the ordering node had, nothing is in any
byte of any node: database, search index, WAL, attachments. Backups put back and sticks that were away included; an
order that was lost with its only disk isn't one, nor one on the branch of a forked log that isn't kept.
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
                if lost or token[-_TAIL:].encode() not in everything:
                    continue
                if not self._is_disputed(order):
                    record = self.world.ledger.tokens[token].hex()[:8]
                    raise self.breach(f"{office.name} still has {token} of {record}, which was erased")

    def _is_disputed(self, order: frozenset[bytes]) -> bool:
        """Signed by a node that was revoked by then, or of which a copy ran with the same log: on the branch that
        isn't kept it is no order. Nor is one that a root put back to before it was replaced signed by its old keys."""
        authors = [self.world.authors.get(one) for one in order]
        return any(
            one is None or self.world.forked & set(self.world.everyone[one].nodes) for one in authors
        ) or any(eyes.is_by_keys_cut_off(self.world.root, one) for one in order)
