"""The tree's time (protocol 3.6): how the clock is disciplined, what a person is asked of it, and what follows
when it turns out to be behind what is here.

The child measures its clock against its parent's; the tree's time comes from the root. Up to ten minutes are
applied at once, more when a person confirms. Work goes on whatever the answer.
"""

from __future__ import annotations

from typing import Any

from node import adoption, incarnation
from node.clock import ASKED, BEHIND, BEYOND, CONFIRMED, KEPT, OFFSET, QUESTION, RIGHT, Question, told
from node.errors import Stale
from node.language import say
from node.lives import Reason
from node.store import chain, held, settings
from node.work import HIGH_WATER, Work
from sync_protocol.clock import from_ms, to_ms
from sync_protocol.limits import AHEAD_MS

AUTOMATIC_MS = 10 * 60 * 1000  # a larger offset is applied only when a person confirms
TOLERANCE_MS = 1000  # as near as the line lets it be measured
DAY_MS = 24 * 3600 * 1000
BEYOND_MS = 90 * DAY_MS


def discipline(work: Work, parent_ms: int, sent_ms: int, own_ms: int) -> bool:
    """Measures our clock: the parent's stood at `parent_ms` when its reply was made, our machine's at
    `sent_ms` before and at `own_ms` after. True when there is something for `look` to do.

    The true offset lies between these two; an exchange that was held, or a bundle that lay about for days,
    says little and changes little. What is applied counts at once, for what this reply brings, too.
    """
    low, high = sorted((parent_ms - own_ms, parent_ms - sent_ms))
    known = settings.number(work.db, OFFSET)
    nearest = min(max(known, low), high)
    if abs(nearest - known) > TOLERANCE_MS:
        if not _is_automatic(work, nearest):
            _ask(work, nearest)
            return False
        _apply(work, nearest)
    if high - low > AUTOMATIC_MS:
        return False
    _put_number(work, ASKED, None)
    _put_number(work, KEPT, None)
    return _own_is_ahead(work) or work.offset_ms is not None or _question(work) is not None


def _is_automatic(work: Work, offset: int) -> bool:
    """By itself the clock is never led further than that from the machine's, or from what a person confirmed."""
    confirmed = settings.number(work.db, CONFIRMED)
    return abs(offset) <= AUTOMATIC_MS or abs(offset - confirmed) <= AUTOMATIC_MS


def _ask(work: Work, offset: int) -> None:
    kept = settings.get(work.db, KEPT)
    if not kept or abs(offset - int(kept)) > AUTOMATIC_MS:
        _put_number(work, ASKED, offset)


def _apply(work: Work, offset: int) -> None:
    """From here on in this transaction, and behind it."""
    work.now_ms += offset - settings.number(work.db, OFFSET)
    work.offset_ms = offset
    _put_number(work, OFFSET, offset)
    if abs(offset) <= AUTOMATIC_MS:
        _put_number(work, CONFIRMED, None)


def _put_number(work: Work, name: str, value: int | None) -> None:
    if value is not None:
        settings.put_number(work.db, name, value)
    elif settings.get(work.db, name):
        settings.put(work.db, name, b"")


def is_sure(work: Work, heard_ms: int) -> bool:
    """Whether what is signed now may bind the node to its time: nothing is open about the clock, and by it the
    parent was heard within a day (`heard_ms`, disciplined, unix ms)."""
    question = _question(work)
    doubted = (
        settings.get(work.db, ASKED) or settings.get(work.db, KEPT) or (question and not question.answer)
    )
    return not doubted and abs(work.now_ms - heard_ms) <= DAY_MS


# What a person is asked


def ask_at_start(work: Work) -> None:
    """Whether the clock can be right at all, against what is here."""
    newest = to_ms(held.newest(work.db))
    if newest - work.now_ms > DAY_MS:
        _raise(work, BEHIND, newest)
    elif newest and work.now_ms - newest > BEYOND_MS:
        _raise(work, BEYOND, newest)
    else:
        _settle(work)


def _question(work: Work) -> Question | None:
    return Question.read(settings.get(work.db, QUESTION))


def _raise(work: Work, kind: str, newest: int) -> None:
    """An answer holds while what it was given about stays about the same."""
    known = _question(work)
    same = known is not None and known.kind == kind and abs(newest - known.newest_ms) <= DAY_MS
    if not same or known is None:
        settings.put(work.db, QUESTION, Question(kind, newest).packed())


def _settle(work: Work) -> None:
    if settings.get(work.db, QUESTION):
        settings.put(work.db, QUESTION, b"")


def answer(work: Work, *, confirm: bool) -> dict[str, Any]:
    """A person says that what was asked is right, or that all is to stay as it is. Raises Stale
    `nothing_asked`."""
    asked, question = settings.get(work.db, ASKED), _question(work)
    if not asked and (question is None or question.answer):
        raise Stale(
            say("时钟没有待确认的问题", "nothing is asked about the clock"),
            code="nothing_asked",
            hint="qiao clock",
        )
    if confirm:
        _confirm(work, int(asked) if asked else None)
    elif asked:
        settings.put(work.db, KEPT, asked)
    _put_number(work, ASKED, None)
    if confirm:
        look(work, vouched=True)
    _note_answer(work, confirm)
    return told(lambda name: settings.get(work.db, name), work.now_ms)


def _confirm(work: Work, offset: int | None) -> None:
    if offset is not None:
        _apply(work, offset)
        _put_number(work, CONFIRMED, offset if abs(offset) > AUTOMATIC_MS else None)


def _note_answer(work: Work, confirm: bool) -> None:
    """What is still odd about the clock has been answered."""
    ask_at_start(work)
    question = _question(work)
    if question is not None:
        settings.put(work.db, QUESTION, question.answered(confirm).packed())


# What follows


def look(work: Work, *, vouched: bool = False) -> bool:
    """Where commits here lie too far ahead of the clock, they are held; and if our own log is among them, the
    node goes on in a new one and adopts there what it had done. True when it had to.

    `vouched`: the parent's clock, or a person, says that ours is right. Else a clock that can't be right is
    asked about, and meanwhile only the counter advances.
    """
    adoption.go_on(work)
    newest = to_ms(held.newest(work.db))
    if newest <= work.now_ms + AHEAD_MS and not _own_is_ahead(work):
        if vouched or _is_behind(work):
            _settle(work)
        return False
    if not vouched and not _is_believed(work, newest):
        return False
    if vouched:
        _settle(work)
    _fall_back(work)
    return True


def _is_behind(work: Work) -> bool:
    known = _question(work)
    return known is not None and known.kind == BEHIND


def _own_is_ahead(work: Work) -> bool:
    return settings.number(work.db, HIGH_WATER) > from_ms(work.now_ms + AHEAD_MS)


def _is_believed(work: Work, newest: int) -> bool:
    if settings.get(work.db, ASKED):
        return False
    if newest - work.now_ms <= DAY_MS:
        return True
    _raise(work, BEHIND, newest)
    known = _question(work)
    return known is not None and known.answer == RIGHT


def _fall_back(work: Work) -> None:
    ahead = _own_is_ahead(work)
    if not work.enrolled:  # nothing has left the node: it goes on in its log
        return
    if ahead and _rests_ahead(work):
        return  # so would a new log, and the next: the others hold what we do until then
    adoption.hold(work)
    if ahead:
        incarnation.open_new_log(work, Reason.CLOCK)
        adoption.issue_again(work)
        adoption.adopt(work)


def _rests_ahead(work: Work) -> bool:
    """Whether our own enrolment lies ahead, new keys of then for example: what we sign comes behind it (3.4)."""
    entry = work.registry.node(work.node)
    return entry is not None and chain.time_of(work.db, entry.commit) > from_ms(work.now_ms + AHEAD_MS)
