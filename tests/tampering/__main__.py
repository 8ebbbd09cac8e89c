"""`python -m tests.tampering`: every kind at so many places, and nodes that nobody touched; a table in Markdown."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from node import keys as keyring
from node.audit.desk import Desk
from tests.node.tree import PATHS

from .kinds import KINDS, Kind
from .scene import TOUCHED, Scene, rebuilt, scene


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--places", type=int, default=10)
    asked.add_argument("--untouched", type=int, default=200, help="nodes")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        made = scene(base / "scene")
        missed = sum(_told(made, base, one, given.places) for one in KINDS)
        raised = _untouched(base, given.untouched)
    print(
        f"\n{len(KINDS)} kinds at {given.places} places: {missed} missed; {given.untouched} untouched: {raised} raised"
    )
    return 1 if missed or raised else 0


def _told(made: Scene, base: Path, one: Kind, places: int) -> int:
    codes, missed = Counter[str](), 0
    for at in range(places):
        found = tampered(made, base, one, at)
        codes.update(set(found))
        missed += not found
    told = ", ".join(f"`{code}` {count}" for code, count in codes.most_common())
    print(f"| {one.name} | {one.says} | {places - missed} of {places} | {told} |", flush=True)
    return missed


def tampered(made: Scene, base: Path, one: Kind, at: int) -> list[str]:
    """Codes of what the verification finds behind it."""
    with made.copy(base) as tree:
        keys = keyring.load(tree.base / TOUCHED / "keys")
        with tree.sql(TOUCHED) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            one.do(db, keys, at)
        if one.rebuild:
            rebuilt(tree)
        return [found["code"] for found in made.problems(tree)]


def _untouched(base: Path, wanted: int) -> int:
    """Of trees that each did other work."""
    raised, done, seed = 0, 0, 100
    while done < wanted:
        seed += 1
        made = scene(base / f"untouched{seed}", seed)
        for name in (*PATHS, "a")[: wanted - done]:
            found = Desk(made.tree.reader(name)).verify(against=made.witnesses if name == TOUCHED else ())
            raised += not found["ok"]
            done += 1
            if not found["ok"]:
                print(f"untouched {seed} {name}: {found['problems'][:3]}")
        made.tree.close()
    return raised


if __name__ == "__main__":
    sys.exit(main())
