"""R11 scope: no byte of an out-of-scope body leaves a node, nor a secret word (of a confidential ticket) for others.

Each text that people write holds a token that stands nowhere else. After each envelope, opened with its receiver's
own key, and each bundle: no token of a record that never was in that subtree's scope; and none that its receiver's
subtree didn't write, of a record that is confidential in its sender's eyes, where that subtree doesn't handle it. At
the end: none in any file of any node that came neither so nor from its own subtree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from sync_protocol.messages import Request
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office
from tests.simulation.peek import Seen

if TYPE_CHECKING:
    from tests.simulation.world import World

_TOKEN = re.compile(rb"zk[0-9a-f]{14}")


class Scope(Checker):
    promise = "R11"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._given: dict[str, set[bytes]] = defaultdict(
            set
        )  # unit's code → tokens that were rightly sent there

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        self._carried(sender, receiver, seen.payload, "an envelope", up=isinstance(seen.message, Request))

    def bundled(self, giver: Office, taker: Office, payload: bytes) -> None:
        self._carried(giver, taker, payload, "a bundle", up=giver.parent == taker.name)

    def _carried(self, sender: Office, receiver: Office, payload: bytes, how: str, *, up: bool) -> None:
        for token in set(_TOKEN.findall(payload)):
            if not up:  # upwards everything goes
                self._look(receiver, token, f"in {how} from {sender.name}")
            self._look_at_secret(sender, receiver, token, how)
            self._given[receiver.code].add(token)

    def rested(self) -> None:
        for office in self.world.offices.values():
            for token in sorted(set(_TOKEN.findall(eyes.every_byte(office)))):
                self._look(office, token, "on its disk")
                if not (token in self._given[office.code] or self._is_own(office, office, token)):
                    raise self.breach(f"{office.name} has {token.decode()}, which nobody gave it")

    def _look(self, office: Office, token: bytes, where: str) -> None:
        record = self.world.ledger.tokens.get(token.decode())
        if record is None:
            return  # written, and refused or never acknowledged
        if not self.world.ever_in_scope(record, office):
            raise self.breach(f"{office.name} has a word of {record.hex()[:8]} {where}")

    def _look_at_secret(self, sender: Office, receiver: Office, token: bytes, how: str) -> None:
        """By what the sender knows of the record, as it had made the message just now."""
        record = self.world.ledger.tokens.get(token.decode())
        units = None if record is None else eyes.words_to(sender, record)
        if record is None or units is None or self._is_own(sender, receiver, token):
            return
        if not any(receiver.code in self.world.ever_above(unit) for unit in units):
            raise self.breach(
                f"{receiver.name} gets a secret word of {record.hex()[:8]} in {how} from {sender.name}"
            )

    def _is_own(self, knows: Office, office: Office, token: bytes) -> bool:
        """Whether an office of this one's subtree wrote it. `knows`: whose database has the commit."""
        commit = self.world.ledger.commits.get(token.decode())
        unit = None if commit is None else eyes.unit_of(knows, commit)
        return unit is None or "/" not in unit or office.code in self.world.ever_above(unit)
