"""Cards (督办牌) signed by the node: whichever office above notices a breach issues its card (product 1.3)."""

from __future__ import annotations

from node import facts, reactions
from node.matters import KINDS
from node.store import folded, records
from node.work import Work
from sync_protocol.names import is_above

AT_ONCE = 500  # records a minute, so that a long absence doesn't hold the writer


def sign(work: Work) -> None:
    """Of units below this one, every card whose instant has come and that nobody is known to have issued."""
    if not work.enrolled:
        return
    for record in folded.called(work.db, work.path, work.now_ms, AT_ONCE):
        _sign(work, record)


def _sign(work: Work, record: int) -> None:
    name, matter = records.name_of(work.db, record)
    state = folded.state(work.db, record)
    if state is None:
        return
    kind = KINDS[matter]
    dues = facts.dues(work, kind, state)
    drafts = [
        card.draft for card in facts.cards(work, kind, state, dues)
        if card.draft is not None and is_above(work.path, card.unit)
        and card.from_ms is not None and card.from_ms <= work.now_ms
    ]  # fmt: skip
    if drafts:
        reactions.sign(work, kind, name, drafts)
