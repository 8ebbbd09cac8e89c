"""The K-line of calls (来电 K 线, product 1.5): per bucket the first, highest, lowest and last sub-bucket, and beneath
it the volume. Whether it rose or fell is said by a sign beneath each candle as well, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..cells import cut, pad, pad_left
from ..lines import Line
from .columns import MARK, labels
from .ink import Ink, filled

VOLUME = 3  # lines of the volume's columns, where the picture is at least LOW high
LOW = 12
UP, DOWN, EVEN, OPEN = "+", "-", "=", "~"


@dataclass(frozen=True, slots=True)
class Candle:
    """`label` is safe. `complete`: the bucket is over."""

    label: str
    first: int
    highest: int
    lowest: int
    last: int
    volume: int
    complete: bool = True

    @property
    def sign(self) -> str:
        if not self.complete:
            return OPEN
        return UP if self.last > self.first else DOWN if self.last < self.first else EVEN


def candles(items: Sequence[Candle], width: int, height: int, ink: Ink) -> list[Line]:
    """Of `height` lines. Of more candles than fit, the last are drawn, and MARK says so."""
    if not items or width < 12 or height < 7:
        return []
    top = max([one.highest for one in items] + [1])
    most = max([one.volume for one in items] + [1])
    margin = max(len(f"{top:,}"), len(f"{most:,}"), len(MARK)) + 1
    each = max(2, min(6, (width - margin) // len(items)))
    shown = items[-((width - margin) // each) :]
    below = VOLUME if height >= LOW else 0
    rows = height - below - 2
    lines = [_row(shown, row, rows, top, margin, each, ink) for row in range(rows - 1, -1, -1)]
    lines.append([(" " * margin, ""), ("".join(one.sign.ljust(each) for one in shown), "bold")])
    drawn = [filled(one.volume, most, below, ink.rising) for one in shown]
    lines += [_volume(drawn, row, below, most, margin, each) for row in range(below - 1, -1, -1)]
    dates = labels([(one.label, None) for one in shown], each, width - margin).rstrip()
    lines.append(
        [(pad(MARK if len(shown) < len(items) else "", margin), "warn"), (cut(dates, width - margin), "dim")]
    )
    return lines


def _row(shown: Sequence[Candle], row: int, rows: int, top: int, margin: int, each: int, ink: Ink) -> Line:
    figure = f"{top:,}" if row == rows - 1 else "0" if row == 0 else ""
    spans: Line = [(pad_left(figure, margin - 1) + " ", "dim")]
    for one in shown:
        glyph = _glyph(one, row, rows, top, ink)
        body = glyph * max(1, each - 1) if glyph in (ink.up, ink.down) else glyph.center(max(1, each - 1))
        spans.append((body.ljust(each), "warn" if one.sign == UP else "good" if one.sign == DOWN else ""))
    return spans


def _glyph(one: Candle, row: int, rows: int, top: int, ink: Ink) -> str:
    def at(value: int) -> int:
        return round(value / top * (rows - 1))

    if min(at(one.first), at(one.last)) <= row <= max(at(one.first), at(one.last)):
        return ink.down if one.last < one.first else ink.up
    return ink.wick if at(one.lowest) <= row <= at(one.highest) else " "


def _volume(drawn: Sequence[str], row: int, rows: int, most: int, margin: int, each: int) -> Line:
    axis = pad_left(f"{most:,}" if row == rows - 1 else "", margin - 1) + " "
    cells = (((one[row] if row < len(one) else " ") * max(1, each - 1)).ljust(each) for one in drawn)
    return [(axis, "dim"), ("".join(cells), "head")]
