"""The language of sentences that this process says: Chinese first, English as the second.

A sentence stands in both languages where it is said. The first thing a process does is `use`; without it
QIAO_LANGUAGE counts, so that even a fault in node.toml is told in the right language.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("zh", "en")

_used: str | None = None
_asked: ContextVar[str | None] = ContextVar("asked", default=None)  # by whoever is answered just now


def use(language: str) -> None:
    """`zh` or `en`; anything else is Chinese."""
    global _used
    _used = language if language in LANGUAGES else "zh"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For what is said within, on this thread or task alone: one process answers callers of both languages."""
    token = _asked.set(language if language in LANGUAGES else "zh")
    try:
        yield
    finally:
        _asked.reset(token)


def used() -> str:
    if (spoken := _asked.get()) is not None:
        return spoken
    if _used is not None:
        return _used
    asked = os.environ.get("QIAO_LANGUAGE", "zh")[:2].lower()
    return asked if asked in LANGUAGES else "zh"


def say(zh: str, en: str) -> str:
    """The sentence in the language in use."""
    return en if used() == "en" else zh
