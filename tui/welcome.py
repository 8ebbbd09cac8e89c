"""What somebody finds who has just signed in: the note of the shift before, and behind it, the first time, the tour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from node.errors import QiaoError

from .face import Item

if TYPE_CHECKING:
    from .desk import QiaoApp


async def greet(desk: QiaoApp) -> None:
    """The tour would hide a note that nobody has read: it waits for the answer."""
    unread = await _unread(desk)
    if unread:
        _show(desk, unread)
    else:
        _lead_around(desk)


async def _unread(desk: QiaoApp) -> list[Item]:
    """Nothing for those who only look."""
    if desk.person is None or desk.read_only:
        return []
    return [one for one in await desk.ask("notes", desk.person) or () if not one["read"]]


def _show(desk: QiaoApp, unread: Sequence[Item]) -> None:
    from .screens.handover import NotesScreen

    async def mark() -> None:
        names = [one["name"] for one in unread]
        try:
            await desk.gate.act("do", "note.read", {"names": names}, desk.person)
        except QiaoError as fault:
            desk.trouble(fault)

    def answered(is_read: bool | None) -> None:
        if is_read:
            desk.run_worker(mark())
        _lead_around(desk)

    desk.push_screen(NotesScreen(unread), answered)


def _lead_around(desk: QiaoApp) -> None:
    if desk.wants_tour:
        desk.call_after_refresh(desk.do_tour)
