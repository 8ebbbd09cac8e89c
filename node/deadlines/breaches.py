"""Breaches (超期): computed from acts, policy, calendar and a moment; stored nowhere (product 1.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.matters.draft import Due


def is_breached(due: Due, now_ms: int) -> bool:
    """Done late, or not done and past its time. The limit of a right is breached only by using it late."""
    if due.done_ms is None:
        return bool(due.owed and not due.paused and now_ms > due.due_ms)
    return due.done_ms > due.due_ms


def breaches(dues: Iterable[Due], now_ms: int) -> list[Due]:
    return [due for due in dues if is_breached(due, now_ms)]


def open_breaches(dues: Iterable[Due], now_ms: int) -> list[Due]:
    """Those that somebody can still end."""
    return [due for due in breaches(dues, now_ms) if due.done_ms is None]
