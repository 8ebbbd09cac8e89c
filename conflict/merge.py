"""What becomes of several writes of one field (protocol 3.7, fields)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .act import Act
from .declaration import Field, Matter, Merge
from .state import Mark, Row

REPLACES = "replaces"  # datum: short ids of the writes that a person settles by his own
REPLACING = frozenset({Merge.LAST, Merge.ASK, Merge.ONCE})  # rules by which a write puts others out
_NOTHING: dict[str, Any] = {}


class Write(NamedTuple):
    """One act's write of one field. `key` is the field's name, or `name@slot`."""

    key: str
    field: Field
    value: Any  # of a union: a list
    removal: bool = False


def writes(matter: Matter, fields: Mapping[str, Any]) -> tuple[Write, ...]:
    """From what an action's `fields` says. `name-` holds what is removed from a union; a name that isn't
    declared is left to a newer version."""
    found = (_write(matter, key, value) for key, value in fields.items())
    return tuple(sorted((one for one in found if one), key=lambda one: not one.removal))


def _write(matter: Matter, key: str, value: Any) -> Write | None:
    name, at, slot = key.partition("@")
    field = matter.field(name)
    if field is not None:
        return Write(key, field, _listed(value) if field.merge is Merge.UNION else plain(value))
    field = matter.field(name[:-1]) if name.endswith("-") else None
    if field is None or field.merge is not Merge.UNION:
        return None
    return Write(field.name + at + slot, field, _listed(value), removal=True)


def plain(value: Any) -> Any:
    """As it comes back from a store: tuples are lists."""
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value


def _listed(value: Any) -> list[Any]:
    found = plain(value)
    return found if isinstance(found, list) else [] if found is None else [found]


def mark(act: Act, value: Any) -> Mark:
    """A field's mark carries no data: `marks` has them."""
    return Mark(act.id, act.key.time, act.unit, act.actor, act.action, value, _NOTHING)


def replaced(write: Write, standing: Sequence[Mark], data: Mapping[str, Any]) -> list[Mark]:
    """Which of the writes that its author saw standing this one puts out."""
    if write.field.merge not in REPLACING:
        return []
    if write.field.merge is not Merge.ASK or agreed(standing):
        return list(standing)
    listed = data.get(REPLACES)
    named = listed if isinstance(listed, list) else []
    values = [one.value for one in standing if one.id in named]
    return [one for one in standing if one.value in values]


def agreed(standing: Sequence[Mark]) -> bool:
    """Equal values are no conflict."""
    return all(one.value == standing[0].value for one in standing[1:])


def removed(standing: Sequence[Mark], elements: Sequence[Any]) -> list[Mark]:
    """A union without these elements."""
    kept = (_without(one, elements) for one in standing)
    return [one for one in kept if one.value]


def _without(write: Mark, elements: Sequence[Any]) -> Mark:
    left = [one for one in write.value if one not in elements]
    if len(left) == len(write.value):
        return write
    return Mark(write.id, write.time, write.unit, write.actor, write.action, left, _NOTHING)


def rows(key: str, field: Field, standing: Sequence[Mark], closed: bool = False) -> list[Row]:
    """The conflict rows of writes that stand together: one for each whose value isn't the last one's."""
    if field.merge not in REPLACING or len(standing) < 2:
        return []
    last = standing[-1]
    code = "field_ask" if field.merge is Merge.ASK else "field_last"
    return [
        Row("conflict", one.id, code, key, last.id,
            () if field.words else (one.value, last.value), not closed)
        for one in standing if one.value != last.value
    ]  # fmt: skip


def settled(write: Write, standing: Sequence[Mark], out: Sequence[Mark]) -> list[Row]:
    """The rows that this write closes, as its author saw them."""
    gone = {one.id for one in out}
    return [row for row in rows(write.key, write.field, standing, closed=True) if row.act in gone]
