from __future__ import annotations

import pytest

from node.bulletin.cells import Change, Measured, text


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (Measured("percent", 39, 40), "97.5% 39/40"),
        (Measured("percent", 0, 0), "– 0/0"),
        (Measured("mean", 9, 2), "4.5 9/2"),
        (Measured("count", 1234), "1,234"),
        (Measured("persons", 5, 3), "5"),
        (Measured("fen", 123_456), "1,234.56 元"),
        (Measured("fen", -5), "-0.05 元"),
        (Measured("seconds", 4 * 3600 + 125), "4 小时 02 分"),
        (None, "–"),
        (1234, "1,234"),
        ("青岛", "青岛"),
    ],
)
def test_each_kind_of_cell_is_read_as_a_person_reads_it(cell: Measured, told: str) -> None:
    assert text(cell) == told


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        (Measured("percent", 9, 10), Measured("percent", 8, 10), "+10.0 个百分点"),
        (Measured("percent", 9, 10), Measured("percent", 0, 0), "–"),
        (Measured("count", 12), Measured("count", 10), "+2（+20.0%）"),
        (Measured("count", 12), Measured("count", 0), "+12"),
        (Measured("count", 0), Measured("count", 4), "-4（-100.0%）"),
        (Measured("fen", 150), Measured("fen", 100), "+50.0%"),
        (Measured("fen", 150), Measured("fen", 0), "–"),
        (Measured("mean", 9, 2), Measured("mean", 4, 1), "+0.5"),
    ],
)
def test_a_change_is_told_in_points_or_in_numbers_and_never_divides_by_nothing(
    now: Measured, then: Measured, told: str
) -> None:
    assert Change(now, then).text == told


def test_a_rate_of_nothing_has_no_value_and_so_no_change() -> None:
    nothing = Measured("percent", 0, 0)
    assert nothing.value is None and Change(nothing, nothing).value is None
