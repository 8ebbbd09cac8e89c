"""Peers with good keys and bad manners, against real writers: what they send is well sealed and well signed,
and only what is inside is wrong. Nothing of theirs may bring a node to an error that isn't one of its own, nor
keep it from its honest neighbours.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from node import keys
from node.comparing import REST_MS
from node.errors import QiaoError
from node.keys import Keys
from node.matters import KINDS
from node.store import chain, records
from sync_protocol import change, clock, commit, cose, envelope, join, messages
from sync_protocol.commit import Header
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.errors import RemoteError
from sync_protocol.messages import ChangeItem, CommitItem, Mark, Reply
from tests.fuzz import mutation, values
from tests.node.tree import PATHS, Tree, grown, plant
from tests.sync_protocol.scene import Office, seal_public

LINKS = (("k", "c"), ("c", "p"))  # child, parent
_UNCOMPARED = "SELECT count(*) FROM peer WHERE reconcile_position IS NOT NULL"
ROUNDS = 20  # attacks on one copy of the tree, then peace is tried


class Field:
    """Copies of a planted tree in which some work was done, and what its nodes wrote."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._planted = base / "planted"
        self._copies = 0
        self._planted.mkdir(parents=True)
        plant(self._planted)
        self.tree = grown(self._planted, self._folder())
        _work(self.tree)
        self.commits = [one for name in "pck" for one in _written(self.tree, name)]
        self.bodies = sorted({one.body for item in self.commits for one in item.changes})
        self.tree.close()
        shutil.rmtree(self._planted)
        shutil.copytree(self.tree.base, self._planted)

    def again(self) -> None:
        """The tree as it was."""
        self.tree.close()
        shutil.rmtree(self.tree.base)
        self.tree = grown(self._planted, self._folder())

    def _folder(self) -> Path:
        self._copies += 1
        folder = self._base / f"copy{self._copies}"
        folder.mkdir()
        return folder


def _work(tree: Tree) -> None:
    """Tickets in several states, so that there are acts of many kinds to be wrong about."""
    for lead in ("370211", "370200", "370211"):
        record = tree.dispatched(lead)
        tree.act("k" if lead == "370211" else "c", "accept", record)
        tree.act("p", "note", record, text="省里的备注")
        tree.quiet()
    tree.register("k", urgency="urgent")
    tree.quiet()


def _written(tree: Tree, name: str) -> list[CommitItem]:
    with tree.at(name).work() as work:
        rows = work.db.exec_driver_sql("SELECT id, raw FROM commit_ ORDER BY id").fetchall()
        return [
            CommitItem(
                raw,
                tuple(ChangeItem(at, salt, body) for _, at, _, salt, body in records.bodies(work.db, row)),
            )
            for row, raw in rows
        ]


class Enemies:
    """The county and the city of a field as enemies of their neighbours, and a stranger at the city's door."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.attacks: Sequence[Callable[[Random], None]] = (
            self.ask, self.ask, self.ask, self.answer, self.answer, self.join, self.replay,
        )  # fmt: skip
        self._sent: list[tuple[str, bytes]] = []  # to whom, what

    def attack(self, draw: Random) -> str:
        """One attack. Returns what became of it; a finding raises."""
        kind = draw.choice(self.attacks)
        try:
            kind(draw)
            found = "taken"
        except (RemoteError, QiaoError) as fault:
            found = fault.code
        return f"{kind.__name__} {found}"

    def peace(self) -> None:
        """The neighbours exchange what they honestly write, and have it."""
        tree = self.field.tree
        record = tree.register("k")
        for link in (("k", "c"), ("c", "p"), ("k", "c")):
            tree.sync(*link, most=40)
        tree.later(REST_MS)  # what a neighbour was made to leave untold is asked again
        for link in (*LINKS, *LINKS):
            tree.sync(*link, most=40)
        for name in "kcp":
            assert tree.show(name, record)["timeline"], name
            assert tree.verify(name) == [], name
            assert tree.one(name, _UNCOMPARED) == 0, name

    def again(self) -> None:
        """All is as it was before the first attack."""
        self._sent.clear()
        self.field.again()

    # What they send

    def ask(self, draw: Random) -> None:
        """A request of the county's to its city, or of the city's to the province."""
        sender, receiver = draw.choice(LINKS)
        letter = self._letter(receiver, sender, self.field.tree.at(sender).request(0))
        items = self._commits(draw, sender, draw.choice((0, 1, 2, 5)))
        self._give(sender, receiver, letter, _payload(draw, letter.payload, [*items, *self._old(draw)]))

    def answer(self, draw: Random) -> None:
        """The city's answer to an open request of the county's."""
        tree = self.field.tree
        asked = self._letter("c", "k", tree.at("k").request(0))
        with tree.at("c").work() as work:
            log, number = work.log, 10**6 + len(self._sent)
        reply = Reply(("ticket/1",), tree.clock("c").now_ms(), Mark(draw.randrange(9), draw.randbytes(32)))
        letter = Envelope(b"", log, number, asked.number, Kind.REPLY, messages.encode(reply))
        items = self._commits(draw, "c", draw.choice((0, 1, 2, 5)))
        self._give("c", "k", letter, _payload(draw, letter.payload, [*items, *self._old(draw)]))

    def join(self, draw: Random) -> None:
        """A request to join that proves an invitation, with something else wrong in it."""
        tree = self.field.tree
        invited = tree.invite("c", f"37020{draw.randrange(10**6)}", "新")
        own, parent = Office(f"stranger {draw.random()}", invited.unit), tree.at("c").keys
        asked = join.ask(
            invited, sign=own.key, seal_key=seal_public(own.seal_private), log=own.log, signer=own.signer,
            seal=keys.seal,
        )  # fmt: skip
        outside = values.decode(asked)
        info = b"qiao/join/1\0" + parent.node
        payload = values.decode(cose.parse(parent.open(outside[3], info)).payload)
        wrong = values.encode(mutation.of_tree(draw, payload, heavy=draw.random() < 0.1))
        outside[3] = keys.seal(cose.sign(wrong, own.id, cose.JOIN, own.signer).raw, parent.seal_key, info)
        tree.at("c").take_join(values.encode(outside))

    def replay(self, draw: Random) -> None:
        """Something that was sent before, once more."""
        if self._sent:
            receiver, sealed = draw.choice(self._sent)
            self.field.tree.at(receiver).take(sealed)

    def _give(self, sender: str, receiver: str, letter: Envelope, payload: bytes) -> None:
        own, other = self.field.tree.at(sender).keys, self.field.tree.at(receiver).keys
        made = replace(letter, receiver=other.node, payload=payload)
        sealed = envelope.seal(made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=other.seal_key)
        if letter.kind is Kind.REPLY:
            self.field.tree.at(receiver).take_reply(sealed)
            return
        self._sent.append((receiver, sealed))
        self.field.tree.at(receiver).take(sealed)

    def _letter(self, receiver: str, sender: str, sealed: bytes) -> Envelope:
        me, other = self.field.tree.at(receiver).keys, self.field.tree.at(sender).keys
        known = {other.node: other.sign_key}
        return envelope.open(sealed, me=me.node, open=me.open, key_of=known.get).envelope

    def _old(self, draw: Random) -> list[CommitItem]:
        """What was written honestly, with its bodies or without some, in its place or not."""
        found = draw.sample(self.field.commits, draw.randrange(4))
        return [replace(one, changes=one.changes[draw.randrange(2) :]) for one in found]

    # What they sign

    def _commits(self, draw: Random, name: str, count: int) -> list[CommitItem]:
        """Of a node's own log, each behind the one before, or beside it."""
        tree = self.field.tree
        with tree.at(name).work() as work:
            row = chain.log_row(work.db, work.log)
            assert row is not None, "it wrote something"
            now = work.now_ms
        header = Header(row.log, row.head.seq, row.head.id, row.head.time, "a", (), PATHS[name])
        found = []
        for _ in range(count):
            ahead = draw.choice((0, 0, 0, 700_000, 10**12))
            after = replace(header, seq=header.seq + 1, time=clock.next_time(now + ahead, header.time))
            item, after = self._commit(draw, tree.at(name).keys, after)
            found.append(item)
            header = after if draw.random() < 0.8 else header
        return found

    def _commit(self, draw: Random, own: Keys, header: Header) -> tuple[CommitItem, Header]:
        """The header of a commit that would follow it is the second."""
        bodies = [self._body(draw) for _ in range(draw.choice((1, 1, 2, 3, 8)))]
        items = tuple(ChangeItem(at, draw.randbytes(16), body) for at, body in enumerate(bodies))
        ids = tuple(change.change_id(header.log, one.salt, one.body) for one in items)
        payload = commit.encode_header(replace(header, changes=ids))
        if draw.random() < 0.2:
            payload = values.encode(mutation.of_tree(draw, values.decode(payload), heavy=draw.random() < 0.2))
        signed = cose.sign(payload, own.node, cose.COMMIT, own.sign)
        name = commit.commit_id(signed.payload, signed.signature)
        return CommitItem(signed.raw, items), replace(header, prev=name)

    def _body(self, draw: Random) -> bytes:
        tree = values.decode(draw.choice(self.field.bodies))
        if draw.random() < 0.3 and 3 in tree:
            kind = draw.choice(list(KINDS.values()))
            tree |= {2: kind.matter.versioned, 3: draw.choice(kind.matter.actions).name}
        if draw.random() < 0.8:
            tree = mutation.of_tree(draw, tree, heavy=draw.random() < 0.1)
        return values.encode(tree)


def _payload(draw: Random, whole: bytes, items: Sequence[CommitItem]) -> bytes:
    """A message with another head, or other commits, than the honest one."""
    size = int.from_bytes(whole[:4], "big")
    tree = values.decode(whole[4 : 4 + size])
    if draw.random() < 0.4:
        tree = mutation.of_tree(draw, _richer(draw, tree), heavy=draw.random() < 0.05)
    elif draw.random() < 0.5:
        tree = _richer(draw, tree)
    parts = [values.encode(tree), *map(messages.encode_item, items)]
    if draw.random() < 0.1:
        parts[-1] = mutation.of_bytes(draw, parts[-1])
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _richer(draw: Random, tree: dict[int, Any]) -> dict[int, Any]:
    """A head that says more: positions, comparisons, attachments."""
    record = draw.randbytes(16)
    more: dict[int, Any] = {
        9: [draw.randbytes(16), draw.randrange(99), draw.randbytes(32)],
        14: [draw.randrange(99), draw.randbytes(32)],
        15: [[draw.randbytes(16), 2, 3, draw.randbytes(32)]],
        16: [1, 2, 3],
        17: {0: bytes(3084), 1: [[draw.randrange(257), b""]], 2: [[record, b""]], 3: [[record, bytes(32)]]},
        18: {0: [1, 2, 256], 1: [[256, True, draw.randbytes(28)]], 2: [[record, True, draw.randbytes(16)]]},
        20: [[draw.randbytes(32), 0]],
        21: [[draw.randbytes(32), 5, 0, b"12345"]],
        22: draw.randrange(10**6),
    }
    return {**tree, **{key: more[key] for key in draw.sample(sorted(more), 2)}}
