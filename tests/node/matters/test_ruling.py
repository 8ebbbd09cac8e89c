"""After the second decline the next tier up rules: who, until when, and what counts as a decline."""

from __future__ import annotations

from node.matters.ticket.ruling import awaited

from .scene import C2, C, P, Scene, X, Y, Z, refused

DECLINE = {"reason": "not_our_matter", "text": "不属本区"}
DONE = {"result": "completed", "resolved": True, "text": "已办结"}


def declined_twice() -> Scene:
    scene = Scene().dispatched(X, Y)
    scene.do(X, "decline", **DECLINE)
    scene.do(Y, "decline", **DECLINE)
    return scene


def test_one_decline_is_its_dispatchers_to_settle() -> None:
    scene = Scene().dispatched(X, Y)
    assert awaited(scene.do(X, "decline", **DECLINE)) == ""


def test_after_two_the_tier_above_the_dispatcher_is_to_rule_and_the_dispatcher_knows_it() -> None:
    scene = declined_twice()
    assert {awaited(scene[unit].state) for unit in (P, C)} == {P}


def test_the_same_unit_declining_twice_counts_as_two() -> None:
    scene = Scene().dispatched(X)
    scene.do(X, "decline", **DECLINE)
    scene.do(C, "dispatch", lead=X)
    assert awaited(scene.do(X, "decline", **DECLINE)) == P


def test_of_a_walk_in_that_was_declined_below_the_city_is_to_rule() -> None:
    scene = Scene().registered(X)
    scene.do(X, "dispatch", lead="dept")
    for _ in range(2):
        scene.do(X, "decline", behalf="dept", **DECLINE)
        found = awaited(scene[X].state)
        if not found:
            scene.do(X, "dispatch", lead="dept")
    assert found == C


def test_what_two_cities_dispatched_and_got_back_is_for_the_one_above_both() -> None:
    scene = Scene().dispatched(X, Z)
    scene.do(X, "decline", **DECLINE)
    assert awaited(scene.do(Z, "decline", **DECLINE)) == P


def test_where_nobody_is_above_whoever_dispatched_rules_itself() -> None:
    scene = Scene().dispatched(C, C2)
    scene.do(C, "decline", **DECLINE)
    scene.do(C2, "decline", **DECLINE)
    assert awaited(scene[P].state) == P
    assert awaited(scene.do(P, "dispatch", lead=C, final=True)) == ""


def test_a_ruling_ends_it_and_cant_be_declined() -> None:
    scene = declined_twice()
    assert awaited(scene.do(P, "dispatch", lead=X, final=True)) == ""
    assert refused(scene, X, "decline", **DECLINE) == "final"


def test_a_third_dispatch_from_below_leaves_it_to_be_ruled_on_until_somebody_takes_it_in_hand() -> None:
    scene = declined_twice()
    assert awaited(scene.do(C, "dispatch", lead=X)) == P
    assert awaited(scene.do(X, "accept")) == ""


def test_whoever_dispatched_in_vain_doesnt_rule_by_calling_his_next_one_final() -> None:
    scene = declined_twice()
    assert awaited(scene.do(C, "dispatch", lead=X, final=True)) == P
    assert awaited(scene.do(P, "dispatch", lead=Y, final=True)) == ""


def test_the_end_of_the_ticket_ends_it() -> None:
    assert awaited(declined_twice().do(P, "withdraw", text="职工撤诉")) == ""


def test_an_overtaken_decline_counts_once_it_is_adopted() -> None:
    scene = Scene().dispatched(X, Y)
    scene.do(X, "decline", **DECLINE)
    scene.cut = {Y}
    scene.do(Y, "decline", **DECLINE)
    scene.do(C, "recall", unit=Y)
    scene.cut = set()
    scene.sync()
    assert awaited(scene[C].state) == ""
    [row] = [row for row in scene[C].state.rows if row.open]
    scene.tick()[C].act("adopt", acts=[row.act])
    scene.sync()
    assert awaited(scene[P].state) == P


def test_a_new_round_begins_without_one_and_its_first_decline_is_the_tickets_third() -> None:
    scene = declined_twice()
    scene.do(P, "dispatch", lead=X, final=True)
    scene.do(X, "accept")
    scene.do(X, "submit", **DONE)
    scene.do(C, "review", unit=X, outcome="pass")
    scene.do(P, "review", unit=C, outcome="pass")
    scene.do(P, "follow-up", outcome="dissatisfied")
    assert awaited(scene.do(P, "rework", reason="not_solved", text="未解决")) == ""
    scene.do(P, "dispatch", lead=Y)
    assert awaited(scene.do(Y, "decline", **DECLINE)) == P
