"""Personal data until it is revealed."""

from __future__ import annotations

import pytest

from node.masking import masked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800001111", "138****1111"),
        ("370211199001011234", "370****1234"),
        ("88886666", "8***"),
        ("王小明", "王**"),
        ("王", "*"),
        ("", ""),
        (None, None),
        (7, 7),
    ],
)
def test_a_value_shows_less_than_it_hides(value: object, shown: object) -> None:
    assert masked(value) == shown
