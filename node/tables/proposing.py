"""A MAP proposed from what a foreign file holds: what its headings and values say, and a `?` where a person has to.

Pure: rows in, text of TOML out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from conflict.declaration import Field, Type
from node.errors import QiaoError
from node.matters import border
from node.matters.draft import Kind

from .mapping import ID, OPEN, OWN, known, takes, verb_of
from .reading import Row

SAMPLE = 500  # rows looked at
MOST_VALUES = 30  # different values of a coded column that are listed
ALIKE = 0.5
_IDS = re.compile(r"编号|序号|单号|流水|\bid\b|_id$|^id", re.IGNORECASE)
_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d",
)  # fmt: skip


@dataclass(slots=True)
class Proposal:
    """As a MAP, but with `?` where a person has to say it, and "" where a column is left out."""

    id: str = OPEN
    columns: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)
    yuan: list[str] = field(default_factory=list)


def propose(kind: Kind, headings: Sequence[str], rows: Iterable[Row]) -> Proposal:
    sample = list(islice(rows, SAMPLE))
    found, fields = Proposal(), takes(kind)
    named = [one for one in headings if one and one not in OWN]
    found.id = _id(kind, named, sample)
    others = [one for one in named if one != found.id]
    found.columns = _matched(kind, others, fields, sample)
    _longest(kind, found.columns, fields, sample)
    for heading, name in found.columns.items():
        if name and fields[name].type is Type.MONEY and "分" not in heading:
            found.yuan.append(heading)
    for heading in named:
        formats = _formats(heading, sample)
        if formats and heading != found.id:
            found.dates[heading] = formats
    found.values = _unknown(found, fields, sample)
    given = {*found.columns.values(), *found.fixed}
    for name in sorted(verb_of(kind).required - given):
        found.fixed[name] = OPEN
    return found


def _matched(
    kind: Kind, headings: Sequence[str], fields: Mapping[str, Field], sample: Sequence[Row]
) -> dict[str, str]:
    """Heading → field, or "" where none is near; each field once."""
    found = {one: known(kind, one) or "" for one in headings}
    ranked = sorted(
        ((_alike(one, field), one, name) for one in headings for name, field in fields.items() if name != ID),
        key=lambda three: -three[0],
    )
    for score, heading, name in ranked:
        free = not found[heading] and name not in found.values()
        if score >= ALIKE and free and _holds(fields[name], heading, sample):
            found[heading] = name
    return found


def _holds(declared: Field, heading: str, sample: Sequence[Row]) -> bool:
    """Whether the column's values can be that field's; those of codes and money are translated."""
    if declared.codes or declared.type in (Type.TEXT, Type.MONEY):
        return True
    values = [row.cells[heading] for row in sample if heading in row.cells]
    coded = declared.type is Type.PATH  # of which any word would be one
    return sum(_fits(declared, str(one)) and (not coded or str(one).isascii()) for one in values) * 2 > len(
        values
    )


def _longest(kind: Kind, columns: dict[str, str], fields: Mapping[str, Field], sample: Sequence[Row]) -> None:
    """A narrative that must be given, and that no heading names, is the column with the longest texts."""
    wanted = [
        one for one in sorted(verb_of(kind).required) if fields[one].words and one not in columns.values()
    ]
    lengths = {
        one: sum(len(str(row.cells.get(one, ""))) for row in sample) / max(len(sample), 1)
        for one, name in columns.items() if not name
    }  # fmt: skip
    longest = max(lengths, key=lambda one: lengths[one], default=None)
    if wanted and longest is not None and lengths[longest] > 10:
        columns[longest] = wanted[0]


def _alike(heading: str, field: Field) -> float:
    if field.label in heading or len(heading) > 1 and heading in field.label:
        return 0.9
    if heading[-2:] == field.label[-2:]:  # a Chinese name's head stands at its end: 留言人电话, 联系电话
        return 0.8
    return SequenceMatcher(None, heading, field.label).ratio()


def _id(kind: Kind, headings: Sequence[str], sample: Sequence[Row]) -> str:
    """The column that says so and whose values are nearly all there, and different."""
    for heading in headings:
        values = {str(row.cells[heading]) for row in sample if heading in row.cells}
        said = known(kind, heading) == ID or _IDS.search(heading)
        if said and len(values) >= 0.7 * len(sample):
            return heading
    return OPEN


def _formats(heading: str, sample: Sequence[Row]) -> list[str]:
    """The fewest formats that read every value; none where one isn't a date."""
    texts = [str(row.cells[heading]).strip() for row in sample if isinstance(row.cells.get(heading), str)]
    if not texts or any(len(one) > 20 or not any(letter in one for letter in "-/年.:") for one in texts):
        return []
    used: list[str] = []
    for text in texts:
        if any(_reads(text, one) for one in used):
            continue
        fitting = next((one for one in _FORMATS if _reads(text, one)), None)
        if fitting is None:
            return []
        used.append(fitting)
    return used


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _unknown(
    found: Proposal, fields: Mapping[str, Field], sample: Sequence[Row]
) -> dict[str, dict[str, str]]:
    """Values of coded columns that no code or label is."""
    tables: dict[str, dict[str, str]] = {}
    for heading, name in found.columns.items():
        if name and fields[name].codes:
            values = dict.fromkeys(str(row.cells[heading]).strip() for row in sample if heading in row.cells)
            strange = [one for one in values if not _fits(fields[name], one)][:MOST_VALUES]
            if strange:
                tables[name] = {one: OPEN for one in strange}
    return tables


def _fits(declared: Field, value: str) -> bool:
    try:
        border.value(declared, value)
    except QiaoError:
        return False
    return True


def text_of(kind: Kind, given: Proposal) -> str:
    """The MAP as TOML, with what may be said beside what has to be."""
    return "\n".join(_lines(kind, given)) + "\n"


def _lines(kind: Kind, given: Proposal) -> Iterator[str]:
    fields = takes(kind)
    yield "# 对照：外来文件的哪一列是哪一项。把“?”改成要填的；右边是可用的代码。"
    yield "# Which column of a foreign file is which field. Fill in each '?'; what may stand there is beside it."
    yield f"matter = {_quoted(kind.matter.name)}"
    yield f"ignore = {_quoted_list(one for one, name in given.columns.items() if not name)}  # 不导入的列"
    if given.yuan:
        yield f"yuan = {_quoted_list(given.yuan)}  # 以元为单位的列"
    yield ""
    yield "[id]  # 每行不重复的编号，再次导入时据此跳过"
    yield f"column = {_quoted(given.id)}"
    yield 'prefix = ""  # 不同来源的编号可能相同，用前缀区别'
    yield ""
    yield f"[columns]  # 可用：{' '.join(fields)}"
    yield from (f"{_quoted(one)} = {_quoted(name)}" for one, name in given.columns.items() if name)
    yield ""
    yield "[fixed]  # 每行都一样的值"
    yield from (f"{name} = {_quoted(one)}{_codes(fields[name])}" for name, one in given.fixed.items())
    if given.dates:
        yield ""
        yield "[dates]  # 日期的写法"
        yield from (f"{_quoted(one)} = {_quoted_list(forms)}" for one, forms in given.dates.items())
    for name, table in given.values.items():
        yield ""
        yield f"[values.{name}]{_codes(fields[name])}"
        yield from (f"{_quoted(foreign)} = {_quoted(ours)}" for foreign, ours in table.items())


def _codes(declared: Field) -> str:
    listed = " ".join(f"{code}({label})" for code, label in declared.codes.items())
    return f"  # {declared.label}：{listed}" if listed else f"  # {declared.label}"


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def as_json(given: Proposal) -> dict[str, Any]:
    return {
        "id": given.id,
        "columns": given.columns,
        "fixed": given.fixed,
        "values": given.values,
        "dates": given.dates,
        "yuan": given.yuan,
    }
