"""The run rule (protocol 3.3): consecutive commits of one log are admitted at the price of one signature.

A commit's id covers its signature, and the next commit names that id: so whoever signed the newest
one vouches for every bit of the older ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .commit import Commit
from .errors import BadSignature
from .names import ZERO


class Head(NamedTuple):
    """Where a log stands: its newest commit held without a gap."""

    seq: int
    id: bytes
    time: int  # hybrid logical time


EMPTY = Head(0, ZERO, 0)

# Why commits weren't admitted. `seen`: not past the head, the same commit perhaps. `forked`: the number
# is next, but it continues another commit than the head.
FAULTS = frozenset({"wrong_node", "wrong_log", "seen", "gap", "forked", "bad_signature"})


@dataclass(frozen=True, slots=True)
class Run:
    """`good` have their place in the log; `rest`, all that follows, has none, for the reason `fault`."""

    good: list[Commit]
    rest: list[Commit] = field(default_factory=list)
    fault: str = ""  # of FAULTS; empty when nothing is left over
    unrisen: frozenset[bytes] = frozenset()  # ids in `good` whose time isn't past the one before: quarantined


def admit(
    commits: Sequence[Commit], *, node: bytes, key: bytes, head: Head | None, alone_from: int | None = None
) -> Run:
    """Judges commits of one log that the registry gives to `node`, whose Ed25519 key is `key`.

    `head` is the commit that they continue: where the receiver's log stands, or a branch of it (EMPTY for a
    log not seen yet). With None they continue nothing that is held (there are gaps), and each counts by its
    own signature; so does each from number `alone_from` on, where the registry closed the log.
    """
    if head is None:
        return _one_by_one(commits, node, key, EMPTY.time)
    inside = next((at for at, one in enumerate(commits) if _is_beyond(one, alone_from)), len(commits))
    run = _in_a_run(commits[:inside], node, key, head)
    time = max([head.time, *(one.header.time for one in run.good)])
    return _both(run, _one_by_one(commits[inside:], node, key, time))


def _is_beyond(commit: Commit, alone_from: int | None) -> bool:
    return alone_from is not None and commit.header.seq >= alone_from


def _in_a_run(commits: Sequence[Commit], node: bytes, key: bytes, head: Head) -> Run:
    length, fault = _chained(commits, node, head)
    signed = _bounded(commits[:length], key)
    if signed < length:
        fault = "bad_signature"
    good = list(commits[:signed])
    return Run(good, list(commits[signed:]), fault, _unrisen(good, head.time))


def _both(one: Run, two: Run) -> Run:
    return Run(one.good + two.good, one.rest + two.rest, one.fault or two.fault, one.unrisen | two.unrisen)


def verify_alone(commit: Commit, key: bytes) -> bool:
    """Whether its own signature is good: what counts in the end."""
    try:
        commit.verify(key)
    except BadSignature:
        return False
    return True


def head_of(commit: Commit, after: Head = EMPTY) -> Head:
    """The head once `commit` is stored behind `after`; a time that went back isn't taken over."""
    return Head(commit.header.seq, commit.id, max(commit.header.time, after.time))


def _chained(commits: Sequence[Commit], node: bytes, head: Head) -> tuple[int, str]:
    """How many commits continue the head link by link, and what is wrong with the next."""
    seq, prev = head.seq, head.id
    for at, commit in enumerate(commits):
        fault = _link_fault(commit, commits[0].header.log, node, seq, prev)
        if fault:
            return at, fault
        seq, prev = commit.header.seq, commit.id
    return len(commits), ""


def _link_fault(commit: Commit, log: bytes, node: bytes, seq: int, prev: bytes) -> str:
    header = commit.header
    if commit.node != node:
        return "wrong_node"
    if header.log != log:
        return "wrong_log"
    if header.seq <= seq:
        return "seen"
    if header.seq > seq + 1:
        return "gap"
    return "" if header.prev == prev else "forked"


def _bounded(commits: Sequence[Commit], key: bytes) -> int:
    """How many commits the newest good signature covers."""
    for length in range(len(commits), 0, -1):
        if verify_alone(commits[length - 1], key):
            return length
    return 0


def _unrisen(good: Sequence[Commit], time: int) -> frozenset[bytes]:
    """A good signature covers these, so they keep their place; their acts are quarantined (3.5)."""
    found = set()
    for commit in good:
        if commit.header.time <= time:
            found.add(commit.id)
        time = max(time, commit.header.time)
    return frozenset(found)


def _one_by_one(commits: Sequence[Commit], node: bytes, key: bytes, time: int) -> Run:
    good: list[Commit] = []
    rest: list[Commit] = []
    fault = ""
    for commit in commits:
        wrong = "wrong_node" if commit.node != node else ""
        wrong = wrong or ("" if verify_alone(commit, key) else "bad_signature")
        (rest if wrong else good).append(commit)
        fault = fault or wrong
    return Run(good, rest, fault, _unrisen(good, time))
