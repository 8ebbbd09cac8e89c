"""Words that a unit of our subtree wrote where our parent isn't to see them (protocol 3.4, 3.5).

What was written below a parent is its to have, words of confidential records too. An office that was moved below it
goes on in the name of the unit that it was on what it did there: of that the parent has the acts, and the words only
where they are for it. Once they become so nothing would bring them: by frontiers and by acts it lacks nothing.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from conflict.declaration import Matter
from conflict.state import State
from node import lanes, scope
from node.erasure.handing import PARENT
from node.store import folded, settings
from node.store.chain import CHANGE, COMMIT, LOG
from node.work import Work

_WITHHELD = select(folded.FOLDED.c.record).where(folded.FOLDED.c.withheld.is_(True))


def is_from_parent(work: Work, record: int, matter: Matter) -> bool:
    """Whether a record's words aren't for our parent, by its state as last folded, by this version of the program."""
    above = None if work.stale else _above(work)
    state = None if above is None else folded.state(work.db, record)
    return above is not None and state is not None and not scope.may_have_words(work, above, matter, state)


def is_over(work: Work, record: int, matter: Matter, state: State) -> bool:
    """Whether words that were withheld from our parent are for it now, and it lacks such as only we have."""
    above = _above(work)
    if above is None or not scope.may_have_words(work, above, matter, state):
        return False
    return bool(_elsewhere(work, above, CHANGE.c.record == record))


def given_now(work: Work, towards: str) -> list[int]:
    """Rows of the commits with words that our parent may have and comparing doesn't show, as they aren't for us."""
    found = _elsewhere(work, towards, CHANGE.c.record.in_(_WITHHELD))
    return list(dict.fromkeys(commit for commit, record in found if scope.gives_words(work, towards, record)))


def _above(work: Work) -> str | None:
    parent = settings.get(work.db, PARENT)
    return None if parent is None else lanes.unit_of(work, parent)


def _elsewhere(work: Work, above: str, which: ColumnElement[bool]) -> list[tuple[int, int]]:
    """(commit row, record row) of words that our subtree wrote, not below the unit `above`."""
    unit = COMMIT.c.unit
    rows = work.db.execute(
        select(COMMIT.c.id, CHANGE.c.record)
        .join(CHANGE, CHANGE.c.commit == COMMIT.c.id)
        .join(LOG, LOG.c.id == COMMIT.c.log)
        .where(LOG.c.node.in_(lanes.ours(work)), CHANGE.c.of.is_not(None), CHANGE.c.body.is_not(None), which,
               unit != above, ~unit.startswith(f"{above}/", autoescape=True))
        .order_by(COMMIT.c.id)
    )  # fmt: skip
    return [(row.id, row.record) for row in rows if not scope.is_written_below(work, above, row.id)]
