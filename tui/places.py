"""The places (去处) of the desk: screens that one goes to, from wherever one is. Beneath them is always the inbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .screens.base import Base

ALL: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is an action and a kind of screen. `roles` see it; nobody in particular: all do."""

    name: str
    made: Callable[[], Base]  # its import is put off until somebody goes there
    roles: frozenset[str] = ALL

    def is_for(self, roles: frozenset[str]) -> bool:
        return not self.roles or bool(self.roles & roles)


def _inbox() -> Base:
    from .screens.inbox import InboxScreen

    return InboxScreen()


def _exceptions() -> Base:
    from .screens.exceptions import ExceptionsScreen

    return ExceptionsScreen()


def _intake() -> Base:
    from .screens.intake import IntakeScreen

    return IntakeScreen()


def _line() -> Base:
    from .screens.line import LineScreen

    return LineScreen()


def _audit() -> Base:
    from .screens.audit import AuditScreen

    return AuditScreen()


def _settings() -> Base:
    from .screens.settings.menu import SettingsScreen

    return SettingsScreen()


def _board() -> Base:
    from .screens.board import BoardScreen

    return BoardScreen()


def _supervision() -> Base:
    from .screens.supervision import SupervisionScreen

    return SupervisionScreen()


WATCHING = frozenset({"supervisor", "dispatcher", "leader", "admin"})

PLACES = (
    Place("inbox", _inbox),
    Place("intake", _intake, frozenset({"operator", "lawyer", "handler"})),
    Place("exceptions", _exceptions),
    Place("line", _line),
    Place("supervision", _supervision, WATCHING),
    Place("board", _board, WATCHING | {"auditor"}),
    Place("audit", _audit, frozenset({"auditor", "admin", "supervisor"})),
    Place("settings", _settings),
)  # fmt: skip


def place(name: str) -> Place | None:
    return next((one for one in PLACES if one.name == name), None)
