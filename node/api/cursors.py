"""Cursors (翻页记号): where a page ended, and of which question, so that one isn't taken for another's.

Opaque to callers, and no secret: whoever makes one up is refused, or sees what he may see anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from node.errors import Usage
from node.language import say

LONGEST = 600  # characters
MOST = (1 << 63) - 1


def made(question: str, place: Sequence[Any]) -> str:
    told = json.dumps([_mark(question), *place], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read(question: str, cursor: str, *shapes: type) -> tuple[Any, ...]:
    """The place, each part of its shape. Raises Usage `bad_cursor`."""
    try:
        if len(cursor) > LONGEST or not cursor.isascii():
            raise ValueError
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        mark, *place = found
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise bad() from None
    fits = len(place) == len(shapes) and all(map(_fits, place, shapes))
    if mark != _mark(question) or not fits:
        raise bad()
    return tuple(place)


def _fits(value: Any, shape: type) -> bool:
    if shape is int:
        return type(value) is int and 0 <= value <= MOST
    return type(value) is str and value.isprintable()


def _mark(question: str) -> str:
    return hashlib.sha256(question.encode("utf-8", "replace")).hexdigest()[:16]


def bad() -> Usage:
    return Usage(
        say("翻页记号无效，或是另一个查询的", "the cursor is off, or another question's"), code="bad_cursor"
    )
