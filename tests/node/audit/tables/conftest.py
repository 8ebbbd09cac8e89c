"""A tree whose tickets have lived: rework, cards, a decline, an overtaken act, an exclusion; with personal data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.tree import ROLES, Tree, grown

DAY_MS = 86_400_000
CANARY = "丙丁戊己庚"
PERSONAL = {
    "worker_name": f"{CANARY}一", "worker_phone": "13912345678", "worker_id_number": "370202199001011234",
    "narrative": f"{CANARY}住在青岛市香港中路一号，被欠薪",
}  # fmt: skip
SECRETS = (CANARY, "13912345678", "370202199001011234", "香港中路")


def finished(tree: Tree, **more: object) -> str:
    """To the follow-up: dispatched, accepted, submitted, passed."""
    record = tree.register("p", **PERSONAL, **more)
    tree.act("p", "dispatch", record, lead="370200")
    tree.sync("c", "p")
    tree.act("c", "accept", record)
    tree.act("c", "note", record, text=f"{CANARY}来过")
    tree.act("c", "submit", record, result="completed", resolved=True, recovered=12_300, text=f"{CANARY}已办")
    tree.sync("c", "p")
    tree.act("p", "review", record, unit="370200", outcome="pass", text=CANARY)
    return record


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where exports go: beside no node."""
    return tmp_path_factory.mktemp("place")


def live(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name=f"{CANARY}乙", roles=[*ROLES, "auditor"], password="password1")
    done = finished(tree, amount_claimed=20_000, employer_name="=cmd()|某公司")
    tree.act("p", "follow-up", done, outcome="satisfied", result=5, attitude=4, text=CANARY)
    tree.act("p", "quality-check", done, outcome="pass", text=CANARY)
    tree.act("p", "archive", done)
    again = finished(tree)
    tree.act("p", "follow-up", again, outcome="dissatisfied", result=2, attitude=3)
    tree.act("p", "rework", again, reason="dissatisfied", text=CANARY)
    declined = tree.register("p", **PERSONAL)
    tree.act("p", "dispatch", declined, lead="370900")
    tree.sync("t", "p")
    tree.act("t", "decline", declined, reason="not_our_region", text=CANARY)
    tree.dispatched()
    overtaken = tree.dispatched("370200")
    tree.act("p", "recall", overtaken, unit="370200", text=CANARY)
    tree.act("c", "accept", overtaken)
    tree.quiet()
    tree.later(40 * DAY_MS)
    for name in ("p", "c", "k"):
        tree.at(name).tick()
    tree.quiet()
    tree.act("p", "exclude", declined, text=CANARY)
    call = {"matter": "call", "verb": "register", "record": None}
    given = {
        **PERSONAL,
        "channel": "phone",
        "answered_on_the_spot": True,
        "reply": CANARY,
        "satisfaction_call": 5,
    }
    tree.at("p").do("act", {**call, "data": given}, "a")
    tree.quiet()


@pytest.fixture(scope="session")
def lived_once(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("lived")
    tree = grown(planted, base)
    live(tree)
    tree.close()
    return base


@pytest.fixture
def lived(lived_once: Path, tmp_path: Path) -> Iterator[Tree]:
    found = grown(lived_once, tmp_path, seed=3)
    found.later(40 * DAY_MS)
    found.clock("a").advance(40 * DAY_MS)
    yield found
    found.close()
