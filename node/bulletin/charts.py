"""The two pictures of a bulletin (图), drawn with lines and boxes: the calls' K-line, the hours of the day.

They read in black and white as well: a day that ended busier than it began is hollow, the other filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from node.language import say
from node.paper.leaf import LINE, NAME, SMALL, Leaf

from .content import Candle

HEIGHT, VOLUME = 46.0, 16.0  # mm, of the candles (or bars) and of the volumes below
GUTTER = 12.0  # mm, for the scale
RISING, FALLING, BARS, GRID = (192, 40, 40), (32, 120, 72), (70, 110, 160), (215, 215, 215)
TICKS = 4


def kline(page: Leaf, candles: Sequence[Candle]) -> None:
    """Of each day the calls in its first, busiest, quietest and last hour; below, all of the day."""
    _title(page, say("来电 K 线（每日：首时、最高、最低、末时；下为全日来电）",
                     "Calls: first, busiest, quietest, last hour of each day; below, the day's volume"),
           HEIGHT + VOLUME + 12)  # fmt: skip
    top, slot = page.get_y(), _slot(page, len(candles))
    most, volume = (
        scale(max((one.highest for one in candles), default=0)),
        max((one.volume for one in candles), default=0),
    )
    _axis(page, top, HEIGHT, most)
    for at, one in enumerate(candles):
        left = page.l_margin + GUTTER + at * slot
        if one.volume:
            _candle(page, one, left, slot, top, most)
        tall = VOLUME * one.volume / volume if volume else 0
        page.set_fill_color(*GRID)
        page.rect(left + slot * 0.15, top + HEIGHT + 2 + VOLUME - tall, slot * 0.7, tall, style="F")
        if at % 2 == 0:
            _label(page, one.day[8:], left, slot, top + HEIGHT + VOLUME + 2)
    page.set_xy(page.l_margin, top + HEIGHT + 2)
    page.cell(GUTTER - 1, LINE, f"{volume:,}", align="R")
    page.set_xy(page.l_margin, top + HEIGHT + VOLUME + 7)


def hours(page: Leaf, calls: Sequence[int]) -> None:
    _title(
        page,
        say("一日之中来电的分布（全月合计，按时）", "Calls by hour of the day, all of the month"),
        HEIGHT + 10,
    )
    top, slot = page.get_y(), _slot(page, len(calls))
    most = scale(max(calls, default=0))
    _axis(page, top, HEIGHT, most)
    page.set_fill_color(*BARS)
    for at, one in enumerate(calls):
        left, tall = page.l_margin + GUTTER + at * slot, HEIGHT * one / most
        page.rect(left + slot * 0.15, top + HEIGHT - tall, slot * 0.7, tall, style="F")
        _label(page, f"{at:02d}", left, slot, top + HEIGHT)
    page.set_xy(page.l_margin, top + HEIGHT + 6)


def scale(most: int) -> int:
    """The end of an axis: the next 1, 2, 4, 5 or 8 of its power of ten that four ticks divide evenly; 4 at least."""
    step = int(10 ** (len(str(max(most, 1))) - 1))
    found = next(lead * step for lead in (1, 2, 4, 8, 10) if lead * step >= most)
    return max(TICKS, found)


def ticks(most: int) -> Iterator[tuple[float, int]]:
    """(share of the height from the top, value)."""
    for at in range(TICKS + 1):
        yield at / TICKS, most - most * at // TICKS


def _title(page: Leaf, text: str, room: float) -> None:
    if page.will_page_break(room + LINE):
        page.add_page()
    page.set_font(NAME, size=SMALL + 1)
    page.ln(2)
    page.cell(0, LINE + 1, page.fitting(text), new_x="LMARGIN", new_y="NEXT")
    page.ln(1)


def _slot(page: Leaf, count: int) -> float:
    return (page.epw - GUTTER) / max(1, count)


def _axis(page: Leaf, top: float, height: float, most: int) -> None:
    page.set_font(NAME, size=7)
    page.set_draw_color(*GRID)
    page.set_line_width(0.1)
    for share, value in ticks(most):
        y = top + height * share
        page.line(page.l_margin + GUTTER, y, page.l_margin + page.epw, y)
        page.set_xy(page.l_margin, y - LINE / 2)
        page.cell(GUTTER - 1, LINE, f"{value:,}", align="R")


def _candle(page: Leaf, one: Candle, left: float, slot: float, top: float, most: int) -> None:
    def y(value: int) -> float:
        return top + HEIGHT * (1 - value / most)

    rises = one.last >= one.first
    page.set_draw_color(*(RISING if rises else FALLING))
    page.set_fill_color(*((255, 255, 255) if rises else FALLING))
    page.set_line_width(0.25)
    middle = left + slot / 2
    page.line(middle, y(one.highest), middle, y(one.lowest))
    upper, lower = y(max(one.first, one.last)), y(min(one.first, one.last))
    page.rect(left + slot * 0.2, upper, slot * 0.6, max(0.3, lower - upper), style="DF")


def _label(page: Leaf, text: str, left: float, slot: float, top: float) -> None:
    page.set_xy(left - slot, top)
    page.cell(3 * slot, LINE, text, align="C")
