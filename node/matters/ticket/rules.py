"""Who may do what with a ticket, and from where: the relations and guards of its acts (product 1.2).

Each takes the state that the author had seen and his act. A relation answers yes or no; a guard answers
with the code of what forbids it, or None. They read paths and data alone, and are run on what strangers
wrote: an odd datum is refused, never an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conflict.act import Act
from conflict.declaration import Guard, slot
from conflict.state import Mark, State
from sync_protocol import clock
from sync_protocol.names import covers, is_above

from . import assignments as read
from .assignments import Assignment, named_round, named_unit, own_name
from .fields import AMENDED, FIELDS, SETTLED

NamedGuard = tuple[str, Guard]

OPEN_SHOWN = ("sent", "received", "accepted", "submitted")  # statuses of an open assignment, as shown

DAY_MS = 24 * 60 * 60 * 1000
UTC8_MS = 8 * 60 * 60 * 1000
ATTEMPTS, ATTEMPT_DAYS = 3, 2  # follow-ups without an answer, until the result is "not obtained"


# Relations


def owner(state: State, act: Act) -> bool:
    return act.unit == state.owner


def above_owner(state: State, act: Act) -> bool:
    return is_above(act.unit, state.owner)


def handling(state: State, act: Act) -> bool:
    """Holds an assignment that wasn't taken from it."""
    return any(one.holder == act.unit and one.alive for one in read.every_assignment(state))


def assignee(state: State, act: Act) -> bool:
    """Holds the assignment of the round that the act names."""
    own = read.assignment(state, named_round(act), own_name(act))
    return own is not None and own.holder == act.unit


def above_any(state: State, act: Act) -> bool:
    """Above the owner or a handling unit."""
    return any(is_above(act.unit, unit) for unit in read.scope(state))


def in_scope(state: State, act: Act) -> bool:
    return any(covers(act.unit, unit) for unit in read.scope(state))


def passing_on(state: State, act: Act) -> bool:
    """Holds an open assignment, names it, and reaches below itself."""
    return is_above(act.unit, named_unit(act)) and any(
        own.open and own.status != "submitted" and act.data.get("from") == own.assigned.id
        for own in read.held_by(state, act.unit, named_round(act))
    )


def assigning(state: State, act: Act) -> bool:
    """The owner, to itself or a unit below it."""
    return act.unit == state.owner and "from" not in act.data and covers(act.unit, named_unit(act))


def leading(state: State, act: Act) -> bool:
    """Took the lead by escalating the ticket, and dispatches it to whom it concerns."""
    escalated = state.trace(slot("lead", named_round(act)), "escalate")
    took = escalated is not None and escalated.unit == act.unit == read.lead(state)
    return took and "from" not in act.data and covers(act.unit, named_unit(act))


def ruling(state: State, act: Act) -> bool:
    """A unit above the owner or an assigner: such a dispatch carries `final`."""
    assigners = {one.assigner for one in read.assignments(state)}
    return (
        "from" not in act.data and covers(act.unit, named_unit(act))
        and any(is_above(act.unit, unit) for unit in {state.owner, *assigners})
    )  # fmt: skip


def assigner(state: State, act: Act) -> bool:
    found = read.assignment(state, named_round(act), named_unit(act))
    return found is not None and found.assigner == act.unit


def above_assigner(state: State, act: Act) -> bool:
    found = read.assignment(state, named_round(act), named_unit(act))
    return found is not None and is_above(act.unit, found.assigner)


def branch_assigner(state: State, act: Act) -> bool:
    """Assigned the unit that is to lead, or one above it."""
    return any(one.assigner == act.unit and one.reaches(named_unit(act))
               for one in read.assignments(state))  # fmt: skip


def above_branch_assigner(state: State, act: Act) -> bool:
    return any(is_above(act.unit, one.assigner) and one.reaches(named_unit(act))
               for one in read.assignments(state))  # fmt: skip


def above_lead(state: State, act: Act) -> bool:
    """Above the unit that leads; where nobody was named, above the owner."""
    leading = read.lead(state)
    if leading:
        return is_above(act.unit, leading)
    return is_above(act.unit, state.owner)


def root_its_own(state: State, act: Act) -> bool:
    """The root has nobody above it; a unit path is codes from the root, and the root's has one."""
    return act.unit == state.owner and "/" not in act.unit


def reassigning(state: State, act: Act) -> bool:
    """Above whoever holds the assignment now, and whoever is to hold it (itself, where that is the successor)."""
    found = read.assignment(state, named_round(act), named_unit(act))
    return found is not None and is_above(act.unit, found.holder) and covers(act.unit, _text(act, "holder"))


def _text(act: Act, name: str) -> str:
    value = act.data.get(name)
    return value if type(value) is str else ""


def own_part(state: State, act: Act) -> bool:
    """Holds the assignment that the act names; where it names none, registered the ticket."""
    if "assignment" not in act.data:
        return owner(state, act)
    return bool(_text(act, "assignment")) and assignee(state, act)


# Guards


def from_phases(*phases: str) -> NamedGuard:
    def guard(state: State, act: Act) -> str | None:
        now = read.phase(state)
        if now in phases:
            return None
        return "wrong_phase" if now in read.OPEN_PHASES else "ticket_ended"

    return "phase", guard


def this_round(state: State, act: Act) -> str | None:
    return None if named_round(act) == read.round_of(state) else "other_round"


def next_round(state: State, act: Act) -> str | None:
    return None if named_round(act) == read.round_of(state) + 1 else "other_round"


def own_status(*statuses: str) -> NamedGuard:
    """Of the author's assignment, which must be open."""
    return "status", _status(own_name, statuses)


def part_in_hand(state: State, act: Act) -> str | None:
    return _status(own_name, OPEN_SHOWN)(state, act) if "assignment" in act.data else None


def names_person(_: State, act: Act) -> str | None:
    return None if _text(act, "responsible") else "no_person"


def named_status(*statuses: str) -> NamedGuard:
    """Of the assignment that the act names."""
    return "status", _status(named_unit, statuses)


def _status(whose: Callable[[Act], str], statuses: tuple[str, ...]) -> Guard:
    def guard(state: State, act: Act) -> str | None:
        found = read.assignment(state, named_round(act), whose(act))
        if found is None:
            return "no_assignment"
        if found.shown not in statuses:
            return "wrong_status"
        return None if found.open else "branch_ended"

    return guard


def unsent(state: State, act: Act) -> str | None:
    """A unit is assigned to once a round; again after it declined, was recalled, or completed its part.
    A ruling may replace what was only sent."""
    held = (one for one in read.held_by(state, named_unit(act), named_round(act)) if one.open)
    found = next(held, read.assignment(state, named_round(act), named_unit(act)))
    if found is None or not found.open:
        return None
    return None if act.data.get("final") is True and found.status == "sent" else "already_assigned"


def ruling_is_final(state: State, act: Act) -> str | None:
    lower = assigning(state, act) or passing_on(state, act) or leading(state, act)
    return None if lower or act.data.get("final") is True else "ruling_not_final"


def not_final(state: State, act: Act) -> str | None:
    own = read.assignment(state, named_round(act), own_name(act))
    return "final" if own is not None and own.final else None


def names_own(state: State, act: Act) -> str | None:
    """A receipt names the `assign` that it answers, once."""
    own = read.assignment(state, named_round(act), own_name(act))
    if own is None or act.data.get("from") != own.assigned.id:
        return "no_assignment"
    return "already_received" if read.receipt(state, own.unit, own.assigned) else None


def branches_done(state: State, act: Act) -> str | None:
    own = read.assignment(state, named_round(act), own_name(act))
    below = [] if own is None else read.passed_on_from(state, own)
    return "branch_open" if any(one.open for one in below) else None


def names_submission(state: State, act: Act) -> str | None:
    """A review judges the submission that it names, and no later one."""
    found = state.at(read.place(named_round(act), named_unit(act)))
    return None if found is not None and act.data.get("submission") == found.id else "other_submission"


def has_assignment(state: State, act: Act) -> str | None:
    """The lead holds an assignment of this round, or is below a unit that does and is to pass it on."""
    found = any(one.alive and one.reaches(named_unit(act)) for one in read.assignments(state))
    return None if found else "no_assignment"


def names_giver(state: State, act: Act) -> str | None:
    """A `reassign` puts the work under a unit above its holder; where that one was to pass it on, it holds the
    `assign` named in `from`."""
    under, holder = _text(act, "under"), _text(act, "holder")
    if not covers(under, holder) or not holder:
        return "not_above"
    if "from" not in act.data:
        return None
    name = read.named_by(state, named_round(act), act.data["from"])
    own = None if name is None else read.assignment(state, named_round(act), name)
    return None if own is not None and own.open and own.holder == under else "no_assignment"


def names_another(_: State, act: Act) -> str | None:
    """A ticket isn't its own duplicate."""
    return "links_itself" if act.record in (act.data.get("links") or ()) else None


def nothing_open(state: State, act: Act) -> str | None:
    return "branch_open" if read.has_open(state) else None


def not_handling(state: State, act: Act) -> str | None:
    """Follow-up and check are never done by a unit that handled the ticket."""
    handled = any(act.unit in (one.unit, one.holder) and one.alive for one in read.assignments(state))
    return "handled_it" if handled else None


def known_code(name: str, codes: Any) -> NamedGuard:
    """What decides must be one of its codes."""

    def guard(_: State, act: Act) -> str | None:
        value = act.data.get(name)
        return None if type(value) is str and value in codes else "unknown_code"

    return name, guard


def amendable(state: State, act: Act) -> str | None:
    """Facts of the work's end may only be settled: by a write that names those it replaces."""
    settling = bool(act.data.get("replaces"))
    if not settling and read.phase(state) not in read.OPEN_PHASES:
        return "ticket_ended"
    names = {
        name.partition("@")[0] for name in (*act.data, *act.words)
    } & _DECLARED  # a later version's are no fault
    allowed = _AMENDED | SETTLED if settling else _AMENDED
    return None if names <= allowed else "not_amendable"


_AMENDED = frozenset(field.name for field in AMENDED)
_DECLARED = frozenset(field.name for field in FIELDS)


def asked(state: State) -> str | None:
    """What the round's follow-up has come to: satisfied, dissatisfied, not_obtained, or None yet."""
    return outcome_of(list(read.acts(state, "follow_up", read.round_of(state))))


def outcome_of(attempts: list[Mark]) -> str | None:
    """The same of a round's attempts so far, oldest first."""
    outcomes = [one.data.get("outcome") for one in attempts]
    if "dissatisfied" in outcomes:
        return "dissatisfied"
    return "satisfied" if "satisfied" in outcomes else _not_obtained(attempts)


def day(moment_ms: int) -> int:
    """Number of the day at UTC+8."""
    return (moment_ms + UTC8_MS) // DAY_MS


def day_of(time: int) -> int:
    """The same for a hybrid time."""
    return day(clock.to_ms(time))


def _not_obtained(attempts: list[Mark]) -> str | None:
    days = {day_of(one.time) for one in attempts}
    enough = len(attempts) >= ATTEMPTS and len(days) >= ATTEMPT_DAYS
    return "not_obtained" if enough else None


def still_asking(state: State, act: Act) -> str | None:
    return "rework_alone" if asked(state) == "dissatisfied" else None


def checked(state: State) -> str | None:
    """pass, fail, or None: a failed check isn't undone by another."""
    found = {one.data.get("outcome") for one in read.acts(state, "quality_check", read.round_of(state))}
    return "fail" if "fail" in found else "pass" if "pass" in found else None


def still_checking(state: State, act: Act) -> str | None:
    return "rework_alone" if checked(state) == "fail" else None


def check_passed(state: State, act: Act) -> str | None:
    found = checked(state)
    return None if found == "pass" else "rework_alone" if found == "fail" else "not_checked"


def sheet_adds_up(_: State, act: Act) -> str | None:
    """Where a check has a sheet: points by item, whose sum is the score."""
    if "sheet" not in act.data and "score" not in act.data:
        return None
    sheet = act.data.get("sheet")
    if not isinstance(sheet, dict) or not all(type(one) is int and one >= 0 for one in sheet.values()):
        return "bad_sheet"
    return None if sum(sheet.values()) == act.data.get("score") else "bad_sheet"


def may_advance(state: State, act: Act) -> str | None:
    """`follow_up` when the round's work is done, `quality_check` when the worker was asked."""
    if act.data.get("to") == "follow_up":
        return None if work_is_done(state) else "branch_open"
    if act.data.get("to") != "quality_check" or read.phase(state) != "follow_up":
        return "wrong_phase"
    found = asked(state)
    return "rework_alone" if found == "dissatisfied" else None if found else "not_asked"


def work_is_done(state: State) -> bool:
    """No branch is open, and the one whose result is the ticket's (or, without a lead, any) is completed."""
    if read.phase(state) != "registered" or read.has_open(state):
        return False
    live = [one for one in read.assignments(state) if one.alive]
    return _ended_well(live, read.lead(state))


def _ended_well(live: list[Assignment], leading: str) -> bool:
    done = [one for one in live if one.status == "completed"]
    return any(one.reaches(leading) for one in done) if leading else bool(done)
