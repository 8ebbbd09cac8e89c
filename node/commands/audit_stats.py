"""`qiao audit stats`: every figure by two implementations, and where they differ, by which ticket (design 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from node.errors import Damaged
from node.language import say

from .auditing import may_look, progress
from .lazy import Command, examples
from .matter_text import width
from .reading import document
from .session import session
from .shown import line, table

_SHOWN = 50  # differences in the text; --json has a thousand


def add(app: typer.Typer) -> None:
    app.command(cls=Command, help=_HELP, epilog=_EXAMPLES)(stats)


_HELP = """指标复算：每个指标由两套程序各算一遍——本节点的统计，和直接从审计表的操作算起的 SQL。
不一致的逐条写明是哪个工单、哪个指标，退出码 7。--published 再与省里公布的（stats --json 的结果）比较。
--from 用刚导出的 Parquet 文件夹，快得多。"""
_EXAMPLES = examples(
    "qiao --as STAFF audit stats --period 2026-10",
    "qiao --as STAFF audit stats --from tables --by unit --json",
    "qiao --as STAFF audit stats --published province.json",
)


def stats(
    context: typer.Context,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="2026 2026-10 2026-W44 2026-10-01..2026-10-31")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="unit|month", help="按单位或月份分列")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="刚导出的 Parquet 文件夹")
    ] = None,
    published: Annotated[
        Path | None, typer.Option(metavar="FILE", help="公布的指标：qiao stats --json 的结果，带 --ids 更好")
    ] = None,
) -> None:
    here = session(context)
    may_look(here)
    found = here.node().audit.figures(
        progress(here), period=period, by=by, source=source,
        published=None if published is None else document(published),
    )  # fmt: skip
    here.answer(found, _told)
    if not found["agree"]:
        here.exit = Damaged.exit


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    period = found["period"]
    span = say("全部时段", "all that is held") if period is None else f"{period['first']} … {period['last']}"
    as_of = found["as_of"][:16].replace("T", " ")
    yield line(say(f"{span}  截至 {as_of}", f"{span}  as of {as_of}"))
    yield (
        say("两套程序算出的指标完全一致", "both implementations say the same of every figure")
        if found["agree"]
        else say("有不一致的指标", "there are figures that differ")
    )
    public = any(one.get("published") for one in found["figures"])
    heads = [say("指标", "figure"), say("本节点", "this node"), say("复算", "again"),
             *([say("公布", "published")] if public else []), "", "id"]  # fmt: skip
    rows = [
        [one["name"], _ratio(one["first"]), _ratio(one["second"]),
         *([_ratio(one["published"])] if public else []), "" if one["agree"] else "!", one["id"]]
        for one in found["figures"] if not one["agree"] or _says(one["first"]) or _says(one["second"])
    ]  # fmt: skip
    yield from table(heads, rows, width())
    for item in found["items"]:
        odd = [one["id"] for one in item["figures"] if not one["agree"]]
        yield line(f"  {item['key']} {say('一致', 'agree') if not odd else '! ' + ' '.join(odd)}")
    yield from _differences(found)


def _ratio(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "-"
    excluded = one["excluded_numerator"] if one["denominator"] is None else one["excluded_denominator"]
    whole = (
        f"{one['numerator']}" if one["denominator"] is None else f"{one['numerator']}/{one['denominator']}"
    )
    return whole + (f" (+{excluded})" if excluded else "")


def _says(one: Mapping[str, Any]) -> bool:
    return any(one.values())


def _differences(found: Mapping[str, Any]) -> Iterator[str]:
    for one in found["differences"][:_SHOWN]:
        told = [one["figure"], one["fact"], one["ticket"], one["unit"] or ""]
        each = [(say("本节点", "this node"), one["first"], one.get("first_at")),
                (say("复算", "again"), one["second"], one.get("second_at")),
                (say("公布", "published"), one.get("published"), None)]  # fmt: skip
        told += [
            f"{name} {value} {(at or '')[:16]}".rstrip() for name, value, at in each if value is not None
        ]
        yield line("! " + "  ".join(filter(None, told)))
    left = len(found["differences"]) + found["more"] - _SHOWN
    if left > 0:
        yield say(f"! 另有 {left} 条", f"! {left} more")
