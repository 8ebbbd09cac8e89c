"""A bulletin as it is told: titled tables, and the numbers of two pictures. Pure; of one issue always the same.

What is written down as a workbook, a PDF or a text is this. Rates keep numerator and denominator; what was excluded
stands in tables of its own; beside a unit's rates stands how old its numbers are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from node.iso import minute
from node.language import say

from .cells import Measured
from .content import Candle, Content
from .issues import Issue
from .tables import Table, tables
from .whole import Whole, reason


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    state: str  # in one line: draft, or who published which issue when; what to read instead
    is_draft: bool
    pairs: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, Measured, Measured], ...]  # id, in all, excluded; of the month
    tables: tuple[Table, ...]
    candles: tuple[Candle, ...]
    hours: tuple[int, ...]
    notes: tuple[str, ...]


def report(content: Content, issue: Issue | None = None, issues: Sequence[Issue] = ()) -> Report:
    made = Whole(content, issue, issues)
    return Report(
        title=say(
            f"{content.name} {_month(content.month)}工作通报", f"{content.name}: bulletin of {content.month}"
        ),
        state=_state(made),
        is_draft=issue is None,
        pairs=tuple(_pairs(made)),
        figures=tuple(_figures(made)),
        tables=tuple(one for one in tables(made) if one.rows),
        candles=content.candles,
        hours=content.hours,
        notes=tuple(_notes(made)),
    )


def _figures(made: Whole) -> Iterator[tuple[str, Measured, Measured]]:
    sums = made.content.totals[0]
    for one in made.content.figures:
        yield one.id, made.measured(sums, one.id), made.measured(sums, one.id, excluded=True)


def _month(month: str) -> str:
    return f"{month[:4]} 年 {int(month[5:])} 月"


# Which issue it is


def _state(made: Whole) -> str:
    one = made.issue
    if one is None:
        return say("草稿：未发布，数据随时会变", "DRAFT: not published, its figures may change")
    told = say(f"第 {one.number} 期", f"issue {one.number}") + (
        say("（更正）", " (a correction)") if one.reason else ""
    )
    later = [each for each in made.issues if each.standing == "current" and each.number > one.number]
    if one.standing == "corrected" and later:
        last = later[-1]
        return told + say(
            f"：已被第 {last.number} 期更正（{reason(last)}），请以新的一期为准",
            f": corrected by issue {last.number} ({reason(last)}), which is to be read instead",
        )
    if one.standing == "beside":
        return told + say(
            "：同时另有一期同号，以那一期为准",
            ": another of this number was made at the same time, and holds",
        )
    return told


def _pairs(made: Whole) -> Iterator[tuple[str, str]]:
    content, one = made.content, made.issue
    yield say("数据截至", "as of"), minute(content.as_of)
    if one is not None:
        yield say("发布", "published"), f"{minute(one.time)}  {one.unit_name}  {one.actor}"
        if one.reason:
            yield say("更正原因", "reason"), reason(one)
        yield say("签署", "signed as"), one.change[:32]
    yield (
        say("数据指纹", "frontier"),
        f"{content.frontier[:32]}  {content.commits:,} {say('笔提交', 'commits')}",
    )
    yield say("指标目录", "catalogue"), content.catalogue


def _notes(made: Whole) -> Iterator[str]:
    yield say(
        "各项指标的定义见指标目录；率为 分子/分母，分母为 0 的记“–”。上月与去年同月均按本次汇总时的数据重新计算。",
        "Rates are numerator/denominator; – where there is nothing to divide by. The months compared with were added "
        "up anew at the same moment.",
    )
    yield say(
        "单位的时限按其自己的操作时间计，与何时送达本节点无关；离线单位的操作到齐后，数字可能变化，以更正的一期公布。",
        "An office is judged by when it acted. What one offline did may still change a number: a correction says so.",
    )
