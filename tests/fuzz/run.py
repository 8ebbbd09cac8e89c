"""The fuzzers for as long as they are told: `python -m tests.fuzz.run --minutes 10 --seed 1`.

Parsers and pure rules get wrong bytes (targets.py), real writers get what enemies with good keys send
(enemies.py), in turns. A finding is an error that isn't one of the project's own, an input that takes longer
than LONGEST of work, or memory that grows past MOST; it is printed with what replays it, its input is kept beside
this file, and the run goes on. Exit 1 if there was any.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.fuzz.enemies import ROUNDS, Enemies, Field
from tests.fuzz.targets import TARGETS, Target, outcome

KEPT = Path(__file__).parent / "kept"
LONGEST = 30  # seconds of work of one input, and of peace with three nodes five times that
MOST = 300  # MiB that the run may grow by
TURN = 200  # inputs of a parser, then the next
ENEMIES = "enemies"
NAMES = [*TARGETS, ENEMIES]


class Hang(Exception):
    pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, default=NAMES, metavar="TARGET", help=", ".join(NAMES)
    )
    parser.add_argument("--first", type=int, default=0, help="where to begin: what a finding names")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(asked.seed, time.monotonic() + asked.minutes * 60, Path(folder))
        run.go(asked.only, asked.first)
    run.report()
    return 1 if run.findings else 0


class Run:
    def __init__(self, seed: int, until: float, folder: Path) -> None:
        self.seed, self.until, self.folder = seed, until, folder
        self.met: dict[str, Counter[str]] = {}
        self.findings = 0
        self.slowest: dict[str, tuple[float, int]] = {}
        self._enemies: Enemies | None = None

    def go(self, names: list[str], first: int) -> None:
        """Turns about, so that each gets its share however soon the time is up."""
        grown = [self._turn(name) for name in names]
        for take in grown:
            take(first)  # what they are made of is in memory now
        before = _peak()
        at = first
        while time.monotonic() < self.until:
            at += TURN
            for take in grown:
                take(at)
            if _peak() - before > MOST:
                self._found("memory", at, f"it grew by {_peak() - before} MiB")
                before = _peak()

    def _turn(self, name: str) -> Callable[[int], None]:
        return self._attack if name == ENEMIES else lambda first: self._feed(TARGETS[name], first)

    def _feed(self, target: Target, first: int) -> None:
        for at in self._turn_of(first, TURN):
            raw = target.make(Random(f"{target.name} {self.seed} {at}"))
            with self._watched(target.name, at, raw):
                self._count(target.name, outcome(target.feed, raw))

    def _attack(self, first: int) -> None:
        """One stretch of attacks on a fresh tree, and peace at its end."""
        if self._enemies is None:
            self._enemies = Enemies(Field(self.folder / "field"))
        for at in self._turn_of(first, ROUNDS):
            with self._watched(ENEMIES, at):
                self._count(ENEMIES, self._enemies.attack(Random(f"{ENEMIES} {self.seed} {at}")))
        with self._watched(ENEMIES, first, seconds=5 * LONGEST):
            self._enemies.peace()
        self._enemies.again()

    def _turn_of(self, first: int, count: int) -> Iterator[int]:
        for at in range(first, first + count):
            if time.monotonic() > self.until:
                return
            yield at

    def _count(self, name: str, found: str) -> None:
        self.met.setdefault(name, Counter())[found] += 1

    @contextmanager
    def _watched(self, name: str, at: int, raw: bytes = b"", seconds: float = LONGEST) -> Iterator[None]:
        signal.signal(signal.SIGPROF, _hang)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        start = time.process_time()
        try:
            yield
        except Exception:
            self._found(name, at, traceback.format_exc(limit=-6), raw)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            taken = time.process_time() - start
            self.slowest[name] = max(self.slowest.get(name, (0.0, 0)), (taken, at))

    def _found(self, name: str, at: int, what: str, raw: bytes = b"") -> None:
        self.findings += 1
        first = at if name in TARGETS else at // TURN * TURN
        print(
            f"{what}\n  python -m tests.fuzz.run --seed {self.seed} --only {name} --first {first}", flush=True
        )
        if raw:
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{name}-{hashlib.sha256(raw).hexdigest()[:8]}.bin").write_bytes(raw)

    def report(self) -> None:
        for name, met in self.met.items():
            taken, at = self.slowest[name]
            print(f"{name}: {met.total():,} inputs, slowest {taken:.2f} s of work (at {at})")
            for found, count in met.most_common():
                print(f"    {count:9,}  {found}")
        total = sum(met.total() for met in self.met.values())
        print(f"{total:,} inputs, {self.findings} findings, {_peak()} MiB at most")


def _hang(*_: object) -> None:
    raise Hang(f"more than {LONGEST} seconds of work")


def _peak() -> int:
    """MiB of memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        1024 if sys.platform != "darwin" else 1024**2
    )


if __name__ == "__main__":
    sys.exit(main())
