"""Seeds by the dozen: which failed and how, which fault met which phase."""

from __future__ import annotations

import argparse
import gc
import hashlib
import multiprocessing
import os
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice

from tests.simulation.faults import Tally, unmet
from tests.simulation.kept import SOAKED
from tests.simulation.world import World, play

_LINES = 40  # of the trace, shown with a seed that failed


@dataclass(slots=True)
class Played:
    """One seed. `breach` is empty when every promise held."""

    seed: int
    breach: str = ""
    digest: str = ""
    nodes: int = 0
    acts: int = 0
    faults: int = 0
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)
    refusals: Counter[str] = field(default_factory=Counter)
    last: tuple[str, ...] = ()
    where: str = ""


def one(seed: int) -> Played:
    gc.set_threshold(50_000, 20, 100)  # a world's heap lives on: looking it through often costs a tenth
    begun = time.process_time()
    found = Played(seed)
    try:
        world, found.digest = play(seed)
    except Exception as fault:
        world = fault.world  # type: ignore[attr-defined]
        found.breach, found.where = f"{type(fault).__name__} {fault}"[:2000], traceback.format_exc()
    _told(found, world)
    found.seconds = time.process_time() - begun
    return found


def _told(found: Played, world: World) -> None:
    found.nodes, found.acts, found.faults = len(world.offices), world.acts, world.faults
    found.tally, found.refusals, found.last = world.tally, world.refusals, tuple(world.last)[-_LINES:]


def main() -> int:
    asked = _asked()
    if asked.seed is not None:
        return _twice(asked.seed) if asked.twice else _single(asked.seed)
    return max(map(_single, SOAKED)) if asked.kept else _many(asked)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument(
        "--twice", action="store_true", help="with --seed: in two processes, which must agree"
    )
    parser.add_argument("--count", type=int, help="so many seeds")
    parser.add_argument("--kept", action="store_true", help="the kept seeds that `make test` leaves out")
    parser.add_argument("--minutes", type=float, default=10, help="for so long, without --count")
    parser.add_argument("--from-seed", type=int, default=None, help="else a fresh one, printed first")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _single(seed: int) -> int:
    print(f"seed {seed}", flush=True)
    found = one(seed)
    if not found.breach:
        print(_line(found))
        return 0
    print("\n".join(found.last))
    print(found.where, found.breach, sep="\n")
    return 1


def _twice(seed: int) -> int:
    """Bit for bit, whatever the order of sets: each process has another hash seed."""
    print(f"seed {seed}, twice", flush=True)
    digests = [_digest(seed, number) for number in (1, 2)]
    print(*digests, "the same" if digests[0] == digests[1] else "NOT the same")
    return 0 if digests[0] == digests[1] else 1


def _digest(seed: int, number: int) -> str:
    code = f"from tests.simulation.soak import one; found = one({seed}); print(found.digest or found.breach)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": str(number)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = done.stdout.strip()
    return told if len(told) == 64 else hashlib.sha256(told.encode()).hexdigest()


def _many(asked: argparse.Namespace) -> int:
    first = asked.from_seed if asked.from_seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"seeds from {first}, {asked.jobs} at a time", flush=True)
    until = None if asked.count else time.monotonic() + asked.minutes * 60
    tally, refusals, bad, done = Tally(), Counter[str](), 0, 0
    for found in _played(_seeds(first, asked.count, until), asked.jobs):
        done += 1
        tally.take(found.tally)
        refusals.update(found.refusals)
        bad += bool(found.breach)
        print(_line(found), flush=True)
    print(f"\n{done} seeds, {tally.total} faults, {bad} failed\n\n{tally.table()}\n")
    print("refusals:", ", ".join(f"{code} {count}" for code, count in refusals.most_common()))
    missing = unmet(tally) if done >= 100 else []
    for pair in missing:
        print("never met:", *pair)
    return 1 if bad or missing else 0


def _seeds(first: int, count: int | None, until: float | None) -> Iterator[int]:
    seed = first
    while seed < first + count if count else until is None or time.monotonic() < until:
        yield seed
        seed += 1


def _played(seeds: Iterator[int], jobs: int) -> Iterator[Played]:
    """As they end. Not more are begun than there are jobs: the time would else never be up."""
    if jobs == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), max_tasks_per_child=50) as pool:
        running = {pool.submit(one, seed) for seed in islice(seeds, jobs)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(one, seed) for seed in islice(seeds, len(done))}
            yield from (future.result() for future in done)


def _line(found: Played) -> str:
    told = f"seed {found.seed}: {found.nodes} nodes, {found.acts} acts, {found.faults} faults, {found.seconds:.1f} s"
    return f"{told}, {found.digest[:12]}" if not found.breach else f"{told}, FAILED {found.breach[:300]}"
