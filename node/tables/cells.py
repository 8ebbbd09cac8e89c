"""One row of a foreign file as the fields of a record, by a MAP. Pure: today is handed in.

What is wrong is told at its field; what is personal stands in no reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from conflict.declaration import Field, Type
from node.language import say

from .mapping import ELSE, ID, Map
from .reading import Formula, Row

_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d{2}")  # what Excel makes of a long number
_AMOUNT = re.compile(r"[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d+)(\.\d{1,2}0*)?\s*元?")
EXACT = 10**15  # digits beyond these are lost in a sheet's number
_GUARDED = re.compile(r"'(?=\s*[=+\-@\t\r＝＋－＠])")  # as an export writes it


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    code: str
    reason: str


@dataclass(slots=True)
class Made:
    """A row's data for the verb, and its id; or what is wrong with it."""

    data: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def made(row: Row, given: Map, fields: Mapping[str, Field], today: date) -> Made:
    found = Made()
    if row.fault:
        found.faults.append(Fault("", "bad_row", row.fault))
        return found
    for heading, name in given.columns.items():
        if heading in row.cells:
            _take(found, given, fields[name], heading, row.cells[heading], today)
    for name, value in given.fixed.items():
        found.data.setdefault(name, value)
    if given.id:
        _identify(found, given, row)
    if not found.data.get(ID) and not any(one.field == ID for one in found.faults):
        found.faults.append(Fault(ID, "no_external_id", say("这一行没有编号", "this row has no id")))
    return found


def _take(found: Made, given: Map, declared: Field, heading: str, raw: Any, today: date) -> None:
    try:
        value = _value(given, declared, heading, raw, today)
    except ValueError as fault:
        code, reason = fault.args
        found.faults.append(Fault(declared.name, code, f"{heading}：{reason}"))
        return
    before = found.data.get(declared.name)
    found.data[declared.name] = f"{before}\n{value}" if before else value


def _value(given: Map, declared: Field, heading: str, raw: Any, today: date) -> Any:
    """Raises ValueError(code, reason)."""
    raw = _plain(declared, raw)
    formats = given.dates.get(heading)
    if formats is not None:
        return _day(raw, formats, today)
    table = given.values.get(declared.name)
    if table is not None and isinstance(raw, str):
        raw = table.get(raw.strip(), table.get(ELSE, raw))
    if heading in given.yuan and declared.type is Type.MONEY:
        return _fen(raw)
    if declared.type is Type.LIST and isinstance(raw, str):
        return [one for one in re.split(r"[;；、,，\n]", raw) if one.strip()]
    return raw


_WORDY = frozenset({
    Type.TEXT, Type.CODE, Type.PATH, Type.REGION, Type.PHONE, Type.ID_NUMBER, Type.CREDIT_CODE,
})  # fmt: skip


def _plain(declared: Field, raw: Any) -> Any:
    """A cell as a file of text would have it; lists of JSON as they are."""
    if isinstance(raw, Formula):
        zh, en = "是公式，请粘贴为数值再导入", "holds a formula: paste values instead"
        raise ValueError("formula", say(zh, en))
    wordy = declared.type in _WORDY
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    if wordy and (number and abs(raw) >= EXACT or isinstance(raw, str) and _ROUNDED.fullmatch(raw.strip())):
        zh, en = (
            "长数字的末几位已被表格软件舍去，请把这一列设为文本再导入",
            "a long number has lost its last digits",
        )
        raise ValueError("lost_digits", say(zh, en))
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() and abs(raw) < EXACT else f"{Decimal(repr(raw)):f}"
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "seconds") if raw.time() != time() else raw.date().isoformat()
    if isinstance(raw, date | time):
        return raw.isoformat()
    return _GUARDED.sub("", raw, count=1) if isinstance(raw, str) and raw[:1] == "'" else raw


def _day(raw: Any, formats: tuple[str, ...], today: date) -> str:
    text = str(raw).strip()
    for one in (*formats, "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            found = datetime.strptime(text, one)
        except ValueError:
            continue
        if found.date() > today:
            raise ValueError("future_date", say("日期在将来", "the date is in the future"))
        return found.date().isoformat() if found.time() == time() else found.isoformat(" ", "minutes")
    wanted = say(f"应为 {formats[0]} 这样的日期", f"must be a date such as {formats[0]}")
    raise ValueError("bad_date", wanted)


def _fen(raw: Any) -> int:
    """Yuan, with up to two decimals, as whole fen."""
    text = str(raw).strip()
    if _AMOUNT.fullmatch(text):
        try:
            fen = Decimal(re.sub(r"[¥￥,，元\s]", "", text)) * 100
        except InvalidOperation:
            fen = Decimal("0.5")
        if fen == fen.to_integral_value():
            return int(fen)
    raise ValueError("bad_value", say("金额应为数字，单位为元，至多两位小数", "must be an amount in yuan"))


def _identify(found: Made, given: Map, row: Row) -> None:
    parts = [row.cells.get(one) for one in given.id]
    if all(one not in (None, "") and not isinstance(one, Formula) for one in parts):
        found.data[ID] = given.prefix + "/".join(str(one).strip() for one in parts)
    else:
        reason = say(f"没有编号（{'、'.join(given.id)}）", f"no id ({', '.join(given.id)})")
        found.faults.append(Fault(ID, "no_external_id", reason))
