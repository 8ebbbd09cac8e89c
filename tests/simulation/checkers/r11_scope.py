"""R11 scope: no byte of an out-of-scope body leaves a node.

Each text that people write holds a token that stands nowhere else. After each envelope, opened with its
receiver's own key: no token of a record that never was in that subtree's scope. At the end: none in any file of
any node either.
"""

from __future__ import annotations

import re

from sync_protocol.messages import Request
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office
from tests.simulation.peek import Seen

_TOKEN = re.compile(rb"zk[0-9a-f]{14}")


class Scope(Checker):
    promise = "R11"

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        for token in set(_TOKEN.findall(seen.payload)):
            if isinstance(seen.message, Request):
                continue  # upwards everything goes
            self._look(receiver, token, f"in an envelope from {sender.name}")

    def rested(self) -> None:
        for office in self.world.offices.values():
            for token in sorted(set(_TOKEN.findall(eyes.every_byte(office)))):
                self._look(office, token, "on its disk")

    def _look(self, office: Office, token: bytes, where: str) -> None:
        record = self.world.ledger.tokens.get(token.decode())
        if record is None:
            return  # written, and refused or never acknowledged
        if not self.world.ever_in_scope(record, office):
            raise self.breach(f"{office.name} has a word of {record.hex()[:8]} {where}")
