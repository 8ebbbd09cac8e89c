"""What is counted of one ticket, with instants reckoned by hand; and what a matter gets for nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conflict.act import Key, Presence
from conflict.declaration import Action, Field, Matter, Type
from conflict.fold import fold
from conflict.state import State
from node.deadlines import Policies, shipped
from node.figures import catalogue as figures
from node.figures import counted
from node.matters import KINDS, plain
from node.matters.draft import Draft, Due, Fact, Kind, Verb
from node.matters.ticket import assignments as read
from tests.node.matters.scene import TICKET, C, P, Scene, X, ms
from tests.node.matters.test_kinds import record


def facts(state: State, name: str) -> list[Fact]:
    dues = TICKET.dues(state, Policies(), shipped())
    found = counted.facts(TICKET, state, dues, TICKET.cards(state, dues, shipped()))
    return [one for one in found if one.name == f"ticket.{name}"]


def test_a_deadline_kept_counts_where_it_falls_due_and_from_when_it_was_kept() -> None:
    scene = Scene().at("2026-11-16 09:00").dispatched(X)  # Monday
    scene.at("2026-11-17 10:00").do(X, "accept")
    [due] = [one for one in facts(scene[P].state, "accept.due") if one.unit == X]
    [kept] = [one for one in facts(scene[P].state, "accept.kept") if one.unit == X]
    assert due.at_ms == kept.at_ms == ms("2026-11-20 00:00")  # 24:00 of the third working day
    assert due.from_ms == kept.from_ms == ms("2026-11-17 10:01")


def test_a_deadline_that_isnt_kept_counts_from_when_it_passes_and_is_overdue_until_it_is_done() -> None:
    scene = Scene().at("2026-11-16 09:00").dispatched(X)
    late = [one for one in facts(scene[P].state, "overdue") if one.unit == X]
    assert ms("2026-11-20 00:00") in {one.at_ms for one in late if one.until_ms is None}
    scene.at("2026-11-23 08:00").do(X, "accept")
    assert [one.unit for one in facts(scene[P].state, "accept.kept")] == [C]
    [done] = [one for one in facts(scene[P].state, "overdue") if one.until_ms is not None]
    assert (done.unit, done.until_ms) == (X, ms("2026-11-23 08:01"))


def test_what_was_recalled_in_time_is_in_neither_part() -> None:
    scene = Scene().at("2026-11-16 09:00").dispatched(C)
    scene.do(P, "recall", unit=C)
    assert facts(scene[P].state, "accept.due") == []
    assert [one.unit for one in facts(scene[P].state, "complete.due")] == [P]


def test_a_decline_that_a_recall_overtook_counts_for_who_declined() -> None:
    scene = Scene().at("2026-11-16 09:00").dispatched(C)
    scene.cut = {C}
    scene.tick()[C].do("decline", reason="not_our_region", text="不属本市")
    scene.tick()[P].do("recall", unit=C)
    scene.cut = set()
    scene.sync()
    assert [one.unit for one in facts(scene[P].state, "declined")] == [C]


def test_a_dispatch_that_was_adopted_and_set_aside_since_counts_as_the_one_that_adopted_it() -> None:
    """Its log turned out to have forked; the assignment rests on the `adopt` alone."""
    office = Scene().registered()[P]
    first = dict(office.acts)
    office.sign([Draft("assign", {"round": 1, "unit": C})], "li")
    [assign] = [one for one in office.acts.values() if one.action == "assign"]
    aside = replace(assign, presence=Presence.QUARANTINED, reason="forked")
    state = fold(TICKET.matter, [*first.values(), aside])
    key = Key(assign.key.time + 1, office.log, 9, 0)
    adopt = office.act_of(Draft("adopt", {"acts": [assign.id]}), "li", key, state)
    found = fold(TICKET.matter, [*first.values(), aside, adopt])
    assert [one.status for one in read.assignments(found)] == ["sent"]
    assert [(one.unit, one.at_ms) for one in facts(found, "assigned")] == [(C, key.time >> 16)]


def test_a_call_counts_the_persons_that_it_names_or_whoever_called() -> None:
    call = KINDS["call"]

    def persons(**given: Any) -> int:
        state = record("call", (P, "register", {"channel": "phone", **given}))
        [found] = [one for one in counted.facts(call, state, [], []) if one.name == "call.persons"]
        return found.value

    assert (persons(), persons(persons_served=7), persons(persons_served=0)) == (1, 7, 1)


def test_policies_calendars_lists_people_and_bulletins_are_in_no_figure() -> None:
    state = record("calendar", (P, "set", {"year": 2027, "days": {}}))
    assert counted.facts(KINDS["calendar"], state, [], []) == []
    assert {name for name, kind in KINDS.items() if not kind.counted} == {
        "staff",
        "policy",
        "calendar",
        "list",
        "bulletin",
    }


COLOUR = Field("colour", "颜色", type=Type.CODE, codes={"red": "红"}, dimension=True)
LATER = Kind(
    Matter("later", 1, "以后的事", (COLOUR,), (),
           (Action("register", "登记", frozenset({"operator"}), fields=plain.everything, data=(COLOUR,), first=True),),
           plain.owner_alone),
    (Verb("register", "登记", "register", (COLOUR,), plain.as_given("register")),),
    clocks={"answer": "答复"},
)  # fmt: skip


def test_a_later_matter_is_counted_for_nothing() -> None:
    state = record("call", (P, "register", {"channel": "phone"}))
    found = counted.facts(LATER, state, [Due("answer", 1, P, 0, 10, 5)], [])
    assert {one.name for one in found} == {
        "later.registered", "later.answer.due", "later.answer.kept", "later.charged",
    }  # fmt: skip
    ids = {one.id for one in figures._of_matter(LATER)}
    assert ids == {"later", "later_answer_in_time", "later_overdue"}
