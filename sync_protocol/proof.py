"""Proving a verifiable export (protocol 3.9) as an outsider would: framing, keys, chains, ids, end.

Every signature is verified one by one, with keys learnt from the file itself, which all rest on the
root's key in its first item. A flipped bit anywhere is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import cbor, cose
from .change import Act, change_id, parse_body
from .commit import Commit, parse
from .errors import BadChange, BadSignature, RemoteError
from .keyring import Keyring
from .keys import is_sound_key
from .names import fingerprint, node_id, same_fingerprint
from .places import Log, Order
from .sequence import items

VERSION = 1
_NOTHING = (0, -1)  # place and time of the predecessor where there is none
MAX_PROBLEMS = 1000  # listed; a file with more is bad enough

_ABSENCES = ("withheld", "erased", "quarantined", "held")
_REASONS = ("out_of_scope", "revoked", "forked", "unknown_author", "lost")
_FORMS: dict[str, tuple[type, ...]] = {
    "qiao-log": (int, bytes, bytes),
    "commit": (bytes,),
    "change": (bytes, bytes, bytes),
    "absent": (bytes, str),
    "link": (bytes, int, bytes, str),
    "end": (int, bytes),
}


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    message: str
    where: str  # "item 12 at byte 3456"


@dataclass(slots=True)
class Report:
    root: str = ""  # fingerprint of the first root
    exporter: bytes = b""  # node id of whoever signed the end
    commits: int = 0
    changes: int = 0  # present ones
    absent: int = 0
    links: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(stream: bytes | Iterable[bytes], root_fingerprint: str | None = None) -> Report:
    """Reads the whole export, in chunks of any size. Never raises for what is in it.

    `root_fingerprint` is what the administrator trusts; without it the file proves only that it is whole
    and consistent under the root that it names.
    """
    proof = _Proof(root_fingerprint)
    proof.read([stream] if isinstance(stream, bytes) else stream)
    return proof.report


@dataclass(slots=True)
class _Open:
    """The commit whose changes are being read."""

    commit: Commit
    number: int
    verified: bool
    unrisen: bool  # its time isn't past that of the one before: then its changes can't stand
    next: int = 0
    acts: list[Act] = field(default_factory=list)


class _Proof:
    def __init__(self, trusted: str | None) -> None:
        self.report = Report()
        self._trusted = trusted
        self._keyring: Keyring | None = None
        self._logs: dict[bytes, Log] = {}
        self._order = Order()
        self._open: _Open | None = None
        self._links: list[tuple[bytes, int, bytes]] = []  # since the last commit
        self._digest = hashlib.sha256()
        self._count = 0
        self._where = "item 1 at byte 0"
        self._ended = False

    def read(self, chunks: Iterable[bytes]) -> None:
        try:
            for offset, raw in items(chunks):
                self._where = f"item {self._count + 1} at byte {offset}"
                self._item(raw)
                self._digest.update(raw)
                self._count += 1
            if not self._ended:
                self._where = f"after item {self._count}"
                self._problem("cut_off", "the file has no end")
        except _Unreadable as fault:
            self._problem(fault.code, str(fault))
        except RemoteError as fault:
            self._problem(fault.code, str(fault))

    def _item(self, raw: bytes) -> None:
        item = cbor.decode(raw)
        kind = item[0] if item else None
        if type(kind) is not str or tuple(type(part) for part in item[1:]) != _FORMS.get(kind):
            raise _Unreadable("bad_item", "an item of another form")
        if self._ended:
            raise _Unreadable("after_end", "something follows the end")
        if (self._count == 0) != (kind == "qiao-log"):
            raise _Unreadable("bad_head", "qiao-log doesn't stand first, or not first alone")
        if kind not in ("change", "absent"):
            self._close()
        _READERS[kind](self, *item[1:])

    def _problem(self, code: str, message: str) -> None:
        if len(self.report.problems) < MAX_PROBLEMS:
            self.report.problems.append(Problem(code, message, self._where))

    def _head(self, version: int, root: bytes, key: bytes) -> None:
        if version != VERSION:
            raise _Unreadable("unknown_version", f"version {version}")
        if not is_sound_key(key) or node_id(key) != root:
            raise _Unreadable("bad_root", "the root's id isn't that of its key")
        self.report.root = fingerprint(key)
        if self._trusted is not None and not same_fingerprint(self.report.root, self._trusted):
            self._problem("another_root", f"the root is {self.report.root}")
        self._keyring = Keyring(root, key)

    def _commit(self, raw: bytes) -> None:
        commit = parse(raw)
        self.report.commits += 1
        verified = self._signature(commit)
        log = self._logs.setdefault(commit.header.log, Log())
        released, time = self._chain(commit, log)
        self._open = _Open(commit, self.report.commits, verified, commit.header.time <= time)
        if verified:
            released = max(released, self._keys().admitted_at(commit.node, commit.header.log))
        key = (commit.header.time, commit.header.log, commit.header.seq)
        if not self._order.add(key, self.report.commits, released):
            self._problem("order", "a commit that should stand before others")
        log.add(commit, self.report.commits)

    def _keys(self) -> Keyring:
        assert self._keyring is not None  # `_item` lets nothing through before the head
        return self._keyring

    def _signature(self, commit: Commit) -> bool:
        key = self._keys().key_of(commit.node)
        if key is None:
            self._problem("unknown_author", f"no key yet of node {commit.node.hex()}")
            return False
        try:
            commit.verify(key)
        except BadSignature:
            self._problem("bad_signature", f"commit {commit.id.hex()}")
            return False
        return True

    def _chain(self, commit: Commit, log: Log) -> tuple[int, int]:
        """Place in the file and time of its predecessor. A log's first continues nothing, nor does what is behind a
        link: an enemy may have given it any number."""
        header = commit.header
        links, self._links = self._links, []
        if header.seq <= log.top and log.find(commit.id, header.seq) is not None:
            self._problem("repeated", f"commit {commit.id.hex()}")
        if links:
            if links != [(header.log, header.seq - 1, header.prev)]:
                self._problem("bad_link", "links that don't belong to the commit behind them")
            return _NOTHING
        before = _NOTHING if header.seq == 1 else log.find(header.prev, header.seq - 1)
        if before is None:
            self._problem("broken_chain", f"the predecessor of {commit.id.hex()} isn't here")
        return before or _NOTHING

    def _change(self, change: bytes, salt: bytes, body: bytes) -> None:
        opened = self._named(change)
        self.report.changes += 1
        if opened is None:
            return
        if len(salt) != 16 or change_id(opened.commit.header.log, salt, body) != change:
            self._problem("bad_change", f"change {change.hex()} has another content")
            return
        if opened.unrisen:
            self._problem("clock", "a change of a commit whose time isn't past the one before")
        self._learn(opened, body)

    def _learn(self, opened: _Open, body: bytes) -> None:
        try:
            act = parse_body(body)
        except BadChange:
            return  # what its author let through is for the fold to judge
        if isinstance(act, Act) and act.matter.startswith("registry/") and opened.verified:
            self._keys().learn(opened.commit, act, opened.number)

    def _absent(self, change: bytes, why: str) -> None:
        self._named(change)
        self.report.absent += 1
        if why not in _ABSENCES:
            self._problem("bad_item", "a change absent for no known reason")

    def _named(self, change: bytes) -> _Open | None:
        """The open commit, if this is the change that its header names next."""
        opened = self._open
        if opened is None or opened.commit.header.changes[opened.next : opened.next + 1] != (change,):
            self._problem("bad_list", f"change {change.hex()} isn't the next that a header names")
            return None
        opened.next += 1
        return opened

    def _close(self) -> None:
        """Before the next commit, link or the end: the header's list is complete, the log is the author's."""
        opened, self._open = self._open, None
        if opened is None:
            return
        commit = opened.commit
        if opened.next != len(commit.header.changes):
            self._problem("bad_list", f"changes are missing behind commit {commit.id.hex()}")
        if opened.verified and not self._keys().owns(commit.node, commit.header.log):
            self._problem("foreign_log", f"log {commit.header.log.hex()} isn't given to its author")

    def _link(self, log: bytes, seq: int, commit: bytes, reason: str) -> None:
        self.report.links += 1
        if len(log) != 16 or seq < 1 or len(commit) != 32 or reason not in _REASONS:
            self._problem("bad_item", "a link of another form")
        self._links.append((log, seq, commit))

    def _end(self, count: int, raw: bytes) -> None:
        self._ended = True
        if self._links != sorted(self._links):
            self._problem("bad_link", "links before the end that aren't in order")
        if count != self._count:
            self._problem("bad_count", f"{self._count} items, not {count}")
        signed = cose.parse(raw)
        self.report.exporter = signed.kid
        key = self._keys().key_of(signed.kid)
        if key is None:
            self._problem("unknown_exporter", f"no key of node {signed.kid.hex()}")
            return
        try:
            signed.verify(key, cose.EXPORT)
        except BadSignature:
            self._problem("bad_end", "the exporter's signature doesn't verify")
        if signed.payload != self._digest.digest():
            self._problem("bad_end", "the exporter signed other bytes")


class _Unreadable(Exception):
    """Reading can't go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_READERS: dict[str, Any] = {
    "qiao-log": _Proof._head,
    "commit": _Proof._commit,
    "change": _Proof._change,
    "absent": _Proof._absent,
    "link": _Proof._link,
    "end": _Proof._end,
}
