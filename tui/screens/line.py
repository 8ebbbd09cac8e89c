"""同步: both directions honestly, and the check codes to read over the telephone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from conflict.declaration import Field, Type
from node.errors import QiaoError
from node.matters.draft import Verb

from .. import moments, safe
from ..cells import cut, pad
from ..face import Item
from ..lines import Line, Lines
from ..sheet import text_lines
from ..texts import known, t
from .base import Base
from .dialogs import PickScreen
from .form import FormScreen

NAME = 30  # cells
LOOKS = 2.0  # seconds
CODES_HOLD = 60.0  # seconds until the codes are computed again, unless somebody asks
BACKUP_STYLES = {"red": "bad", "yellow": "warn"}
ALARMING_OFFSET_MS = 60_000
ALARMING_REGISTRY = 7 * 86400  # seconds; the root stamps daily


class LineScreen(Base):
    kind = "line"

    def __init__(self) -> None:
        super().__init__()
        self.status: Item = {}
        self.codes: dict[str, str] = {}
        self._counted = -CODES_HOLD  # when the codes were begun
        self._names: dict[str, str] = {}  # of units, by path

    @property
    def heading(self) -> str:
        return t("line.title")

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="strip", id="note", markup=False)
        yield Lines(id="sheet")

    def begin(self) -> None:
        self.query_one("#sheet").focus()
        self.changed()
        self.set_interval(LOOKS, self.changed)

    def changed(self) -> None:
        """Positions of links move without a record's changing, so it looks by itself as well."""
        if self.is_current:
            self.begin_work(self._load, "line")

    def do_refresh(self) -> None:
        self._counted = 0.0
        self.changed()

    async def _load(self) -> None:
        status = await self.desk.ask("status")
        if status is None:
            return
        self.status = status
        self.refresh_bindings()
        if not self._names:
            self._names = {str(one["path"]): str(one["name"]) for one in await self.desk.ask("units") or ()}
        self._show()
        if time.monotonic() - self._counted > CODES_HOLD:
            self._counted = time.monotonic()
            self.begin_work(self._count, "codes")

    async def _count(self) -> None:
        """The check codes: each is a digest of all that a neighbour has in common with us."""
        for unit in neighbours(self.status, self.desk.unit):
            self.codes[unit] = await self._code(unit)
            self._show()

    async def _code(self, unit: str) -> str:
        try:
            digest = await self.desk.gate.look("digest", unit)
        except QiaoError as fault:
            return safe.cell(fault.text)
        if digest.get("undelivered_up") or digest.get("undelivered_down"):
            return t("line.no_code")
        code = safe.cell(digest.get("code") or "")
        return f"{code[:4]} {code[4:]}" if code.isdigit() else code

    def _show(self) -> None:
        status, codes, own = self.status, dict(self.codes), self.desk.unit
        now, names = self.desk.now(), self._names
        self.query_one("#sheet", Lines).show(lambda width: told(status, codes, own, now, width, names))

    # Syncing

    def do_sync(self) -> None:
        self._note(t("line.syncing"))
        self.begin_work(self._sync, "sync")

    async def _sync(self) -> None:
        try:
            result = await self.desk.gate.act("do", "sync", {}, self.desk.person)
        except QiaoError as fault:
            self._note("")
            self.tell_fault(fault)
        else:
            sent, received = result.get("sent", 0), result.get("received", 0)
            self._note(t("line.synced", sent=sent, received=received))
        self.changed()

    def _note(self, text: str) -> None:
        for note in self.query("#note").results(Static):
            note.update(cut(safe.cell(text), max(20, self.app.size.width - 2)))

    # The clock

    def offers(self, name: str) -> bool:
        person = self.desk.person
        is_asked = bool(self.status.get("clock_question")) and person is not None and "admin" in person.roles
        return is_asked if name == "clock" else True

    def do_clock(self) -> None:
        """The answer to what the node asks about its clock; only an administrator's counts."""
        options = [("yes", t("line.clock_yes")), ("no", t("line.clock_no"))]
        question = safe.cell(self.status.get("clock_question") or "")
        self.app.push_screen(PickScreen(question, options), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer is not None:
            self.begin_work(lambda: self._answer(confirm=answer == "yes"), "clock")

    async def _answer(self, *, confirm: bool) -> None:
        try:
            await self.desk.gate.act("do", "clock", {"confirm": confirm}, self.desk.person)
        except QiaoError as fault:
            self.tell_fault(fault)
        self.changed()

    # By stick

    def do_to_stick(self) -> None:
        units = neighbours(self.status, self.desk.unit)
        if not units:
            self.desk.tell(t("stick.nobody"), "warning")
            return
        names = {self.desk.unit: self.desk.unit.rpartition("/")[0]}
        self.app.push_screen(
            ToStickScreen(self, [(names.get(unit, unit), self._called(unit)) for unit in units])
        )

    def _called(self, unit: str) -> str:
        if unit == self.desk.unit:
            return t("line.parent")
        return t("line.by_child", unit=safe.cell(self._names.get(unit, unit)))

    def do_from_stick(self, file: str = "") -> None:
        if file:
            try:
                file = str(self.desk.folder.path(file))
            except QiaoError as fault:
                self.tell_fault(fault)
                return
            self.begin_carrying("bundle_import", file)
        else:
            self.app.push_screen(FromStickScreen(self))

    def begin_carrying(self, name: str, *args: Any) -> None:
        """On this screen: the form that asked for it is gone by then."""
        self.begin_work(lambda: self._carry(name, *args), "stick")

    async def _carry(self, name: str, *args: Any) -> None:
        """Writes or reads a bundle, and says how far it is."""
        began = time.monotonic()

        def tell(letters: int, size: int) -> None:
            told = t(
                "stick.going", letters=letters, size=size >> 10, time=moments.span(time.monotonic() - began)
            )
            self.app.call_from_thread(self._note, told)

        self._note(t("stick.begun"))
        try:
            done = await self.desk.gate.act(name, *args, tell)
        except QiaoError as fault:
            self._note("")
            self.tell_fault(fault)
            return
        key = "stick.written" if name == "bundle_export" else "stick.taken"
        sentence = safe.cell(done.get("sentence") or "")
        self._note(t(key, commits=done.get("commits", 0), file=safe.cell(args[-1]), sentence=sentence))
        self.changed()


def neighbours(status: Item, own: str) -> list[str]:
    """The units to compare with: one's own with the parent's node, and each child's."""
    children = status.get("pending_down")
    below = list(children) if isinstance(children, Mapping) else []
    return ([own] if status.get("parent") else []) + [str(unit) for unit in below]


def told(
    status: Item, codes: Mapping[str, str], own: str, now: datetime, width: int, names: Mapping[str, str]
) -> list[Line]:
    """`status` (design 4) as lines; `names` of units, by path."""
    above = _directions(status, now, width, names)
    return [*above, *_health(status, width), *_codes(status, codes, own, width, names)]


def _pair(name: str, value: str, width: int, style: str = "") -> Line:
    cells = min(NAME, width // 2)
    return [(pad(name, cells) + " ", "dim"), (cut(value, width - cells - 1), style)]


def _when(iso: Any, now: datetime, never: str) -> str:
    return f"{moments.full(iso)}  {moments.ago(iso, now)}" if iso else never


def _count(value: Any) -> int:
    """Of pending things: a figure, or one a unit."""
    if isinstance(value, Mapping):
        each = (one.get("commits", 0) if isinstance(one, Mapping) else one for one in value.values())
        return sum(map(_count, each))
    return value if isinstance(value, int) else 0


def _directions(status: Item, now: datetime, width: int, names: Mapping[str, str]) -> Iterator[Line]:
    unit = f"{safe.cell(status.get('unit_name') or '')}  {safe.cell(status.get('unit') or '')}"
    yield _pair(t("line.unit"), unit, width, "bold")
    if status.get("parent"):
        yield from _upward(status, now, width)
    else:
        yield _pair(t("line.up"), t("line.root"), width)
    pending = status.get("pending_down")
    yield _pair(t("line.pending_down"), t("line.items", n=_count(pending)), width)
    for name, child in pending.items() if isinstance(pending, Mapping) else ():
        yield _child(names.get(name, name), child, now, width)


def _standing(line: Any, width: int) -> Iterator[Line]:
    """Whether the parent is reached now, as the daemon sees it."""
    if not isinstance(line, Mapping):
        return
    fault = safe.cell(line.get("fault") or "")
    if fault:
        why = known(f"line.why_{fault}", fault)
        yield _pair(t("line.standing"), t("line.cut", fault=why), width, "bad")
    else:
        alone = line.get("standing") == "alone"
        told = t("line.alone") if alone else t("line.connected")
        yield _pair(t("line.standing"), told, width, "good")


def _way(channel: Any, width: int) -> Iterator[Line]:
    """Whether the channel is encrypted, and by what the parent is known."""
    way = channel.get("way") if isinstance(channel, Mapping) else None
    if way:
        yield _pair(t("line.channel"), known(f"line.way_{way}", way), width, "warn" if way == "plain" else "")


def _upward(status: Item, now: datetime, width: int) -> Iterator[Line]:
    yield from _standing(status.get("line"), width)
    yield from _way(status.get("channel"), width)
    up, oldest = status.get("last_sync_up"), status.get("oldest_unsent")
    yield _pair(t("line.up"), _when(up, now, t("line.never")), width, "" if up else "warn")
    down = status.get("last_sync_down")
    yield _pair(t("line.down"), _when(down, now, t("line.never")), width, "" if down else "warn")
    waiting = _count(status.get("pending_up"))
    unsent = _when(oldest, now, t("line.nothing_unsent"))
    yield _pair(t("line.oldest"), unsent, width, "warn" if oldest else "good")
    yield _pair(t("line.pending_up"), t("line.items", n=waiting), width, "warn" if waiting else "")


def _child(name: str, child: Any, now: datetime, width: int) -> Line:
    words = [t("line.items", n=_count({name: child}))]
    if isinstance(child, Mapping) and child.get("last_seen"):
        words.append(moments.ago(child["last_seen"], now))
    return _pair("  " + t("line.by_child", unit=safe.cell(name)), "  ".join(words), width)


def _health(status: Item, width: int) -> Iterator[Line]:
    offset = status.get("clock_offset_ms") or 0
    style = "warn" if abs(offset) > ALARMING_OFFSET_MS else ""
    yield _pair(t("line.clock"), moments.span(offset / 1000), width, style)
    if status.get("clock_question"):
        yield from text_lines(safe.block(status["clock_question"]), width, 2, "bad", 600)
        yield from text_lines(t("line.clock_answer"), width, 2, "warn", 600)
    age = status.get("registry_age_seconds")
    stale = age is None or age > ALARMING_REGISTRY
    told = t("unknown") if age is None else moments.span(age)
    yield _pair(t("line.registry"), told, width, "warn" if stale else "")
    if status.get("registry_missing"):
        missing = t("line.items", n=_count(status["registry_missing"]))
        yield _pair("  " + t("kind.incomplete"), missing, width, "bad")
    exceptions = _count(status.get("exceptions"))
    yield _pair(t("line.exceptions"), t("line.items", n=exceptions), width, "warn" if exceptions else "")
    yield _pair(t("line.breaches"), t("line.items", n=_count(status.get("breaches"))), width)
    if status.get("rebuild_left"):
        left = t("line.rebuild_left", n=status["rebuild_left"], total=status.get("rebuild_total") or 0)
        yield _pair(t("line.rebuild"), left, width, "warn")
    if status.get("unverified"):
        done, of = status["commits"] - status["unverified"], status["commits"]
        yield _pair(t("line.verified"), t("line.verified_of", n=f"{done:,}", total=f"{of:,}"), width)
    yield _pair(
        t("line.backup"), backup_told(status), width, BACKUP_STYLES.get(status.get("backup_colour") or "", "")
    )


def backup_told(status: Item) -> str:
    """How old it is, and when one was last verified."""
    age, verified = status.get("backup_age_seconds"), status.get("backup_verified_seconds")
    told = t("unknown") if age is None else moments.span(age)
    return told if verified is None else t("line.backup_verified", age=told, verified=moments.span(verified))


def _codes(
    status: Item, codes: Mapping[str, str], own: str, width: int, names: Mapping[str, str]
) -> Iterator[Line]:
    units = neighbours(status, own)
    if not units:
        return
    yield [("", "")]
    yield [(cut(t("line.codes"), width), "head")]
    for unit in units:
        child = t("line.by_child", unit=safe.cell(names.get(unit, unit)))
        name = t("line.parent") if unit == own else child
        yield _pair(name, codes.get(unit, t("loading")), width, "bold")


def _verb(name: str, *takes: Field) -> Verb:
    """For a form that signs nothing."""
    return Verb(name, t(f"do.{name}"), name, takes, lambda _state, _data, _desk: [],
                frozenset(field.name for field in takes))  # fmt: skip


class _StickScreen(FormScreen):
    def __init__(self, line: LineScreen, verb: Verb) -> None:
        super().__init__(verb, line.desk.matter, None, {})
        self._line = line

    def keep_draft(self) -> None:
        """Where a stick was last time is no draft."""

    def _leave_to(self, name: str, *args: str) -> None:
        """By a worker of the line's screen: those of a form end with it, and nobody would say when the stick may be
        pulled out."""
        line = self._line
        self.app.pop_screen()
        line.begin_carrying(name, *args)


class ToStickScreen(_StickScreen):
    """To whom, and into which file."""

    def __init__(self, line: LineScreen, units: Sequence[tuple[str, str]]) -> None:
        to = Field("to", t("stick.to"), type=Type.CODE, codes=dict(units))
        super().__init__(line, _verb("to_stick", to, Field("file", t("stick.file"))))

    async def _hand_in(self, data: dict[str, Any]) -> None:
        self._leave_to("bundle_export", str(data["to"]), str(data["file"]))


class FromStickScreen(_StickScreen):
    def __init__(self, line: LineScreen) -> None:
        super().__init__(line, _verb("from_stick", Field("file", t("stick.file"))))

    async def _hand_in(self, data: dict[str, Any]) -> None:
        self._leave_to("bundle_import", str(data["file"]))
