"""Commits signed with a node's own keys, but not by its rules: what a peer could send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from node import intake
from node.intake import Taken
from node.store import chain
from sync_protocol import change, clock, commit
from sync_protocol.change import Act, Change, Words
from sync_protocol.commit import Header
from sync_protocol.messages import ChangeItem, CommitItem
from sync_protocol.names import short
from tests.node.tree import PATHS, Tree


class Forger:
    """Goes on from where a node's log stands; the node itself never hears of it."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.keys = tree.at(name).keys
        self.unit = PATHS[name]
        self.clock = tree.clock(name)
        with tree.at(name).work() as work:
            row = chain.log_row(work.db, work.log)
            assert row is not None
            self.log, self.head = row.log, row.head
            self.time = row.head.time
        self.salts = 0

    def body(self, raw: bytes) -> Change:
        self.salts += 1
        salt = self.salts.to_bytes(16, "big")
        return Change(change.change_id(self.log, salt, raw), salt, raw)

    def made(self, body: Act | Words) -> Change:
        self.salts += 1
        return change.make(self.log, self.salts.to_bytes(16, "big"), body)

    def note(self, record: str, after: Sequence[bytes], text: str = "一条备注") -> list[Change]:
        act = self.made(Act("ticket/1", "note", tuple(sorted(after)), {}, bytes.fromhex(record)))
        return [act, self.made(Words("ticket/1", {"text": text}, act.short))]

    def commit(self, changes: Sequence[Change], *, ahead_ms: int = 0, **other: Any) -> CommitItem:
        """The next commit of the log, with its bodies. `other`: fields of the header to be wrong in."""
        self.time = clock.next_time(self.clock.now_ms() + ahead_ms, self.time)
        header = Header(
            self.log,
            self.head.seq + 1,
            self.head.id,
            self.time,
            "a",
            tuple(one.id for one in changes),
            self.unit,
        )
        signed = commit.make(replace(header, **other), self.keys.node, self.keys.sign)
        self.head = type(self.head)(signed.header.seq, signed.id, signed.header.time)
        items = (ChangeItem(at, one.salt, one.body) for at, one in enumerate(changes))
        return CommitItem(signed.raw, tuple(items))


def give(tree: Tree, name: str, items: Sequence[CommitItem], peer: bytes = b"peer") -> Taken:
    with tree.at(name).work() as work:
        return intake.take(work, items, peer=peer)


def heads(tree: Tree, name: str, record: str) -> tuple[bytes, ...]:
    """Short ids of a record's heads at a node."""
    timeline = tree.show(name, record)["timeline"]
    return (short(bytes.fromhex(timeline[-1]["change"])),)


def badly_signed(forger: Forger, changes: list[Change]) -> CommitItem:
    """A commit with another's signature; the one behind it vouches for its bits all the same."""
    item = forger.commit(changes)
    raw = bytearray(item.raw)
    raw[-1] ^= 1
    forger.head = type(forger.head)(forger.head.seq, commit.parse(bytes(raw)).id, forger.head.time)
    return CommitItem(bytes(raw), item.changes)
