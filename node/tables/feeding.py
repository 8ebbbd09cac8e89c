"""The importer's side of an import: rows from the file to the writer, batch by batch, and what came of them.

What is done stays done: after an interruption the next run skips what was taken in, and goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from node.errors import Usage
from node.language import say
from node.matters import border
from node.matters.draft import Kind

from . import cells, mapping
from .importing import IMPORTED, MOST, REJECTED, SKIPPED
from .mapping import Map
from .reading import Row, Table
from .rejects import Rejects

BATCH = 250  # rows; others at the node wait no longer than these take
BATCH_BYTES = 4 << 20
ROW_LETTERS = 1 << 20  # an act holds no more
Take = Callable[[dict[str, Any]], dict[str, Any]]  # the operation `import.rows`
Tell = Callable[[int], None]  # rows read so far
assert BATCH <= MOST


@dataclass(slots=True)
class Counts:
    imported: int = 0
    rejected: int = 0
    skipped: int = 0

    def add(self, state: str) -> None:
        setattr(self, state, getattr(self, state) + 1)


def check(kind: Kind, given: Map, table: Table, path: Path) -> None:
    """Whether the file and its MAP fit. Raises Usage (`unknown_columns`, `doubled_columns`, `no_external_id`)."""
    propose = f"qiao {kind.matter.name} import FILE --propose-map MAP.toml"
    if table.doubled:
        names = "、".join(table.doubled)
        text = say(f"{path.name} 有同名的列：{names}", f"{path.name} has columns of one name: {names}")
        raise Usage(text, code="doubled_columns", hint="head -1 FILE")
    lacking, extra = mapping.missing(given, table.headings), mapping.unmapped(given, table.headings)
    if lacking and path.suffix.lower() != ".jsonl":  # a line of JSONL may leave a name out
        text = say(
            f"{path.name} 没有这些列：{'、'.join(lacking)}",
            f"{path.name} lacks columns: {', '.join(lacking)}",
        )
        raise Usage(text, code="unknown_columns", hint=propose)
    if extra:
        shown = "、".join(extra[:8])
        text = say(f"不知道这些列是哪一项：{shown}", f"columns that no field has: {shown}")
        raise Usage(text, code="unknown_columns", hint=propose)
    if not mapping.identified(given):
        zh = "没有编号列（external_id 或 MAP 的 [id]），再次导入会重复登记"
        en = "no column of ids (external_id, or [id] of a MAP): a second run would register all of it again"
        raise Usage(say(zh, en), code="no_external_id", hint=propose)


def feed(
    kind: Kind,
    given: Map,
    table: Table,
    rejects: Rejects,
    counts: Counts,
    take: Take,
    tell: Tell,
    today: date,
) -> None:
    """Counts as it goes. Raises what the operation raises, and DiskTrouble."""
    fields = mapping.takes(kind)
    for batch in _batches(_made(kind, table, given, fields, today)):
        good = [(row, one) for row, one in batch if not one.faults]
        results: Iterator[dict[str, Any]] = iter(())
        if good:
            asked = {"matter": kind.matter.name, "rows": [one.data for _, one in good]}
            results = iter(take(asked)["results"])
        for row, one in batch:
            result = _refused(one) if one.faults else next(results)
            counts.add(result["state"])
            if result["state"] == REJECTED:
                rejects.put(row, [(f["field"], f["code"], f["reason"]) for f in result["faults"]])
        tell(batch[-1][0].number)


def _refused(one: cells.Made) -> dict[str, Any]:
    told = [{"field": f.field, "code": f.code, "reason": f.reason} for f in one.faults]
    return {"state": REJECTED, "faults": told}


def _made(
    kind: Kind, table: Table, given: Map, fields: Mapping[str, Any], today: date
) -> Iterator[tuple[Row, cells.Made]]:
    for row in table.rows:
        one = cells.made(row, given, fields, today)
        for strange in mapping.unmapped(given, row.cells):  # a line of JSONL may bring a name of its own
            told = say(f"不知道“{strange[:40]}”是哪一项", f"no field has '{strange[:40]}'")
            one.faults.append(cells.Fault(strange[:40], "unknown_columns", told))
        if one.faults and not row.fault:  # everything that is wrong with a row is told at once
            rest = border.faults(kind, mapping.verb_of(kind), one.data, whole=False)
            one.faults += [cells.Fault(fault.field, fault.code, fault.text) for fault in rest]
        if sum(len(value) for value in one.data.values() if isinstance(value, str)) > ROW_LETTERS:
            one = cells.Made(faults=[cells.Fault("", "too_large", say("这一行过长", "this row is too long"))])
        yield row, one


def _batches(rows: Iterator[tuple[Row, cells.Made]]) -> Iterator[list[tuple[Row, cells.Made]]]:
    batch: list[tuple[Row, cells.Made]] = []
    size = 0
    for row, one in rows:
        batch.append((row, one))
        size += len(json.dumps(one.data, default=str))
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


__all__ = ["IMPORTED", "REJECTED", "SKIPPED", "Counts", "check", "feed"]
