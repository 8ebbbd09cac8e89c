"""Periods as they are written, and the instants between which they lie."""

from __future__ import annotations

import pytest

from node.errors import Usage
from node.figures import period
from tests.node.matters.scene import ms


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        ("2026-10..2026-12", "2026-10-01", "2026-12-31"),
        ("2026-10-30..2027-01-02", "2026-10-30", "2027-01-02"),
    ],
)
def test_a_period_is_its_days(text: str, first: str, last: str) -> None:
    found = period.read(text)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert found.start_ms == ms(f"{first} 00:00") and found.end_ms == ms(f"{last} 23:59") + 60_000


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-W54", "2026-02-30", "2026-10-02..2026-10-01", "１２", "二〇二六", "2026-1", "..", "9999",
     "2026-10-01..", "2026' OR 1=1", "2026-10-05T00:00"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Usage) as refused:
        period.read(text)
    assert refused.value.code == "bad_period"
