"""Personal data as it is shown until it is revealed: `138****1111`, `张*三`.

A personal field is masked whole. In other words (a narrative, a note) telephone, identity and card numbers are
masked wherever they stand, and what the record's own personal fields say. All of it is by form: a name that
stands in no field of the record is shown, and so is a number written out in characters (docs/security.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from conflict.declaration import Matter
from conflict.state import State

STARS = "****"
MOBILE = 11  # digits; of what is shorter, seven shown would be nearly all
_BLANK = r"[ \u3000\u200b-\u200f\u2060\ufeff]?"  # what may stand between digits, seen or not
_MARK = r"[ \u3000\u200b-\u200f\u2060\ufeff.·\-\u2010-\u2015]?"  # and between those of a telephone number
_FORMS = (
    r"\d{11,}[Xx]?",
    rf"1{_MARK}[3-9](?:{_MARK}\d){{9}}",
    rf"0\d{{2,3}}{_MARK}\d{{7,8}}",
    rf"\d{{6}}{_BLANK}(?:19|20)\d{{2}}{_BLANK}[01]\d{_BLANK}[0-3]\d{_BLANK}\d{{3}}[\dXx]",
    rf"\d{{4}}(?:{_BLANK}\d{{4}}){{3}}(?:{_BLANK}\d{{1,3}})?",
)
_NUMBER = re.compile(rf"(?<!\d)(?:\+?86{_MARK})?(?:{'|'.join(_FORMS)})(?!\d)")
_NAMED = re.compile(r"(?:电话|座机|固话|手机|号码|微信|QQ|[Tt]el)[是为号:： ]{0,3}(\d{5,10})(?!\d)")
_WIDE, _DIGITS = re.compile("[０-９]"), str.maketrans("０１２３４５６７８９", "0123456789")
_ENOUGH = re.compile(r"\d(?:\D*\d){4}")  # digits: no number that is masked has fewer
_SEEN = re.compile(r"[\dXx]")


def masked(value: Any) -> Any:
    """A name keeps its first and, from three characters on, its last; a number as long as a mobile one three and
    four digits, a shorter one its first."""
    if not isinstance(value, str) or not value:
        return value
    if any(mark.isdigit() for mark in value):
        return (
            value[:3] + STARS + value[-4:]
            if len(value) >= MOBILE
            else value[0] + "*" * min(len(value) - 1, 3)
        )
    return _name(value)


def _name(value: str) -> str:
    if len(value) < 3:
        return value[0] + "*" if len(value) == 2 else "*"
    return value[0] + "*" * min(len(value) - 2, 3) + value[-1]


def text(value: Any, known: Iterable[str] = ()) -> Any:
    """Free text without the numbers in it, and without what is `known` of the person. Lists and attachments' names
    likewise; what is no text as it is."""
    if isinstance(value, str):
        for one in known:
            value = value.replace(one, masked(one))
        return _without(_NAMED, _without(_NUMBER, value)) if _ENOUGH.search(value) else value
    if isinstance(value, list | tuple):
        return [text(one, known) for one in value]
    if isinstance(value, Mapping):
        return {name: text(one, known) if name == "name" else one for name, one in value.items()}
    return value


def _without(numbers: re.Pattern[str], value: str) -> str:
    """Full-width digits are found as plain ones, and stand for themselves elsewhere."""
    parts, end = [], 0
    for found in numbers.finditer(value.translate(_DIGITS) if _WIDE.search(value) else value):
        start, stop = found.span(found.lastindex or 0)
        parts += [value[end:start], _number(found[found.lastindex or 0])]
        end = stop
    return "".join([*parts, value[end:]])


def _number(digits: str) -> str:
    bare = "".join(_SEEN.findall(digits))
    return str(masked(bare.removeprefix("86") if len(bare) == MOBILE + 2 else bare))


def known(matter: Matter, state: State) -> tuple[str, ...]:
    """What the personal fields of a record say or said, the longest first: it is masked in its texts, too."""
    names = {field.name for field in matter.fields if field.personal}
    values = (write.value for name in names for write in state.fields.get(name, ()))
    found = {one for one in values if isinstance(one, str) and len(one) > 1}  # an enemy's may be anything
    return tuple(sorted(found, key=len, reverse=True))


def fields_masked(matter: Matter, values: Mapping[str, Any], own: Iterable[str] = ()) -> dict[str, Any]:
    """`values` by field key: the personal ones masked, and the numbers in those that are words. `own`: of
    `known`."""
    return {name: _field(matter, name, value, own) for name, value in values.items()}


def _field(matter: Matter, name: str, value: Any, own: Iterable[str]) -> Any:
    field = matter.field(name)
    if field is not None and field.personal:
        return masked(value)
    return text(value, own) if field is not None and field.words else value


def words_masked(matter: Matter | None, values: Mapping[str, Any], own: Iterable[str] = ()) -> dict[str, Any]:
    """The same for an act's words, in which what isn't a field is free text; `matter` None: all of it."""
    personal = partial(_is_personal, matter)
    return {name: masked(value) if personal(name) else text(value, own) for name, value in values.items()}


def _is_personal(matter: Matter | None, name: str) -> bool:
    field = None if matter is None else matter.field(name)
    return field is not None and field.personal
