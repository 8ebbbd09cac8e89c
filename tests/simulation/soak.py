"""Seeds by the dozen: which failed, which fault met which phase."""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.simulation.faults import Tally
from tests.simulation.world import play


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--from-seed", type=int, default=1)
    parser.add_argument("--twice", action="store_true")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(asked.from_seed, asked.from_seed + asked.count)
    tally, bad = Tally(), 0
    begun = time.monotonic()
    for seed in seeds:
        print(f"seed {seed}", end=" ", flush=True)
        t = time.process_time()
        try:
            world, digest = play(seed)
            print(len(world.offices), "nodes", world.acts, "acts", world.faults, "faults", digest[:12], f"{time.process_time()-t:.2f}s")
        except Exception as fault:
            world = fault.world
            bad += 1
            print("FAILED", str(fault)[:300])
            if asked.seed is not None:
                print("\n".join(world.last))
                traceback.print_exc()
        tally.take(world.tally)
    print(tally.table())
    print(f"{bad} failed; {time.monotonic()-begun:.1f}s")
    return 1 if bad else 0
