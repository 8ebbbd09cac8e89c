"""Tickets with random lives: who does what when is drawn from a seed, lines are cut and mended, clocks go on.

What may not be done is refused, and something else is tried: every act here is one that a node would sign.
"""

from __future__ import annotations

import random
from typing import Any

from conflict.state import State
from node.errors import QiaoError
from node.matters.ticket import assignments as read
from tests.node.matters.scene import C2, FIELDS, C, P, Scene, X, Y, Z

OFFICES = (P, C, C2, X, Y, Z)
TOPICS = ("legal/labour/wages/arrears", "legal/labour/contract", "hardship", "other")
_MINUTES = (1, 5, 60, 60 * 8, 60 * 30, 60 * 24 * 2)
Move = tuple[str, str, dict[str, Any]]  # office, verb, parameters


def lived(seed: int) -> tuple[State, int]:
    """The province's state of one ticket, and the moment of its last act."""
    draw = random.Random(seed)
    scene = Scene()
    scene.tick(draw.randrange(0, 60 * 24 * 40))
    given = {"amount_claimed": draw.randrange(1, 10**6)} if draw.random() < 0.5 else {}
    if draw.random() < 0.4:
        given["persons_affected"] = draw.randrange(1, 30)
    scene.registered(draw.choice([P, P, P, X]), **{**FIELDS, **given, "topic": draw.choice(TOPICS)})
    for _ in range(draw.randrange(0, 40)):
        _step(scene, draw)
    if draw.random() < 0.7:
        scene.cut.clear()
    scene.tick().sync()
    return scene[P].state, scene.now


def _step(scene: Scene, draw: random.Random) -> None:
    scene.tick(draw.choice(_MINUTES))
    scene.cut = {unit for unit in OFFICES[1:] if draw.random() < 0.25}
    if draw.random() < 0.3:
        for unit in (P, C, C2):
            if scene[unit].state.marks:
                scene[unit].issue()
    for _ in range(2 if draw.random() < 0.2 else 1):  # two that don't hear of each other
        moves = [_aside(draw) if draw.random() < 0.2 else _onward(scene[P].state, draw) for _ in range(4)]
        any(_done(scene, *one) for one in moves)
    scene.sync()


def _done(scene: Scene, office: str, verb: str, data: dict[str, Any]) -> bool:
    if not scene[office].state.marks:
        return False
    try:
        scene[office].do(verb, **data)
    except QiaoError:
        return False
    return True


def _onward(state: State, draw: random.Random) -> Move:
    phase = read.phase(state)
    if phase == "follow_up":
        return draw.choice(
            [(P, "follow-up", _asked(draw)), (P, "follow-up", _asked(draw)), _again("dissatisfied")]
        )
    if phase == "quality_check":
        passed = draw.random() < 0.6
        return draw.choice([(P, "quality-check", {"outcome": "pass" if passed else "fail"}), _archived(draw)])
    if phase != "registered":
        return _again("not_solved")
    live = [one for one in read.assignments(state) if one.open]
    return _worked(draw.choice(live), draw) if live else (P, "dispatch", _given(draw))


def _asked(draw: random.Random) -> dict[str, Any]:
    outcome = draw.choice(["satisfied", "dissatisfied", "no_answer", "no_answer", "declined"])
    told = outcome in ("satisfied", "dissatisfied") and draw.random() < 0.8
    return {"outcome": outcome, **({"result": draw.randrange(1, 6)} if told else {}),
            **({"attitude": draw.randrange(1, 6)} if told and draw.random() < 0.8 else {})}  # fmt: skip


def _archived(draw: random.Random) -> Move:
    return draw.choice([(P, "archive", {}), _again("failed_check")])


def _again(reason: str) -> Move:
    return P, "rework", {"reason": reason, "text": "没办好"}


def _given(draw: random.Random) -> dict[str, Any]:
    more = {"co": [draw.choice(OFFICES[1:])]} if draw.random() < 0.3 else {}
    return {"lead": draw.choice(OFFICES), **more}


def _worked(one: read.Assignment, draw: random.Random) -> Move:
    """What its unit, or whoever gave it the work, would do next."""
    if one.status == "submitted":
        outcome = draw.choice(["pass", "pass", "pass", "back"])
        return one.assigner, "review", {"unit": one.unit, "outcome": outcome}
    if one.status == "accepted":
        told = {"result": draw.choice(["completed", "completed", "not_completed"]),
                "resolved": draw.random() < 0.6, "text": "办了", "recovered": draw.randrange(0, 10**5)}  # fmt: skip
        return one.unit, "submit", told
    return one.unit, "accept", {}


def _aside(draw: random.Random) -> Move:
    unit = draw.choice(OFFICES[1:])
    return draw.choice(
        [
            (unit, "decline", {"reason": "not_our_region", "text": "不是本地"}),
            (unit, "decline", {"reason": "other", "text": "不归我管"}),
            (draw.choice([P, C, C2]), "recall", {"unit": unit}),
            (draw.choice([P, C, C2]), "dispatch", _given(draw)),
            (P, "answer", {"text": "答复"}),
            (unit, "urge", {"text": "又来电"}),
            (draw.choice([P, C, C2]), "deliver", {"unit": unit}),
            (draw.choice([P, C, C2]), "suspend", {"unit": unit, "outcome": "grant", "reason": "arbitration"}),
            (draw.choice([P, C, C2]), "resume", {"unit": unit}),
            (draw.choice([P, C, C2]), "escalate", {}),
            (P, "clear-card", {"text": "情有可原"}),
            (unit, "object", {"text": "不服"}),
            (P, "exclude" if draw.random() < 0.2 else "urge", {"text": "诉求不合理"}),
            (P, "withdraw" if draw.random() < 0.15 else "archive", {}),
        ]
    )
