"""The panels of a board (看板): what each asks of the node, and how its answer is laid out as a picture or as a table.
Pure: the screen asks, and hands in what it has by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from . import figures, periods, safe
from .cells import cut
from .face import Item
from .figures import Sum
from .lines import Line
from .moments import CHINA
from .periods import Span
from .pictures.bars import bars
from .pictures.candles import Candle, candles
from .pictures.columns import columns
from .pictures.digits import HEIGHT as BIG
from .pictures.digits import digits
from .pictures.ink import Ink
from .pictures.table import Table
from .texts import t

VOLUMES = ("calls", "tickets")
COMPARED = ("calls", "tickets", "completed_in_time", "accepted_in_time", "completed", "resolved", "satisfied_result",
            "rework", "cards_standing")  # fmt: skip
WIDE, HIGH = 120, 32  # from which on the overview has four panels beside each other
GAP = 4


class Ask(NamedTuple):
    """A question to the node. `how` is sorted, so that the same question is the same key."""

    method: str
    how: tuple[tuple[str, object], ...]
    args: tuple[object, ...] = ()


def ask(method: str, *args: object, **how: object) -> Ask:
    return Ask(method, tuple(sorted(how.items())), args)


Answers = Mapping[Ask, Item]


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at. `scope` is a unit's path, `own` this node's; `names` of units by path."""

    span: Span
    scope: str
    own: str
    now: datetime
    figure: str
    figure_name: str
    ink: Ink
    names: Mapping[str, str]
    plain: bool = False  # tables in the place of pictures

    @property
    def unit(self) -> str | None:
        """None for all that is held here, whatever it is called by now."""
        return None if self.scope == self.own else self.scope


# What is asked


def volume_ask(view: View) -> Ask:
    return ask("stats", by=view.span.by, period=view.span.text, unit=view.unit, figures=VOLUMES)


def compared(view: View) -> Span:
    """A day is compared as part of its month."""
    return periods.of("month", view.span.first) if view.span.kind == "day" else view.span


def compare_asks(view: View) -> tuple[Ask, Ask, Ask]:
    """This period, as much of the last, and the whole of the last."""
    span, before = compared(view), compared(view).moved(-1)
    texts = (span.text, before.until(view.now.astimezone(CHINA).date()), before.text)
    this, alike, whole = (ask("stats", period=text, unit=view.unit, figures=COMPARED) for text in texts)
    return this, alike, whole


def rank_ask(view: View, span: Span | None = None) -> Ask:
    return ask("stats", by="unit", period=(span or view.span).text, unit=view.unit, figures=(view.figure,))


def trend_ask(view: View, unit: str) -> Ask:
    return ask("stats", by=view.span.by, period=view.span.text, unit=unit, figures=("assignments",))


def topic_asks(view: View) -> tuple[Ask, Ask]:
    counts = ask("stats", by="topic", period=view.span.text, unit=view.unit, figures=("tickets", "calls"))
    return counts, ask("codes", "topic", every=True)


def kline_ask(view: View) -> Ask:
    bucket, period = figures.kline_of(view.span)
    return ask("kline", bucket=bucket, period=period, unit=view.unit)


# How it is laid out


def title(text: str, width: int) -> Line:
    return [(cut(text, width), "head")]


def loading() -> list[Line]:
    return [[(t("loading"), "dim")]]


def volume(view: View, answers: Answers, width: int, height: int) -> list[Line]:
    answer = answers.get(volume_ask(view))
    head = title(t("board.volume", period=view.span.label), width)
    if answer is None:
        return [head, *loading()]
    table = volume_table(view, answer)
    if view.plain:
        return [head, *table.lines(width)]
    found = figures.sums(answer)
    large = beside(_large("calls", found, view, (width - GAP) // 2), _large("tickets", found, view, width // 2),
                   (width - GAP) // 2)  # fmt: skip
    rows = max(6, height - len(large) - 2)
    calls = _course(view, answer, "calls")
    points = [(label, value) for (_, label, _), value in zip(_buckets(view), calls, strict=True)]
    under = [(cut(t(f"board.by_{view.span.by}"), width), "dim")]
    return [head, *large, under, *columns(points, width, rows, view.ink)]


def _large(figure: str, found: Mapping[str, Sum], view: View, width: int) -> list[Line]:
    text = found[figure].text if figure in found else t("board.no_value")
    big = digits(text, width, view.ink)
    name = f"{t(f'board.{figure}')} {text}" if not big else f"{t(f'board.{figure}')}"
    return [[(cut(name, width), "bold")], *big]


def _buckets(view: View) -> list[tuple[str, str, bool]]:
    return periods.buckets(view.span, view.now)


def _course(view: View, answer: Item, figure: str) -> list[int | None]:
    return figures.course(answer, figure, [(key, begun) for key, _, begun in _buckets(view)])


def volume_table(view: View, answer: Item) -> Table:
    courses = [_course(view, answer, figure) for figure in VOLUMES]
    rows = [
        (key, *("" if course[at] is None else f"{course[at]:,}" for course in courses))
        for at, (key, _, _) in enumerate(_buckets(view))
    ]
    total = (t("board.total"), *(f"{figures.total(course):,}" for course in courses))
    head = (t(f"board.of_{view.span.by}"), t("board.calls"), t("board.tickets"))
    return Table(head, [total, *rows])


def comparison(view: View, answers: Answers, width: int) -> list[Line]:
    """A table in itself: what is told apart by a sign needs no picture."""
    span = compared(view)
    head = title(t("board.compared", this=span.label, last=span.moved(-1).label), width)
    table = comparison_table(view, answers)
    return [head, *(loading() if table is None else table.lines(width))]


def comparison_table(view: View, answers: Answers) -> Table | None:
    asked = [answers.get(one) for one in compare_asks(view)]
    given = [one for one in asked if one is not None]
    if len(given) < len(asked):
        return None
    this, alike, whole = map(figures.sums, given)
    names = {str(one["id"]): str(one["name"]) for one in given[0].get("figures") or ()}
    rows = [
        (safe.cell(names.get(one, one)), this[one].text, alike[one].text,
         change(this[one], alike[one]), whole[one].text)
        for one in COMPARED if one in this and one in alike and one in whole
    ]  # fmt: skip
    return Table(tuple(t(f"board.{name}") for name in ("name", "this", "alike", "change", "whole")), rows)


def change(this: Sum, before: Sum) -> str:
    """`+12%` of a volume, `-1.5` points of a rate; "" where there is nothing to compare with."""
    if this.value is None or before.value is None:
        return ""
    if this.unit == "percent":
        return t("board.points", n=f"{(this.value - before.value) * 100:+.1f}")
    if not before.value:
        return ""
    return f"{(this.value - before.value) / before.value * 100:+.0f}%"


def ranking(view: View, answers: Answers, width: int, height: int) -> list[Line]:
    """The first of them, on the overview; the page of their own has all."""
    span = compared(view)
    answer = answers.get(rank_ask(view, span))
    head = title(t("board.ranked", figure=view.figure_name, period=span.label), width)
    if answer is None:
        return [head, *loading()]
    rows = figures.ranks(answer, view.scope, view.own, view.names)
    shown = rows[: max(1, height - 2)]
    more = [[(t("board.more", n=len(rows) - len(shown)), "dim")]] if len(rows) > len(shown) else []
    drawn = bars([(row["name"], row["sum"].value, row["sum"].text) for row in shown], width, view.ink)
    return [head, *(drawn or [[(t("board.nothing"), "dim")]]), *more]


def kline(view: View, answers: Answers, width: int, height: int) -> list[Line]:
    answer = answers.get(kline_ask(view))
    bucket, _ = figures.kline_of(view.span)
    head = title(t(f"board.kline_{bucket}"), width)
    if answer is None:
        return [head, *loading()]
    items = figures.candles_of(answer)
    if view.plain:
        return [head, *kline_table(items).lines(width)]
    if not items:
        return [head, [(t("board.nothing"), "dim")]]
    legend = [(cut(t("board.legend"), width), "dim")]
    return [head, *candles(items, width, max(7, height - 2), view.ink), legend]


def kline_table(items: Sequence[Candle]) -> Table:
    names = ("bucket", "first", "highest", "lowest", "last", "volume_of", "sign")
    rows = [
        (one.label, *(f"{figure:,}" for figure in (one.first, one.highest, one.lowest, one.last, one.volume)),
         one.sign)
        for one in reversed(items)
    ]  # fmt: skip
    return Table(tuple(t(f"board.{name}") for name in names), rows)


def overview(view: View, answers: Answers, width: int, height: int) -> list[Line]:
    """Two panels beneath each other, or four where there is room."""
    if view.plain or width < WIDE or height < HIGH:
        below = comparison(view, answers, width)
        above = volume(view, answers, width, max(BIG + 9, height - len(below) - 1))
        return [*above, [("", "")], *below]
    left = (width - GAP) // 2
    right, upper = width - GAP - left, height // 2
    above = beside(volume(view, answers, left, upper), comparison(view, answers, right), left)
    room = height - upper - 1
    below = beside(ranking(view, answers, left, room), kline(view, answers, right, room), left)
    return [*_filled(above, upper), [("", "")], *below]


def overview_asks(view: View, width: int, height: int) -> list[Ask]:
    found = [volume_ask(view), *compare_asks(view)]
    if not view.plain and width >= WIDE and height >= HIGH:
        found += [rank_ask(view, compared(view)), kline_ask(view)]
    return found


def _filled(lines: list[Line], height: int) -> list[Line]:
    return lines + [[("", "")]] * (height - len(lines))


def beside(left: Sequence[Line], right: Sequence[Line], width: int) -> list[Line]:
    """Two blocks next to each other; `width` cells for the left one."""
    found: list[Line] = []
    for at in range(max(len(left), len(right))):
        line = list(left[at]) if at < len(left) else []
        used = sum(cell_len(text) for text, _ in line)
        found.append([*line, (" " * (width - used + GAP), ""), *(right[at] if at < len(right) else [])])
    return found
