"""The conflict generator with fresh seeds, for as long as it is told: `python -m bench.soak --minutes 10`.

Every history is folded in several orders, act by act on top of each other, and by the reference that shares
no code with the fold. The first that differs is printed with its seed, which replays it, and ends the run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from conflict.act import Act
from conflict.fold import fold, on_top
from conflict.state import State
from tests.conflict.errand import ERRAND
from tests.conflict.reference import Reference
from tests.conflict.world import World

ORDERS = 3
LONGEST = 40  # acts of one record


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="one seed, and no other")
    asked = parser.parse_args()
    seeds = iter([asked.seed]) if asked.seed is not None else _seeds()
    return _soak(seeds, time.monotonic() + asked.minutes * 60)


def _seeds() -> Iterator[int]:
    first = int.from_bytes(os.urandom(4), "big") * 1_000_000
    print(f"seeds from {first}", flush=True)
    seed = first
    while True:
        yield seed
        seed += 1


def _soak(seeds: Iterator[int], until: float) -> int:
    met: Counter[str] = Counter()
    for done, seed in enumerate(seeds):
        if time.monotonic() > until:
            break
        fault = _differs(seed, met)
        if fault:
            print(f"seed {seed}: {fault}\n  python -m bench.soak --seed {seed}", file=sys.stderr)
            return 1
        if done % 500 == 499:
            print(f"{done + 1} histories", flush=True)
    print("  ".join(f"{name} {count}" for name, count in sorted(met.items())))
    return 0


def _differs(seed: int, met: Counter[str]) -> str:
    """What two ways of folding the same acts don't agree on; empty when they agree."""
    random = Random(seed)
    world = World(seed, acts=random.randrange(4, LONGEST))
    acts = world.released() if random.random() < 0.5 else list(world.acts.values())
    state = fold(ERRAND, acts)
    met["histories"] += 1
    met.update(verdict.standing.value for verdict in state.verdicts.values())
    for _ in range(ORDERS):
        random.shuffle(acts)
        if fold(ERRAND, [*acts, *random.sample(acts, len(acts) // 3)]) != state:
            return "another order of arrival, another state"
    if _one_by_one(acts) != state:
        return "one by one, another state"
    return (
        "" if _verdicts(state) == Reference(ERRAND, acts).all().verdicts else "the reference says otherwise"
    )


def _one_by_one(acts: list[Act]) -> State:
    state = State()
    for at, act in enumerate(acts):
        state = on_top(ERRAND, state, act) or fold(ERRAND, acts[: at + 1])
    return state


def _verdicts(state: State) -> dict[bytes, tuple[Any, ...]]:
    return {
        one: (verdict.standing.value, verdict.code, verdict.by, verdict.provisional)
        for one, verdict in state.verdicts.items()
    }


if __name__ == "__main__":
    sys.exit(main())
