"""The checkers themselves: each sees what it is for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.errors import Usage
from tests.simulation.checkers.checker import Breach
from tests.simulation.checkers.r15_bounded import MOST_HELD, MOST_ROWS, SAMPLE, Bounded
from tests.simulation.checkers.r16_fail_loud import FailLoud

OFFICE: Any = SimpleNamespace(name="n0", phase="up")
WORLD: Any = None


def sampled() -> Bounded:
    """At the piece of work whose memory is looked at."""
    checker = Bounded(WORLD)
    for _ in range(SAMPLE - 1):
        checker.begins(OFFICE)
        checker.worked(OFFICE, 1, 1)
    checker.begins(OFFICE)
    return checker


def test_a_piece_of_work_that_holds_too_much_at_once_is_a_breach() -> None:
    checker = sampled()
    held = [bytes(MOST_HELD)]
    held.clear()
    with pytest.raises(Breach, match="R15: n0 up held"):
        checker.worked(OFFICE, 1, 1)


def test_a_modest_piece_of_work_is_none() -> None:
    checker = sampled()
    checker.worked(OFFICE, 1, 1)
    assert checker.traced == 1 and 0 <= checker.most_held < MOST_HELD


def test_a_piece_of_work_that_reads_too_many_rows_is_a_breach() -> None:
    with pytest.raises(Breach, match="R15: n0 up took"):
        Bounded(WORLD).worked(OFFICE, 1, MOST_ROWS + 1)


@pytest.mark.parametrize(
    "hint", ["qiao --version", "qiao ticket vanish ID", "qiao status --loud", "问管理员"]
)
def test_a_refusal_whose_hint_cant_be_run_is_a_breach(hint: str) -> None:
    with pytest.raises(Breach, match="R16: n0 acting: usage has a hint that can't be run"):
        FailLoud(WORLD).refused(OFFICE, "acting", Usage("不对", hint=hint))


@pytest.mark.parametrize("hint", ["", "qiao --dir DIR status", "df -h .", "qiao ticket accept ID --help"])
def test_a_refusal_whose_hint_can_be_run_is_none(hint: str) -> None:
    FailLoud(WORLD).refused(OFFICE, "acting", Usage("不对", hint=hint))
