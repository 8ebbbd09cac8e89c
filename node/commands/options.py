"""A verb's parameters as options of the command line, and back (design: the command line, `ticket VERB`).

Pure. What a value may be is the declaration's affair and is checked at the border; here text becomes the
type that the declaration names, and a message says which option was off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from conflict.declaration import Field, Type
from node.errors import Usage
from node.language import say

YES = frozenset({"yes", "true", "是"})
NO = frozenset({"no", "false", "否"})
_MANY = (Type.LIST, Type.IDS)
_WHOLE = (Type.INTEGER, Type.MONEY, Type.SCORE)


def option(name: str) -> str:
    return "--" + name.replace("_", "-")


def is_many(field: Field) -> bool:
    """Given several times, as in `--co 370211 --co 370212`."""
    return field.type in _MANY


def codes_as_flags(takes: Iterable[Field]) -> dict[str, str]:
    """Code → parameter, where a parameter has two codes: `--pass` is `--outcome pass`."""
    takes = tuple(takes)
    names = {field.name for field in takes}
    pairs = [(code, field.name) for field in takes if len(field.codes) == 2 for code in field.codes]
    return {code: name for code, name in pairs if code not in names}


def spelled(args: Sequence[str], takes: Sequence[Field]) -> list[str]:
    """The words with flags written out: `--pass` → `--outcome=pass`, a bare `--final` → `--final=yes`."""
    fields = {option(field.name): field for field in takes}
    flags = {option(code): (code, name) for code, name in codes_as_flags(takes).items()}
    return list(_spelled(list(args), fields, flags))


def _spelled(
    args: list[str], fields: Mapping[str, Field], flags: Mapping[str, tuple[str, str]]
) -> Iterator[str]:
    at = 0
    while at < len(args):
        word, following = args[at], args[at + 1 : at + 2]
        at += 1
        if word == "--":
            yield from args[at - 1 :]
            return
        if word in flags:
            code, name = flags[word]
            yield f"{option(name)}={code}"
        elif word in fields and fields[word].type is Type.YES_NO and not _is_yes_no(following):
            yield f"{word}=yes"
        else:
            taken = following if word in fields else []
            yield from (word, *taken)
            at += len(taken)


def _is_yes_no(words: list[str]) -> bool:
    return bool(words) and words[0].lower() in YES | NO


def typed(field: Field, given: Any) -> Any:
    """The option's text as the field's type. Raises Usage (`bad_value`), which names the option."""
    if is_many(field):
        return [part for one in given for part in one.split(",") if part]
    if field.type is Type.YES_NO:
        return _yes_no(field, given)
    if field.type in _WHOLE:
        return _whole(field, given)
    return given


def _yes_no(field: Field, given: str) -> bool:
    if given.lower() in YES | NO:
        return given.lower() in YES
    raise _bad(field, given, say("应为 yes 或 no", "must be yes or no"))


def _whole(field: Field, given: str) -> int:
    digits = given.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(given)
    money = field.type is Type.MONEY
    if digits.isascii() and digits.isdigit():
        raise _bad(field, given, say("太大，不得超过 18 位", "too large: 18 digits at most"))
    wanted = (
        say("应为整数，单位是分（1 元写 100）", "must be whole fen (1 yuan is 100)")
        if money
        else say("应为整数", "must be a whole number")
    )
    raise _bad(field, given, wanted)


def _bad(field: Field, given: str, wanted: str) -> Usage:
    text = say(
        f"{option(field.name)} 的值 {given!r} 不对，{wanted}", f"{option(field.name)} {given!r}: {wanted}"
    )
    return Usage(text, code="bad_value")


def data(takes: Sequence[Field], given: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to the verb: the file's fields, over them the options that were given."""
    fields = {field.name: field for field in takes}
    mine = {name: typed(fields[name], value) for name, value in given.items() if value not in (None, [], ())}
    return {**file, **mine}
