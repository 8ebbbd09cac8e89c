"""A child office gone bad: enrolled like any other, with its own keys, and a program of its own behind them.

What it seals is well formed up to the point where the test wants it wrong.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from node import keys
from sync_protocol import cbor, change, commit, cose, envelope, frontier, messages
from sync_protocol.change import Act, Change
from sync_protocol.clock import from_ms
from sync_protocol.commit import Commit, Header
from sync_protocol.compression import compress
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.keys import Sign
from sync_protocol.messages import ChangeItem, CommitItem, Reply, Request
from sync_protocol.names import ZERO
from tests.acceptance.office import Office


class Enemy:
    def __init__(self, office: Office, parent: Office, log: bytes) -> None:
        self.office, self.parent = office, parent
        self.keys = keys.load(office.directory / keys.DIRECTORY)
        self.theirs = keys.load(parent.directory / keys.DIRECTORY)
        self.log, self.unit = log, office.ok("status", staff=None)["unit"]
        self.seq, self.prev = 0, ZERO  # it has never signed anything
        self.number = 1000
        self.time = 0
        self.taken: messages.Taken | None = None

    # What it signs

    def change(self, data: dict[str, Any], action: str, record: bytes | None = None, *after: bytes) -> Change:
        return change.make(
            self.log, os.urandom(16), Act("ticket/1", action, tuple(sorted(after)), data, record)
        )

    def commit(
        self, *changes: Change, signer: Sign | None = None, kid: bytes = b"", **header: Any
    ) -> CommitItem:
        """The next of its log, or whatever `header` makes of it; only a true one counts as its next."""
        made = Header(self.log, self.seq + 1, self.prev, self._now(), "op",
                      tuple(one.id for one in changes), self.unit)  # fmt: skip
        signed = commit.make(replace(made, **header), kid or self.keys.node, signer or self.keys.sign)
        if not (signer or kid or {"log", "seq", "prev"} & header.keys()):
            self.seq, self.prev = signed.header.seq, signed.id
        return item(signed, changes)

    def _now(self) -> int:
        self.time = max(self.time + 1, from_ms(int(time.time() * 1000)))
        return self.time

    # What it sends

    def request(self, *commits: CommitItem, **fields: Any) -> bytes:
        own = {self.log: (frontier.Position(self.seq, self.prev),)} if self.seq else {}
        made = Request(("ticket/1",), frontier.digest(own), int(time.time() * 1000), own, commits, self.taken)
        return messages.encode(replace(made, **fields))

    def seal(self, payload: bytes, **how: Any) -> bytes:
        self.number += 1
        made = Envelope(self.theirs.node, self.log, self.number, 0, Kind.REQUEST, payload)
        made = replace(made, **how)
        return envelope.seal(made, kid=self.keys.node, signer=self.keys.sign, seal=keys.seal,
                             seal_key=self.theirs.seal_key)  # fmt: skip

    def by_hand(self, payload: bytes, *, kid: bytes = b"", packed: bytes | None = None) -> bytes:
        """Sealed without the bounds that our own code keeps, or in somebody else's name."""
        self.number += 1
        signed = cbor.encode(
            [self.theirs.node, self.log, self.number, 0, "request", packed or compress(payload)]
        )
        inside = cose.sign(signed, kid or self.keys.node, cose.ENVELOPE, self.keys.sign).raw
        sealed = keys.seal(inside, self.theirs.seal_key, b"qiao/envelope/1\0" + self.theirs.node)
        return cbor.encode([1, self.theirs.node, sealed])

    def send(self, *commits: CommitItem) -> Reply:
        status, code, body = self.parent.exchange("/sync", self.seal(self.request(*commits)))
        assert (status, code) == (200, ""), (status, code)
        opened = envelope.open(
            body, me=self.keys.node, open=self.keys.open, key_of=lambda _node: self.theirs.sign_key
        )
        return messages.parse_reply(opened.envelope.payload)

    def told(self, *commits: CommitItem) -> list[str]:
        """The codes with which the parent answers."""
        return [note.code for note in self.send(*commits).notes]


def item(signed: Commit, changes: Sequence[Change]) -> CommitItem:
    return CommitItem(signed.raw, tuple(ChangeItem(at, one.salt, one.body) for at, one in enumerate(changes)))
