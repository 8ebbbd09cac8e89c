"""Checks that name what they were for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync_protocol import shape
from sync_protocol.errors import BadMessage


@pytest.mark.parametrize(
    "check, good, bad",
    [
        (shape.numbered, [{}, {1: 2}], [{"a": 1}, [], None]),
        (lambda value, what: shape.items(value, what, 2), [[], [1, 2]], [[1, 2, 3], (), None]),
        (lambda value, what: shape.exactly(value, what, 2), [[1, 2]], [[1], [1, 2, 3], b"ab"]),
        (shape.uint, [0, 2**63 - 1], [-1, 2**63, True, "1", None]),
        (lambda value, what: shape.octets(value, what, 2), [b"ab"], [b"a", "ab", None]),
        (shape.octets, [b"", b"abc"], ["abc", None]),
        (lambda value, what: shape.text(value, what, 2), ["a", "二字"], ["", "abc", b"a", None]),
        (shape.flag, [True, False], [0, 1, None]),
    ],
)
def test_a_value_passes_unchanged_or_is_named(
    check: Callable[[Any, str], Any], good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        assert check(value, "thing") == value
    for value in bad:
        with pytest.raises(BadMessage, match="thing"):
            check(value, "thing")


def test_bytes_that_arent_cbor_are_a_bad_message() -> None:
    with pytest.raises(BadMessage):
        shape.decoded(b"\xff")
