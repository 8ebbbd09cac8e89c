"""An act as the fold sees it: placed by its key, with what the registry says of its author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Key(NamedTuple):
    """The order is the plain sort by key (protocol 3.7, order 1)."""

    time: int  # hybrid logical time of the commit
    log: bytes
    seq: int
    index: int  # type: ignore[assignment]  # in the commit; hides tuple.index


class Presence(StrEnum):
    """What stands of an act. All but `present` are links of the past and nothing more."""

    PRESENT = "present"
    HELD = "held"
    QUARANTINED = "quarantined"
    ERASED = "erased"


class Text(NamedTuple):
    """Words (文字) of an act as one change brought them: what can be erased is a whole change."""

    id: bytes  # short id, 16 bytes
    matter: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    id: bytes  # short id, 16 bytes
    key: Key
    unit: str  # full path of the author's unit
    actor: str  # staff id, or "system"
    matter: str  # "ticket/1"
    action: str
    data: Mapping[str, Any]
    after: tuple[bytes, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)  # data of the words present
    given: bool = True  # the registry has given this node that path (or it hosts the unit)
    presence: Presence = Presence.PRESENT
    reason: str = ""  # code, when held or quarantined
    texts: tuple[Text, ...] = ()  # those words one by one
    record: bytes = b""  # record id: whose act it is the first. Empty: the first in order without `after`

    def value(self, name: str, default: Any = None) -> Any:
        """A datum, coded or in words."""
        return self.data.get(name, self.words.get(name, default))
