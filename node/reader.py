"""Reading a node: lists, records, exceptions, proofs, over a read-only connection of this process's own.

Past 500 lines: it is the one face of everything that is read, and what it asks lies in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from conflict.state import Mark, State
from node import account, finding, glance, keeping, keys, notes, people, signin, unsettled
from node.clock import SystemClock
from node.deadlines import told
from node.errors import NotFound, Usage
from node.iso import end_of_day, iso, iso_or_none
from node.keys import Keys
from node.language import say
from node.matters import KINDS, sampling
from node.matters.draft import Kind, Verb
from node.operations import no_record
from node.page import Page, Person, View
from node.refold import ERASED, GONE
from node.store import database, folded, listing, reading, settings
from node.store.listing import Filter
from node.tables import columns as tables
from node.tables.columns import Column
from sync_protocol import clock as hybrid
from sync_protocol.names import code_of

if TYPE_CHECKING:
    from node.figures.groups import Units
    from node.figures.period import Period

_LABELS = {
    "mine": "我的", "unit": "本单位在办", "due_today": "今日到期", "reminders": "将到期",
    "overdue": "已超期", "declined": "被退回", "undelivered": "未送达", "cards": "有牌",
    "rework": "重办", "review": "待审核", "follow_up": "回访质检", "check": "待质检", "ruling": "待裁定",
    "exceptions": "有异常",
    "all": "全部",
}  # fmt: skip


class Reader:
    """Raises Damaged when the database can't be read."""

    def __init__(self, directory: Path, language: str) -> None:
        self.directory = directory
        self.language = language
        self.clock = SystemClock()
        with database.disk_faults():
            self._engine = database.open_database(directory / glance.DATABASE, write=False)
        with self._read() as db:
            self.clock.discipline(settings.number(db, "clock_offset"))
            self.id = settings.get(db, "node") or b""
            self._code = settings.text(db, "unit")
            self.unit_name = settings.text(db, "name")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with database.disk_faults(), self._engine.begin() as db:
            yield db

    # Who and what this is

    @property
    def unit(self) -> str:
        """This unit's path; before enrolment its bare code."""
        with self._read() as db:
            return self._own(db)

    def _own(self, db: Connection) -> str:
        """The same, as of a transaction."""
        row = next((one for one in reading.units(db) if one.node == self.id), None)
        return row.path if row else settings.text(db, "path") or self._code

    def stand(self) -> tuple[int, ...]:
        """Another one once records or exceptions changed, by whichever process."""
        with self._read() as db:
            return reading.stand(db)

    def desks(self, matter: str) -> dict[str, dict[str, Any]]:
        """Unit's path → what a dispatcher weighs: `open` assignments there, and of an office with a node of its own
        `last_seen`, `offline_days`."""
        from node.figures import offices

        with self._read() as db:
            told = {
                one["unit"]: one
                for one in offices.told(db, self.id, self._own(db), None, self.clock.now_ms())
            }
            loads = reading.loads(db, matter)
        return {
            path: {**{name: told.get(path, {}).get(name) for name in ("last_seen", "offline_days")},
                   "open": loads.get(path, 0), "has_node": path in told}
            for path in {*told, *loads}
        }  # fmt: skip

    def units(self) -> Sequence[dict[str, Any]]:
        with self._read() as db:
            return [
                {"path": row.path, "code": row.code, "name": row.name, "kind": row.kind, "role": row.role,
                 "hosted_by": row.host or None}
                for row in reading.units(db)
            ]  # fmt: skip

    # People

    def login(self, staff: str | None, password: str | None) -> Person | None:
        """Who it is, where nothing needs to be written about it; None: the writer has to be asked."""
        with self._read() as db:
            return signin.unhindered(db, staff, password)

    def person(self, staff: str) -> Person | None:
        """Somebody of this unit as he is now; None once he is disabled."""
        with self._read() as db:
            return people.find(db, staff)

    def staff(self) -> Sequence[dict[str, Any]]:
        with self._read() as db:
            return [
                {"id": state.shown("staff_id"), "name": state.shown("name"), "roles": state.shown("roles", []),
                 "disabled": state.shown("enabled", True) is False,
                 "on_duty": bool(state.shown("on_duty", False)),
                 "recovered": _when(state.trace("", "recovered")), "unit": state.owner}
                for state in self._states(db, "staff")
            ]  # fmt: skip

    def on_duty(self) -> frozenset[str]:
        """Staff ids of this unit's people who are on duty and can sign in."""
        own = self.unit
        return frozenset(
            one["id"] for one in self.staff() if one["unit"] == own and one["on_duty"] and not one["disabled"]
        )

    def _states(self, db: Connection, matter: str) -> list[State]:
        rows = folded.open_records(db, matter)
        found = [folded.state(db, row) for row in rows]
        return [state for state in found if state is not None]

    # What a person keeps here (node/keeping.py)

    def preferences(self, staff: str) -> dict[str, Any]:
        with self._read() as db:
            return keeping.preferences_of(db, staff)

    def kept_views(self, matter: str, staff: str) -> Sequence[dict[str, Any]]:
        with self._read() as db:
            return keeping.views_of(db, matter, staff)

    def notes(self, staff: str) -> Sequence[dict[str, Any]]:
        with self._read() as db:
            return notes.notes_of(db, staff)

    def drafts(self, staff: str) -> Sequence[dict[str, Any]]:
        with self._read() as db:
            return keeping.drafts_of(db, staff)

    # Lists

    def list(
        self,
        matter: str,
        *,
        phase: str | None = None,
        status: str | None = None,
        unit: str | None = None,
        overdue: bool = False,
        text: str | None = None,
        mine: str | None = None,
        view: str | None = None,
        unattended: bool = False,
        person: Person | None = None,
        sort: str | None = None,
        limit: int = 50,
        after: str | None = None,
        columns: Sequence[str] = (),
        counted: Mapping[str, str] | None = None,
    ) -> Page:
        """A page of a matter's records in scope, in the view's order where no other is asked for. `mine`: a staff
        id; `columns`: what each item has besides, in codes, masked; `unattended`: what waits here and is in the
        hands of nobody who is on duty; `counted`: those behind a number (figures/records.py), `unit` then being
        whose number it is. Raises Usage, NotFound (a unit)."""
        holder = None if counted else unit
        wanted = self._wanted(matter, phase, status, holder, overdue, text, mine, view, person, unattended)
        path = self._path(unit) if counted else None
        with self._read() as db:
            wanted = replace(
                wanted, sample=self._sample(db, wanted.view), counted=self._counted(db, counted, path)
            )
            order = sort or listing.SORTED.get(wanted.view or "", "-changed")
            rows, more = listing.page(db, wanted, order, limit, after)
            names = reading.unit_names(db)
            items = [self._item(row, names) for row in rows]
            if columns:
                self._widen(db, matter, columns, rows, items)
        return Page(items, more)

    def _counted(self, db: Connection, wanted: Mapping[str, str] | None, unit: str | None) -> Any:
        from node.figures import records

        if not wanted:
            return None
        return records.chosen(wanted, unit, self.tree(db), self.clock.now_ms())

    def _widen(
        self,
        db: Connection,
        matter: str,
        columns: Sequence[str],
        rows: Sequence[Any],
        items: Sequence[dict[str, Any]],
    ) -> None:
        kind = kind_of(matter)
        chosen = tables.chosen(kind, columns)
        for row, item in zip(rows, items, strict=True):
            state = folded.state(db, row.record) or State()
            item |= dict(
                zip((one.name for one in chosen), tables.values(kind, chosen, item, state), strict=True)
            )

    def _wanted(
        self, matter: str, phase: str | None = None, status: str | None = None, unit: str | None = None,
        overdue: bool = False, text: str | None = None, mine: str | None = None, view: str | None = None,
        person: Person | None = None, unattended: bool = False,
    ) -> Filter:  # fmt: skip
        names = kind_of(matter).matter.names
        for what, given in (("phase", phase), ("status", status)):
            if given is not None and names and given not in (*names, ERASED):
                raise _no_name(matter, what, given, names)
        who = mine or (person.id if person else None) if view == "mine" or mine else None
        return Filter(
            matter, self.unit, phase, status, self._path(unit), overdue, text, who, view or "all",
            self.on_duty() if unattended else None, *self._times(),
        )  # fmt: skip

    def table(
        self, matter: str, columns: Sequence[Column], *, sort: str = "number", clear: bool = False, **how: Any
    ) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
        """All of a list, of one moment: each row in codes, and as a person reads it; personal fields masked, or
        in `clear`. `how`: as of `list`. Raises as it."""
        kind, wanted = kind_of(matter), self._wanted(matter, **how)
        with self._read() as db:
            names = reading.unit_names(db)
            for row, blob in listing.whole(db, wanted, sort):
                item = self._item(row, names)
                codes = tables.values(kind, columns, item, folded.decode(blob), clear=clear)
                yield (
                    codes,
                    [
                        tables.spoken(kind, one, item, value)
                        for one, value in zip(columns, codes, strict=True)
                    ],
                )

    def _sample(self, db: Connection, view: str | None) -> bytes | None:
        """Which records are checked, by the policy in force now."""
        if view != "check":
            return None
        return sampling.below(told.policies_here(db).at(self.clock.now_ms())["check_sample_percent"])

    def views(self, matter: str, person: Person) -> Sequence[View]:
        own, times = self.unit, self._times()
        with self._read() as db:
            return [
                View(name, _LABELS[name],
                     listing.count(db, Filter(matter, own, None, None, None, False, None,
                                              person.id if name == "mine" else None, name, None, *times,
                                              self._sample(db, name))))
                for name in listing.VIEWS
            ]  # fmt: skip

    def search(self, text: str, matters: Sequence[str] = (), limit: int = 50) -> Page:
        """Best first. Empty for a text without letters or digits."""
        here = self._here()
        with self._read() as db:
            names = reading.unit_names(db)
            found = [
                self._item(row, names)
                for matter in matters or ("ticket",)
                for row in self._matching(db, kind_of(matter), text, here, limit)
                if row.here
            ]
        return Page(found[:limit], None)

    def _matching(
        self, db: Connection, kind: Kind, text: str, here: finding.Here, limit: int
    ) -> Sequence[Any]:
        fits = finding.matching(db, kind, text, here, limit * 4)
        return listing.by_rows(db, [one.record for one in fits], here.unit, kind.matter.name)

    def suggest(self, matter: str, text: str, limit: int = 5) -> Page:
        """What may answer whoever tells this, best first: every field, with `score` and how often it was `used`.
        Empty for a matter without answers. Raises Usage."""
        kind, here = kind_of(matter), self._here()
        with self._read() as db:
            fits = finding.suggested(db, kind, text, here, limit)
            rows = listing.by_rows(db, [one.record for one in fits], here.unit, matter)
            told = [account.brief(db, row, kind) for row in rows]
        fitted = zip(told, fits, strict=True)
        return Page([{**one, "score": round(fit.score, 3), "used": fit.used} for one, fit in fitted], None)

    def _here(self) -> finding.Here:
        return finding.Here(self.unit, iso(self.clock.now_ms())[:10])

    def _times(self) -> tuple[int, int]:
        now = self.clock.now_ms()
        return now, end_of_day(now)

    def _path(self, unit: str | None) -> str | None:
        """A unit's path for its code or path. Raises NotFound."""
        if unit is None:
            return None
        known = [one["path"] for one in self.units()]
        found: str | None = next((path for path in known if unit in (path, code_of(path))), None)
        if found is None:
            raise NotFound(say(f"没有单位 {unit}", f"no unit {unit}"), code="no_unit", hint="qiao heads")
        return found

    def _item(self, row: Any, names: Mapping[str, str]) -> dict[str, Any]:
        kind = KINDS[row.matter]
        return {
            "record": row.name.hex(),
            "matter": row.matter,
            "number": row.number,
            "title": row.title,
            "phase": row.phase,
            "phase_name": GONE if row.phase == ERASED else kind.matter.names.get(row.phase, row.phase),
            "round": row.round,
            "owner": row.owner,
            "owner_name": names.get(row.owner, row.owner),
            "lead": row.lead,
            "lead_name": names.get(row.lead, row.lead),
            "status": row.status,
            "status_name": kind.matter.names.get(row.status or "", row.status or ""),
            "urgency": row.urgency,
            "due": iso_or_none(row.next_due),
            "next_day": iso(row.turn_ms)[:10] if row.turn_ms else None,
            "attempts": row.attempts,
            "overdue": row.next_due is not None and row.next_due < self.clock.now_ms(),
            "created": iso(hybrid.to_ms(row.created)),
            "changed": iso(hybrid.to_ms(row.changed)),
            "exceptions": row.open_rows,
        }

    # One record

    def show(self, matter: str, name: str) -> dict[str, Any]:
        """By record id or number. Raises NotFound, alike out of scope and not there."""
        kind = kind_of(matter)
        with self._read() as db:
            row = self._row(db, kind, name)
            names = reading.unit_names(db)
            return account.whole(
                db,
                row,
                kind,
                lambda path: names.get(path, path),
                self.clock.now_ms(),
                self.language,
                self._own(db),
            )

    def allowed(self, matter: str, name: str | None, person: Person) -> Sequence[Verb]:
        """The verbs that the workflow and this person's roles allow now; without a record, those that begin one."""
        from node import offers

        kind = kind_of(matter)
        with self._read() as db:
            state = None if name is None else folded.decode(self._row(db, kind, name).state)
        return offers.offered(kind, state, self.unit, person, self.clock.now_ms())

    def matter_of(self, name: str) -> str:
        """Which matter a record (id or number) is of. Raises NotFound."""
        with self._read() as db:
            row = reading.find(db, name)
            if row is None or not row.here:
                raise no_record(name)
            return str(row.matter)

    def _row(self, db: Connection, kind: Kind, name: str) -> Any:
        row = reading.find(db, name)
        if row is None or not row.here or row.matter != kind.matter.name:
            raise no_record(name)
        return row

    # What deadlines rest on

    def policy(self) -> dict[str, Any]:
        """The policy in force, what was changed and will be, and the record that says so."""
        with self._read() as db:
            return told.policy(db, self.clock.now_ms())

    def calendar(self, year: int) -> dict[str, Any]:
        """A year's days that differ from Monday to Friday; `published` false where nobody has said them."""
        with self._read() as db:
            return told.calendar(db, year)

    # Figures

    def stats(
        self,
        *,
        by: str | None = None,
        period: str | None = None,
        unit: str | None = None,
        figures: Sequence[str] = (),
        ids: bool = False,
    ) -> dict[str, Any]:
        """Figures of what is held here, as of now: `figures` in all, `items` by a dimension, `offices` with the
        age of their numbers. Raises Usage (a figure, dimension or period), NotFound (a unit)."""
        from node.figures import statistics

        asked = statistics.Question(figures, by, _period(period), self._path(unit), ids)
        return self._figures(asked.unit, lambda db, units, now: statistics.tell(db, asked, units, now))

    def kline(
        self, bucket: str = "day", *, period: str | None = None, unit: str | None = None
    ) -> dict[str, Any]:
        """The calls per day or week: first, highest, lowest, last, volume. Raises as `stats`."""
        from node.figures import kline

        span, path = _period(period), self._path(unit)
        return self._figures(path, lambda db, units, now: kline.tell(db, bucket, span, path, units, now))

    def overdue(self, unit: str | None = None) -> dict[str, Any]:
        """Every open deadline that has passed, of a unit and all below it, with its cards. Raises NotFound."""
        from node.figures import overdue

        path = self._path(unit)
        return self._figures(path, lambda db, units, now: overdue.tell(db, path, units, now))

    def _figures(
        self, unit: str | None, tell: Callable[[Connection, Units, int], dict[str, Any]]
    ) -> dict[str, Any]:
        from node.figures import offices

        own, now = self.unit, self.clock.now_ms()
        with self._read() as db:
            units = self.tree(db)
            return {**tell(db, units, now), "offices": offices.told(db, self.id, own, unit, now)}

    def tree(self, db: Connection) -> Units:
        """Of the units as figures need it, within a transaction."""
        from node.figures.tree import tree

        return tree(db)

    # Exceptions

    def exceptions(self, kind: str | None = None, limit: int = 50, after: str | None = None) -> Page:
        """What didn't simply apply and is still open, one sentence each."""
        if after is not None and not after.isdigit():
            raise Usage(say("翻页记号无效", "the cursor is off"), code="bad_cursor")
        with self._read() as db:
            seer = self._seer(db)
            beside = unsettled.beside(db, seer, kind) if after is None else []
            rows = reading.exceptions(db, kind, limit + 1, int(after or 0))
            items = [unsettled.told(db, row, seer) for row in rows[:limit]]
        return Page([*beside, *items], str(rows[limit - 1].id) if len(rows) > limit else None)

    def exception(self, name: str) -> dict[str, Any]:
        """One of them, with the words of both sides. Raises NotFound."""
        with self._read() as db:
            return unsettled.whole(db, name, self._seer(db))

    def _seer(self, db: Connection) -> unsettled.Seer:
        names = reading.unit_names(db)
        return unsettled.Seer(
            self._own(db), self.clock.now_ms(), self.language, lambda path: names.get(path, path)
        )

    # Erasures

    def erasures(self, name: str | None = None) -> dict[str, Any]:
        """Who has erased what, and whose receipt is missing: of every record, or of one. Raises NotFound."""
        from node import config
        from node.erasure import receipts

        hours = config.load(self.directory).backup_retention_hours
        with self._read() as db:
            row = None if name is None else reading.find(db, name)
            if name is not None and row is None:
                raise no_record(name)
            return receipts.status(db, None if row is None else row.name, hours)

    # What was to catch the eye

    def notices(self, action: str, limit: int = 50, after: str | None = None) -> Page:
        """Who did it, when, on which record, and the coded data; the newest first. Raises Usage `bad_cursor`."""
        with self._read() as db:
            names = reading.unit_names(db)
            rows = reading.notices(db, action, limit + 1, _cursor(after))
            items = [self._notice(db, row, names) for row in rows[:limit]]
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(items, None if last is None else f"{last.at_ms}~{last.record}")

    def _notice(self, db: Connection, row: Any, names: Mapping[str, str]) -> dict[str, Any]:
        mark = (folded.state(db, row.record) or State()).marks.get(row.act)
        return {
            "action": row.action,
            "unit": row.unit,
            "unit_name": names.get(row.unit, row.unit),
            "actor": row.actor,
            "time": iso(row.at_ms),
            "matter": row.matter,
            "record": row.record_id.hex(),
            "number": row.number,
            "data": account.plain(mark.data) if mark else {},
        }

    # Proof

    def heads(self) -> Sequence[dict[str, Any]]:
        from node import digests

        with self._read() as db:
            return digests.heads(db)

    def registry(self) -> Sequence[dict[str, Any]]:
        from node.registry import listing as registry

        with self._read() as db:
            return registry.items(db)

    def digest(self, unit: str | None = None) -> dict[str, Any]:
        from node import digests

        path = self._path(unit) or self.unit
        with self._read() as db:
            return digests.digest(db, path)

    def verify(self, every_signature: bool = False) -> dict[str, Any]:
        from node import alike
        from node.attachments import listing as attachments
        from node.proof import verification

        with self._read() as db:
            key = alike.key_in(self.directory, settings.get(db, "node"))
            found = verification.verify(db, self._keys(db), key, every_signature=every_signature)
            problems = [*found["problems"], *attachments.problems(db, self.directory)]
            return {**found, "ok": not problems, "problems": problems}

    @contextmanager
    def signing(self) -> Iterator[tuple[Connection, Keys]]:
        """The database as it is now, and the keys of whose it is: for what is read and signed (node/audit/)."""
        with self._read() as db:
            yield db, self._keys(db)

    def _keys(self, db: Connection) -> Keys:
        return keys.meant(self.directory, settings.get(db, "node"))


def _period(text: str | None) -> Period | None:
    from node.figures import period

    return None if text is None else period.read(text)


def _cursor(after: str | None) -> tuple[int, int] | None:
    if after is None:
        return None
    time, _, record = after.partition("~")
    if not (time.isdecimal() and record.isdecimal()):
        raise Usage(say("翻页记号无效", "the cursor is off"), code="bad_cursor")
    return int(time), int(record)


def _when(mark: Mark | None) -> str | None:
    return None if mark is None else iso(hybrid.to_ms(mark.time))


def kind_of(matter: str) -> Kind:
    found = KINDS.get(matter)
    if found is None:
        raise Usage(say(f"没有这种事项：{matter}", f"no such matter: {matter}"), code="unknown_matter")
    return found


def _no_name(matter: str, what: str, given: str, names: Mapping[str, str]) -> Usage:
    near = get_close_matches(given, [*names, *names.values()], 1)
    code = next((code for code, label in names.items() if near and near[0] in (code, label)), "")
    told = (
        say(f"，是否 {code}？", f"; {code}?")
        if code
        else say(f"；可用：{' '.join(names)}", f"; one of {' '.join(names)}")
    )
    label = say({"phase": "阶段", "status": "承办状态"}[what], what)
    text = say(f"{label}没有 “{given}” 这个代码{told}", f"no {what} “{given}”{told}")
    return Usage(text, code="unknown_code", hint=f"qiao {matter} list --help")
