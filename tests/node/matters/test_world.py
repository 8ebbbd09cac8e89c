"""Random offices at random lines: whatever they do, they agree afterwards, and nothing raises or loops."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from conflict.digest import digest
from node.deadlines import Policies, shipped
from node.errors import QiaoError
from node.matters.ticket import assignments as read
from sync_protocol.names import covers

from .scene import MATTER, TICKET, UNITS, Office, P, Scene, X

VERBS: dict[str, tuple[dict[str, Any], ...]] = {
    "dispatch": ({},),
    "accept": ({},),
    "decline": ({"reason": "other", "text": "退"},),
    "submit": ({"result": "completed", "resolved": True, "text": "办", "recovered": 5},),
    "review": ({"outcome": "pass"}, {"outcome": "pass"}, {"outcome": "back"}),
    "recall": ({},),
    "follow-up": (
        {"outcome": "satisfied", "result": 5},
        {"outcome": "dissatisfied"},
        {"outcome": "no_answer"},
    ),
    "quality-check": ({"outcome": "pass"}, {"outcome": "fail"}),
    "rework": ({"reason": "not_solved", "text": "未解决"},),
    "archive": ({},),
    "withdraw": ({},),
    "amend": ({"amount_claimed": 1}, {"amount_claimed": 2}, {"topic": "legal"}),
    "note": ({"text": "记"},),
    "ask": ({"for": "extend", "days": 3, "text": "停产"},),
    "deliver": ({},),
    "extend": ({"outcome": "grant", "days": 4}, {"outcome": "grant"}, {"outcome": "deny"}),
    "suspend": ({"outcome": "grant", "reason": "arbitration"}, {"outcome": "deny"}),
    "resume": ({},),
    "escalate": ({},),
    "urge": ({"text": "又来电"},),
    "supervise": ({"text": "限期"}, {"text": "了结", "outcome": "close"}),
    "reply": ({"text": "已办"},),
    "object": ({"text": "停电"},),
    "clear-card": ({"text": "核实"},),
    "exclude": ({"text": "不合理"}, {"excluded": False, "text": "复核"}),
}
OFTEN = frozenset({"dispatch", "accept", "submit", "review", "follow-up", "quality-check", "archive"})
OF_A_UNIT = frozenset({"review", "recall", "deliver", "extend", "suspend", "resume"})
NAMES = [name for name in VERBS for _ in range(8 if name in OFTEN else 1)]
TRIES = 40  # of an office at its desk, until something is allowed


def turn(scene: Scene, random: Random) -> bool:
    """One office does something; whether it found anything to do."""
    office = random.choice([one for one in scene.offices.values() if one.acts])
    if random.random() < 0.25:
        office.issue()
    return any(attempt(office, random) for _ in range(TRIES))


def attempt(office: Office, random: Random, name: str = "") -> bool:
    verb = name or random.choice(NAMES)
    params = dict(random.choice(VERBS[verb]))
    if verb == "dispatch":
        params |= {"lead": random.choice(UNITS), "co": random.sample(UNITS, random.choice((0, 0, 1)))}
        params["final"] = random.random() < 0.2
    if verb in OF_A_UNIT:
        params["unit"] = random.choice(UNITS)
    try:
        office.do(verb, **params)
    except QiaoError:
        return False
    return True


def check(scene: Scene) -> None:
    whole = scene[P].state
    known = {unit for unit in MATTER.scope(whole)}
    for office in scene.offices.values():
        if any(covers(office.unit, unit) for unit in known):
            assert office.acts.keys() == scene[P].acts.keys()
            assert digest(MATTER, office.state) == digest(MATTER, whole)
    found = TICKET.dues(whole, Policies(), shipped())
    assert len({(one.clock, one.round, one.unit) for one in found}) == len(found)
    assert all(one.due_ms >= one.start_ms and one.line_ms >= 0 for one in found)
    cards = TICKET.cards(whole, found, shipped())
    assert len({(one.round, one.unit, one.clock, one.colour) for one in cards}) == len(cards)
    if read.phase(whole) != "registered":
        assert not read.has_open(whole)
    assert read.result(whole, "result") in (None, "completed")
    assert TICKET.title(whole)


@pytest.mark.parametrize("seed", range(24))
def test_offices_that_work_apart_agree_when_they_meet(seed: int) -> None:
    random = Random(seed)
    scene = Scene().dispatched(random.choice(UNITS[1:]))
    done = 0
    for _ in range(36):
        scene.tick(random.randrange(1, 2000))
        scene.cut = {unit for unit in UNITS[1:] if random.random() < 0.4}
        done += turn(scene, random)
        if random.random() < 0.3:
            scene.sync()
    scene.cut = set()
    scene.sync()
    check(scene)
    assert done >= 3


def test_every_act_is_done_somewhere_in_these_worlds() -> None:
    reached: set[str] = set()
    for seed in range(20):
        random = Random(seed)
        scene = Scene()
        scene.cut = {X} if seed % 4 == 0 else set()
        (scene.dispatched, scene.submitted, scene.followed, scene.checked)[seed % 4]()
        names = random.sample(sorted(VERBS), len(VERBS))
        for name in ["archive", "suspend", "resume", "deliver", *names]:
            scene.tick(random.randrange(1, 2000))
            for office in scene.offices.values():
                office.issue()
                any(attempt(office, random, name) for _ in range(4) if office.acts)
            scene.sync()
        reached |= {mark.action for mark in scene[P].state.marks.values()}
    apart = {"answer", "attach", "reassign", "entrust", "link", "unlink", "archive"}  # tests of their own
    assert reached >= {action.name for action in MATTER.actions} - apart
