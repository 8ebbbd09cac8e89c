"""The columns of the board's lists: units ranked and topics, as pictures and as tables."""

from __future__ import annotations

from collections.abc import Sequence

from . import moments
from .face import Item
from .listed import Drawn, Figure
from .panels import View
from .pictures.bars import bar, longest, spark
from .rows import Column

TREND = 16  # cells
TREND_FROM = 100  # columns of the terminal


def rank_columns(view: View, rows: Sequence[Item]) -> list[Column]:
    """Of units, each figure with its parts and how old it is."""
    rates = bool(rows) and rows[0]["sum"].unit == "percent"
    top = 1.0 if rates else longest([row["sum"].value for row in rows])
    rank = Figure("rank", 4, lambda row: str(row["rank"]))
    name = Column("unit", 20, lambda row: str(row["name"]))
    figure = Figure("figure", 9, lambda row: str(row["sum"].text))
    line = Column("age", 12, lambda row: str(row["age"]), style=lambda row: "warn" if row["stale"] else "dim")
    if view.plain:
        return [
            rank, Column("unit", 0, name.value), Figure("figure", 14, figure.value),
            Figure("parts", 13, lambda row: row["sum"].rest), line,
            Column("last_sync", 19, lambda row: moments.full(row["last_sync"]), from_width=98),
            Column("trend", 62, _course, from_width=150),
        ]  # fmt: skip
    parts = Figure("parts", 9, lambda row: row["sum"].rest, from_width=TREND_FROM - 2)
    drawn = Drawn("bar", 0, _nothing, draw=lambda row, cells: bar(row["sum"].value, top, cells, view.ink),
                  style=lambda _row: "head")  # fmt: skip
    trend = Drawn("trend", TREND, _nothing, draw=lambda row, cells: spark(row.get("trend") or (), cells, view.ink),
                  from_width=TREND_FROM - 2)  # fmt: skip
    return [rank, name, drawn, figure, parts, trend, line]


def topic_columns(view: View, rows: Sequence[Item]) -> list[Column]:
    """Of topics, with a sign before those that have a level of their own."""
    top = longest([row["first"] for row in rows])
    name = Column("topic", 26, lambda row: ("> " if row["deeper"] else "  ") + row["name"])
    tickets = Figure("tickets", 9, lambda row: f"{row['first']:,}")
    calls = Figure("calls", 9, lambda row: f"{row['second']:,}")
    if view.plain:
        return [Column("topic", 0, name.value), Column("code", 30, lambda row: row["key"]), tickets, calls]
    drawn = Drawn("bar", 0, _nothing, draw=lambda row, cells: bar(row["first"], top, cells, view.ink),
                  style=lambda _row: "head")  # fmt: skip
    return [name, drawn, tickets, calls]


def _course(row: Item) -> str:
    """The figures of the line of its course; of what hasn't begun nothing."""
    return " ".join(str(one) for one in row.get("trend") or () if one is not None)


def _nothing(_row: Item) -> str:
    return ""
