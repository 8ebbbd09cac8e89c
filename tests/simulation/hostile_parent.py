"""A hostile parent (恶意上级): for a spell an enemy makes the replies that an office's children get, by its real keys.

The office's own process goes on behind him, and never learns of it; some requests don't even reach it. Afterwards
the office is honest again, its database as it was, and every promise is held to as if nothing had been, but for two
things that the design doesn't defend (3.12):

- A parent withholds tickets. The child acknowledged what it never got, so nothing on the line tells either side.
  What does is the 核对码 (3.8): somebody reads it out, and has the link compared. That is all that the world does,
  once, at the end, for the children to whom something was withheld (`World.misled`); what they lack then is a breach.
- A key forges its own past. The enemy signs into the office's log, beside it or far beyond its end. What he signed
  is nobody's act to be kept (`World.forged`), and where a number of that log is used twice it is a fork as a
  machine's snapshot makes it (`World.forked`): both branches stay, and the lowest ancestor rules. Above a root is
  nobody who could, so there no number is used twice. The registry that an office may write by right is left alone:
  what an enemy revokes with its key is revoked, until somebody above admits it again.

He sends no child what isn't in its scope: whoever has an office's keys has what that office has, and no node of the
product has any part in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from node import keys
from node.store import chain, settings
from sync_protocol import change, commit, envelope, messages, receipt, stand
from sync_protocol.change import Act
from sync_protocol.clock import from_ms, next_time
from sync_protocol.commit import Header
from sync_protocol.comparison import (
    BUCKETS,
    DIGEST,
    MAX_RECORDS,
    ChangePage,
    OfBucket,
    OfRecord,
    RecordPage,
    Told,
)
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.errors import ProtocolError
from sync_protocol.frontier import Frontier, Position
from sync_protocol.messages import CAN, BlobWant, ChangeItem, Chunk, CommitItem, Mark, Note, Reply, Request
from sync_protocol.names import ZERO, short
from sync_protocol.run import Head
from tests.simulation.clocks import HOUR_MS, MINUTE_MS, YEAR_MS
from tests.simulation.faults import Fault
from tests.simulation.peek import unsealed

if TYPE_CHECKING:
    from tests.simulation.office import Office
    from tests.simulation.world import World

LIES = 0.6  # of the replies of a spell; the others are the office's own
SWALLOWS = 0.2  # of the requests: the office never sees them
_MOST = 2**63 - 1  # the largest number that a message may hold
_FAR = 10**6  # numbers past the end of a log
_GARBAGE = 20_000  # bytes
_HUGE = 256 * 1024  # bytes of a chunk that nobody asked for


@dataclass(slots=True)
class Victim:
    """What the enemy has seen of one child: its last request, and the frontier that it last stated."""

    asked: Request | None = None
    answers: int = 0
    frontier: Frontier = field(default_factory=dict)
    old: deque[bytes] = field(default_factory=lambda: deque(maxlen=8))  # replies, as they went


class HostileParent:
    def __init__(self, world: World, office: Office) -> None:
        self.world, self.office, self.random = world, office, Random(world.random.getrandbits(64))
        self.victims: dict[str, Victim] = {}
        self.number = 0
        with office.read() as db:
            self.log = settings.get(db, "log") or b""
        lies: tuple[Callable[[Reply, Victim], Reply], ...] = (
            self.position_too_high, self.position_too_low, self.position_of_another_commit, self.receipt_of_more,
            self.receipt_of_less, self.receipt_for_another, self.receipt_of_another_life, self.marks_without_end,
            self.told_differences, self.told_agreement, self.told_other_pages, self.own_lies, self.early_lies,
            self.highest_never_reached, self.clock_by_minutes, self.clock_by_years, self.withheld,
            self.bodies_withheld, self.repeated, self.other_bodies, self.more_for_ever, self.wrong_chunks,
            self.huge_chunks, self.notes_of_nonsense, self.no_features, self.stands_of_nonsense,
            self.stand_of_another_history, self.stand_of_less,
        )  # fmt: skip
        sealed: tuple[Callable[[Reply, Victim, Office], bytes | None], ...] = (
            self.replayed, self.for_another_request, self.garbage, self.of_another_log, self.silence, self.forged,
        )  # fmt: skip
        self._ways = (*lies, *sealed)
        self._sealed = frozenset(one.__name__ for one in sealed)

    # Where it stands on the line

    def hears(self, child: Office, sealed: bytes) -> bool:
        """A request on its way to the office. True where the enemy keeps it to himself."""
        try:
            opened = unsealed(self.world, sealed)
            asked = messages.parse_request(opened.payload)
        except ProtocolError:
            return False
        victim = self._victim(child)
        victim.asked, victim.answers = asked, opened.number
        if asked.frontier is not None:
            victim.frontier = asked.frontier
        return self.random.random() < SWALLOWS

    def invents(self, child: Office) -> bytes | None:
        """The reply to a request that the office never saw: to where the child stands nothing is added."""
        victim = self._victim(child)
        taken = victim.asked.taken if victim.asked is not None else None
        upto = Mark(taken.position, taken.id) if taken is not None else Mark(0)
        return self._attack(Reply(("ticket/1",), self.office.clock.now_ms(), upto), victim, child)

    def alters(self, child: Office, sealed: bytes) -> bytes | None:
        """The office's own reply, mostly not as it was; None where nothing goes out."""
        victim = self._victim(child)
        made = unsealed(self.world, sealed)
        self.log, self.number, victim.answers = made.log, max(self.number, made.number), made.answers
        if self.random.random() > LIES:
            victim.old.append(sealed)
            return sealed
        return self._attack(messages.parse_reply(made.payload), victim, child)

    def _victim(self, child: Office) -> Victim:
        return self.victims.setdefault(child.name, Victim())

    def _attack(self, honest: Reply, victim: Victim, child: Office) -> bytes | None:
        way: Callable[..., Any] = self.random.choice(self._ways)
        name = way.__name__
        self.world.say(f"{self.office.name} lies to {child.name}: {name}")
        self.world.tally.add(Fault.HOSTILE, f"parent: {name.replace('_', ' ')}")
        self.world.faults += 1
        if honest.commits or honest.reconcile is not None or honest.told is not None:
            self.world.misled.add(child.name)
        if name in self._sealed:
            sealed: bytes | None = way(honest, victim, child)
        else:
            sealed = self._seal(messages.encode(way(honest, victim)), victim, child)
        if sealed is not None:
            victim.old.append(sealed)
        return sealed

    def _seal(
        self,
        payload: bytes,
        victim: Victim,
        child: Office,
        *,
        log: bytes = b"",
        kind: Kind = Kind.REPLY,
        aside: int = 0,
    ) -> bytes:
        self.number += self.random.choice((1, 1, 1, 1, 1000))
        made = Envelope(child.node, log or self.log, self.number, victim.answers + aside, kind, payload)
        own = self.office.keys
        return envelope.seal(
            made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=child.keys.seal_key
        )

    # Where the child is said to stand

    def position_too_high(self, honest: Reply, _victim: Victim) -> Reply:
        beyond = self.random.choice((min(honest.upto.position + 1, _MOST), _FAR, _MOST))
        return replace(honest, upto=Mark(beyond, self.random.choice((honest.upto.id, self._id()))))

    def position_too_low(self, honest: Reply, _victim: Victim) -> Reply:
        below = self.random.choice((0, honest.upto.position // 2, max(0, honest.upto.position - 1)))
        return replace(honest, upto=Mark(below, self.random.choice((ZERO, honest.upto.id))))

    def position_of_another_commit(self, honest: Reply, _victim: Victim) -> Reply:
        return replace(honest, upto=Mark(honest.upto.position, self._id()))

    def early_lies(self, honest: Reply, _victim: Victim) -> Reply:
        """Positions of what doesn't come, or comes in its turn: what waits there would go unsent."""
        first = honest.upto.position
        some = {min(first + self.random.randrange(1, 9), _MOST) for _ in honest.commits} | set(honest.early)
        early = tuple(sorted(some))[: len(honest.commits)]
        return replace(honest, early=self.random.choice((early, early[:1], (_MOST,) * bool(honest.commits))))

    def highest_never_reached(self, honest: Reply, victim: Victim) -> Reply:
        """A copy of the child is said to run."""
        return replace(honest, highest=self.random.choice((victim.answers + 1, _FAR, _MOST)))

    # What the office is said to hold

    def receipt_of_more(self, honest: Reply, victim: Victim) -> Reply:
        """All that the child has said that it holds, and logs that nobody ever wrote."""
        more = {self.random.randbytes(16): (self._never(_FAR),)}
        longer = {log: (self._never(at[-1].seq + self.random.randrange(9)),)
                  for log, at in victim.frontier.items() if self.random.random() < 0.2}  # fmt: skip
        return self._receipted(honest, victim, {**victim.frontier, **longer, **more})

    def receipt_of_less(self, honest: Reply, victim: Victim) -> Reply:
        some = {log: at for log, at in victim.frontier.items() if self.random.random() < 0.4}
        shorter = {log: (self._never(max(1, at[-1].seq // 2)),)
                   for log, at in victim.frontier.items() if self.random.random() < 0.3}  # fmt: skip
        return self._receipted(honest, victim, {**some, **shorter})

    def receipt_for_another(self, honest: Reply, victim: Victim) -> Reply:
        return self._receipted(honest, victim, victim.frontier, child=self.world.root.node)

    def receipt_of_another_life(self, honest: Reply, victim: Victim) -> Reply:
        """More of the child's own logs than it has: it is to think that it was restored."""
        own = {log: (self._never(at[-1].seq + 1),) for log, at in victim.frontier.items()}
        return self._receipted(honest, victim, own)

    def _never(self, seq: int) -> Position:
        """Of a commit that there never was."""
        return Position(seq, self._id())

    def _receipted(self, honest: Reply, victim: Victim, held: Frontier, child: bytes = b"") -> Reply:
        given = child or self._named(victim).node
        false = [
            (log, at)
            for log, chains in held.items()
            for at in chains
            if at not in victim.frontier.get(log, ())
        ]
        self.world.receipted.update(f"{log.hex()}/{at.seq}" for log, at in false)
        self.world.perjured.add(self.office.node)
        signed = receipt.make(held, child=given, time_ms=self.office.clock.now_ms(), log=self.log,
                              kid=self.office.node, signer=self.office.keys.sign)  # fmt: skip
        return replace(honest, receipt=signed.raw)

    # Where it says that it stands

    def stands_of_nonsense(self, honest: Reply, _victim: Victim) -> Reply:
        odd = (b"", self._id(), self._id() * 99, self._stood(self.random.randbytes(16), 1))
        return replace(honest, stands=odd, stood=self.random.choice((0, 1, _FAR, _MOST)))

    def stand_of_another_history(self, honest: Reply, _victim: Victim) -> Reply:
        return replace(
            honest, stands=(self._stood(self.log, self.random.choice((1, 9, _FAR, _MOST))),), stood=1
        )

    def stand_of_less(self, honest: Reply, _victim: Victim) -> Reply:
        return replace(honest, stands=(self._stood(self.log, 0),), stood=1)

    def _stood(self, log: bytes, seq: int) -> bytes:
        """By the office's own key; now, or at the end of all time."""
        self.world.perjured.add(self.office.node)
        heads = [stand.Head(log, seq, self._id())] if seq else []
        made = stand.make(
            log=log, time_ms=self.random.choice((self.office.clock.now_ms(), _MOST)), heads=heads,
            frontier=self._id(), stored=stand.Stored(self.random.randrange(99), self._id()),
            kid=self.office.node, signer=self.office.keys.sign,
        )  # fmt: skip
        return made.signed.raw

    def _named(self, victim: Victim) -> Office:
        name = next(name for name, one in self.victims.items() if one is victim)
        return next(one for one in self.world.machines if one.name == name)

    # The comparison

    def marks_without_end(self, honest: Reply, _victim: Victim) -> Reply:
        mark = Mark(self.random.choice((1, honest.upto.position, _FAR)), self._id())
        return replace(honest, reconcile=mark, commits=(), own=self.random.choice((None, {})))

    def told_differences(self, honest: Reply, victim: Victim) -> Reply:
        """Everything differs, and all of it is of changes that there never were."""
        ask = victim.asked.ask if victim.asked is not None else None
        mark = honest.reconcile or Mark(_FAR, self._id())
        if ask is None:
            return replace(honest, reconcile=mark, told=Told(tuple(range(BUCKETS))))
        differs = tuple(range(BUCKETS)) if ask.buckets is not None else ()
        pages = tuple(self._page_of_bucket(one) for one in ask.records)
        changes = tuple(self._page_of_record(one) for one in ask.changes)
        return replace(honest, reconcile=mark, told=Told(differs, pages, changes))

    def _page_of_bucket(self, one: OfBucket) -> RecordPage:
        first = one.bucket if one.bucket < 256 else 0
        some = sorted({bytes([first]) + self.random.randbytes(15) for _ in range(self.random.randrange(4))})
        found = tuple((record, self.random.randbytes(DIGEST)) for record in some if record > one.above)
        return RecordPage(one.bucket, not found or self.random.random() < 0.7, found)

    def _page_of_record(self, one: OfRecord) -> ChangePage:
        some = sorted({self.random.randbytes(16) for _ in range(self.random.randrange(6))})
        ids = tuple(each for each in some if each > one.above)
        return ChangePage(one.record, not ids or self.random.random() < 0.7, ids)

    def told_agreement(self, honest: Reply, _victim: Victim) -> Reply:
        """Nothing differs: whatever it lacks, it needn't ask."""
        return replace(honest, told=Told())

    def told_other_pages(self, honest: Reply, _victim: Victim) -> Reply:
        many = tuple(
            ChangePage(self._id()[:16], True, ()) for _ in range(self.random.choice((1, MAX_RECORDS)))
        )
        return replace(honest, told=Told((1, 256), (RecordPage(7, True, ()),), many))

    def own_lies(self, honest: Reply, _victim: Victim) -> Reply:
        """It says that it was restored, and lacks all that it ever wrote; or has what it never wrote."""
        own = self.random.choice(({}, {self.log: (Position(_FAR, self._id()),)}))
        return replace(honest, own=own, reconcile=honest.reconcile or Mark(1, self._id()))

    # Time

    def clock_by_minutes(self, honest: Reply, _victim: Victim) -> Reply:
        wrong = self.random.choice((-9, -3, 3, 9, 12)) * MINUTE_MS
        return replace(honest, clock_ms=honest.clock_ms + wrong)

    def clock_by_years(self, honest: Reply, _victim: Victim) -> Reply:
        wrong = self.random.choice((honest.clock_ms + 50 * YEAR_MS, honest.clock_ms - 3 * YEAR_MS, 0, _MOST))
        return replace(honest, clock_ms=wrong)

    # The commits

    def withheld(self, honest: Reply, _victim: Victim) -> Reply:
        kept = self.random.choice((0.0, 0.5, 0.9))
        return self._with_commits(honest, [one for one in honest.commits if self.random.random() < kept])

    def bodies_withheld(self, honest: Reply, _victim: Victim) -> Reply:
        return self._with_commits(
            honest,
            [replace(one, changes=tuple(each for each in one.changes if self.random.random() < 0.5))
             for one in honest.commits],
        )  # fmt: skip

    def repeated(self, honest: Reply, _victim: Victim) -> Reply:
        """Each several times, in any order, each time with other bodies."""
        some = [replace(one, changes=one.changes[self.random.randrange(3) :]) for one in honest.commits]
        twice = [*honest.commits, *some, *honest.commits]
        self.random.shuffle(twice)
        return self._with_commits(honest, twice)

    def other_bodies(self, honest: Reply, _victim: Victim) -> Reply:
        """Bodies at places that aren't theirs, and past the end of the header."""
        bodies = [each for one in honest.commits for each in one.changes] or [
            ChangeItem(0, bytes(16), b"\xa0")
        ]
        found = []
        for one in honest.commits:
            false = replace(self.random.choice(bodies), index=0)
            found.append(replace(one, changes=(false, *one.changes[1:], ChangeItem(900, bytes(16), b"\xa0"))))
        return self._with_commits(honest, found)

    def _with_commits(self, honest: Reply, commits: list[CommitItem]) -> Reply:
        return replace(honest, commits=tuple(commits), early=honest.early[: len(commits)])

    def forged(self, honest: Reply, victim: Victim, child: Office) -> bytes:
        """A commit of the office's own that it never made: beyond its end, in a log that isn't, rarely in its past."""
        item = self._forgery(child)
        found = replace(honest, commits=(*honest.commits, *([item] if item else ())))
        return self._seal(messages.encode(found), victim, child)

    def _forgery(self, child: Office) -> CommitItem | None:
        head = self._head()
        if head is None:
            return None
        place = self.random.choice(("far", "far", "elsewhere", "next", "past"))
        if place in ("next", "past") and (self.office.parent is None or self.random.random() < 0.5):
            place = "far"  # nobody is above a root to rule on its forks
        log, seq, prev = self.log, head.seq + 1, head.id
        if place == "far":
            seq, prev = head.seq + self.random.randrange(_FAR, 2 * _FAR), self._id()
        elif place == "elsewhere":
            log, seq, prev = self.random.randbytes(16), 1, ZERO
        elif place == "past":
            seq, prev = head.seq, self._id()
        if place in ("next", "past"):
            self.world.forked.add(self.office.node)
        self.world.say(f"{self.office.name} is forged {place} at {log.hex()[:6]}/{seq}")
        ahead = self.random.choice((0, 0, HOUR_MS, 50 * YEAR_MS))
        time = max(
            next_time(self.office.clock.now_ms(), head.time), from_ms(self.office.clock.now_ms() + ahead)
        )
        made = change.make(log, self.random.randbytes(16), self._act())
        header = Header(log, seq, prev, time, "a", (made.id,), self.office.path)
        signed = commit.make(header, self.office.node, self.office.keys.sign)
        self.world.forged.add(signed.id)
        self.world.misled.add(child.name)
        return CommitItem(signed.raw, (ChangeItem(0, made.salt, made.body),))

    def _head(self) -> Head | None:
        """Where the office's log stands; None while its process is down."""
        if not self.office.up:
            return None
        with self.office.read() as db:
            row = chain.log_row(db, self.log)
        return None if row is None else row.head

    def _act(self) -> Act:
        """A note on somebody's ticket; or what only those above may sign."""
        acked = list(self.world.ledger.acked.values())
        if acked and (self.office.parent is None or self.random.random() < 0.7):
            known = self.random.choice(acked)
            return Act("ticket/1", "note", (short(known.change),), {}, known.record)
        data = {"node": self.world.root.node, "keep": [], "reason": "stolen"}
        return Act("registry/1", "revoke", (), data, None)

    # What isn't a reply to this

    def replayed(self, _honest: Reply, victim: Victim, _child: Office) -> bytes | None:
        return self.random.choice(victim.old) if victim.old else None

    def for_another_request(self, honest: Reply, victim: Victim, child: Office) -> bytes:
        aside = self.random.choice((-victim.answers, -1, 1, _FAR)) if victim.answers else 1
        return self._seal(messages.encode(honest), victim, child, aside=aside)

    def of_another_log(self, honest: Reply, victim: Victim, child: Office) -> bytes:
        """Another life of the office speaks."""
        log = self.random.choice((self.random.randbytes(16), bytes(16)))
        return self._seal(messages.encode(honest), victim, child, log=log)

    def garbage(self, honest: Reply, victim: Victim, child: Office) -> bytes:
        """Validly sealed and signed, all of it."""
        whole = messages.encode(honest)
        payload = self.random.choice((
            b"", self.random.randbytes(self.random.randrange(1, _GARBAGE)), b"\x00\x00\x00\x00" * 500,
            whole[: self.random.randrange(len(whole))], whole + whole, bytes(_GARBAGE),
        ))  # fmt: skip
        return self._seal(payload, victim, child, kind=self.random.choice((Kind.REPLY, Kind.REPLY, *Kind)))

    def silence(self, _honest: Reply, _victim: Victim, _child: Office) -> None:
        return None

    # All else

    def more_for_ever(self, honest: Reply, _victim: Victim) -> Reply:
        return replace(honest, more=True, commits=(), early=(), urgent=True)

    def wrong_chunks(self, honest: Reply, victim: Victim) -> Reply:
        """Of what was asked for: other bytes, at other places, of another size."""
        wants = victim.asked.wants if victim.asked is not None else ()
        named = {one.hash: one for one in (*honest.chunks, *wants)}
        found = []
        for name, one in named.items():
            size = self.random.choice((10, 5_000, 40_000))
            offset = min(size - 1, self.random.choice((0, one.offset, 1)))
            found.append(Chunk(name, size, offset, self.random.randbytes(min(size - offset, 4_000))))
        return replace(honest, chunks=tuple(found))

    def huge_chunks(self, honest: Reply, victim: Victim) -> Reply:
        """Many bytes that nobody asked for, and of what was asked for, more than anybody takes."""
        wants = victim.asked.wants if victim.asked is not None else ()
        named = [one.hash for one in wants[:2]] or [self._id()]
        chunks = tuple(Chunk(one, _MOST, 0, bytes(_HUGE)) for one in named)
        return replace(honest, chunks=chunks, wants=tuple(BlobWant(self._id(), _MOST) for _ in range(64)))

    def notes_of_nonsense(self, honest: Reply, _victim: Victim) -> Reply:
        codes = ("replaced", "revoked", "forked", "", "‮", "x" * 64, "unknown_author", "erased")
        notes = tuple(
            Note(self.random.choice(codes), *self.random.choice(((), (self.log, _MOST, self._id()))))
            for _ in range(self.random.choice((1, 30, messages.MAX_NOTES)))
        )
        return replace(honest, notes=notes)

    def no_features(self, honest: Reply, _victim: Victim) -> Reply:
        """Of another version: without what this one understands, and with what nobody does."""
        can = self.random.choice(((), ("telepathy", "early early"), (*CAN, "x" * 64)))
        return replace(honest, can=can, understands=("visit/9",), speaks=(1, 2, 99))

    def _id(self) -> bytes:
        return self.random.randbytes(32)
