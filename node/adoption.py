"""What a node does with its own acts that turned out to lie ahead of its clock (protocol 3.6).

They are held here as anywhere else. In the new log an `adopt` quotes each of them and stands for it, with its
own time, in the name of whoever did it. A registry change can't be adopted: it is issued again.
"""

from __future__ import annotations

from typing import Any

from conflict.order import ADOPT, QUOTES
from node import author, intake, refold, trust
from node.errors import Forbidden
from node.matters import KINDS
from node.matters.draft import Draft
from node.registry import writing
from node.store import folded, held, records, settings
from node.work import Work
from sync_protocol.change import Act, parse_body
from sync_protocol.clock import from_ms
from sync_protocol.limits import AHEAD_MS
from sync_protocol.names import short
from sync_protocol.registry_rules import INSTEAD, instead

AT_ONCE = 25  # acts adopted by one piece of work: each folds its record, and people wait meanwhile
LEFT = "left to adopt"  # setting: some are still to be
# A stamp is signed daily anyway, and a log is begun anew.
_AGAIN = frozenset({"enrol", "revoke", "admit", "fork", "move"})


def hold(work: Work) -> int:
    """Holds every commit further ahead than may be believed, whosever it is. Returns how many.

    Registry changes on which our own enrolment rests stay: without it nothing could be signed.
    """
    rows = held.hold(work.db, from_ms(work.now_ms + AHEAD_MS))
    work.again.update(held.records_of(work.db, rows))
    registry = held.records_of(work.db, rows, trust.MATTER)
    if registry:
        _hold_registry(work, sorted(set().union(*registry.values())))
    return len(rows)


def _hold_registry(work: Work, commits: list[int]) -> None:
    was_enrolled = work.enrolled
    intake.renew(work)
    if was_enrolled and not work.enrolled:
        held.release(work.db, commits)
        intake.renew(work)
    work.registry_changed = True


def adopt(work: Work) -> int:
    """Acts of ours, by whatever keys, that are held, and that nothing stands for yet: each is quoted, in its order;
    AT_ONCE of them, and the rest by `go_on`. Returns how many. What isn't allowed any more stays held, and listed."""
    refold.settle(work)
    done = 0
    for one in held.acts_of(work.db, work.registry.lineage(work.node)):
        if one.matter not in KINDS or one.matter == trust.MATTER or not _is_open(work, one):
            continue
        if done == AT_ONCE:
            settings.put(work.db, LEFT, b"1")
            return done
        done += _adopt(work, one)
    settings.put(work.db, LEFT, b"")
    return done


def go_on(work: Work) -> None:
    """With what was left to be adopted."""
    if settings.get(work.db, LEFT):
        adopt(work)


def _is_open(work: Work, one: Any) -> bool:
    state = folded.state(work.db, one.row)
    name = short(one.change)
    return state is not None and any(
        row.kind == "held" and row.act == name and row.open for row in state.rows
    )


def _adopt(work: Work, one: Any) -> bool:
    body = parse_body(one.body)
    assert isinstance(body, Act), "words have an act, and what is neither has a fault"
    quoted = list(body.data[QUOTES]) if body.action == ADOPT else [short(one.change)]
    draft = Draft(ADOPT, {QUOTES: quoted}, _unit(work, one.unit))
    try:
        author.write(work, KINDS[one.matter], one.record, [draft], actor=one.actor, roles=author.ADOPT.roles)
    except Forbidden:
        return False
    refold.settle(work, only=work.fresh)  # what that changes elsewhere (deadlines, by a calendar) can wait
    work.again.add(one.row)  # folded; its reactions are still to come
    return True


def _unit(work: Work, header: str) -> str | None:
    """A hosted unit's own acts stay its own."""
    path = work.registry.now(work.registry.path_for(work.node, header))
    return None if path == work.path else path


def issue_again(work: Work) -> int:
    """Registry changes of ours that are held, once more, and each but once: what was decided since stays so, whenever
    another log is left, and when their time comes, at which they are denied. Returns how many."""
    begun: dict[bytes, bytes] = {}  # record of a held enrolment → that of the new one
    known = _issued(work)
    done = 0
    for one in held.acts_of(work.db, [work.node]):
        body, name = parse_body(one.body), short(one.change)
        if one.matter != trust.MATTER or not isinstance(body, Act) or name in known:
            continue
        if _is_due_again(work, body):
            record = None if body.action == "enrol" else begun.get(one.record, one.record)
            data = {**body.data, INSTEAD: [*instead(body.data), name]}
            written = writing.write(work, body.action, data, record, one.actor)
            if record is None:
                begun[one.record] = written.record
            done += 1
    if done:
        intake.renew(work)
    return done


def _issued(work: Work) -> set[bytes]:
    """Short ids of acts for which others of ours were issued, whether or not those stand."""
    ours = (one for *_, one in records.changes_of_matter(work.db, trust.MATTER) if one.node == work.node)
    bodies = (parse_body(one.body) for one in ours if one.body is not None and not one.fault)
    return {name for body in bodies if isinstance(body, Act) for name in instead(body.data)}


def _is_due_again(work: Work, body: Act) -> bool:
    return body.action in _AGAIN and "replaces" not in body.data and body.data.get("node") != work.node
