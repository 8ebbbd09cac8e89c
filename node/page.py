"""What the face hands out: a person signed in, a page of a list, a saved view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    id: str  # staff id
    name: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Page:
    items: list[dict[str, Any]]
    next: str | None  # cursor of the page behind this one


@dataclass(frozen=True, slots=True)
class View:
    """A saved view (视图) of a list, with how many it holds now."""

    id: str
    label: str
    count: int
