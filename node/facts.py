"""Facts that many records rest on: the policies (政策) and the calendar (日历), which the root writes (product 1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.state import State
from node.matters import KINDS
from node.matters.draft import Due, Kind
from node.store import folded, records
from node.work import Work

MATTERS = frozenset({"policy", "calendar"})


def dues(work: Work, kind: Kind, state: State) -> list[Due]:
    """When what of this record falls due, by the policies and the calendar as they are known here."""
    if kind.matter.name in MATTERS:
        return []
    known = load(work)
    return kind.dues(state, known["policies"], known["calendar"])
