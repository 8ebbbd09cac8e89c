"""What a node signs by itself, as `system`: reactions of the matters, and the root's daily stamp."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from conflict import erasure
from conflict.state import State
from node import author, branches, facts, intake, people, reconciling, refold
from node.erasure import receipts
from node.errors import Forbidden
from node.matters import KINDS
from node.matters.draft import Desk, Kind
from node.registry import ruling, writing
from node.store import folded, reading, records, settings
from node.units import acting_as, tree_of
from node.work import UNIT, Work
from sync_protocol import clock

MOST = 16  # rounds of reactions to one piece of work; a loop of matters ends here
STAMPED = 5_000  # registry changes that one stamp names: a body holds no more items than that
DAY_MS = 24 * 3600 * 1000
_ROLES = frozenset({author.SYSTEM})


def settle(work: Work) -> None:
    """Folds what was touched, and signs what the node does by itself, until nothing more follows."""
    for _ in range(MOST):
        forked = branches.watch(work)
        if work.registry_changed:
            intake.renew(work)
        touched = set(work.fresh) | work.again
        if not touched and not work.registry_changed and not work.links:
            return
        refold.settle(work)
        if work.compare:
            reconciling.again(work)
        if work.doubt:
            work.doubt = False
            reconciling.doubt(work)
        react(work, touched)
        if forked:
            ruling.rule(work)


def react(work: Work, touched: Iterable[int]) -> None:
    """Signs what the states of these records, and of those that belong together with them, ask of this node.
    Before it is enrolled a node signs nothing."""
    if not work.enrolled:
        return
    for row in sorted(folded.groups(work.db, touched) | folded.cited_by(work.db, touched)):
        name, matter = records.name_of(work.db, row)
        kind = KINDS.get(matter)
        state = folded.state(work.db, row) if kind is not None else None
        if kind is None or state is None:
            continue
        desk = desk_of(work, author.SYSTEM, kind, state, name)
        own = [] if erasure.is_whole(state) else kind.reactions(state, desk)
        drafts = sorted([*receipts.owed(work, row, state), *own], key=lambda one: one.unit or "")
        for _unit, group in groupby(drafts, key=lambda one: one.unit or ""):
            sign(work, kind, name, list(group))


def sign(work: Work, kind: Any, record: bytes, drafts: list[Any]) -> None:
    """A reaction that the state no longer allows isn't an error: another act came first."""
    try:
        author.write(work, kind, record, drafts, actor=author.SYSTEM, roles=_ROLES)
    except Forbidden:
        return


def desk_of(
    work: Work, actor: str, kind: Kind | None = None, state: State | None = None, record: bytes = b""
) -> Desk:
    """`kind`, `state`, `record`: of what is to be acted on, where there is one."""
    entry = work.registry.node(work.node)
    path = work.path
    return Desk(
        unit=path if kind is None else acting_as(entry, kind.matter, state, path),
        actor=actor,
        now_ms=work.now_ms,
        tree=tree_of(work),
        number=lambda: _number(work),
        policy=_policy(work),
        former=frozenset(entry.paths) - {path} if entry is not None else frozenset(),
        record=record,
        find=lambda name, matter="": _found(work, matter or (kind.matter.name if kind else ""), name),
        colleague=lambda staff: people.find(work.db, staff) is not None,
        linked=lambda _: _linked(work, record),
        cited=lambda: folded.times_cited(work.db, record, path),
    )


def _found(work: Work, matter: str, name: str) -> bytes | None:
    row = reading.find(work.db, name)
    fits = row is not None and row.here and row.matter == matter
    return row.name if row is not None and fits else None


def _linked(work: Work, record: bytes) -> list[State]:
    """The other members of a record's group that are held here."""
    row = records.row_of(work.db, record)
    members = folded.group(work.db, row) - {row} if row is not None else set()
    found = (folded.state(work.db, one) for one in sorted(members))
    return [one for one in found if one is not None]


def _policy(work: Work) -> Mapping[str, Any]:
    return facts.policy_now(work)


def _number(work: Work) -> str:
    """Unit code, day, a counter, and in every log but the unit's first four letters of the log id (1.2)."""
    from node.iso import day

    today = day(work.now_ms)
    code = settings.text(work.db, UNIT)
    plain = f"{code}-{today}-{settings.count(work.db, 'number/' + today):04d}"
    first = settings.get(work.db, "first_log")
    return plain if first == work.log else f"{plain}-{work.log.hex()[:4]}"


def stamp(work: Work) -> None:
    """The root says daily which registry changes it has admitted, so that none can be hidden (3.4)."""
    if work.registry.root is None or work.registry.root.node != work.node:
        return
    last = settings.number(work.db, "stamped_ms")
    if last and 0 <= work.now_ms - last < DAY_MS:
        return
    entry = work.registry.node(work.node)
    assert entry is not None, "the root is enrolled by its first commit"
    data = {"time": clock.from_ms(work.now_ms), "new": work.registry.unstamped()[:STAMPED]}
    writing.write(work, "stamp", data, entry.record)
    settings.put_number(work.db, "stamped_ms", work.now_ms)
