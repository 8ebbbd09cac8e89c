"""Twelve pairs of acts done apart: each ends as docs/conflicts.md says, alike on every node; what was overtaken is
listed, and may be restored by whoever is entitled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conflict.digest import digest
from conflict.state import Standing
from node.matters.ticket import assignments as read

from .scene import C2, MATTER, C, P, Scene, X, Y

DONE = {"result": "completed", "resolved": True, "text": "已办结"}
DECLINE = {"reason": "not_our_region", "text": "不在本区"}


def apart(scene: Scene, *cut: str) -> Scene:
    scene.cut = set(cut)
    return scene


def together(scene: Scene) -> Scene:
    """Everybody meets, and whoever holds the ticket holds the same."""
    apart(scene).tick().sync()
    whole = scene[P]
    for unit, office in scene.offices.items():
        if office.acts.keys() == whole.acts.keys():
            assert digest(MATTER, office.state) == digest(MATTER, whole.state), unit
    return scene


def status(scene: Scene, unit: str = X) -> str:
    found = read.assignment(scene[P].state, 1, unit)
    return "" if found is None else found.status


def overtaken(scene: Scene) -> set[str]:
    """Actions that a row says were overtaken, and that is open."""
    state = scene[P].state
    rows = {row.act for row in state.rows if row.open and row.code.startswith("overtaken")}
    assert all(state.verdicts[act].standing is Standing.OVERTAKEN for act in rows)
    return {state.marks[act].action for act in rows}


def restored(scene: Scene, by: str, action: str) -> None:
    """Whoever may adopts what was overtaken, and its row closes."""
    state = scene[by].state
    act = next(row.act for row in state.rows if row.open and state.marks[row.act].action == action)
    scene[by].act("adopt", acts=[act])
    together(scene)
    assert action not in overtaken(scene)


def accepted() -> Scene:
    scene = Scene().dispatched(X)
    scene.do(X, "accept")
    return scene


def accept_and_recall() -> None:
    scene = apart(Scene().dispatched(X), X)
    scene.do(X, "accept")
    scene.do(C, "recall", unit=X)
    together(scene)
    assert status(scene) == "recalled" and overtaken(scene) == {"accept"}
    restored(scene, C, "accept")
    assert status(scene) == "accepted"


def submit_and_recall() -> None:
    scene = apart(accepted(), X)
    scene.do(X, "submit", **DONE, recovered=500)
    scene.do(C, "recall", unit=X)
    together(scene)
    assert status(scene) == "recalled" and overtaken(scene) == {"submit"}
    assert read.of_assignment(scene[P].state, "amount_recovered", 1, X) == 500, "the fields stand"
    restored(scene, C, "submit")
    assert status(scene) == "submitted"


def decline_and_recall() -> None:
    scene = apart(Scene().dispatched(X), X)
    scene.do(X, "decline", **DECLINE)
    scene.do(C, "recall", unit=X)
    together(scene)
    assert status(scene) == "recalled" and overtaken(scene) == {"decline"}
    restored(scene, C, "decline")
    assert status(scene) == "declined"


def submit_and_rework() -> None:
    """The county's branch is recalled and the round ends without it; it submits what it had done meanwhile."""
    scene = Scene().dispatched(X, Y)
    for unit in (X, Y):
        scene.do(unit, "accept")
    apart(scene, Y).do(Y, "submit", **DONE)
    scene.do(C, "recall", unit=Y)
    scene.do(X, "submit", **DONE)
    scene.do(C, "review", unit=X, outcome="pass")
    scene.do(P, "review", unit=C, outcome="pass")
    scene.do(P, "follow-up", outcome="dissatisfied")
    scene.do(P, "rework", reason="not_solved", text="未解决")
    together(scene)
    assert (read.phase(scene[P].state), read.round_of(scene[P].state)) == ("registered", 2)
    assert overtaken(scene) == {"submit"} and status(scene, Y) == "recalled"


def amend_and_review() -> None:
    scene = apart(Scene().submitted(X), X)
    scene.do(X, "amend", narrative="工地实际拖欠四个月工资。")
    scene.do(C, "review", unit=X, outcome="pass")
    together(scene)
    assert status(scene) == "completed" and overtaken(scene) == set()
    assert scene[P].state.shown("narrative") == "工地实际拖欠四个月工资。"


def submit_and_extension() -> None:
    scene = accepted()
    scene.do(X, "ask", **{"for": "extend", "days": 5, "text": "企业停产"})
    apart(scene, X).do(X, "submit", **DONE)
    scene.do(C, "extend", unit=X, outcome="grant", days=5)
    together(scene)
    assert status(scene) == "submitted" and overtaken(scene) == set()
    assert scene[P].state.held(f"clock/1/{X}") == 5


def submit_and_escalation() -> None:
    scene = apart(accepted(), X)
    scene.do(X, "submit", **DONE)
    scene.do(C, "escalate", text="跨区县")
    together(scene)
    assert status(scene) == "submitted" and read.lead(scene[P].state) == C and overtaken(scene) == set()


def two_cities_decline() -> None:
    scene = apart(Scene().dispatched(C, C2), C, C2)
    for city in (C, C2):
        scene.do(city, "decline", **DECLINE)
    together(scene)
    assert {status(scene, C), status(scene, C2)} == {"declined"} and overtaken(scene) == set()
    scene.do(P, "dispatch", lead=C, final=True)
    assert read.assignment(scene[P].state, 1, C).final  # type: ignore[union-attr]


def two_tiers_dispatch_to_one_county() -> None:
    scene = apart(Scene().dispatched(C), C, X)
    scene.do(C, "dispatch", lead=X)
    scene.tick()
    scene[P].act("assign", round=1, unit=X)
    together(scene)
    found = read.assignment(scene[P].state, 1, X)
    assert found is not None and found.assigner == P and found.open, "one assignment, by the superior"
    assert len([one for one in read.assignments(scene[P].state) if one.unit == X]) == 1


def rework_and_archive() -> None:
    scene = Scene().registered(X)
    scene.do(X, "dispatch", lead=X)
    scene.do(X, "accept")
    scene.do(X, "submit", **DONE)
    scene.do(X, "review", unit=X, outcome="pass")
    scene.do(C, "follow-up", outcome="satisfied", result=5)
    scene.do(C, "quality-check", outcome="pass")
    apart(scene, X).do(X, "archive")
    scene.do(C, "rework", reason="supervision", text="督办重办")
    together(scene)
    assert (read.phase(scene[P].state), read.round_of(scene[P].state)) == ("registered", 2)
    assert overtaken(scene) == {"archive"}


def dispatch_and_follow_up() -> None:
    """The owner asks the worker already; the tier above, which hadn't heard of the result, dispatches on."""
    scene = Scene().registered(X)
    scene.do(X, "dispatch", lead=X)
    scene.do(X, "accept")
    apart(scene, X).do(X, "submit", **DONE)
    scene.do(X, "review", unit=X, outcome="pass")
    assert read.phase(scene[X].state) == "follow_up"
    scene.do(C, "dispatch", lead=Y, final=True)
    together(scene)
    assert read.phase(scene[P].state) == "registered" and status(scene, Y) in read.OPEN
    assert overtaken(scene) == {"advance"}


def links_in_a_circle() -> None:
    """What three offices link apart is one group; each keeps its own record."""
    scene = Scene().dispatched(X)
    second, third = b"2" * 16, b"3" * 16
    apart(scene, C, X)
    scene[P].act("link", links=[second])
    scene[C].act("link", links=[third])
    scene[X].act("link", links=[second])
    together(scene)
    assert sorted(scene[P].state.every("links")) == [second, third] and overtaken(scene) == set()
    scene[P].act("unlink", links=[second])
    together(scene)
    assert scene[P].state.every("links") == [third]


PAIRS: dict[str, Callable[[], None]] = {
    "county accepts | city recalls the assignment": accept_and_recall,
    "county submits | city recalls the assignment": submit_and_recall,
    "county declines | city recalls the assignment": decline_and_recall,
    "county submits | province opens a new round": submit_and_rework,
    "county amends | city passes the review": amend_and_review,
    "county submits | city grants an extension": submit_and_extension,
    "county submits | city escalates": submit_and_escalation,
    "one city declines | another city declines": two_cities_decline,
    "city dispatches to a county | province dispatches to the same county": two_tiers_dispatch_to_one_county,
    "owner archives | a unit above sends it back (`rework`)": rework_and_archive,
    "owner follows up | a unit above dispatches on": dispatch_and_follow_up,
    "one office links A to B | others link B to C, C to A": links_in_a_circle,
}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.replace("/", ""))
def test_a_pair_ends_alike_everywhere_as_the_page_says(pair: str) -> None:
    PAIRS[pair]()


def test_the_page_has_a_row_for_each_pair() -> None:
    page = (Path(__file__).parents[3] / "docs" / "conflicts.md").read_text("utf-8")
    assert [pair for pair in PAIRS if f"| {pair} |" not in page] == []
