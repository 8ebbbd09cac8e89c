"""`kill -9` against real processes, round after round (promises R1, R2, R3, R7).

    python -m tests.soak.kill --rounds 300 --seed 1

One tree of three offices lives on through the rounds. Who dies, what they were doing and the moment are
drawn from the seed. After each round the nodes are started again, and nothing else is done for them: every
acknowledged act has to come to every office entitled to it, no log may have two commits of one number, every
store has to verify, and each parent has to agree with its child.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

from tests.soak.rounds import PHASES, SIDES, Plan, Stage, drawn

LIFE = 25  # rounds of one tree: what a verification of everything costs grows with its store


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--phase", choices=sorted(PHASES), help="no other than this")
    parser.add_argument("--keep", type=Path, help="where the trees are left")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    return soak(Random(asked.seed), asked.rounds, asked.phase, asked.keep)


def soak(random: Random, rounds: int, phase: str | None, keep: Path | None) -> int:
    done: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    begun = time.monotonic()
    acts, number = 0, 0
    while number < rounds:
        with _staged(keep) as stage:
            for _ in range(min(LIFE, rounds - number)):
                number += 1
                plan = drawn(random, number, phase)
                done[plan.side, plan.phase] += 1
                if not _held(stage, plan):
                    failed[plan.side, plan.phase] += 1
                    break
            acts += len(stage.ledger.acked)
    print(table(done, failed))
    print(f"{number} rounds, {acts} acts acknowledged, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


@contextmanager
def _staged(keep: Path | None) -> Iterator[Stage]:
    """A fresh tree, in a directory that goes with it, or stays in `keep`."""
    folder = Path(tempfile.mkdtemp(prefix="qiao-kill-", dir=keep))
    try:
        with closing(Stage(folder)) as stage:
            yield stage
    finally:
        if keep is None:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Litestream, whose node was killed just now, may still be at its last file."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    raise TimeoutError(f"somebody still writes below {folder}")


def _held(stage: Stage, plan: Plan) -> bool:
    """Whether the round's promises were kept; else says which wasn't, and by which draws to come to it."""
    begun = time.monotonic()
    try:
        stage.play(plan)
    except Exception:
        print(f"LOST in {plan}\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        return False
    print(f"{plan}: {time.monotonic() - begun:.1f} s", flush=True)
    return True


def table(done: Counter[tuple[str, str]], failed: Counter[tuple[str, str]]) -> str:
    """Rounds, and how many of them failed, by who died and what they were doing."""
    lines = ["| killed | " + " | ".join(PHASES) + " |", "| --- |" + " --- |" * len(PHASES)]
    for side in SIDES:
        cells = [f"{done[side, phase]} ({failed[side, phase]} lost)" for phase in PHASES]
        lines.append(f"| {side} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
