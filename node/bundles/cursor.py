"""How far a bundle has been made: handed back with each letter, so that the writer keeps nothing."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

from node.bundles.steps import Step
from sync_protocol import cbor
from sync_protocol.messages import BlobWant, Mark


@dataclass(frozen=True, slots=True)
class Cursor:
    """`whole`: everything is sent, whatever the other has. Downwards `mark` is where the next batch of the outbox
    begins, or what the child may acknowledge behind everything. `asked`: the attachments still to be given,
    None before the first."""

    whole: bool
    steps: list[Step]
    mark: Mark = Mark(0)
    outbox: bool = False  # something of it is left
    asked: tuple[BlobWant, ...] | None = None
    first: bool = False

    @property
    def has_commits(self) -> bool:
        return bool(self.steps) or self.outbox

    @property
    def is_left(self) -> bool:
        return self.has_commits or bool(self.asked)

    def packed(self) -> str:
        asked = None if self.asked is None else [list(one) for one in self.asked]
        raw = cbor.encode([self.whole, self.steps, list(self.mark), self.outbox, asked])
        return b64encode(raw).decode()

    @classmethod
    def read(cls, packed: str) -> Cursor:
        whole, left, mark, outbox, asked = cbor.decode(b64decode(packed))
        wants = None if asked is None else tuple(BlobWant(*one) for one in asked)
        return cls(whole, left, Mark(*mark), outbox, wants)
