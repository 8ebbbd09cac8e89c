"""One mutant's trial: a copy of the tree, the fault planted, and the tests, until one of them fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.house.project import ROOT, files
from tests.mutants.patch import Patch

SECONDS = 900  # a test that no longer ends is a test that noticed
QUICK = "not slow and not processes"
WORLD = "tests.simulation"
# Loading and collecting nothing: a mutant that can't be imported proves nothing about the tests.
_BROKEN = {2, 3, 4, 5}
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    patch: Patch
    killer: str = ""  # the first test that failed
    broken: str = ""  # why there was no trial

    def __str__(self) -> str:
        word = f"broken   {self.broken}" if self.broken else f"killed   by {self.killer}"
        return f"{self.patch.room}/{self.patch.name}: {word if self.killer or self.broken else 'SURVIVED'}"


def copied(target: Path) -> Path:
    """The tree as it stands, without what isn't the project's."""
    for path in files():
        there = target / path.relative_to(ROOT)
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, there)
    return target


def sound(tree: Path, chosen: Iterable[Patch]) -> str:
    """Runs all tests that the patches name first, on a tree without a mutant; the first that fails, or nothing."""
    named = sorted({one for patch in chosen for one in patch.tests})
    return _failing(tree, _pytest(named))


def tried(patch: Patch, *, scratch: Path, seeds: int | None) -> Outcome:
    """`seeds`: of the simulated world, for one that survives; None: only the tests named first are asked."""
    tree = copied(scratch / f"{patch.room}-{patch.name}")
    try:
        fault = patch.apply(tree)
        if fault:
            return Outcome(patch, broken=fault)
        for words in _asked(patch, tree, seeds):
            killer = _failing(tree, words)
            if killer.startswith("!"):
                return Outcome(patch, broken=killer[1:])
            if killer:
                return Outcome(patch, killer)
        return Outcome(patch)
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _asked(patch: Patch, tree: Path, seeds: int | None) -> list[list[str]]:
    """What is run, one after another: the tests named first, the room's quick ones, the simulated world."""
    if seeds is None:
        return [_pytest(patch.tests)]
    asked = [_pytest(patch.tests), _pytest(patch.then)]
    if seeds and (tree / WORLD.replace(".", "/")).is_dir():
        asked.append(["-m", WORLD, "--count", str(seeds), "--from-seed", "1", "--jobs", "1"])
    return asked


def _pytest(tests: Sequence[str]) -> list[str]:
    return ["-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-m", QUICK, *tests]


def _failing(tree: Path, words: list[str]) -> str:
    """The name of what failed; nothing when all passed; with a ! in front when nothing could be tried."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    try:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=tree,
            env={**kept, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"{words[1]} that didn't end in {SECONDS} s"
    if done.returncode == 0:
        return ""
    found = _FAILED.findall(done.stdout)
    if words[1] == "pytest" and (done.returncode in _BROKEN or not found):
        return "!" + (done.stdout + done.stderr)[-600:]
    return found[0] if found else f"{words[1]}: {(done.stdout + done.stderr).strip()[-300:]}"
