"""What others know better (旁证): a node's data against another's verifiable export, or the signed words that it holds.

Whoever alters his own database can make it agree with itself again. He can't alter what others hold: their copies of
the commits and bodies, their signed receipts for what he once had, what he signed of where he stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from node import faults, trust
from node.erasure import destruction
from node.errors import Damaged, NotFound
from node.language import say
from node.matters import KINDS
from node.proof.problems import Problem, problem
from node.store import chain, folded, records
from node.store.chain import CHANGE, COMMIT, LogRow
from node.store.prepared import Prepared, given
from sync_protocol import cbor, commit, evidence, proof
from sync_protocol.change import Act, Body, Words, parse_body
from sync_protocol.commit import Commit
from sync_protocol.errors import ProtocolError
from sync_protocol.names import covers, fingerprint, short
from sync_protocol.receipt import Receipt
from sync_protocol.registry import Registry
from sync_protocol.sequence import items
from sync_protocol.stand import Stand

CHUNK = 1 << 20
_RAW_AT = Prepared(select(COMMIT.c.raw).where(COMMIT.c.log == given("of_log"), COMMIT.c.seq == given("at")))
_BODY = Prepared(
    select(CHANGE.c.body).where(CHANGE.c.commit == given("within"), CHANGE.c.change == given("named"))
)


class Checked(NamedTuple):
    """What is missing or other here, how many commits of the file haven't come here yet, and the stands in it, whose
    signatures are good: witnesses.py lays them beside those that are kept here."""

    problems: list[Problem]
    not_yet: int
    stands: list[Stand]


def check(db: Connection, registry: Registry, own: bytes, path: Path) -> Checked:
    """`own`: this node.

    Raises Damaged `bad_evidence` for a file that proves nothing, NotFound `no_file`.
    """
    looking = _Against(db, registry, own, path.name)
    try:
        if _is_export(path):
            _must_prove(path, registry)
            found = list(looking.export(path))
        else:
            found = [one for each in evidence.read(_chunks(path)) for one in looking.said(each)]
    except ProtocolError as fault:
        raise _bad(path, fault.code) from fault
    return Checked(found, looking.not_yet, looking.stands)


def _is_export(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"qiao-log" in file.read(32)
    except (FileNotFoundError, IsADirectoryError) as fault:
        raise NotFound(say(f"没有文件 {path}", f"there is no file {path}"), code="no_file") from fault


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")


def _must_prove(path: Path, registry: Registry) -> None:
    root = None if registry.anchor is None else fingerprint(registry.anchor.sign)
    report = proof.verify(_chunks(path), root)
    if not report.ok:
        raise _bad(path, report.problems[0].code)


def _bad(path: Path, code: str) -> Damaged:
    why = faults.sentence_of(code)
    zh, en = f"{path.name} 证明不了什么：{why}", f"{path.name} proves nothing: {why}"
    return Damaged(say(zh, en), code="bad_evidence", hint=f"qiao audit verify {path}")


class _About(NamedTuple):
    """What a change of the file is of."""

    record: bytes
    matter: str
    words: bool


def _about(body: Body, name: bytes, act: _About) -> _About:
    """`act`: what the change before it was of; words stand behind theirs."""
    if isinstance(body, Words):
        return act._replace(words=True)
    return _About(body.record or short(name), body.matter.partition("/")[0], words=False)


class _Against:
    def __init__(self, db: Connection, registry: Registry, own: bytes, name: str) -> None:
        self._db, self._registry, self._name = db, registry, name
        self._lineage = registry.lineage(own)
        self._reach = registry.scope_of(own) or ""
        self._seen: dict[int | None, frozenset[bytes]] = {}  # of the record looked at last
        self.not_yet = 0
        self.stands: list[Stand] = []

    def export(self, path: Path) -> Iterator[Problem]:
        """Commits come with their changes behind them, words behind their act."""
        row: int | None = None
        unit, about = "", _About(b"", "", words=False)
        for _, raw in items(_chunks(path)):
            kind, *rest = cbor.decode(raw)
            if kind == "commit":
                found = commit.parse(rest[0])
                unit, row = self._registry.path_for(found.node, found.header.unit), self._row(found)
                if row is None:
                    yield from self._missing(found)
            elif kind == "change" and row is not None:
                name, _, body = rest
                about = _about(parse_body(body), name, about)
                yield from self._body(row, name, about, unit)

    def _row(self, found: Commit) -> int | None:
        log = chain.log_row(self._db, found.header.log)
        return None if log is None else chain.has(self._db, log.id, found.header.seq, found.id)

    def _missing(self, found: Commit) -> Iterator[Problem]:
        """Of our own, and within what we hold of a log; what is behind its end may be on its way."""
        header = found.header
        log = chain.log_row(self._db, header.log)
        others = [] if log is None else _RAW_AT(self._db, of_log=log.id, at=header.seq).all()
        if others:
            yield self._told("two_histories", header.log, header.seq, theirs=found.raw, ours=others[0].raw)
        elif self._is_due(log, found.node, header.seq):
            yield self._told("commit_missing", header.log, header.seq, theirs=found.raw)
        else:
            self.not_yet += 1

    def _is_due(self, log: LogRow | None, node: bytes, seq: int) -> bool:
        return node in self._lineage or (log is not None and seq <= log.head.seq)

    def _body(self, row: int, name: bytes, about: _About, unit: str) -> Iterator[Problem]:
        here = _BODY(self._db, within=row, named=name).first()
        gone = here is None or here.body is None
        if gone and destruction.order_of(self._db, short(name)) is None and self._is_ours(about, name, unit):
            yield problem("body_missing", name.hex(), file=self._name, record=about.record)

    def _is_ours(self, about: _About, name: bytes, unit: str) -> bool:
        """Whether this node must have it: what is everywhere, what is in its scope, what was written below it, what
        an act rests on that is here: a record comes with its whole history (3.5)."""
        kind = KINDS.get(about.matter)
        if about.matter == trust.MATTER or (kind is not None and kind.matter.everywhere):
            return True
        known = records.row_of(self._db, about.record)
        inside, withheld = (None, False) if known is None else folded.in_scope(self._db, known)
        if inside:
            return not (about.words and withheld)
        return (inside is None and covers(self._reach, unit)) or short(name) in self._named(known)

    def _named(self, record: int | None) -> frozenset[bytes]:
        """What the acts of a record that are here have seen (short ids)."""
        if record not in self._seen:
            here = [] if record is None else records.changes_of(self._db, record)
            acts = [parse_body(one.body) for one in here if one.body is not None and not one.fault]
            self._seen = {record: frozenset(id for act in acts if isinstance(act, Act) for id in act.after)}
        return self._seen[record]

    def said(self, found: Receipt | Stand) -> Iterator[Problem]:
        """Of somebody unknown here nothing can be verified."""
        key = self._registry.key_of(found.node)
        if key is None:
            return
        found.verify(key)
        if isinstance(found, Stand):
            self.stands.append(found)
        else:
            yield from self._receipt(found)

    def _receipt(self, found: Receipt) -> Iterator[Problem]:
        """Nothing that we acknowledged, or that was acknowledged to us, may be missing; of what others acknowledged to
        each other, what lies before the end of the log here."""
        ours = found.node in self._lineage or found.child in self._lineage
        for log, at in ((log, at) for log, chains in found.frontier.items() for at in chains):
            known = chain.log_row(self._db, log)
            if known is not None and chain.has(self._db, known.id, at.seq, at.id) is not None:
                continue
            if ours or (known is not None and at.seq <= known.head.seq):
                yield self._told("receipted_missing", log, at.seq, receipt=found.signed.raw, commit=at.id)
            else:
                self.not_yet += 1

    def _told(self, code: str, log: bytes, seq: int, **evidence: Any) -> Problem:
        return problem(code, f"{log.hex()}/{seq}", file=self._name, **evidence)
