"""What is looked at in the settings: units and nodes, backup, calendar, policy. What changes them is a command, since
it is rare and for an administrator; each sheet names it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from ... import moments, safe
from ...cells import cut, pad
from ...face import Item
from ...found import Found
from ...lines import Line, Lines
from ...rows import Column, Rows
from ...sheet import named, text_lines
from ...texts import known, t
from ..base import Base
from ..line import backup_told


class SheetScreen(Base):
    """A text of lines from one answer of the node."""

    kind = "setting"

    area = ""  # settings.AREA

    def __init__(self) -> None:
        super().__init__()
        self.found: Item = {}

    @property
    def heading(self) -> str:
        return t(f"settings.{self.area}")

    def body(self) -> Iterable[Widget]:
        yield Lines(id="sheet")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.changed()

    def changed(self) -> None:
        self.begin_work(self._load, "sheet")

    do_refresh = changed

    async def _load(self) -> None:
        found = await self.read()
        if found is not None:
            self.found = found
            self.query_one("#sheet", Lines).show(lambda width: [*self.told(found, width), *self._how(width)])

    async def read(self) -> Item | None:
        """The node's answer; None where it failed, which is told."""
        return None

    def told(self, found: Item, width: int) -> Iterable[Line]:
        return ()

    def _how(self, width: int) -> Iterable[Line]:
        yield [("", "")]
        yield from text_lines(t(f"settings.{self.area}.how"), width, 0, "dim", 1000)


class BackupScreen(SheetScreen):
    area = "backup"

    async def read(self) -> Item | None:
        status: Item | None = await self.desk.ask("status")
        return status

    def told(self, found: Item, width: int) -> Iterable[Line]:
        line = found.get("line")
        fault = safe.block(line.get("backup_fault") or "") if isinstance(line, dict) else ""
        yield from named(t("line.backup"), backup_told(found), width)
        faults = {
            safe.block(name): safe.block(code) for name, code in (found.get("backup_faults") or {}).items()
        }
        for told in [f"{name} {code}" for name, code in faults.items()] or filter(None, [fault]):
            yield from named(t("settings.backup.fault"), told, width)


class PolicyScreen(SheetScreen):
    area = "policy"

    async def read(self) -> Item | None:
        policy: Item | None = await self.desk.ask("policy")
        return policy

    def told(self, found: Item, width: int) -> Iterable[Line]:
        defaults = found.get("defaults") or {}
        yield from _head(t("settings.in_force", time=moments.full(found.get("as_of"))), width)
        for key, value in (found.get("in_force") or {}).items():
            yield _rule(key, value, width, "" if defaults.get(key) == value else "bold")
        for change in found.get("changes") or []:
            before = found.get("in_force") or {}
            yield from _head(t("settings.from", time=moments.full(change.get("from"))), width)
            for key, value in (change.get("values") or {}).items():
                if before.get(key) != value:
                    yield _rule(key, value, width, "bold")


def _rule(key: str, value: Any, width: int, style: str) -> Line:
    name = pad(safe.cell(known(f"policy.{key}", key)), 26)
    return [(name + " ", "dim"), (cut(_value(value), width - 27), style)]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, dict):
        return ", ".join(f"{safe.cell(key)} {safe.cell(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(safe.cell, value)) or t("none")
    return safe.cell(value)


def _head(text: str, width: int) -> Iterable[Line]:
    yield [("", "")]
    yield [(cut(text, width), "head")]


class CalendarScreen(SheetScreen):
    """One year; left and right turn to another."""

    kind = "calendar"
    area = "calendar"

    def __init__(self) -> None:
        super().__init__()
        self.year = 0  # this year's, once it is shown

    async def read(self) -> Item | None:
        self.year = self.year or self.desk.now().astimezone(moments.CHINA).year
        calendar: Item | None = await self.desk.ask("calendar", self.year)
        return calendar

    def told(self, found: Item, width: int) -> Iterable[Line]:
        published = bool(found.get("published"))
        told = t("settings.published") if published else t("settings.unpublished")
        yield [(cut(t("settings.year", year=self.year, told=told), width), "head" if published else "warn")]
        days = [f"{safe.cell(day)[5:]} {t(f'day.{kind}')}" for day, kind in (found.get("days") or {}).items()]
        across = max(1, width // 14)
        for start in range(0, len(days), across):
            yield [(cut("".join(pad(day, 14) for day in days[start : start + across]), width), "")]

    def do_earlier(self) -> None:
        self._turn(-1)

    def do_later(self) -> None:
        self._turn(1)

    def _turn(self, by: int) -> None:
        self.year += by
        self.changed()


class NodesScreen(Base):
    """Every unit of the registry, with its node's state."""

    kind = "setting"

    @property
    def heading(self) -> str:
        return t("settings.nodes")

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("unit", 0, lambda item: f"{item.get('name') or ''}  {item.get('unit') or ''}"),
            Column("role", 9, lambda item: known(f"node.{item.get('role')}", str(item.get("role") or ""))),
            Column(
                "node_state", 9, lambda item: known(f"node.{item.get('state')}", str(item.get("state") or ""))
            ),
            Column("node", 18, lambda item: str(item.get("node") or "")[:16], from_width=90),
        )
        yield Rows(columns, self._page, id="rows")
        yield Lines(self._how, id="how")

    def begin(self) -> None:
        self.query_one("#how").styles.height = 3
        self.query_one(Rows).focus()
        self.query_one(Rows).reload()

    async def _page(self, after: str | None, limit: int) -> Found:
        units = await self.desk.ask("registry") or ()
        return Found([{**one, "id": f"{one.get('unit')} {one.get('node')}"} for one in units])

    def _how(self, width: int) -> list[Line]:
        return list(text_lines(t("settings.nodes.how"), width, 0, "dim", 1000))

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
