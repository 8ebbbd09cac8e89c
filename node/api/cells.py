"""What of a record a program is told: its coded fields, each in its declared shape, and never a word of anybody.

Words (personal fields, narratives, what people wrote in acts) and attachments are left out whole, masked or not: a name
in the middle of a text is known by no form. What is left is looked through for numbers and for what the record's own
personal fields say, as screens do it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from conflict.declaration import Field, Matter, Merge, Type
from conflict.order import ADOPT, QUOTES
from conflict.state import State
from node import author, masking
from node.account import plain
from node.matters import KINDS
from node.matters.draft import Kind

MOST = (1 << 63) - 1
MOST_TEXT = 1000  # characters of a field that isn't words: a stranger's node may have written anything
APART = frozenset({"number", "responsible"})  # told beside the fields, or as acts
WHOLE = frozenset({Type.INTEGER, Type.MONEY, Type.SCORE})
# Identifiers may be as long as telephone numbers; only what is personal here is looked for in them.
_IDENTIFIERS = frozenset({"outside_number", "external_id", "employer_credit_code", "ticket", "call", "with"})
_LISTS = frozenset({Type.LIST, Type.IDS})


def fields_of(matter: Matter) -> tuple[Field, ...]:
    """Those that are told, in the order of the declaration."""
    return tuple(
        one for one in matter.fields if not one.words and not one.personal and one.type is not Type.FILES
        and one.name not in APART
    )  # fmt: skip


def is_list(field: Field) -> bool:
    return field.type in _LISTS or field.merge in (Merge.APPEND, Merge.UNION)


def fields(kind: Kind, state: State, known: Sequence[str]) -> dict[str, Any]:
    """Every field that is told, also those without a value; a ticket's result is its lead's. `known`: of known.py."""
    declared = {one.name: one for one in fields_of(kind.matter)}
    told = {name: _cell(one, state, known) for name, one in declared.items()}
    for name, value in kind.dimensions(state).items():
        if value is not None and name in declared:
            told[name] = _fitting(declared[name], value, known)
    return told


def _cell(field: Field, state: State, known: Sequence[str]) -> Any:
    if not is_list(field):
        return _fitting(field, state.shown(field.name), known)
    return [one for each in state.every(field.name) if (one := _fitting(field, each, known)) is not None]


def _fitting(field: Field, value: Any, known: Sequence[str]) -> Any:
    """None for what isn't of the declared shape."""
    if field.type is Type.YES_NO:
        return value if type(value) is bool else None
    if field.type in WHOLE:
        return whole(value)
    if type(value) is bytes:
        return value.hex() if field.type is Type.IDS else None
    if type(value) is not str:
        return None
    return identifier(value, known) if field.name in _IDENTIFIERS else text(value, known)


def whole(value: Any) -> int | None:
    return value if type(value) is int and -MOST <= value <= MOST else None


def text(value: str, known: Sequence[str] = ()) -> str:
    """Without numbers by which somebody is reached or known, and what is known of the record's persons."""
    return str(masking.text(value, known))[:MOST_TEXT]


def identifier(value: str, known: Sequence[str] = ()) -> str:
    for one in known:
        value = value.replace(one, str(masking.masked(one)))
    return value[:MOST_TEXT]


@lru_cache(maxsize=512)
def _declared(matter: str, action: str) -> Mapping[str, Field | None]:
    """Coded data that an action declares, by name."""
    kind = KINDS.get(matter)
    found = author.GENERIC.get(action) or (kind.matter.action(action) if kind else None)
    names: dict[str, Field | None] = {} if found is None else {one.name: one for one in found.data}
    known = {name: one for name, one in names.items() if one is not None and not (one.words or one.personal)}
    return {**known, QUOTES: None} if action == ADOPT else dict(known)


def data(matter: str, action: str, given: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """An act's coded data, as far as its action declares them."""
    declared = _declared(matter, action)
    return {
        name: _masked(declared[name], plain(value), known)
        for name, value in given.items()
        if name in declared
    }


def _masked(field: Field | None, value: Any, known: Sequence[str]) -> Any:
    """Ids and units as they are; numbers within bounds; all other text looked through."""
    if isinstance(value, Mapping):
        return {text(str(name), known): _masked(field, one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(field, one, known) for one in value]
    if isinstance(value, str):
        exact = field is None or field.type in (Type.IDS, Type.UNIT) or field.name in _IDENTIFIERS
        return identifier(value, known) if exact else text(value, known)
    if isinstance(value, bool) or value is None:
        return value
    return whole(value)
