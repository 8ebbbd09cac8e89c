"""A bulletin as text: Markdown for a page, and plain lines, aligned by cells, for a terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from node.language import say

from .cells import NOTHING, Cell, text
from .content import Candle
from .report import Report
from .tables import Table

WIDEST = 48  # signs of a bar
_MARKS = re.compile(r"([\\`*_{}\[\]<>|#])")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def write(file: BinaryIO, made: Report) -> None:
    file.write("\n".join([*markdown(made), ""]).encode())


def markdown(made: Report) -> Iterator[str]:
    yield f"# {_clean(made.title)}"
    yield ""
    yield f"**{_clean(made.state)}**"
    yield ""
    for label, value in made.pairs:
        yield f"- {label}：{_clean(value)}"
    for at, one in enumerate(one for one in made.tables if not one.only_book):
        yield from ("", f"## {one.title}", "")
        yield from _table(one)
        if one.note:
            yield from ("", one.note)
        if at == 0:
            yield from _pictures(made)
    yield ""
    for note in made.notes:
        yield f"> {note}"
        yield ">"


def _table(made: Table) -> Iterator[str]:
    yield _row([one.head for one in made.columns])
    yield _row(["---" if isinstance(_first(made, at), str) else "--:" for at in range(len(made.columns))])
    for row in made.rows:
        yield _row([_clean(text(cell)) for cell in row])


def _first(made: Table, at: int) -> Cell:
    return made.rows[0][at]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _clean(told: str) -> str:
    """Foreign text is data: it ends no table and begins no link."""
    return _MARKS.sub(r"\\\1", plain(told))


def plain(told: str) -> str:
    return _CONTROLS.sub(lambda hit: f"‹U+{ord(hit[0]):04X}›", told)


def _pictures(made: Report) -> Iterator[str]:
    yield from (
        "",
        f"## {say('来电 K 线', 'K-line of the calls')}",
        "",
        "```text",
        *candle_lines(made.candles),
        "```",
    )
    yield from (
        "",
        f"## {say('来电时段', 'Calls by hour of the day')}",
        "",
        "```text",
        *hour_lines(made.hours),
        "```",
    )


def candle_lines(candles: Sequence[Candle]) -> Iterator[str]:
    """A day: `-` from its quietest to its busiest hour, `=` (or `#`, where it fell) between its first and its last."""
    most = max((one.highest for one in candles), default=0)
    yield say("日    首  高  低  末    全日", "day first high low last volume") + f"   0..{most}"
    for one in candles:
        numbers = f"{one.day[5:]} {one.first:>4}{one.highest:>4}{one.lowest:>4}{one.last:>4}{one.volume:>8,}"
        yield f"{numbers}  {_drawn(one, most)}".rstrip()


def _drawn(one: Candle, most: int) -> str:
    def at(value: int) -> int:
        return value * (WIDEST - 1) // most

    if not most or not one.volume:
        return ""
    line = [" "] * WIDEST
    line[at(one.lowest) : at(one.highest) + 1] = "-" * (at(one.highest) - at(one.lowest) + 1)
    low, high = sorted((at(one.first), at(one.last)))
    line[low : high + 1] = ("=" if one.last >= one.first else "#") * (high - low + 1)
    return "".join(line)


def hour_lines(calls: Sequence[int]) -> Iterator[str]:
    most = max(calls, default=0)
    for at, one in enumerate(calls):
        yield f"{at:02d} {one:>7,}  {'#' * (one * WIDEST // most if most else 0)}".rstrip()


# For a terminal


def lines(made: Report, width: int | None = None) -> Iterator[str]:
    from node.commands.shown import table

    yield plain(made.title)
    yield plain(made.state)
    for label, value in made.pairs:
        yield f"{label}：{plain(value)}"
    for at, one in enumerate(one for one in made.tables if not one.only_book):
        yield from ("", one.title)
        rows = [[plain(text(cell)).replace(NOTHING, "-") for cell in row] for row in one.rows]
        yield from table([column.head for column in one.columns], rows, width)
        if one.note:
            yield one.note
        if at == 0:
            yield from ("", say("来电 K 线", "K-line of the calls"), *candle_lines(made.candles))
            yield from ("", say("来电时段", "Calls by hour of the day"), *hour_lines(made.hours))
    yield ""
    yield from made.notes
