"""A seeded world with hostile offices, clocks apart, held acts that are adopted: both implementations agree on all of
its nodes once it has come to rest."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from node.audit.again import answer
from node.audit.tables import export
from node.figures.groups import Units
from node.store import facts, reading
from tests.simulation.checkers.r02_atomic import Atomic
from tests.simulation.office import Office
from tests.simulation.world import play

DAY_MS = 86_400_000
pytestmark = pytest.mark.timeout(600)


def odd(office: Office, folder: Path) -> list[object]:
    """Of the figures as they are at the end, and as they will be a month later."""
    found: list[object] = []
    with office.read() as db:
        export.write(db, folder, "parquet", office.name, lambda _done, _of: None)
        units = reading.units(db)
        tree = Units(
            {one.path: one.name for one in units}, {one.path: one.kind for one in units}, facts.former(db)
        )
        last = db.exec_driver_sql("SELECT max(at_ms) FROM fact").scalar() or 0
        for now_ms in (last, last + 30 * DAY_MS):
            told = answer.told(db, folder, tree, answer.Asked(None, None, None, now_ms))
            assert any(one["second"]["numerator"] for one in told["figures"]), "something is counted"
            found += [(office.name, one) for one in told["figures"] if not one["agree"]]
            found += told["differences"]
    return found


def test_both_agree_on_every_node_of_a_hostile_world(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    differing: list[object] = []
    rested = Atomic.rested

    def and_counted(checker: Atomic) -> None:
        rested(checker)
        for office in checker.world.offices.values():
            with tempfile.TemporaryDirectory() as place:
                differing.extend(odd(office, Path(place) / "tables"))
            looked.append(office.name)

    monkeypatch.setattr(Atomic, "rested", and_counted)
    world, _ = play(4, acts=100)
    assert sorted(looked) == sorted(world.offices) and len(looked) >= 3
    assert not differing
