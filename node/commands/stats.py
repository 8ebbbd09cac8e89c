"""`qiao stats`: figures of what this node holds, in all or by a dimension; the K-line of the calls; what is
overdue with its cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import Session, session
from .shown import line, table

app = subject()
KLINE, OVERDUE = "kline", "overdue"
_MOST_OFFICES = 20  # named below the numbers; --json has them all


@app.command(
    cls=Command,
    help="统计本节点所存的数据：每个指标的分子、分母与值，可按单位、时间和各维度分列。\n"
    "stats kline：来电 K 线，每天（或每周）首、高、低、末与总量。\n"
    "stats overdue：此刻超期未办的一切，及其督办牌与依据。",
    epilog=examples(
        "qiao --as STAFF stats --period 2026-10",
        "qiao --as STAFF stats --by unit --figure accepted_in_time --figure completed",
        "qiao --as STAFF stats --by topic:2 --period 2026-W44 --unit 370200 --json",
        "qiao --as STAFF stats --figure resolved --period 2026-10 --ids --json",
        "qiao --as STAFF stats kline --bucket week --period 2026",
        "qiao --as STAFF stats overdue --unit 370200",
    ),
)
def stats(
    context: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="[kline|overdue]", help="kline：来电 K 线；overdue：超期")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="DIMENSION", help="按什么分列：unit tier month topic:2 channel …")
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="2026 2026-10 2026-W44 2026-10-01..2026-10-31")
    ] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help="只计这个单位及其下级")] = None,
    figure: Annotated[list[str] | None, typer.Option(metavar="ID", help="只列这些指标，可多次")] = None,
    ids: Annotated[bool, typer.Option("--ids", help="列出分子、分母背后的每一条记录")] = False,
    bucket: Annotated[str | None, typer.Option(metavar="day|week", help="K 线的一格：day 或 week")] = None,
) -> None:
    here = session(context)
    figures = [one.strip() for given in figure or [] for one in given.split(",") if one.strip()]
    given = {
        "--by": by, "--period": period, "--unit": unit, "--figure": figures, "--ids": ids, "--bucket": bucket,
    }  # fmt: skip
    _check_options(what or "", given)
    here.person()
    if what == KLINE:
        here.answer(here.node().kline(bucket or "day", period=period, unit=unit), _kline)
    elif what == OVERDUE:
        here.answer(here.node().overdue(unit), _overdue)
    else:
        _stats(here, figures, {"by": by, "period": period, "unit": unit, "ids": ids})


_TAKES = {
    "": frozenset({"--by", "--period", "--unit", "--figure", "--ids"}),
    KLINE: frozenset({"--bucket", "--period", "--unit"}),
    OVERDUE: frozenset({"--unit"}),
}


def _check_options(what: str, given: Mapping[str, Any]) -> None:
    """Raises Usage for another word than these, or an option that isn't this one's."""
    if what not in _TAKES:
        text = say(f"stats 没有 {ascii(what[:40])}；可写 kline、overdue",
                   f"stats has no {ascii(what[:40])}; it may be kline or overdue")  # fmt: skip
        raise Usage(text, code="bad_value", hint="qiao stats --help")
    odd = [name for name, value in given.items() if value and name not in _TAKES[what]]
    if odd:
        name = f"stats {what}".strip()
        text = say(f"{name} 没有 {odd[0]} 这个选项", f"{name} takes no {odd[0]}")
        raise Usage(text, code="bad_value", hint="qiao stats --help")


def _stats(here: Session, figures: list[str], how: Mapping[str, Any]) -> None:
    found = here.node().stats(figures=figures, **how)
    here.answer(found, lambda told: _lines(told, named=bool(figures)))


def _lines(told: Mapping[str, Any], *, named: bool) -> Iterator[str]:
    yield line(_head(told))
    if not any(
        one["numerator"] or one["denominator"] or one["excluded_numerator"] for one in told["figures"]
    ):
        yield say("这里没有可统计的数据", "there is nothing to count here")
    elif told["by"] is None:
        yield from _whole(told)
    else:
        yield from _grouped(told, named)
    yield from _offices(told)


def _head(told: Mapping[str, Any]) -> str:
    period, unit = told["period"], told["unit"]
    span = say("全部时段", "all that is held") if period is None else f"{period['first']} … {period['last']}"
    as_of = told["as_of"][:16].replace("T", " ")
    return "  ".join([span, *([unit] if unit else []), say(f"截至 {as_of}", f"as of {as_of}")])


def _whole(told: Mapping[str, Any]) -> Iterator[str]:
    heads = [say("指标", "figure"), say("值", "value"), say("分子", "of which"), say("分母", "of"),
             say("不计入", "excluded"), "id"]  # fmt: skip
    rows = [_row(one) for one in told["figures"] if _says(one)]
    yield from table(heads, rows, width())
    for one in told["figures"]:
        yield from _ids(one)


def _says(one: Mapping[str, Any]) -> bool:
    return bool(one["numerator"] or one["denominator"] or one["excluded_numerator"])


def _row(one: Mapping[str, Any]) -> list[str]:
    excluded = one["excluded_numerator"] if one["denominator"] is None else one["excluded_denominator"]
    return [one["name"], value(one), str(one["numerator"]),
            "" if one["denominator"] is None else str(one["denominator"]), str(excluded or ""), one["id"]]  # fmt: skip


def value(one: Mapping[str, Any]) -> str:
    """The number as a person reads it: percent, yuan, hours."""
    number, unit = one["value"], one["unit"]
    if number is None:
        return "-"
    if unit == "percent":
        return f"{number * 100:.1f}%"
    if unit == "mean":
        return f"{number:.1f}"
    if unit == "fen":
        return say(f"{number // 100}.{number % 100:02d} 元", f"CNY {number // 100}.{number % 100:02d}")
    return _lasting(number) if unit == "seconds" else str(number)


def _lasting(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return say(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")


def _ids(one: Mapping[str, Any]) -> Iterator[str]:
    for name in ("numerator_ids", "denominator_ids", "excluded_ids"):
        for each in one.get(name, ()):
            yield line(
                f"{one['id']} {name} {each['record']} {each['unit']} {each['at'][:16]} {each['value']}"
            )


def _grouped(told: Mapping[str, Any], named: bool) -> Iterator[str]:
    """A line a group. Without --figure the main ones: more wouldn't fit."""
    from node.figures.catalogue import catalogue

    main = {one.id for one in catalogue() if one.main}
    saying = {one["id"] for item in told["items"] for one in item["figures"] if _says(one)}
    shown = [
        one for one in (told["items"][0]["figures"] if told["items"] else [])
        if named or one["id"] in main & saying
    ]  # fmt: skip
    if not shown:
        yield say("这些指标不能按它分列", "these figures can't be told apart by it")
        return
    heads = [told["by"], *(one["name"] for one in shown)]
    wanted = [one["id"] for one in shown]
    yield from table(heads, [_group(told, item, wanted) for item in told["items"]], width())
    for item in told["items"]:
        for one in item["figures"]:
            yield from _ids(one)
    if not named:
        yield say("其他指标：--figure ID", "other figures: --figure ID")


def _group(told: Mapping[str, Any], item: Mapping[str, Any], wanted: list[str]) -> list[str]:
    label = item["label"]
    if told["by"] == "unit":
        stale = {one["unit"]: _stale(one) for one in told["offices"]}.get(item["key"], "")
        label = f"{item['key']} {label}" + (f" ({stale})" if stale else "")
    return [label, *(_cell(one) for one in item["figures"] if one["id"] in wanted)]


def _cell(one: Mapping[str, Any]) -> str:
    """A rate with what it is made of; what stands apart behind a +."""
    of = f" {one['numerator']}/{one['denominator']}" if one["unit"] == "percent" else ""
    excluded = one["excluded_numerator"] if one["denominator"] is None else one["excluded_denominator"]
    return f"{value(one)}{of}" + (f" (+{excluded})" if excluded else "")


def _stale(one: Mapping[str, Any]) -> str:
    from node.figures.offices import sentence

    return sentence(dict(one))


def _offices(told: Mapping[str, Any]) -> Iterator[str]:
    """Whose numbers are old, the oldest first."""
    late = sorted(
        (one for one in told["offices"] if _stale(one)),
        key=lambda one: -(10**6 if one["offline_days"] is None else one["offline_days"]),
    )
    for one in late[:_MOST_OFFICES]:
        since = one["last_sync"] or one["newest"]
        upto = say(f"，数据截至 {since[:16]}", f", data as of {since[:16]}") if since else ""
        yield line(f"! {one['unit']} {one['name']}: {_stale(one)}{upto}")
    if len(late) > _MOST_OFFICES:
        yield say(
            f"! 另有 {len(late) - _MOST_OFFICES} 个单位离线", f"! {len(late) - _MOST_OFFICES} more offline"
        )


def _kline(told: Mapping[str, Any]) -> Iterator[str]:
    yield line(_head(told))
    if not any(one["volume"] for one in told["items"]):
        yield say("这段时间没有来电", "no calls in this period")
        return
    heads = [say("日", "day") if told["bucket"] == "day" else say("周", "week"), say("首", "first"),
             say("高", "highest"), say("低", "lowest"), say("末", "last"), say("总量", "volume")]  # fmt: skip
    names = ("bucket", "first", "highest", "lowest", "last", "volume")
    rows = [[str(one[name]) for name in names] for one in told["items"]]
    marked = [[f"{row[0]}{'' if one['complete'] else '*'}", *row[1:]]
              for row, one in zip(rows, told["items"], strict=True)]  # fmt: skip
    yield from table(heads, marked, width())
    if not all(one["complete"] for one in told["items"]):
        yield say("* 尚未完整", "* not complete yet")


def _overdue(told: Mapping[str, Any]) -> Iterator[str]:
    as_of = told["as_of"][:16].replace("T", " ")
    yield line(
        say(f"截至 {as_of} 超期 {len(told['items'])} 项", f"{len(told['items'])} overdue as of {as_of}")
    )
    if told["items"]:
        heads = [say("编号", "number"), say("督办牌", "cards"), say("依据", "evidence")]
        rows = [[one["number"] or one["record"], _cards(one), one["evidence"]] for one in told["items"]]
        yield from table(heads, rows, width())
    yield from _offices(told)


_COLOURS = {"yellow": ("黄", "yellow"), "red": ("红", "red")}


def _cards(one: Mapping[str, Any]) -> str:
    standing = [card for card in one["cards"] if card["standing"] == "standing"]
    return " ".join(say(*_COLOURS.get(card["colour"], (card["colour"],) * 2)) for card in standing)
