"""A form made from the fields that a verb takes: which widget each gets, and what its text means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from textual.widget import Widget

from conflict.declaration import Field, Type

from . import long_lists
from .finder import Finder
from .inputs import Area, Choice, Option, TextBox
from .labels import code_label, field_label, money
from .texts import t

SECRET = frozenset({"password", "again", "present"})
LONG = frozenset({"narrative", "text", "reply", "ground", "words"})  # texts that get several lines


class Unfit(Exception):
    """What was typed can't be meant. `field` is its name, the message the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Blank:
    """One row of a form."""

    field: Field
    required: bool
    options: tuple[Option, ...] = ()  # where the field is one of a list

    @property
    def is_file(self) -> bool:
        return self.field.type is Type.FILES or self.field.name == "file"

    @property
    def label(self) -> str:
        label = field_label(self.field)
        if self.field.type is Type.FILES:
            return t("form.files", label=label)
        return t("form.money", label=label) if self.field.type is Type.MONEY else label


def blanks(fields: Iterable[Field], required: Iterable[str], units: Sequence[Option] = ()) -> list[Blank]:
    """The required ones first, else in the order of the verb. Lists of ids are the node's to fill in."""
    needed = frozenset(required)
    rows = [
        Blank(field, field.name in needed, _options(field, units))
        for field in fields
        if field.type not in (Type.IDS, Type.MAP)
    ]
    return sorted(rows, key=lambda row: not row.required)


def _options(field: Field, units: Sequence[Option]) -> tuple[Option, ...]:
    if field.type is Type.YES_NO:
        return (("yes", t("yes")), ("no", t("no")))
    if field.type is Type.SCORE:
        return tuple((str(score), str(score)) for score in range(1, 6))
    if field.type is Type.UNIT:
        return tuple(units)
    if field.type is Type.LIST:
        return ()
    return tuple((code, code_label(field, code)) for code in field.codes)


def widget_of(blank: Blank, raw: str) -> Widget:
    """The widget for one row, holding `raw`. Its id is the field's name behind `f-`."""
    name = f"f-{blank.field.name}"
    if blank.options:
        return Choice(blank.options, raw, id=name, needed=blank.required)
    if blank.field.name in long_lists.NAMES:
        return Finder(raw, id=name)
    if blank.field.name in SECRET:
        return TextBox(raw, id=name, password=True)
    if blank.field.type is Type.TEXT and blank.field.name in LONG:
        return Area(raw, id=name)
    return TextBox(raw, id=name)


def raw_of(widget: Widget) -> str:
    """What stands in a widget of a form."""
    if isinstance(widget, Finder):
        return widget.raw
    if isinstance(widget, Area):
        return widget.text
    return widget.value if isinstance(widget, TextBox | Choice) else ""


def typed(value: Any, field: Field) -> str:
    """A value of a record as one would type it."""
    if value is None:
        return ""
    if field.type is Type.MONEY and isinstance(value, int):
        return money(value).replace(",", "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def values(rows: Sequence[Blank], raw: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the verb takes it; empty rows are left out. Raises Unfit."""
    found = {}
    for row in rows:
        text = raw.get(row.field.name, "").strip()
        if text:
            found[row.field.name] = _meant(row, text)
        elif row.required:
            raise Unfit(row.field.name, t("form.required", label=row.label))
    return found


def _meant(row: Blank, text: str) -> Any:
    kind = row.field.type
    if kind is Type.YES_NO:
        return text == "yes"
    if kind in (Type.INTEGER, Type.SCORE):
        return _integer(row, text)
    if kind is Type.MONEY:
        return _fen(row, text)
    if kind in (Type.LIST, Type.IDS):
        return text.replace("，", " ").replace("、", " ").replace(",", " ").split()
    return text


def _integer(row: Blank, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Unfit(row.field.name, t("form.bad_number", label=row.label)) from None


def _fen(row: Blank, text: str) -> int:
    """Yuan, with at most two decimals, as integer fen."""
    try:
        fen = Decimal(text.replace(",", "").replace("，", "")) * 100
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise Unfit(row.field.name, t("form.bad_money", label=row.label))
    return int(fen)
