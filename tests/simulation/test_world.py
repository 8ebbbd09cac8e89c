"""The seeded world within its budget: a fixed list of seeds, every seed that ever failed, and the replay."""

from __future__ import annotations

import pytest

from tests.simulation.kept import KEPT
from tests.simulation.soak import one
from tests.simulation.world import ACTS, FAULTS, play

BUDGET = (1, 12)  # about five seconds each on an idle core
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seed", BUDGET)
def test_every_promise_holds_whatever_happens(seed: int) -> None:
    found = one(seed)
    assert not found.breach, f"python -m tests.simulation --seed {seed}\n{found.breach}"
    assert found.acts >= ACTS and found.faults >= FAULTS and found.nodes >= 3


@pytest.mark.parametrize("seed", KEPT, ids=lambda seed: KEPT[seed].replace(" ", "_"))
def test_what_failed_once_holds(seed: int) -> None:
    found = one(seed)
    assert not found.breach, f"python -m tests.simulation --seed {seed}\n{found.breach}"


def test_a_seed_replays_bit_for_bit() -> None:
    world, first = play(11, acts=25)
    _, second = play(11, acts=25)
    assert first == second and world.faults >= FAULTS
