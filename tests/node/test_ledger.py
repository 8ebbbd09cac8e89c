"""Which call of the exchange goes with which row of the ledger."""

from __future__ import annotations

import pytest

from node.ledger import AFTER_MS, BEFORE_MS, Call, Entry, matched

NOON = 1_790_000_000_000
MINUTE = 60_000


def call(id: int, token: int | None = 7, start: int = NOON, operator: str = "li") -> Call:
    return Call(id, start, start + 3 * MINUTE, token, operator)


def entry(record: int, time: int = NOON, *tokens: int, operator: str = "li") -> Entry:
    return Entry(record, time, frozenset(tokens), operator)


def test_a_row_of_the_same_number_goes_with_its_call() -> None:
    assert matched([call(1)], [entry(9, NOON + MINUTE, 7)]) == {1: 9}
    assert matched([call(1)], [entry(9, NOON + MINUTE, 8)]) == {}


@pytest.mark.parametrize(
    ("off", "fits"),
    [
        (-BEFORE_MS, True),
        (-BEFORE_MS - 1, False),
        (3 * MINUTE + AFTER_MS, True),
        (3 * MINUTE + AFTER_MS + 1, False),
    ],
)
def test_a_row_fits_from_ten_minutes_before_to_an_hour_after(off: int, fits: bool) -> None:
    assert matched([call(1)], [entry(9, NOON + off, 7)]) == ({1: 9} if fits else {})


def test_each_row_goes_with_one_call_the_nearest() -> None:
    calls = [call(1), call(2, start=NOON + 20 * MINUTE)]
    assert matched(calls, [entry(9, NOON + 21 * MINUTE, 7)]) == {2: 9}
    assert matched(calls, [entry(9, NOON + 21 * MINUTE, 7), entry(8, NOON + MINUTE, 7)]) == {1: 8, 2: 9}


def test_a_row_without_a_number_goes_by_its_operator_and_behind_those_with_one() -> None:
    both = [entry(9, NOON), entry(8, NOON + MINUTE, 7)]
    assert matched([call(1)], both) == {1: 8}
    assert matched([call(1), call(2)], both) == {1: 8, 2: 9}
    assert matched([call(1, operator="wang")], [entry(9, NOON)]) == {}


def test_a_withheld_number_goes_by_its_operator_too() -> None:
    assert matched([call(1, None)], [entry(9, NOON, 7)]) == {1: 9}
    assert matched([call(1, None, operator="")], [entry(9, NOON, 7, operator="")]) == {}
