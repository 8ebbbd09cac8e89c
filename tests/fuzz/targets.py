"""Everything that is fuzzed without a node, by name."""

from __future__ import annotations

from tests.fuzz import letters, parsers, registers
from tests.fuzz.target import Target as Target
from tests.fuzz.target import outcome as outcome

TARGETS = {one.name: one for one in (*parsers.TARGETS, *letters.TARGETS, *registers.TARGETS)}
