"""What an act says of an attachment: its hash, size, type and name.

All of it is words (protocol 3.2): a name is personal data, and the hash of a short file gives its content
away to whoever tries all the possible ones. So it is withheld and erased as words are, and the act stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from conflict.act import Act
from conflict.declaration import Field, Matter, Type
from conflict.state import State

from .naming import TYPES, UNKNOWN, display_name

HASH = 32  # bytes of a SHA-256


class Reference(NamedTuple):
    hash: bytes
    size: int  # as its author says; what counts is what the bytes hash to
    type: str
    name: str

    def as_data(self) -> dict[str, Any]:
        """As it stands in a change's body."""
        return self._asdict()

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "hash": self.hash.hex()}


def read(value: object) -> Reference | None:
    """From what a stranger may have written; None where it names no content. Its hash may be bytes or hex."""
    if not isinstance(value, Mapping):
        return None
    content, size = content_of(value.get("hash")), value.get("size")
    if content is None or type(size) is not int or not 0 <= size < 2**53:
        return None
    kind, name = value.get("type"), value.get("name")
    return Reference(
        content,
        size,
        kind if isinstance(kind, str) and kind in TYPES else UNKNOWN,
        display_name(name if isinstance(name, str) else ""),
    )


def content_of(value: object) -> bytes | None:
    """The hash, from bytes or hex."""
    if isinstance(value, str) and len(value) == 2 * HASH:
        try:
            value = bytes.fromhex(value)
        except ValueError:
            return None
    return value if isinstance(value, bytes) and len(value) == HASH else None


def fields(matter: Matter) -> tuple[Field, ...]:
    """The fields of a matter that hold attachments."""
    return tuple(field for field in matter.fields if field.type is Type.FILES)


def named(matter: Matter, state: State) -> list[Reference]:
    """The attachments that a record names now, in the order of its acts, each content once."""
    found: dict[bytes, Reference] = {}
    for one in _references(matter, state):
        found.setdefault(one.hash, one)
    return list(found.values())


def has_all(matter: Matter, state: State, data: Mapping[str, Any]) -> bool:
    """Whether every attachment that `data` names is named by the record already."""
    given = [read(one) for field in fields(matter) for one in data.get(field.name, [])]
    known = {one.hash for one in named(matter, state)}
    return bool(given) and all(one is not None and one.hash in known for one in given)


def contents(acts: Iterable[Act]) -> set[bytes]:
    """Every content that the words of these acts name, whatever the verdict on them."""
    lists = (value for act in acts for text in act.texts for value in text.data.values())
    found = (read(value) for listed in lists if isinstance(listed, list) for value in listed)
    return {one.hash for one in found if one is not None}


def namers(matter: Matter, state: State, content: bytes) -> set[str]:
    """The units whose standing acts name this content."""
    return {
        mark.unit
        for field in fields(matter)
        for mark in state.fields.get(field.name, ())
        for value in (mark.value if isinstance(mark.value, list) else ())
        if (found := read(value)) is not None and found.hash == content
    }


def _references(matter: Matter, state: State) -> Iterator[Reference]:
    for field in fields(matter):
        for value in state.every(field.name):
            reference = read(value)
            if reference is not None:
                yield reference
