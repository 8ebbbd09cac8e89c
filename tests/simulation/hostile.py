"""A hostile node (恶意节点): an office with its own enrolled keys, and a program of its own behind them.

What it seals is well formed up to the point where it means harm. Its parent must go on as if nothing were, and
give it nothing that isn't its own. Some of what it sends isn't wicked at all, but from a later version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from node import keys
from node.store import chain, settings
from sync_protocol import cbor, change, commit, envelope, frontier, messages, stand
from sync_protocol.change import Act, Change, Words
from sync_protocol.clock import from_ms, next_time
from sync_protocol.commit import Header
from sync_protocol.comparison import BUCKETS, DIGEST, Ask, OfBucket, OfRecord, Wanted
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.frontier import Position
from sync_protocol.messages import BlobWant, ChangeItem, CommitItem, Request, Taken
from sync_protocol.names import ZERO, short
from sync_protocol.run import EMPTY
from tests.simulation.caller import FAILURES
from tests.simulation.clocks import DAY_MS, HOUR_MS, YEAR_MS
from tests.simulation.faults import Fault
from tests.simulation.office import Office
from tests.simulation.peek import peek

if TYPE_CHECKING:
    from tests.simulation.world import World

_FLOOD = 25  # commits of one message
_PACES = (1, 3, 8)  # one that never rests leaves a world little else to do: a third of its time


class Hostile:
    def __init__(self, world: World, office: Office) -> None:
        self.world, self.office, self.random = world, office, Random(world.random.getrandbits(64))
        self.parent = world.offices[str(office.parent)]
        with office.read() as db:
            self.log = settings.get(db, "log") or b""
            row = chain.log_row(db, self.log)
            self.head = EMPTY if row is None else row.head  # by new keys it has signed nothing yet
            self.number = settings.number(db, "envelope")
        self.pace = self.random.choice(_PACES)
        self.ways: tuple[Callable[[], Request], ...] = (
            self.far_ahead, self.fork, self.other_body, self.withheld, self.no_right, self.false_frontier,
            self.false_position, self.nosy, self.grab, self.flood, self.nonsense, self.twice, self.later_version,
            self.later_version, self.empty_hands, self.false_stands,
        )  # fmt: skip

    def attack(self) -> None:
        """One envelope to the parent, and whatever it says."""
        self.world.after(self.pace * self.random.randrange(HOUR_MS // 6, 3 * HOUR_MS), self.attack)
        if not self.parent.up:
            return
        way = self.random.choice(self.ways)
        sealed = self._seal(messages.encode(way()))
        self.world.say(f"{self.office.name} attacks: {way.__name__}")
        self.world.tally.add(Fault.HOSTILE, way.__name__.replace("_", " "))
        self.world.faults += 1
        try:
            taken = self.parent.work(self.parent.phase.UP, lambda writer: writer.take(sealed))
            reply = taken.reply or self.parent.work(
                self.parent.phase.DOWN, lambda writer: writer.reply(taken)
            )
        except FAILURES:
            return
        self.world.sent(self.parent, self.office, reply, peek(self.world, reply))

    def _seal(self, payload: bytes) -> bytes:
        self.number += self.random.choice((1, 1, 1, 0, 1000))
        made = Envelope(self.parent.node, self.log, self.number, 0, Kind.REQUEST, payload)
        own, theirs = self.office.keys, self.parent.keys
        return envelope.seal(made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=theirs.seal_key)

    # What it signs

    def _change(self, body: Act | Words) -> Change:
        return change.make(self.log, self.random.randbytes(16), body)

    def _commit(self, *changes: Change, keep: bool = True, **wrong: Any) -> CommitItem:
        """The next of its log, or whatever `wrong` makes of it. `keep`: it goes on from there."""
        time = next_time(self.office.clock.now_ms(), self.head.time)
        header = Header(self.log, self.head.seq + 1, self.head.id, time, "a",
                        tuple(one.id for one in changes), self.office.path)  # fmt: skip
        signed = commit.make(replace(header, **wrong), self.office.node, self.office.keys.sign)
        if keep and not {"log", "seq", "prev"} & wrong.keys():
            self.head = type(self.head)(signed.header.seq, signed.id, signed.header.time)
        return _item(signed.raw, changes)

    def _register(self, **more: Any) -> list[Change]:
        data = {"channel": "phone", "class": "enquiry", "topic": "other", **more}
        act = self._change(Act("ticket/1", "register", (), data, None))
        return [act, self._change(Words("ticket/1", {"narrative": "坏"}, act.short))]

    def _somebodys(self) -> bytes:
        """A record of somebody else's, whether it may know of it or not."""
        found = [one.record for one in self.world.ledger.acked.values()]
        return self.random.choice(found) if found else self.random.randbytes(16)

    def _request(self, *commits: CommitItem, **fields: Any) -> Request:
        own = {self.log: (Position(self.head.seq, self.head.id),)}
        made = Request(("ticket/1",), frontier.digest(own), self.office.clock.now_ms(), own, commits)
        return replace(made, **fields)

    # What it does

    def empty_hands(self) -> Request:
        return self._request()

    def far_ahead(self) -> Request:
        ahead = self.random.choice((11 * 60_000, DAY_MS, 50 * YEAR_MS))
        time = from_ms(self.office.clock.now_ms() + ahead)
        return self._request(self._commit(*self._register(), keep=False, time=time))

    def fork(self) -> Request:
        one = self._commit(*self._register(), keep=False)
        return self._request(one, self._commit(*self._register()))

    def other_body(self) -> Request:
        item = self._commit(*self._register())
        false = ChangeItem(0, item.changes[0].salt, self._register(topic="other")[0].body)
        beyond = ChangeItem(7, bytes(16), b"\xa0")
        return self._request(CommitItem(item.raw, (false, *item.changes[1:], beyond)))

    def withheld(self) -> Request:
        item = self._commit(*self._register())
        return self._request(CommitItem(item.raw, item.changes[self.random.randrange(3) :]))

    def no_right(self) -> Request:
        """Registry changes, and acts on tickets, that are for others to sign."""
        root = self.world.root.node
        data: dict[str, Any] = self.random.choice((
            {"node": root, "keep": [], "reason": "stolen"},
            {"unit": self.parent.path, "to": f"{self.office.path}/x"},
            {"log": self.random.randbytes(16), "from": [self.random.randbytes(16), 3, bytes(32)]},
            {"time": from_ms(self.office.clock.now_ms()), "new": [self.random.randbytes(16)]},
        ))  # fmt: skip
        action = self.random.choice(("revoke", "move", "open_log", "stamp", "enrol", "admit", "fork"))
        return self._request(self._commit(self._change(Act("registry/1", action, (), data, None))))

    def false_frontier(self) -> Request:
        """It holds what nobody ever wrote, of its own log, its parent's, and of logs that aren't."""
        logs = [log for log, _seq in self.world.ledger.places]
        named = {self.random.choice(logs): (Position(10**6, self.random.randbytes(32)),) for _ in range(3)}
        gap = (Position(5, self.random.randbytes(32)), Position(9, self.random.randbytes(32), 7))
        return self._request(frontier={**named, self.log: gap})

    def false_position(self) -> Request:
        log = self.random.choice([log for log, _seq in self.world.ledger.places])
        taken = Taken(
            log, self.random.choice((1, 10**9)), self.random.choice((ZERO, self.random.randbytes(32)))
        )
        return self._request(taken=taken, early=(1, 2, 10**6))

    def nosy(self) -> Request:
        """A comparison that asks for what isn't its own."""
        records = sorted({self._somebodys() for _ in range(20)})
        wanted = tuple(Wanted(record, self._ids(record)) for record in records)
        buckets = self.random.randbytes(BUCKETS * DIGEST) if self.random.random() < 0.5 else None
        some = tuple(OfBucket(one) for one in sorted({self.random.randrange(BUCKETS) for _ in range(9)}))
        ask = Ask(buckets, some, tuple(OfRecord(one) for one in records), wanted)
        blobs = tuple(BlobWant(self.random.randbytes(32), 0) for _ in range(5))
        return self._request(ask=ask, wants=blobs, room=10**7)

    def _ids(self, record: bytes) -> tuple[bytes, ...]:
        acked = self.world.ledger.acked.values()
        return tuple(sorted({short(one.change) for one in acked if one.record == record})) or (record,)

    def grab(self) -> Request:
        """Gives itself a ticket of somebody else's, and writes on it."""
        record, after = self._somebodys(), tuple(sorted({self.random.randbytes(16)}))
        data = {"round": 1, "unit": self.office.path}
        act = self._change(Act("ticket/1", "assign", after, data, record))
        note = self._change(Act("ticket/1", "note", after, {}, record))
        return self._request(self._commit(act), self._commit(note))

    def flood(self) -> Request:
        many = [self._commit(self._change(Act("ticket/1", "note", (), {}, self.random.randbytes(16))))
                for _ in range(_FLOOD)]  # fmt: skip
        return self._request(*many)

    def nonsense(self) -> Request:
        """Bodies that are no change, and words without their act."""
        odd = self.random.choice(
            (b"", b"\xff\xff", cbor.encode([1]), cbor.encode({9: 9}), b"\xa1\x03\xa0" * 999)
        )
        raw = Change(change.change_id(self.log, bytes(16), odd), bytes(16), odd)
        alone = self._change(Words("ticket/1", {"text": "无主"}, self.random.randbytes(16)))
        return self._request(self._commit(raw, alone, *self._register()))

    def false_stands(self) -> Request:
        """Of itself another at each word, of others by its own key, of nobody, and what is none at all."""
        others = [one.node for one in self.world.offices.values()]
        made = [
            stand.make(
                log=self.random.choice((self.log, self.random.randbytes(16))), time_ms=at * DAY_MS,
                heads=[stand.Head(self.log, self.random.randrange(1, 9), self.random.randbytes(32))],
                frontier=bytes(32), stored=None, kid=kid, signer=self.office.keys.sign,
            ).signed.raw
            for at in range(20)
            for kid in (self.office.node, self.random.choice(others))
        ]  # fmt: skip
        return self._request(stands=(*made, b"", bytes(5000)), stood=self.random.choice((1, 2**63 - 1)))

    def twice(self) -> Request:
        """One commit several times in one message, each time with other bodies; one change named twice."""
        changes = self._register()
        item = self._commit(changes[0], changes[1], changes[0])
        return self._request(item, CommitItem(item.raw), CommitItem(item.raw, item.changes[:1]), item)

    def later_version(self) -> Request:
        """An honest node of a later version: matters, actions, fields and versions unknown here."""
        visit = self._change(Act("visit/3", "arrange", (), {"where": "工地", "deep": [[[{"a": 1}]]]}, None))
        words = self._change(Words("visit/3", {"text": "走访"}, visit.short))
        newer = self._change(Act("ticket/9", "register", (), {"channel": "telepathy"}, None))
        action = self._change(Act("ticket/1", "teleport", (visit.short,), {}, newer.short))
        field = self._register(weather="雨", mood=["好", 1])
        made = self._request(self._commit(visit, words, newer, action), self._commit(*field))
        return replace(made, understands=("ticket/1", "ticket/9", "visit/3"), can=(*made.can, "telepathy"))


def _item(raw: bytes, changes: Sequence[Change]) -> CommitItem:
    return CommitItem(raw, tuple(ChangeItem(at, one.salt, one.body) for at, one in enumerate(changes)))
