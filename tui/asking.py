"""What a call's form asks the node while somebody types (接听): a while after the last key, and the newest counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from node.errors import QiaoError

from . import counter
from .drafts import Raw
from .face import Item

if TYPE_CHECKING:
    from .screens.intake import IntakeScreen

DEBOUNCE = 0.25  # seconds without a key
MOST = 20  # earlier calls and tickets
FEWEST_CHARACTERS = 4  # of a narrative
_ABOUT = {
    "worker_phone": ("earlier", "duplicates"), "worker_id_number": ("earlier", "duplicates"),
    "employer_name": ("duplicates",), "employer_credit_code": ("duplicates",), "topic": ("duplicates",),
    "narrative": ("answers",), "workplace_region": ("unit",), "employer_region": ("unit",),
}  # fmt: skip
_ALIKE = ("worker_phone", "worker_id_number", "employer_name", "employer_credit_code", "topic")


class Asking:
    """All of it on the event loop; the node is asked through the gate."""

    def __init__(self, screen: IntakeScreen) -> None:
        self._screen = screen
        self._asked: dict[str, tuple[str, ...]] = {}  # section → what it was asked about last

    def forget(self) -> None:
        self._asked = {}
        for section in counter.SECTIONS:
            self._screen.workers.cancel_group(self._screen, f"ask-{section}")

    def everything(self, raw: Raw) -> None:
        for section in counter.SECTIONS:
            self._begin(section, lambda: raw)

    def about(self, field: str, raw: Callable[[], Raw]) -> None:
        for section in _ABOUT.get(field, ()):
            self._begin(section, raw)

    def _begin(self, section: str, raw: Callable[[], Raw]) -> None:
        """In place of the question before; one that hasn't begun yet is never asked."""

        async def asked() -> None:
            await asyncio.sleep(DEBOUNCE)
            await self._ask(section, raw())

        self._screen.begin_work(asked, f"ask-{section}")

    async def _ask(self, section: str, raw: Mapping[str, str]) -> None:
        about = _about(section, raw)
        if about == self._asked.get(section):
            return
        items = await getattr(self, f"_{section}")(raw) if any(about) else None
        self._asked[section] = about  # not before: where this is cut off, it is asked again
        self._screen.answered(section, items)

    async def _earlier(self, raw: Mapping[str, str]) -> Sequence[Item] | None:
        phone, number = raw.get("worker_phone", ""), raw.get("worker_id_number", "")
        given = {"phone": phone if counter.is_asked(phone) else None,
                 "id_number": number if len(number) >= 15 else None}  # fmt: skip
        if not any(given.values()):
            return None
        try:
            page = await self._screen.desk.gate.ask("earlier", limit=MOST, **given)
        except QiaoError:
            return None  # it isn't such a number yet
        return list(page.items)

    async def _duplicates(self, raw: Mapping[str, str]) -> Sequence[Item] | None:
        fields = {name: raw[name] for name in _ALIKE if raw.get(name)}
        if set(fields) <= {"topic"}:
            return None
        return self._items(await self._screen.desk.ask("duplicates", fields))

    async def _answers(self, raw: Mapping[str, str]) -> Sequence[Item] | None:
        text = raw.get("narrative", "").strip()
        if len(text) < FEWEST_CHARACTERS:
            return None
        return self._items(await self._screen.desk.ask("suggest", "article", text))

    async def _unit(self, raw: Mapping[str, str]) -> Sequence[Item] | None:
        regions = {
            "workplace": raw.get("workplace_region") or None,
            "employer": raw.get("employer_region") or None,
        }
        known = {name: code for name, code in regions.items() if code and code.isascii() and code.isdigit()}
        found: Sequence[Item] | None = await self._screen.desk.ask("suggest_unit", **known) if known else None
        return found

    @staticmethod
    def _items(page: Any) -> Sequence[Item] | None:
        return None if page is None else list(page.items)

    # The lists of codes


def _about(section: str, raw: Mapping[str, str]) -> tuple[str, ...]:
    fields = [name for name, sections in _ABOUT.items() if section in sections]
    return tuple(raw.get(name, "").strip() for name in fields)
