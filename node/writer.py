"""The writer: the one that holds the lock, and through which everything is written (design 2).

It lives on one thread. Each of its methods is one transaction: verify, store, fold, project, enqueue and
advance the cursor commit together or not at all; listeners hear of it afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from node import (
    alike,
    answering,
    cards,
    encrypting,
    incarnation,
    intake,
    keeping,
    keys,
    link,
    operations,
    presence,
    reactions,
    rebuild,
    reconciling,
    signatures,
    stands,
    timekeeping,
    trust,
    upgrading,
)
from node.attachments import sweep
from node.bundles import letters
from node.clock import OFFSET, Clock
from node.comparing import Compared, Comparison
from node.config import Config
from node.entropy import Entropy
from node.erasure import scrub
from node.errors import DiskTrouble, LineDown
from node.glance import DATABASE
from node.keys import Keys
from node.language import say
from node.marker import Marker, SystemMarker
from node.news import Board, News
from node.registry import neighbours, replacing
from node.store import database, links, settings
from node.vain import REPLIES, Vain
from node.work import ROOT, Work
from sync_protocol import envelope, messages
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.errors import BadEnvelope
from sync_protocol.messages import Request

NEWS = "news"  # the operation that reads it
OPEN_REQUEST = "open_request"  # setting: number, time sent and commits of the request without a reply


@dataclass(frozen=True, slots=True)
class Change:
    """What a durable transaction changed, for whoever waits: children with news, news for the parent."""

    children: frozenset[bytes]
    up: bool
    records: frozenset[bytes]
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A request taken in. `reply` None: hold it for up to `wait_s`, then ask `Writer.reply`."""

    reply: bytes | None
    child: bytes
    wait_s: int
    answers: int
    asked: Request
    notes: tuple[str, ...] = ()
    me: bytes = b""  # node id by which the child spoke to us


@dataclass(frozen=True, slots=True)
class Round:
    sent: int
    received: int
    more: bool
    urgent: bool
    left: bool = False  # something that the parent doesn't take now: it is tried again later
    moved: bool = True  # something went on, if only a comparison or an attachment


class Writer:
    def __init__(
        self,
        engine: Engine,
        directory: Path,
        config: Config,
        clock: Clock,
        entropy: Entropy,
        marker: Marker | None = None,
    ) -> None:
        self._engine = engine
        self.directory = directory
        self.config = config
        self.clock = clock
        self._entropy = entropy
        self._marker = marker or SystemMarker(directory)
        with engine.begin() as db:
            self.keys = keys.of(directory, settings.get(db, "node"))
        self.newer, self.former = keys.beside(directory, self.keys.node)
        self._alike_key = alike.key_of(self.keys, self.former)
        self._facts: dict[str, Any] = {}  # policies and calendar as of the last transaction
        self.listeners: list[Callable[[Change], None]] = []
        with engine.begin() as db:
            self._registry = trust.load(db, settings.get(db, ROOT))
            clock.discipline(settings.number(db, OFFSET))
        self._comparison = Comparison()  # of the link with the parent
        self._vain = Vain()
        self._vain_below: dict[
            bytes, Vain
        ] = {}  # node id of a child → what of its own it was given for nothing
        self._board, self._presence = Board(), presence.Presence()
        self._stale = False  # whether records are still to be folded once more, after an upgrade
        self._heard = False  # whether the parent has answered this process, and counts what that says

    @classmethod
    def open(
        cls,
        directory: Path,
        config: Config,
        clock: Clock,
        entropy: Entropy,
        dbapi: Any = database.DRIVER,
        marker: Marker | None = None,
    ) -> Writer:
        """The caller holds the lock. Brings the schema up to date. Raises Damaged, DiskTrouble."""
        encrypting.sweep(directory)
        encrypting.check_wanted(directory, wanted=config.database_encrypted)
        with database.disk_faults():
            engine = database.open_database(directory / DATABASE, write=True, dbapi=dbapi)
            database.migrate(engine, partial(upgrading.lay_aside, directory / DATABASE))
            writer = cls(engine, directory, config, clock, entropy, marker)
            with writer.work() as work:
                rebuild.where_stale(work)
                alike.where_stale(work)
                scrub.resume(work)
                incarnation.check(work, writer._marker)
                timekeeping.ask_at_start(work)
        return writer

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One transaction. What the registry became is kept only when it committed."""
        with database.disk_faults():
            with self._engine.begin() as db:
                work = Work(
                    db, self.keys, self._registry, self.clock.now_ms(), self._entropy,
                    config=self.config, facts=dict(self._facts), former=next(iter(self.former), None),
                    older=self.former[1:], newer=self.newer, alike_key=self._alike_key,
                    steady_ms=self.clock.steady_ms(), stale=self._stale,
                )  # fmt: skip
                yield work
                reactions.settle(work)
            self._registry = work.registry
            self._facts, self._stale = work.facts, work.stale
            self.clock.discipline(self._offset(work))
        if work.keys.node != self.keys.node:
            self._take_keys(work)
        self._tell(work)
        if work.left is not None:  # the number is durable; the envelope leaves behind this
            self._marker.note(*work.left)
        if work.scrub:
            with suppress(DiskTrouble):  # what was asked for is durable; `tick` tries again
                self.scrub()

    def _offset(self, work: Work) -> int:
        return work.offset_ms if work.offset_ms is not None else self.clock.offset_ms

    def _tell(self, work: Work) -> None:
        self._board.put(work.news)
        change = Change(frozenset(work.children), work.up, frozenset(work.touched), tuple(work.news))
        for listener in self.listeners:
            listener(change)

    # People's operations

    def do(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
        """One of node/operations.py. Raises QiaoError."""
        if operation == replacing.OPERATION:
            return self._replace_keys(staff)
        if operation == NEWS:
            return self._board.since(params.get("after"))
        if operation == presence.OPERATION:
            return self._presence.told(params, staff, self.clock.steady_ms())
        try:
            with self.work() as work:
                done = operations.run(work, operation, params, staff, self.config)
        except operations.Tried as tried:
            return tried.result
        if work.refused is not None:
            raise work.refused
        return done

    def _replace_keys(self, staff: str | None) -> dict[str, Any]:
        """New keys: made durable before the database names them, taken into use behind it."""
        following = self.prepare_keys()
        with self.work() as work:
            return replacing.replace(work, following, staff)

    def prepare_keys(self) -> Keys:
        """The pair to follow ours, durable. Raises DiskTrouble."""
        keys.finish(self.directory, self.keys.node)
        return keys.prepare(self.directory, self._entropy, self.keys.node)

    def _take_keys(self, work: Work) -> None:
        """The database names them: whatever fails from here on, nothing is signed by the old ones any more."""
        self.keys, self.newer = work.keys, work.newer
        self.former = (*([work.former] if work.former is not None else []), *work.older)
        keys.finish(self.directory, self.keys.node)

    def tick(self) -> None:
        """Once a minute: what was held and whose time has come, a clock that went back, the root's daily stamp,
        cards for what is over its time."""
        with self.work() as work:
            if intake.release(work):
                reconciling.doubt(work)
            timekeeping.look(work)
            scrub.resume(work)
            sweep.tick(work)
            signatures.check(work)
            reactions.stamp(work)
            cards.sign(work)
            keeping.age(work)
            stands.grow(work)
        upgrading.forget(self.config)

    def rebuild(self) -> bool:
        """Folds some of the records that another version of the program projected. Whether others are left."""
        if self._stale:
            with self.work() as work:
                rebuild.some(work)
        return self._stale

    def verify(self) -> bool:
        """Checks some of the signatures that stood in runs. Whether others are left."""
        with self.work() as work:
            return signatures.go_on(work)

    def scrub(self) -> bool:
        """Traces of what was erased, in the files. False where somebody reads old pages still."""
        with database.disk_faults():
            return scrub.now(self._engine)

    # Towards the parent

    @property
    def parent_url(self) -> str | None:
        with self._engine.begin() as db:
            return settings.text(db, "parent_url") or None

    @property
    def parent_keys(self) -> tuple[bytes, ...]:
        """The parent's Ed25519 key, by which its channel is known; none before joining."""
        with self._engine.begin() as db:
            known = settings.get(db, link.PARENT)
            entry = self._registry.node(known) if known else None
            key = entry.sign if entry is not None else settings.get(db, "parent_sign")
        return (key,) if key else ()

    @property
    def pairs(self) -> tuple[Keys, ...]:
        """This node's keys, newest first, those that lie there unused included."""
        return (*self.newer, self.keys, *self.former)

    def called_by(self, node: bytes, way: str) -> None:
        """Notes for `status` how a child's exchange came: by TLS, plainly, from this machine."""
        with database.disk_faults(), self._engine.begin() as db:
            settings.put(db, f"channel/{node.hex()}", way.encode())

    def request(self, hold_s: int) -> bytes:
        """The next request, sealed to the parent."""
        with self.work() as work:
            sent = link.request(work, hold_s, self._comparison, self._vain, afresh=not self._heard)
            number = incarnation.next_number(work)
            parent = settings.get(work.db, link.PARENT) or b""
            open_request = f"{number} {self.clock.own_ms()} {sent.commits}"
            settings.put(work.db, OPEN_REQUEST, open_request.encode())
            payload = messages.encode(sent.request)
            me = replacing.towards_parent(work)
            made = Envelope(parent, replacing.log_of(work, me), number, 0, Kind.REQUEST, payload)
            return self._seal(made, self._seal_key(work, parent), me)

    def take_reply(self, sealed: bytes) -> Round:
        """Raises RemoteError; a reply that doesn't name the open request is dropped."""
        try:
            done, self._heard = self._take_reply(sealed)
        except BaseException:
            self._comparison.drop()
            raise
        return done

    def _take_reply(self, sealed: bytes) -> tuple[Round, bool]:
        """With whether the parent counts our request. To one that doesn't count it doesn't remember what we said that
        we hold: so we say it each time (seed 800004)."""
        begun_ms = self.clock.steady_ms()
        with self.work() as work:
            opened = self._open(work, sealed, Kind.REPLY)
            number, sent_ms, commits = self._open_request(work)
            if opened.envelope.answers != number or opened.sender != settings.get(work.db, link.PARENT):
                raise BadEnvelope("a reply to another request", code="not_asked")
            settings.put(work.db, OPEN_REQUEST, b"")
            reply = messages.parse_reply(opened.envelope.payload)
            work.up = False
            log, own_ms = opened.envelope.log, self.clock.own_ms()
            letters.note(work, opened.sender, log, opened.envelope.number)
            if opened.envelope.receiver != work.node:
                received, more = replacing.heard(work, opened.sender, reply)
                self._vain.spoken(log, news=more)
                self._comparison.owes(reply)
                left = link.not_taken(work, opened.sender, self._vain)
                return Round(commits, received, more, False, left), True
            compared = self._comparison.is_on
            got = link.take_reply(
                work, opened.sender, log, reply, sent_ms, own_ms, self._comparison, self._vain
            )
            reactions.settle(work)
            more = got.more or work.up
            link.fitted(work, full=reply.more or more, taking_ms=self.clock.steady_ms() - begun_ms)
            due = reconciling.is_due(work)
            on = self._comparison.is_on if reply.more else self._comparison.go_on(work, due=due)
            moved = bool(commits or got.received or got.moved or compared or on)
            done = Round(commits, got.received, more or on, got.urgent, got.left, moved)
            return done, reply.counts

    def compare(self) -> None:
        """The link with the parent is to be compared, though nothing says that it doesn't fit."""
        self._comparison.want()

    @property
    def compared(self) -> Compared | None:
        """What the last comparison found; None before it was at its end."""
        return self._comparison.found

    def unheard_of(self) -> None:
        """The parent answered that it knows nobody with our keys."""
        with self.work() as work:
            replacing.unheard_of(work)

    def line_cut(self) -> None:
        """An exchange broke off while it carried: the next carries less."""
        with self.work() as work:
            link.cut(work)

    def _open_request(self, work: Work) -> tuple[int, int, int]:
        """(number, own time sent, commits) of the request without a reply. Raises BadEnvelope."""
        found = settings.text(work.db, OPEN_REQUEST).split()
        if not found:
            raise BadEnvelope("a reply, and no request is open", code="not_asked")
        number, sent_ms, commits = map(int, found)
        return number, sent_ms, commits

    # Towards a child

    def take(self, sealed: bytes) -> Taken:
        """A child's request. Raises RemoteError; nothing is changed then, unless what it brought says that its sender's
        enrolment doesn't count (any more): that stays, and nobody is left to answer."""
        with self.work() as work:
            opened = self._open(work, sealed, Kind.REQUEST)
            asked = messages.parse_request(opened.envelope.payload)
            number, child = opened.envelope.number, opened.sender
            me = opened.envelope.receiver
            letters.note_called(work, child, me)
            heard = answering.take_request(work, child, opened.envelope.log, number, asked)
            asked = heard.asked
            reactions.settle(work)
            known = answering.is_known(work, child)
            vain = self._vain_below.setdefault(child, Vain(REPLIES)) if known else Vain()
            vain.spoken(asked.digest, news=heard.received > 0)
            if known and heard.idle and not answering.has_news(work, child, asked, vain):
                self._complete(work, child)
                if asked.hold_s:
                    return Taken(None, child, asked.hold_s, number, asked, me=me)
            if known:
                sealed_reply = self._reply(
                    work, child, number, asked, heard.notes, me, counts=heard.counts, news=heard.received > 0
                )
                return Taken(sealed_reply, child, 0, number, asked, heard.notes, me)
        raise answering.unknown()

    def reply(self, taken: Taken) -> bytes:
        """The reply to a held request, made now. Raises RemoteError where nobody is left to answer."""
        with self.work() as work:
            return self._reply(work, taken.child, taken.answers, taken.asked, taken.notes, taken.me)

    def take_join(self, sealed: bytes) -> bytes:
        """A request to be enrolled, answered. Raises RemoteError and QiaoError with its code."""
        from node import joining

        with self.work() as work:
            answer = joining.enrol(work, sealed)
            incarnation.next_number(work)  # it carries commits of ours, as an envelope does
            return answer

    def _complete(self, work: Work, child: bytes) -> None:
        peer = links.peer(work.db, child)
        if peer is not None:
            links.change(work.db, peer.id, complete_ms=work.now_ms)

    def _reply(
        self,
        work: Work,
        child: bytes,
        answers: int,
        asked: Request,
        notes: tuple[str, ...],
        me: bytes,
        *,
        counts: bool = True,
        news: bool = True,
    ) -> bytes:
        """By the keys that the child spoke to: it may not have heard of newer ones. In the log that we write by now:
        what the child has taken counts with that one."""
        with replacing.speaking(work, me) as own:
            vain = self._vain_below.setdefault(child, Vain(REPLIES))
            payload = messages.encode(
                answering.reply(work, child, asked, notes, vain, counts=counts, news=news)
            )
        number = incarnation.next_number(work)
        made = Envelope(child, work.log, number, answers, Kind.REPLY, payload)
        return self._seal(made, self._seal_key(work, child), own)

    # Envelopes

    def _seal(self, made: Envelope, seal_key: bytes, own: Keys) -> bytes:
        return envelope.seal(made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=seal_key)

    def _open(self, work: Work, sealed: bytes, kind: Kind) -> envelope.Opened:
        own = replacing.named(work, envelope.receiver_of(sealed))
        opened = envelope.open(sealed, me=own.node, open=own.open, key_of=lambda node: self._key(work, node))
        if opened.envelope.kind is not kind:
            raise BadEnvelope(f"not a {kind}", code="unknown_kind")
        return opened

    def _key(self, work: Work, node: bytes) -> bytes | None:
        if work.registry.node(node) is not None:
            return neighbours.line_key(work.registry, node)
        known = settings.get(work.db, link.PARENT)
        return settings.get(work.db, "parent_sign") if known == node else None

    def _seal_key(self, work: Work, node: bytes) -> bytes:
        entry = work.registry.node(node)
        found = entry.seal if entry is not None else settings.get(work.db, "parent_seal")
        if found is None:
            raise LineDown(say("不知道对方的公钥", "the peer's key isn't known"), code="unknown_peer")
        return found
