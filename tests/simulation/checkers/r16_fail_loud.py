"""R16 fail loud: every refusal has a stable code, a sentence in the user's language, and a hint that can be run.

With each refusal of any node: the code stands in docs/errors.md, the sentence isn't empty, and a hint, where there is
one, names a command that there is, with options that it has (tests/house/hints.py), or one that every system has. An
error that nobody foresaw is a breach wherever it comes up.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from node.commands.failure import explain
from tests.house import hints
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office

_DOCS = Path(__file__).resolve().parents[3] / "docs" / "errors.md"


class FailLoud(Checker):
    promise = "R16"

    def refused(self, office: Office, doing: str, fault: BaseException) -> None:
        told = explain(fault)
        if told.code not in documented() or told.code == "unexpected":
            raise self.breach(f"{office.name} {doing}: {told.code} isn't documented: {fault}")
        if not told.text.strip():
            raise self.breach(f"{office.name} {doing}: {told.code} says nothing")
        wrong = _fault(told.hint) if told.hint else ""
        if wrong:
            raise self.breach(f"{office.name} {doing}: {told.code} has a hint that can't be run: {wrong}")


_fault = lru_cache(1000)(hints.fault)  # an error that comes a thousand times has one hint


@cache
def documented() -> frozenset[str]:
    return frozenset(re.findall(r"^\| `(\w+)` \|", _DOCS.read_text(encoding="utf-8"), re.MULTILINE))
