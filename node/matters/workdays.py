"""A calendar year from a file: every day of it, or only those that differ from Monday to Friday. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from node.errors import Usage
from node.language import say

HEADS = {"date": "date", "日期": "date", "day": "day", "类型": "day", "安排": "day"}
WORK = frozenset({"work", "1", "上班", "班", "工作日", "调休", "补班"})
REST = frozenset({"rest", "0", "休息", "休", "放假", "节假日", "休息日"})
MOST_BYTES = 1 << 20
FEWEST_OFF, MOST_OFF = 5, 60  # weekdays off in a year of China's: what is beyond is worth a look
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Year:
    """`days`: ISO day → `work` or `rest`, where it isn't as its weekday says. `full`: the file had every day."""

    year: int
    days: dict[str, str]
    full: bool


def read(raw: bytes, name: str, wanted: int | None = None) -> Year:
    """Raises Usage (`bad_calendar`) that names the line."""
    listed = _listed(_text(raw, name), name)
    years = {day.year for day in listed}
    if wanted is not None:
        listed = {day: works for day, works in listed.items() if day.year == wanted}
    elif len(years) > 1:
        told = "、".join(map(str, sorted(years)))
        raise _bad(say(f"{name} 里有几个年份（{told}），用 --year 指定一个",
                       f"{name} has several years ({told}): choose one by --year"))  # fmt: skip
    if not listed:
        raise _bad(
            say(f"{name} 里没有 {wanted or ''} 年的日子", f"{name} has no day of {wanted or 'any year'}")
        )
    return _year(listed, name)


def _year(listed: dict[date, bool], name: str) -> Year:
    year = next(iter(listed)).year
    differing = {day: works for day, works in listed.items() if works != (day.weekday() < 5)}
    full = len(listed) == (date(year + 1, 1, 1) - date(year, 1, 1)).days
    if not full and len(listed) > 200:
        missing = next(day for day in _days(year) if day not in listed)
        raise _bad(
            say(
                f"{name} 像是全年，却缺 {missing} 等日子",
                f"{name} looks like a whole year, but lacks {missing}",
            )
        )
    days = {day.isoformat(): "work" if works else "rest" for day, works in sorted(differing.items())}
    return Year(year, days, full)


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def _text(raw: bytes, name: str) -> str:
    """UTF-8, else GB18030."""
    if len(raw) > MOST_BYTES:
        raise _bad(say(f"{name} 太大，不像日历", f"{name} is too large for a calendar"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(say(f"{name} 既不是 UTF-8 也不是 GBK", f"{name} is neither UTF-8 nor GBK"))


def _listed(text: str, name: str) -> dict[date, bool]:
    """Every day of the file, whether it is worked."""
    if "\0" in text:
        raise _bad(say(f"{name} 不是文本文件", f"{name} isn't a text file"))
    rows = csv.reader(io.StringIO(text, newline=""))
    columns = _columns(next(rows, []), name)
    found: dict[date, bool] = {}
    for number, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row):
            day, works = _row(row, columns, name, number)
            if found.setdefault(day, works) != works:
                raise _bad(_at(name, number, f"{day} 前后说法不一", f"{day} is listed both ways"))
    return found


def _columns(head: list[str], name: str) -> tuple[int, int]:
    named = {HEADS.get(cell.strip().lower()): at for at, cell in enumerate(head)}
    if "date" not in named or "day" not in named:
        raise _bad(
            say(f"{name} 第一行须有 date,day（或 日期,类型）", f"the first line of {name} must name date,day")
        )
    return named["date"], named["day"]


def _row(row: list[str], columns: tuple[int, int], name: str, number: int) -> tuple[date, bool]:
    try:
        day, kind = (row[at].strip() for at in columns)
    except IndexError:
        raise _bad(_at(name, number, "少一列", "lacks a column")) from None
    if kind.lower() not in WORK | REST:
        raise _bad(
            _at(name, number, f"{ascii_(kind)} 不是 上班 或 休息", f"{ascii_(kind)} is neither work nor rest")
        )
    return _date(day, name, number), kind.lower() in WORK


def ascii_(text: str) -> str:
    """A foreign cell, short and on one line."""
    shown = text[:20]
    return f"“{shown}”" if shown.isprintable() else ascii(shown)


def _date(text: str, name: str, number: int) -> date:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise _bad(_at(name, number, f"{ascii_(text)} 不是日期", f"{ascii_(text)} is no date")) from None


def _at(name: str, number: int, zh: str, en: str) -> str:
    return say(f"{name} 第 {number} 行：{zh}", f"{name} line {number}: {en}")


def _bad(text: str) -> Usage:
    return Usage(text, code="bad_calendar", hint="qiao calendar import --help")


def doubts(found: Year) -> list[str]:
    """What is possible but unlike any year so far, one sentence each."""
    off = sum(kind == "rest" for kind in found.days.values())
    told = []
    if not FEWEST_OFF <= off <= MOST_OFF:
        only = "只" if off < FEWEST_OFF else ""
        told.append(say(f"工作日中{only}有 {off} 天休息，请核对", f"{off} weekdays off: please check"))
    if found.days.get(f"{found.year}-01-01") != "rest" and date(found.year, 1, 1).weekday() < 5:
        told.append(say("元旦没有放假，请核对", "New Year's Day isn't off: please check"))
    return told
