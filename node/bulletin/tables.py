"""The tables of a bulletin: all in all, units ranked, cards and rework, topics, what was excluded, who is offline, and
what a correction changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from node.figures import offices
from node.figures.catalogue import catalogue
from node.iso import minute
from node.language import say
from sync_protocol.names import covers, depth

from .cells import Cell, Change, Measured
from .content import NEVER, NO_LINE, OTHERS, SPANS, TopicRow
from .ranking import ranks
from .whole import Whole, reason

RANKED = ("completed_in_time", "accepted_in_time", "resolved", "satisfied_result")  # by the first
PRESSED = (
    "assignments", "overdue", "cards_yellow", "cards_red", "cards_standing", "declined", "rework",
    "follow_up_not_obtained",
)  # fmt: skip
LEVELS = 2  # of topics that are told one by one; a workbook has all


@dataclass(frozen=True, slots=True)
class Column:
    """`share` of a page's width. In a workbook a measured one is three: value, numerator, denominator."""

    head: str
    share: int
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str  # of the sheet
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    only_book: bool = False  # too long for paper


def tables(made: Whole) -> Iterator[Table]:
    yield _overview(made)
    yield from _rankings(made)
    yield _pressed(made)
    yield from _topics(made)
    yield _excluded(made)
    yield _excluded_units(made)
    yield _lines(made)
    yield _issues(made)
    yield _corrected(made)


def figure_name(name: str) -> str:
    known = {one.id: one.name for one in catalogue()}
    return known.get(name, name)


def _overview(made: Whole) -> Table:
    main = {one.id for one in catalogue() if one.main}
    rows = []
    for one in made.content.figures:
        now, before, year = (made.measured(sums, one.id) for sums in made.content.totals)
        if one.id in main or now.says or before.says or year.says:
            rows.append((figure_name(one.id), now, before, Change(now, before), year, Change(now, year)))
    columns = (
        Column(say("指标", "figure"), 30), Column(say("本月", "month"), 34, True),
        Column(say("上月", "month before"), 34, True), Column(say("比上月", "change"), 26),
        Column(say("去年同月", "year before"), 34, True), Column(say("比去年", "change"), 26),
    )  # fmt: skip
    return Table(say("总体", "overview"), say("总体情况", "Overview"), columns, tuple(rows))


def _rankings(made: Whole) -> Iterator[Table]:
    titles = (
        (say("直属下级排名", "first tier"), say("直属下级单位排名", "Units directly below, ranked")),
        (say("再下一级排名", "second tier"), say("再下一级单位排名", "Units of the tier below that, ranked")),
    )
    for deep, (name, title) in enumerate(titles, 1):
        yield _ranking(made, name, title, made.tier(deep), deep)


def _ranking(made: Whole, name: str, title: str, paths: Sequence[str], deep: int) -> Table:
    by = next((one for one in RANKED if one in made.measures), RANKED[0])
    sums = {path: made.with_below(path) for path in paths}
    rates = {path: made.measured(each, by) for path, each in sums.items()}
    places = ranks({path: (one.numerator, one.denominator or 0) for path, one in rates.items()})
    rows: list[tuple[Cell, ...]] = [
        (place, made.called(path), *_of_upper(made, path, deep), made.measured(sums[path], "assignments"),
         *(made.measured(sums[path], one) for one in RANKED), line(made, path))
        for path, place in places.items()
    ]  # fmt: skip
    if deep == 1 and paths:
        own = made.rows.get(made.content.unit)
        if own is not None:
            rows.append((None, say(f"{made.content.name}（本级，不排名）", f"{made.content.name} (itself, not ranked)"),
                         made.measured(own.sums, "assignments"),
                         *(made.measured(own.sums, one) for one in RANKED), ""))  # fmt: skip
    columns = (
        Column(say("名次", "rank"), 10), Column(say("单位", "unit"), 34),
        *((Column(say("上级", "below"), 28),) if deep > 1 else ()),
        Column(say("承办", "work"), 13), *(Column(figure_name(one), 24, True) for one in RANKED),
        Column(say("线路", "line"), 22),
    )  # fmt: skip
    note = say(
        f"按“{figure_name(by)}”排名，相同的并列；没有可计的（–）不排名。各单位含其下级。",
        f"Ranked by '{figure_name(by)}', equal ones alike; – has nothing to count and no rank. Each with all below.",
    )
    return Table(name, title, columns, tuple(rows), note)


def _of_upper(made: Whole, path: str, deep: int) -> tuple[Cell, ...]:
    return (made.called(path.rpartition("/")[0]),) if deep > 1 else ()


def line(made: Whole, path: str) -> str:
    """How old a unit's numbers are, and how many offices below it are away."""
    own = made.rows.get(path)
    told = [sentence(own.offline)] if own is not None and sentence(own.offline) else []
    away = sum(
        1
        for row in made.content.units
        if row.path != path and covers(path, row.path) and sentence(row.offline)
    )
    if away:
        told.append(say(f"下级 {away} 家离线", f"{away} below offline"))
    return say("；", "; ").join(told)


def sentence(days: int) -> str:
    """`offline for 9 days`; empty of who is on the line, or has none."""
    return "" if days == NO_LINE else offices.sentence({"offline_days": None if days == NEVER else days})


def _pressed(made: Whole) -> Table:
    """Every unit with something to tell, in the order of the tree."""
    paths = sorted({*made.tier(1), *made.tier(2)})
    wanted = [one for one in PRESSED if one in made.measures]
    rows: list[tuple[Cell, ...]] = []
    for path in paths:
        sums = made.with_below(path)
        found = [made.measured(sums, one) for one in wanted]
        if any(one.says for one in found):
            indent = "　" * (depth(path) - depth(made.content.unit) - 1)
            rows.append((indent + made.called(path), *found))
    columns = [Column(say("单位", "unit"), 36)]
    columns += [
        Column(
            figure_name(one),
            22 if made.measures[one].unit == "percent" else 14,
            made.measures[one].unit == "percent",
        )
        for one in wanted
    ]
    return Table(say("牌与重办", "cards"), say("督办牌、退单、重办、回访", "Cards, declined, rework, follow-up"),
                 tuple(columns), tuple(rows))  # fmt: skip


def _topics(made: Whole) -> Iterator[Table]:
    """Tickets and calls by the first levels, and for a workbook each topic by itself."""
    names = (
        (
            say("主题（工单）", "topics of tickets"),
            say("主题及其变化：工单", "Topics of tickets, and their change"),
        ),
        (
            say("主题（来电）", "topics of calls"),
            say("主题及其变化：来电", "Topics of calls, and their change"),
        ),
    )
    levelled = list(_levelled(made.content.topics, LEVELS))
    for at, (name, title) in enumerate(names):
        rows = [
            (label, *_compared((row.tickets, row.calls)[at]))
            for _, label, row in levelled if any((row.tickets, row.calls)[at])
        ]  # fmt: skip
        yield Table(name, title, (Column(say("主题", "topic"), 44), *_spans("")), tuple(rows))
    every = tuple(
        (label.lstrip("　"), code, *_compared(row.tickets), *_compared(row.calls))
        for code, label, row in _levelled(made.content.topics, None) if any(row.tickets) or any(row.calls)
    )  # fmt: skip
    heads = (*_spans(say("工单 ", "tickets ")), *_spans(say("来电 ", "calls ")))
    columns = (Column(say("主题", "topic"), 30), Column(say("代码", "code"), 34), *heads)
    title = say("主题明细", "all topics")
    yield Table(title, title, columns, every, only_book=True)


def _spans(of: str) -> tuple[Column, ...]:
    heads = (
        (say("本月", "month"), 14), (say("上月", "before"), 14), (say("比上月", "change"), 30),
        (say("去年同月", "year before"), 16), (say("比去年", "change"), 30),
    )  # fmt: skip
    return tuple(Column(of + head, share) for head, share in heads)


def _compared(three: Sequence[int]) -> tuple[Cell, ...]:
    now, before, year = (Measured("count", one) for one in three)
    return now, before, Change(now, before), year, Change(now, year)


def _levelled(topics: Sequence[TopicRow], levels: int | None) -> Iterator[tuple[str, str, TopicRow]]:
    """Code, label, numbers: of a level with all below it; without `levels` each by itself."""
    labels = {row.code: row.label for row in topics}
    found: dict[str, TopicRow] = {}
    for row in topics:
        steps = row.code.split("/")
        codes = (
            [row.code]
            if levels is None
            else ["/".join(steps[:deep]) for deep in range(1, min(levels, len(steps)) + 1)]
        )
        for code in codes:
            kept = found.get(code, TopicRow(code, labels.get(code, ""), (0,) * SPANS, (0,) * SPANS))
            found[code] = TopicRow(
                code, kept.label, _sum(kept.tickets, row.tickets), _sum(kept.calls, row.calls)
            )
    for code in sorted(found):
        yield code, _topic_label(found[code]), found[code]


def _sum(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _topic_label(row: TopicRow) -> str:
    if row.code == OTHERS:
        return say("其他（合计）", "others, together")
    indent = "　" * row.code.count("/")
    return indent + (row.label or (say("（未填）", "(none)") if not row.code else row.code))


def _excluded(made: Whole) -> Table:
    sums = made.content.totals[0]
    rows = []
    for one in made.content.figures:
        found = made.measured(sums, one.id, excluded=True)
        if found.says:
            rows.append((figure_name(one.id), found.numerator, found.denominator))
    columns = (Column(say("指标", "figure"), 60), Column(say("剔除的分子（或数量）", "numerator or volume"), 40),
               Column(say("剔除的分母", "denominator"), 40))  # fmt: skip
    note = say(
        "经上级批准剔除的工单，不在以上任何数字之内。",
        "Excluded with the consent of the tier above; in none of the numbers above.",
    )
    return Table(
        say("剔除", "excluded"), say("不计入统计的工单", "Excluded tickets"), columns, tuple(rows), note
    )


def _excluded_units(made: Whole) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for path in [made.content.unit, *made.tier(1), *made.tier(2)]:
        own = made.rows.get(path)
        found = (
            [made.measured(own.sums, one, excluded=True) for one in ("tickets", "assignments")] if own else []
        )
        if any(one.says for one in found):
            rows.append((made.called(path), *(one.numerator for one in found)))
    columns = (
        Column(say("单位", "unit"), 70),
        Column(say("登记的", "registered"), 30),
        Column(say("承办的", "worked on"), 30),
    )
    title = say("不计入统计的工单，按单位", "Excluded tickets by unit")
    return Table(say("剔除（按单位）", "excluded by unit"), title, columns, tuple(rows))


def _lines(made: Whole) -> Table:
    """Whose numbers are old, the oldest first."""
    late = sorted(
        (row for row in made.content.units if sentence(row.offline)),
        key=lambda row: (row.offline != NEVER, -row.offline, row.path),
    )
    rows = tuple(
        (
            made.called(row.path),
            made.called(row.path.rpartition("/")[0]),
            sentence(row.offline),
            minute(row.heard),
        )
        for row in late
    )
    columns = (Column(say("单位", "unit"), 50), Column(say("上级", "below"), 40), Column(say("线路", "line"), 40),
               Column(say("数据截至", "data as of"), 40))  # fmt: skip
    note = say("线路情况为汇总时本节点所知。", "As this node knew when the month was added up.")
    return Table(say("线路", "lines"), say("离线的单位", "Offices offline"), columns, rows, note)


def _issues(made: Whole) -> Table:
    standing = {"current": say("现行", "current"), "corrected": say("已被更正", "corrected"),
                "beside": say("同号，未采用", "beside, not taken")}  # fmt: skip
    rows = tuple(
        (one.number, minute(one.time), f"{one.unit_name} {one.actor}", reason(one) if one.reason else "",
         standing.get(one.standing, one.standing), one.change[:16])
        for one in made.issues
    )  # fmt: skip
    columns = (
        Column(say("期次", "issue"), 12), Column(say("发布时间", "published"), 30), Column(say("发布人", "by"), 40),
        Column(say("更正原因", "reason"), 46), Column(say("状态", "state"), 24), Column(say("签署", "signed as"), 30),
    )  # fmt: skip
    return Table(say("各期", "issues"), say("本月各期通报", "Issues of this month"), columns, rows)


def _corrected(made: Whole) -> Table:
    """What an issue says otherwise than the one before it."""
    one = made.issue
    before = next((each for each in made.issues if one and each.number == one.number - 1), None)
    rows: list[tuple[Cell, ...]] = []
    if one is not None and before is not None:
        then, now = Whole(before.content), made
        for name in dict.fromkeys([*then.measures, *now.measures]):
            pair = [each.measured(each.content.totals[0], name) for each in (then, now)]
            apart = [each.measured(each.content.totals[0], name, excluded=True) for each in (then, now)]
            if pair[0] != pair[1] or apart[0] != apart[1]:
                rows.append((figure_name(name), pair[0], pair[1], Change(pair[1], pair[0])))
    columns = (Column(say("指标", "figure"), 40), Column(say("上一期", "before"), 40, True),
               Column(say("本期", "now"), 40, True), Column(say("变化", "change"), 40))  # fmt: skip
    title = say("本期与上一期不同之处（合计）", "What differs from the issue before")
    return Table(say("更正内容", "corrections"), title, columns, tuple(rows))
