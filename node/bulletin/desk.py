"""What commands and screens ask of bulletins: which issues there are, one of them or a draft, and a file of it.

Reads the database alone, and writes a file beside it; publishing is the writer's (operations.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from node import whole_file
from node.errors import NotFound, Stale, Usage
from node.language import say
from node.lookup import Lookup
from sync_protocol.names import parent_of

from . import freezing
from .content import Content
from .issues import Issue, issues
from .report import Report, report

KINDS = (".xlsx", ".pdf", ".md")
MATTER = "bulletin"
MOST = 600  # months told: fifty years


class Desk:
    def __init__(self, reader: Lookup) -> None:
        self._reader = reader

    def every(self) -> dict[str, Any]:
        """Every issue, the newest month first, its newest issue first."""
        found = [one.told() for record in self._records() for one in reversed(self._issues(record))]
        found.sort(key=lambda one: str(one["month"]), reverse=True)
        return {"items": found, "next": None}

    def draft(self, month: str) -> Report:
        """As of now, of what this node holds of its unit and all below. Raises Usage `bad_period`."""
        return report(self._draft(month))

    def issue(self, month: str, number: int | None = None, record: str = "") -> Report:
        """The one that holds, or by its number. Raises NotFound `no_bulletin`, Stale `two_bulletins`."""
        every, one = self._chosen(month, number, record)
        return report(one.content, one, every)

    def whole(
        self, month: str, *, number: int | None = None, record: str = "", draft: bool = False
    ) -> Report:
        """The published one where there is any, else a draft; with `draft` that. Raises as `issue` and `draft`."""
        return self._told(month, number, record, draft)[0]

    def write(
        self, path: Path, month: str, *, number: int | None = None, record: str = "", draft: bool = False,
        force: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """Into a new file, by the ending of its name. Raises as `whole`, Usage `bad_value`, Stale `export_exists`,
        DiskTrouble."""
        writer = _writer(path)
        whole_file.refuse_existing(path, force)
        made, dated = self._told(month, number, record, draft)
        with whole_file.beside(path, force) as file:
            writer(file, made, dated)
        return {"path": str(path), "month": month, "draft": made.is_draft, "state": made.state}

    def _told(self, month: str, number: int | None, record: str, draft: bool) -> tuple[Report, datetime]:
        """The report, and the moment that a file of it bears."""
        freezing.months(month, self._reader.clock.now_ms())
        if not draft and (number is not None or record or self._of_month(month)):
            every, one = self._chosen(month, number, record)
            return report(one.content, one, every), datetime.fromisoformat(one.time)
        found = self._draft(month)
        return report(found), datetime.fromisoformat(found.as_of)

    def _draft(self, month: str) -> Content:
        (unit, name), now_ms = self._whose(), self._reader.clock.now_ms()
        with self._reader.signing() as (db, _):
            return freezing.freeze(db, self._reader.id, unit, name, month, now_ms)

    def _whose(self) -> tuple[str, str]:
        """Path and name of the unit that a draft is of: this node's own, at an audit node that of its issuer."""
        units = {str(one["path"]): one for one in self._reader.units()}
        own = self._reader.unit
        above = parent_of(own)
        if above in units and own in units and units[own]["role"] == "auditor":
            return above, str(units[above]["name"])
        return own, self._reader.unit_name

    def _chosen(self, month: str, number: int | None, record: str) -> tuple[Sequence[Issue], Issue]:
        found = [one for one in self._of_month(month) if record in ("", one)]
        if not found:
            text = say(f"{month} 的通报还没有发布到这里", f"no bulletin of {month} is here")
            raise NotFound(text, code="no_bulletin", hint="qiao bulletin list")
        if len(found) > 1:
            text = say(
                f"{month} 有 {len(found)} 份通报，请用 --record 指明：{' '.join(found)}",
                f"there are {len(found)} of {month}, name one by --record: {' '.join(found)}",
            )
            raise Stale(text, code="two_bulletins", hint="qiao bulletin list")
        every = self._issues(found[0])
        fits = [
            one for one in every if one.number == number or (number is None and one.standing == "current")
        ]
        if not fits:
            text = say(f"{month} 的通报没有第 {number} 期", f"the bulletin of {month} has no issue {number}")
            raise NotFound(text, code="no_bulletin", hint="qiao bulletin list")
        return every, next((one for one in fits if one.standing != "beside"), fits[0])

    def _of_month(self, month: str) -> Sequence[str]:
        return [record for record, of in self._months() if of == month]

    def _records(self) -> Sequence[str]:
        return [record for record, _ in self._months()]

    def _months(self) -> Sequence[tuple[str, str]]:
        """(record, month) of every bulletin that is here."""
        page = self._reader.list(MATTER, limit=MOST)
        return [(str(one["record"]), str(one["number"])) for one in page.items if one["phase"]]

    def _issues(self, record: str) -> list[Issue]:
        return issues(self._reader.show(MATTER, record))


def _writer(path: Path) -> Callable[[BinaryIO, Report, datetime], None]:
    """By the ending: what writes a kind is loaded with its library."""
    kind = path.suffix.lower()
    if kind == ".xlsx":
        from . import workbook

        return workbook.write
    if kind == ".pdf":
        from . import pdf

        return pdf.write
    if kind == ".md":
        from . import text

        return lambda file, made, _dated: text.write(file, made)
    told = say(f"通报是 {'、'.join(KINDS)} 文件", f"a bulletin is a file {', '.join(KINDS)}")
    raise Usage(told, code="bad_value", hint="qiao bulletin --month 2026-10 --out FILE.pdf")
