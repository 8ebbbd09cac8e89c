"""MAP (对照): which column of a foreign file is which field, and how its values read. Pure.

Without one a file's headings are the fields' names, or their Chinese labels.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conflict.declaration import Field, Type
from node.errors import QiaoError, Usage
from node.language import say
from node.matters import border
from node.matters.draft import Kind, Verb

ID = "external_id"
OPEN = "?"  # what a proposed MAP leaves to be filled in
ELSE = "*"  # any other value, in a table of values
OWN = ("_row", "_field", "_code", "_reason")  # columns of a file of rejects, which is read like any other
_KEYS = ("matter", "id", "columns", "ignore", "fixed", "values", "dates", "yuan")
_UNIT = re.compile(r"\s*[（(](?:分|元|fen|yuan)[）)]$")


@dataclass(frozen=True, slots=True)
class Map:
    columns: Mapping[str, str]  # heading → name of a field; several of one text are joined by line feeds
    id: tuple[str, ...] = ()  # headings that make the row's id
    prefix: str = ""  # of the id: numbers of two sources may be alike
    fixed: Mapping[str, Any] = field(default_factory=dict)  # field → value of every row
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # field → foreign value → ours
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # heading → formats of strptime
    yuan: frozenset[str] = frozenset()  # headings of amounts in yuan
    ignore: frozenset[str] = frozenset()


def verb_of(kind: Kind) -> Verb:
    """The verb that each row is given to. Raises Usage for a matter that takes no files."""
    found = kind.verb(kind.imported) if kind.imported else None
    if found is None:
        zh, en = f"“{kind.matter.label}”不能导入", f"no {kind.matter.name} is imported from a file"
        raise Usage(say(zh, en), code="no_import", hint=f"qiao {kind.matter.name} --help")
    return found


def takes(kind: Kind) -> dict[str, Field]:
    """Fields that a column may be, by name."""
    left_out = (Type.FILES, Type.IDS, Type.MAP)
    return {one.name: one for one in verb_of(kind).takes if one.type not in left_out}


def known(kind: Kind, heading: str) -> str | None:
    """The field that a heading names as it stands: its name, or its label, with or without the unit of money."""
    fields, bare = takes(kind), _UNIT.sub("", heading.strip())
    if bare in fields:
        return bare
    labelled = [one.name for one in fields.values() if one.label == bare]
    return labelled[0] if len(labelled) == 1 else None


def plain(kind: Kind, headings: Sequence[str]) -> tuple[Map, list[str]]:
    """The MAP of a file that needs none, and the headings that nobody knows."""
    every = {one: known(kind, one) for one in headings if one and one not in OWN}
    yuan = frozenset(one for one in every if one.endswith(("（元）", "(元)", "(yuan)")))
    found = Map({one: name for one, name in every.items() if name}, yuan=yuan)
    return found, [one for one, name in every.items() if name is None]


def parse(kind: Kind, text: str, where: str) -> Map:
    """A MAP from its TOML. Raises Usage `bad_map` that names the file, the key and the nearest valid one."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _bad(where, say(f"不是正确的 TOML：{fault}", f"isn't TOML: {fault}")) from fault
    _check_names(where, "", tree, _KEYS)
    if tree.get("matter", kind.matter.name) != kind.matter.name:
        raise _bad(where, say(f"是 {tree['matter']} 的对照", f"is a map of {tree['matter']}"))
    fields = takes(kind)
    columns = _texts(where, "columns", tree.get("columns", {}))
    for heading, name in columns.items():
        _check_names(where, f"columns.{heading} = ", (name,), fields)
    _check_joined(where, columns, fields)
    ids, prefix = _id(where, tree.get("id", {}))
    return Map(
        columns,
        ids,
        prefix,
        _fixed(where, tree.get("fixed", {}), fields),
        _values(where, tree.get("values", {}), fields),
        _dates(where, tree.get("dates", {})),
        frozenset(_listed(where, "yuan", tree.get("yuan", []))),
        frozenset(_listed(where, "ignore", tree.get("ignore", []))),
    )


def missing(given: Map, headings: Iterable[str]) -> list[str]:
    """Columns that a MAP names and the file hasn't."""
    here = set(headings)
    named = [*given.columns, *given.id, *given.dates, *given.yuan]
    return [one for one in dict.fromkeys(named) if one not in here]


def unmapped(given: Map, headings: Iterable[str]) -> list[str]:
    """Columns of the file that a MAP says nothing about."""
    said = {*given.columns, *given.id, *given.ignore, *OWN, ""}
    return [one for one in headings if one not in said]


def identified(given: Map) -> bool:
    """Whether a row can be known again."""
    return bool(given.id) or ID in given.columns.values()


def _id(where: str, tree: Any) -> tuple[tuple[str, ...], str]:
    if not isinstance(tree, Mapping):
        raise _bad(where, say("[id] 应为一节", "[id] must be a table"))
    _check_names(where, "id.", tree, ("column", "prefix"))
    column, prefix = tree.get("column", []), tree.get("prefix", "")
    listed = [column] if isinstance(column, str) else column
    if OPEN in (listed, prefix) or OPEN in listed or not isinstance(prefix, str):
        raise _unfilled(where, "id.column")
    return tuple(_listed(where, "id.column", listed)), prefix


def _check_joined(where: str, columns: Mapping[str, str], fields: Mapping[str, Field]) -> None:
    for name in {one for one in columns.values() if list(columns.values()).count(one) > 1}:
        if fields[name].type is not Type.TEXT or name == ID:
            zh, en = (
                f"有几列都对到 {name}，只有文字可以合并",
                f"has several columns for {name}: only texts are joined",
            )
            raise _bad(where, say(zh, en))


def _fixed(where: str, tree: Any, fields: Mapping[str, Field]) -> dict[str, Any]:
    if not isinstance(tree, Mapping):
        raise _bad(where, say("[fixed] 应为一节", "[fixed] must be a table"))
    _check_names(where, "fixed.", tree, fields)
    for name, value in tree.items():
        if value == OPEN:
            raise _unfilled(where, f"fixed.{name}")
        _checked(where, f"fixed.{name}", fields[name], value)
    return dict(tree)


def _values(where: str, tree: Any, fields: Mapping[str, Field]) -> dict[str, dict[str, str]]:
    if not isinstance(tree, Mapping):
        raise _bad(where, say("[values.字段] 应为一节", "[values.FIELD] must be a table"))
    _check_names(where, "values.", tree, fields)
    found = {name: _texts(where, f"values.{name}", table) for name, table in tree.items()}
    for name, table in found.items():
        for foreign, ours in table.items():
            if ours == OPEN:
                raise _unfilled(where, f"values.{name}.{foreign}")
            if ours:
                _checked(where, f"values.{name}.{foreign}", fields[name], ours)
    return found


def _dates(where: str, tree: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(tree, Mapping):
        raise _bad(where, say("[dates] 应为一节", "[dates] must be a table"))
    return {
        heading: tuple(_listed(where, f"dates.{heading}", [one] if isinstance(one, str) else one))
        for heading, one in tree.items()
    }


def _checked(where: str, key: str, declared: Field, value: Any) -> None:
    try:
        border.value(declared, value)
    except QiaoError as fault:
        raise _bad(where, f"{key}：{fault.text}") from fault


def _texts(where: str, key: str, tree: Any) -> dict[str, str]:
    if not isinstance(tree, Mapping) or not all(isinstance(one, str) for one in tree.values()):
        raise _bad(where, say(f"[{key}] 应为名称与文字", f"[{key}] must be names and texts"))
    return dict(tree)


def _listed(where: str, key: str, found: Any) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise _bad(where, say(f"{key} 应为文字的列表", f"{key} must be a list of texts"))
    return found


def _check_names(where: str, key: str, given: Iterable[str], valid: Iterable[str]) -> None:
    for name in given:
        if name == OPEN:
            raise _unfilled(where, key.strip(" ="))
        if name not in valid:
            near = get_close_matches(name, list(valid), 1, 0)
            also = say(f"，最接近的是“{near[0]}”", f"; the nearest is '{near[0]}'") if near else ""
            raise _bad(where, say(f"没有 {key}{name} 这一项", f"has no key {key}{name}") + also)


def _unfilled(where: str, key: str) -> Usage:
    return _bad(where, say(f"{key} 还是“?”，请填上", f"{key} is still '?': fill it in"))


def _bad(where: str, what: str) -> Usage:
    return Usage(f"{where}：{what}", code="bad_map", hint="${EDITOR:-vi} MAP.toml")
