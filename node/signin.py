"""Signing in (登录): the password, and the wait behind wrong ones (product 1, people).

The wait grows with each wrong password of a staff id, and is counted by the machine's running time: setting
a clock doesn't shorten it, nor does a restart, after which it begins anew. An id that nobody has is treated
alike in every way, the writing included, so that neither an answer nor its time tells who works here.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection

from node import people
from node.page import Person
from node.store import attempts
from node.work import Work

FREE = 3  # wrong ones in a row that cost no time: a slip of the finger isn't punished
FIRST_MS, MOST_MS = 2_000, 15 * 60_000  # the first wait, doubled with each further one, and the longest
SHARES = 256  # of the ids that nobody has: what they fill is bounded


def check(work: Work, staff: str | None, password: str | None) -> Person | None:
    """Who it is; None alike for an unknown person, a disabled one, a wrong or missing password, and while a wait
    runs. The transaction has to be kept: what was wrong is counted in it."""
    name = _storable(staff)
    right = people.is_right(
        work.db, name, _storable(password)
    )  # first, and always: so it takes everybody as long
    key = _key(work.db, name)
    known = attempts.of(work.db, key)
    failures, since = (known.failures, known.steady_ms) if known else (0, work.steady_ms)
    if waits(failures, since, work.steady_ms):
        if work.steady_ms < since:  # the machine was started anew
            attempts.note(work.db, key, failures, work.steady_ms)
        return None
    person = people.find(work.db, name) if right else None
    if person is None:
        attempts.note(work.db, key, failures + 1, work.steady_ms)
    elif known:
        attempts.forget(work.db, key)
    return person


def unhindered(db: Connection, staff: str | None, password: str | None) -> Person | None:
    """The same without writing: who it is, where the password is right and none was wrong before. None: only
    `check` can tell."""
    name = _storable(staff)
    right = people.is_right(db, name, _storable(password))
    return people.find(db, name) if right and attempts.of(db, _key(db, name)) is None else None


def forgive(db: Connection, staff: str) -> None:
    """He has a new password."""
    attempts.forget(db, _key(db, staff))


def waits(failures: int, since_ms: int, now_ms: int) -> bool:
    """Whether a wait that began at `since_ms` still runs; both of one machine's running time, or of two of its
    lives: then the second began after the first, and no more has passed than it has run."""
    return now_ms - since_ms < wait_ms(failures) if failures >= FREE else False


def wait_ms(failures: int) -> int:
    """How long the next attempt has to wait."""
    return 0 if failures < FREE else min(FIRST_MS << min(failures - FREE, 20), MOST_MS)


def _storable(text: str | None) -> str:
    """A terminal can produce half a character."""
    return (text or "").encode("utf-8", "replace").decode()


def _key(db: Connection, staff: str) -> str:
    if people.record_of(db, staff) is not None:
        return staff
    return f"? {hashlib.sha256(staff.encode()).digest()[0] % SHARES}"
