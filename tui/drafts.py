"""What was typed and isn't signed yet (草稿): kept at the node each second, so that it survives a crash, and offered
again to the same person at any seat.

All of it runs on the event loop but for the writing itself. A form says `keep` as often as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from node.errors import QiaoError

if TYPE_CHECKING:
    from .desk import QiaoApp

Key = tuple[str, str, str]  # matter, verb, record ("" for a new one, or the name of a draft beside another)
Raw = dict[str, str]  # field → as typed


def name_of(key: Key) -> str:
    """As the node calls it; an act that names it takes it away as it is signed."""
    return "/".join(key)


class Drafts:
    def __init__(self, app: QiaoApp) -> None:
        self._app = app
        self._held: dict[Key, Raw] = {}
        self._unsaved: set[Key] = set()
        self._gone: set[Key] = set()

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> Raw:
        return self._held.get(key, {})

    def keys(self) -> list[Key]:
        return list(self._held)

    def keep(self, key: Key, raw: Mapping[str, str]) -> None:
        if self._held.get(key) != raw:
            self._held[key] = dict(raw)
            self._unsaved.add(key)
            self._gone.discard(key)

    def drop(self, key: Key) -> None:
        if self._held.pop(key, None) is not None:
            self._unsaved.discard(key)
            self._gone.add(key)

    def hand_in(self, key: Key) -> None:
        """It waits for its signature: the node keeps its copy until then, and the form begins anew."""
        self._held.pop(key, None)

    def signed(self, key: Key) -> None:
        """The act took the node's copy away with it; also that of the same form begun again meanwhile."""
        if key in self._held:
            self._unsaved.add(key)

    def clear(self) -> None:
        """Whoever signs in next doesn't see them; they stay at the node."""
        self._held.clear()
        self._unsaved.clear()
        self._gone.clear()

    async def load(self) -> None:
        """What the person left here. What is typed already counts for more."""
        for item in await self._app.ask("draft_list", self._app.person) or ():
            key = (str(item["matter"]), str(item.get("verb") or ""), str(item.get("record") or ""))
            data = item.get("data")
            if isinstance(data, Mapping):
                self._held.setdefault(key, {str(name): str(value) for name, value in data.items()})

    async def save(self) -> None:
        """Writes what changed since. What can't be written is tried again the next second, and told once."""
        person = self._app.person
        for key in sorted(self._unsaved):
            self._unsaved.discard(key)
            if key not in self._held:
                continue
            try:
                matter, verb, record = key
                await self._app.gate.act("draft_save", matter, verb, record or None, self._held[key], person)
            except QiaoError as fault:
                self._unsaved.add(key)
                self._app.trouble(fault, "drafts")
                return
            self._app.well("drafts")
        for key in sorted(self._gone):
            self._gone.discard(key)
            try:
                await self._app.gate.act("draft_discard", name_of(key), person)
            except QiaoError as fault:
                self._app.trouble(fault, "drafts")
                return
