"""A bulletin for programs (--json): the report as one document. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .cells import Cell, Change, Measured
from .report import Report


def document(made: Report, month: str) -> dict[str, Any]:
    """`tables`: name, title, columns, rows; a measured cell as `value`, `numerator`, `denominator`, `unit`."""
    return {
        "month": month,
        "title": made.title,
        "state": made.state,
        "draft": made.is_draft,
        "about": dict(made.pairs),
        "figures": [
            {"id": name, **_measured(one), "excluded_numerator": apart.numerator,
             "excluded_denominator": apart.denominator}
            for name, one, apart in made.figures
        ],
        "tables": [
            {"name": one.name, "title": one.title, "columns": [column.head for column in one.columns],
             "rows": [[_cell(cell) for cell in row] for row in one.rows], "note": one.note}
            for one in made.tables
        ],
        "candles": [asdict(one) for one in made.candles],
        "hours": list(made.hours),
        "notes": list(made.notes),
    }  # fmt: skip


def _cell(cell: Cell) -> str | int | float | None | Mapping[str, Any]:
    if isinstance(cell, Measured):
        return _measured(cell)
    if isinstance(cell, Change):
        return None if cell.value is None else round(cell.value, 4)
    return cell


def _measured(one: Measured) -> dict[str, Any]:
    value = None if one.value is None else round(one.value, 4)
    return {"value": value, "numerator": one.numerator, "denominator": one.denominator, "unit": one.unit}
