"""A page of a list that is all here, for `tui/rows.py`."""

from __future__ import annotations

from dataclasses import dataclass

from .face import Item


@dataclass(frozen=True, slots=True)
class Found:
    items: list[Item]
    next: str | None = None
