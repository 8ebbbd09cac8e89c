"""The vocabulary in which a matter (事项) is declared: fields, slots, actions, scope.

A declaration is data with a few pure functions of (state, act) in it. The engine reads it and knows
no matter by name; everything that a new kind of work needs is said here once (product 1.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from .act import Act
from .errors import ConflictError

if TYPE_CHECKING:
    from .state import State


class Merge(StrEnum):
    """What becomes of concurrent writes of one field (protocol 3.7, fields)."""

    APPEND = "append"
    UNION = "union"
    LAST = "last"
    ASK = "ask"
    ONCE = "once"

    @property
    def removable(self) -> bool:
        return self is Merge.UNION


class Type(StrEnum):
    """What a field holds; the border (node/matters/border.py) checks it, receivers don't."""

    TEXT = "text"
    CODE = "code"  # one of `codes`
    PATH = "path"  # codes joined by "/"
    YES_NO = "yes_no"  # bool
    INTEGER = "integer"
    MONEY = "money"  # integer fen
    REGION = "region"  # division code
    SCORE = "score"  # 1 to 5
    DATE = "date"  # ISO, text
    UNIT = "unit"  # unit path
    IDS = "ids"  # list of short ids
    LIST = "list"  # list of text
    MAP = "map"
    FILES = "files"  # list of attachments: {hash, size, type, name}
    PHONE = "phone"  # of a person: mobile, landline, or a short number
    ID_NUMBER = "id_number"  # of a resident, or of another identity document
    CREDIT_CODE = "credit_code"  # unified social credit code (GB 32100)
    MOMENT = "moment"  # ISO 8601 with +08:00, text
    CODES = "codes"  # of a coded list: code → [label, order, parent, from, until]


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str  # Chinese
    merge: Merge = Merge.LAST
    type: Type = Type.TEXT
    codes: Mapping[str, str] = field(default_factory=dict)  # code → Chinese label
    words: bool = False  # personal data or free text: travels as words (3.2)
    dimension: bool = False  # of every statistic
    personal: bool = False  # masked unless revealed, and not in the search index
    listed: str = ""  # name of the coded list (代码表) that says what it may hold, where there is one
    alike: str = ""  # how records with the same value are found: phone id_number credit_code organisation
    past: bool = False  # of a DATE or MOMENT: not in the future


@dataclass(frozen=True, slots=True)
class SlotKind:
    """A slot (位): a place that one act writes at a time. A slot's name is `kind/part/part…`."""

    kind: str
    label: str
    contains: frozenset[str] = frozenset()  # kinds that a writer of this one overtakes as well


def slot(kind: str, *parts: object) -> str:
    return "/".join((kind, *map(str, parts)))


def kind_of(name: str) -> str:
    return name.partition("/")[0]


Relation = Callable[["State", Act], bool]  # may this unit do it, as the state stands
Guard = Callable[["State", Act], str | None]  # code of what forbids it, or None


def no_slot(_: Act) -> str | None:
    return None


def no_outcome(_: Act) -> Any:
    return None


def no_fields(_: Act) -> Mapping[str, Any]:
    return {}


def everybody(_: State) -> frozenset[str] | None:
    return None


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: str  # Chinese
    roles: frozenset[str]  # who may sign it at his node; "system" for the node itself
    units: tuple[tuple[str, Relation], ...] = ()  # named relations, one is enough; none: any unit
    guards: tuple[tuple[str, Guard], ...] = ()  # named; each must pass: from which phases, statuses …
    slot: Callable[[Act], str | None] = no_slot  # from action, data and unit alone
    outcome: Callable[[Act], Any] = no_outcome  # what the slot then holds, from the act alone
    fields: Callable[[Act], Mapping[str, Any]] = no_fields  # field key → value, words included;
    #   a key is a field's name, or `name@slot` for a field that belongs to a slot
    data: tuple[Field, ...] = ()  # what it takes: names of record fields, and arguments of its own
    required: frozenset[str] = frozenset()
    first: bool = False  # begins a record; only such an act may
    phases: tuple[str, ...] = ()  # for documentation and forms: from which (empty: any open)
    statuses: tuple[str, ...] = ()
    noted: bool = False  # every unit above counts it in its `status`: what is to catch the eye


def is_urgent(state: State) -> bool:
    return bool(state.shown("urgency", "") == "urgent")


@dataclass(frozen=True, slots=True)
class Matter:
    name: str  # "ticket"
    version: int
    label: str
    fields: tuple[Field, ...]
    slots: tuple[SlotKind, ...]
    actions: tuple[Action, ...]
    scope: Callable[[State], frozenset[str]]  # unit paths that hold a copy, without their ancestors
    everywhere: bool = False  # a global matter: every node holds it
    urgent: Callable[[State], bool] = is_urgent  # goes before everything else that waits (3.5)
    codes: Mapping[str, str] = field(default_factory=dict)  # guard/relation code → Chinese sentence
    names: Mapping[str, str] = field(default_factory=dict)  # phase and status code → Chinese label
    words_to: Callable[[State], frozenset[str] | None] = (
        everybody  # unit paths that may have its words, without
    )
    #   their ancestors; to others in scope its acts go without them. None: all in scope
    earlier: tuple[Matter, ...] = ()  # older versions, by which their acts are judged
    _actions: dict[str, Action] = field(init=False, repr=False, compare=False)
    _fields: dict[str, Field] = field(init=False, repr=False, compare=False)
    _contains: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises ConflictError when a name is declared twice."""
        set_once = object.__setattr__
        set_once(self, "_actions", _index(self.actions, "action"))
        set_once(self, "_fields", _index(self.fields, "field"))
        set_once(self, "_contains", {one.kind: one.contains for one in self.slots})

    @property
    def versioned(self) -> str:
        return f"{self.name}/{self.version}"

    def named(self, versioned: str) -> Matter | None:
        """The version that an act names; None for one that this program doesn't know."""
        if versioned == self.versioned:
            return self
        return next((one for one in self.earlier if one.versioned == versioned), None)

    def action(self, name: str) -> Action | None:
        return self._actions.get(name)

    def field(self, name: str) -> Field | None:
        """By its name, without a removal's `-` and the slot behind `@`."""
        return self._fields.get(name)

    def contains(self, slot_name: str) -> frozenset[str]:
        """The kinds of slot that this one contains."""
        return self._contains.get(kind_of(slot_name), frozenset())

    def within(self, inner: str, outer: str) -> bool:
        """Whether a writer of `outer` writes over `inner`: the slot itself, or one that contains it."""
        return inner == outer or kind_of(inner) in self.contains(outer)

    def touch(self, one: str, other: str) -> bool:
        return self.within(one, other) or self.within(other, one)


_Named = TypeVar("_Named", Action, Field)


def _index(declared: tuple[_Named, ...], what: str) -> dict[str, _Named]:
    index = {one.name: one for one in declared}
    if len(index) != len(declared):
        raise ConflictError(f"a {what} is declared twice")
    return index
