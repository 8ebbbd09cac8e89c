"""A planted fault as a file: a head of `Key: value` lines, a blank line, a unified diff."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
KEYS = ("Breaks", "Tests", "Then")


@dataclass(frozen=True, slots=True)
class Patch:
    path: Path
    breaks: str  # what is wrong with the mutant, in one sentence
    tests: tuple[str, ...]  # asked first
    then: tuple[str, ...]  # asked when these notice nothing

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def room(self) -> str:
        """The package in which it is planted."""
        return self.path.parent.name

    def apply(self, tree: Path, *, check: bool = False) -> str:
        """Plants it in a tree, or with `check` only looks; says why it can't be, else nothing."""
        words = ["git", "apply", "--whitespace=nowarn", *(["--check"] if check else []), str(self.path)]
        done = subprocess.run(words, cwd=tree, capture_output=True, text=True, timeout=60)
        return done.stderr.strip() or ("" if done.returncode == 0 else "git apply failed")


def patches(besides: Path | None = None) -> list[Patch]:
    """All of them, by room and name; `besides`: those of another folder as well."""
    folders = [FOLDER] if besides is None else [FOLDER, besides]
    return [read(path) for folder in folders for path in sorted(folder.glob("**/*.patch"))]


def read(path: Path) -> Patch:
    """Raises ValueError for a head of another form."""
    head, blank, _ = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.partition(": ")[::2] for line in head.splitlines())
    if not blank or tuple(fields) != KEYS or not all(fields.values()):
        raise ValueError(f"{path}: its head should be {', '.join(KEYS)}")
    return Patch(
        path.absolute(), fields["Breaks"], tuple(fields["Tests"].split()), tuple(fields["Then"].split())
    )
