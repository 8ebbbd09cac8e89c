"""派单: the tree of units below, found by name, pinyin initials or code; one lead, any co-handlers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Input, Static

from node.errors import QiaoError
from node.matters.draft import Verb

from .. import moments, pinyin, safe
from ..cells import cut
from ..face import Item
from ..form import Unfit
from ..found import Found
from ..inputs import TextBox
from ..rows import Column, Rows
from ..texts import t
from .form import FormScreen


def reachable(units: Sequence[Item], own: str) -> list[Item]:
    """One's own unit, those below it, and those that it hosts, in the order of the tree."""

    def is_reached(unit: Item) -> bool:
        return f"{unit['path']}/".startswith(f"{own}/") or unit.get("hosted_by") == own

    return sorted(filter(is_reached, units), key=lambda unit: str(unit["path"]))


def narrowed(units: Sequence[Item], typed: str) -> list[Item]:
    """The units that answer to what was typed: code, name, pinyin initials."""
    typed = typed.strip()
    if not typed:
        return list(units)
    return [unit for unit in units if typed in str(unit["code"]) or pinyin.matches(typed, str(unit["name"]))]


class DispatchScreen(FormScreen):
    kind = "dispatch"

    def __init__(
        self,
        verb: Verb,
        matter: str,
        record: str | None,
        item: Item,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(verb, matter, record, item, given)
        self._all: list[Item] = []
        self._lead = ""
        self._co: list[str] = []
        self._final = False
        self._due = ""  # the deadline that would result
        self._desks: Mapping[str, Item] = {}

    @property
    def heading(self) -> str:
        return t("dispatch.title", number=safe.cell(self.item.get("number") or ""))

    def body(self) -> Iterable[Widget]:
        columns = (
            Column("mark", 6, self._mark),
            Column("unit", 0, lambda unit: "  " * _depth(unit, self.desk.unit) + str(unit["name"])),
            Column("code", 12, lambda unit: str(unit["code"])),
            Column("load", 5, self._load_of),
            Column("host", 18, self._state_of, style=self._silent),
        )
        yield Static("", classes="strip", id="note", markup=False)
        yield TextBox(id="find", hint=t("dispatch.find"))
        yield Rows(columns, self._page, id="units", empty=self._nothing)
        yield Static("", classes="strip", id="lead", markup=False)
        yield Static("", classes="strip", id="co", markup=False)
        yield Static("", classes="fault", id="fault", markup=False)

    def begin(self) -> None:
        self._restore(self.desk.drafts.get(self.key))
        self.query_one("#find").focus()
        self._tell()
        self.begin_work(self._load, "units")

    async def _load(self) -> None:
        units = await self.desk.ask("units")
        self._all = reachable(units or [], self.desk.unit)
        self.units.reload()
        self._tell()
        self.begin_work(self._weigh, "desks")
        if self._lead and self.item:
            self.begin_work(self._try, "due")

    async def _weigh(self) -> None:
        """How much each has in hand, and when its node was heard last."""
        try:
            self._desks = await self.desk.gate.look("desks", self.matter)
        except QiaoError as fault:
            self.desk.trouble(fault)
        self.units.refresh()

    def _load_of(self, unit: Item) -> str:
        desk = self._desks.get(str(unit["path"]))
        return str(desk["open"]) if desk is not None else ""

    def _state_of(self, unit: Item) -> str:
        desk = self._desks.get(str(unit["path"])) or {}
        if not desk.get("has_node"):
            return _host(unit)
        seen = desk.get("last_seen")
        return t("dispatch.seen", ago=moments.ago(seen, self.desk.now())) if seen else t("dispatch.unseen")

    def _silent(self, unit: Item) -> str:
        """Whom it reaches late is told by colour as well."""
        desk = self._desks.get(str(unit["path"])) or {}
        return "warn" if desk.get("has_node") and desk.get("offline_days") != 0 else ""

    @property
    def units(self) -> Rows:
        return self.query_one("#units", Rows)

    async def _page(self, after: str | None, limit: int) -> Found:
        return Found(narrowed(self._all, self.query_one("#find", TextBox).value))

    def _nothing(self) -> str:
        typed = self.query_one("#find", TextBox).value.strip()
        return t("empty.found", text=safe.cell(typed)) if typed else t("empty.units")

    def _mark(self, unit: Item) -> str:
        if unit["path"] == self._lead:
            return t("ticket.lead")
        return t("dispatch.mark") if unit["path"] in self._co else ""

    # Choosing

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.units.reload()

    def entered(self) -> None:
        """Enter in the field takes the first unit found."""
        if (unit := self.units.highlighted) is not None:
            self._choose(str(unit["path"]))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self._choose(str(event.item["path"]))

    def on_rows_highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()

    def _choose(self, path: str) -> None:
        self._lead = "" if self._lead == path else path
        self._co = [one for one in self._co if one != path]
        self._due = ""
        self._tell()
        if self._lead and self.record and self.item:
            self.begin_work(self._try, "due")

    async def _try(self) -> None:
        """The deadline that would result; a refusal is told when it is handed in."""
        params = {"matter": self.matter, "verb": self.verb.name, "record": self.record, "data": self.data()}
        lead = self._lead
        try:
            told = await self.desk.gate.check("act", params, self.desk.person)
        except QiaoError:
            return
        if lead == self._lead:
            self._due = _due_of(told, lead)
            self._tell()

    def do_mark(self) -> None:
        unit = self.units.highlighted
        if unit is None or unit["path"] == self._lead:
            return
        path = str(unit["path"])
        self._co = [one for one in self._co if one != path] if path in self._co else [*self._co, path]
        self._tell()

    def do_final(self) -> None:
        self._final = not self._final
        self._tell()

    def _called(self, path: str) -> str:
        return next((str(unit["name"]) for unit in self._all if unit["path"] == path), path)

    def _tell(self) -> None:
        width = max(20, self.app.size.width - 2)
        lead = self._called(self._lead) if self._lead else t("dispatch.nobody")
        lines = [t("dispatch.lead", names=safe.cell(lead))]
        if self._due:
            lines.append(t("dispatch.due", due=self._due))
        if self._final:
            lines.append(t("dispatch.final"))
        names = ", ".join(safe.cell(self._called(path)) for path in self._co)
        self.query_one("#lead", Static).update(cut("  ".join(lines), width))
        self.query_one("#co", Static).update(cut(t("dispatch.co", names=names), width) if names else "")
        self.units.refresh()

    resized = _tell

    # Handing in

    def raw(self) -> dict[str, str]:
        chosen = {"lead": self._lead, "co": " ".join(self._co), "final": "yes" if self._final else ""}
        return chosen if any(chosen.values()) else {}

    def _restore(self, raw: Mapping[str, str]) -> None:
        self._lead = raw.get("lead", "")
        self._co = raw.get("co", "").split()
        self._final = raw.get("final") == "yes"

    def data(self) -> dict[str, Any]:
        if not self._lead:
            raise Unfit("lead", t("dispatch.no_lead"))
        data: dict[str, Any] = {"lead": self._lead}
        if self._co:
            data["co"] = list(self._co)
        return data | ({"final": True} if self._final else {})

    def sentence(self, data: Mapping[str, Any]) -> str:
        names = [self._called(self._lead), *map(self._called, self._co)]
        return f"{self.heading}: {t('confirm.dispatch', names=', '.join(names))}"

    def do_back(self) -> None:
        box = self.query_one("#find", TextBox)
        if box.value:
            box.value = ""
            return
        super().do_back()


def _depth(unit: Item, own: str) -> int:
    return max(0, str(unit["path"]).count("/") - own.count("/"))


def _due_of(told: Item, unit: str) -> str:
    """When a unit is to have completed it; below a unit that passes it on, that one is to, for whatever it gives on."""
    running = [one for one in told.get("deadlines") or () if one["clock"] in ("complete", "rework")]
    clocks = [one for one in running if one["done"] is None and f"{unit}/".startswith(f"{one['unit']}/")]
    found = max(clocks, key=lambda one: len(one["unit"]), default=None)
    return moments.limit(found["due"]) if found else ""


def _host(unit: Item) -> str:
    host = unit.get("hosted_by_name") or unit.get("hosted_by")
    return t("dispatch.hosted", host=host) if host else ""
