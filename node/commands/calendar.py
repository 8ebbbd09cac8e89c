"""`qiao calendar`: which days are worked; a year shown, and, at the root, imported from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from node.iso import WEEKDAYS
from node.language import say
from node.matters import workdays

from . import matter
from .lazy import Command, examples
from .reading import whole
from .session import session
from .shown import line

NAME = "calendar"


def app_for(name: str) -> typer.Typer:
    """What every matter has, with `show YEAR` and `import`."""
    app = matter.app_for(name)
    app.command("show", cls=Command, help="某一年与周一至周五不同的日子", epilog=examples(
        "qiao --as STAFF calendar show 2026"))(show)  # fmt: skip
    app.command("import", cls=Command, help="从 CSV 导入一年的日历（最上级单位）：列 date,day 或 日期,类型；\n"
                "day 为 work/rest 或 上班/休息；可列全年，也可只列调休与放假的日子；UTF-8 或 GB18030。",
                epilog=examples("qiao --as ADMIN calendar import 2027.csv",
                                "qiao --as ADMIN calendar import ALL.csv --year 2027"))(take)  # fmt: skip
    return app


def show(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar="YEAR", min=1990, max=2200, help="年份")],
) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().calendar(year), _shown)


def take(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="日历文件")],
    year: Annotated[int | None, typer.Option(metavar="YEAR", min=1990, max=2200, help="只取这一年")] = None,
) -> None:
    here = session(context)
    here.acting()
    found = workdays.read(whole(file), str(file), year)
    known = here.node().calendar(found.year)
    told = {"year": found.year, "days": found.days, "full": found.full, "warnings": workdays.doubts(found)}
    if known["published"] and known["days"] == found.days:
        here.answer({**told, "changed": False, "record": known["record"]}, _taken)
        return
    verb = "amend" if known["record"] else "set"
    data = {"days": found.days} if known["record"] else {"year": found.year, "days": found.days}
    params = {"matter": NAME, "verb": verb, "record": known["record"], "data": data}
    here.answer({**told, "changed": True, **here.do("act", params)}, _taken)


def _shown(told: Mapping[str, Any]) -> Iterator[str]:
    year = told["year"]
    if not told["published"]:
        zh, en = f"{year} 年的日历尚未公布，暂按周一至周五推算", f"no calendar of {year} is here"
        yield say(zh, f"{en}: Monday to Friday count")
        if not told["days"]:
            return
    yield say(f"{year} 年，工作日 {told['working_days']} 天", f"{year}: {told['working_days']} working days")
    yield from _days(told["days"])


def _days(days: Mapping[str, str]) -> Iterator[str]:
    for text, kind in days.items():
        zh, en = WEEKDAYS[date.fromisoformat(text).weekday()]
        named = say("上班", "works") if kind == "work" else say("休息", "rests")
        yield f"  {text} {say('周' + zh, en)} {named}"


def _taken(told: Mapping[str, Any]) -> Iterator[str]:
    work = sum(one == "work" for one in told["days"].values())
    count = len(told["days"])
    if told["changed"]:
        yield say(f"已导入 {told['year']} 年：休息 {count - work} 天，调休上班 {work} 天",
                  f"{told['year']} imported: {count - work} days off, {work} make-up days")  # fmt: skip
    else:
        yield say(f"{told['year']} 年的日历已是这样", f"the calendar of {told['year']} says so already")
    for one in told["warnings"]:
        yield line(f"! {one}")
