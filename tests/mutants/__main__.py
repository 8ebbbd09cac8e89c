"""Do the tests bite? Each patch here plants one fault; a mutant that no test kills is a test that is missing.

    python -m tests.mutants [--only NAME ...] [--seeds N] [--jobs N]

The head of a patch says what it breaks, which tests are meant to notice, and which are asked when they don't.
A patch that doesn't apply, or whose tests fail without it, is an error, not a kill.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.mutants.patch import Patch, patches
from tests.mutants.trial import Outcome, copied, sound, tried

SURVIVING = 0.05  # of all mutants: more is a failure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--from", dest="folder", type=Path, help="patches of another folder, too")
    parser.add_argument(
        "--seeds", type=int, default=20, help="of the simulated world, for those that survive"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first", action="store_true", help="ask the tests named first, and no others")
    parser.add_argument("--trust", action="store_true", help="the tests pass without a mutant: don't look")
    asked = parser.parse_args()
    chosen = [one for one in patches(asked.folder) if not asked.only or one.name in asked.only]
    if not chosen or len(chosen) < len(asked.only):
        parser.error("there is no such mutant")
    with tempfile.TemporaryDirectory(prefix="qiao-mutants-") as folder:
        further = None if asked.first else asked.seeds
        return run(chosen, Path(folder), further, asked.jobs, asked.trust)


def run(chosen: list[Patch], scratch: Path, seeds: int | None, jobs: int, trust: bool) -> int:
    begun = time.monotonic()
    if not trust:
        failing = sound(copied(scratch / "sound"), chosen)
        if failing:
            print(f"without any mutant these fail: {failing}", file=sys.stderr)
            return 2
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = []
        for outcome in pool.map(partial(tried, scratch=scratch, seeds=seeds), chosen):
            print(outcome, flush=True)
            outcomes.append(outcome)
    return _summed(outcomes, time.monotonic() - begun)


def _summed(outcomes: list[Outcome], seconds: float) -> int:
    broken = [one.patch.name for one in outcomes if one.broken]
    survived = [one.patch.name for one in outcomes if not one.broken and not one.killer]
    killed = len(outcomes) - len(broken) - len(survived)
    print(
        f"{killed} of {len(outcomes)} killed, {len(survived)} survived, {len(broken)} broken, {seconds:.0f} s"
    )
    for name in survived:
        print(f"survived: {name}")
    for name in broken:
        print(f"broken: {name}", file=sys.stderr)
    return 2 if broken else 1 if len(survived) > SURVIVING * len(outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
