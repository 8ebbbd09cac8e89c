"""What a desk looks up while the caller is on the line: who has called before, what may be registered twice, whom
it concerns, which codes there are. Reads as reader.py does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from conflict.declaration import Field, Type
from node import alike, enrolling, ledger, naming, people, regions, repeats
from node.deadlines import policies
from node.errors import NotFound, Usage
from node.iso import iso
from node.language import say
from node.matters import border, codelist
from node.matters.codes import CodeList, shipped
from node.matters.draft import Kind
from node.page import Page
from node.reader import Reader, kind_of
from node.registry import listing as registry
from node.repeats import DAY_MS
from node.store import alike as index
from node.store import call_records, folded, listing, reading, settings
from node.store.alike import Token
from sync_protocol import clock as hybrid
from sync_protocol.names import covers


class Lookup(Reader):
    """Raises Damaged when the database can't be read."""

    def show(self, matter: str, name: str) -> dict[str, Any]:
        """As the reader tells it; beside a code of a list, `…_name`: its path of labels, also of one that is
        retired; `labels`: the words of every code that its fields and acts say; in acts `actor_name`."""
        found = super().show(matter, name)
        with self._read() as db:
            lists = self._lists(db)
            found["labels"] = naming.labels(db, found, kind_of(matter).matter, lists)
            naming.actors(db, found["timeline"], self._own(db))
        for field in kind_of(matter).matter.fields:
            known, code = lists.get(field.listed), found[field.name]
            if known is not None and isinstance(code, str) and code in known.codes:
                found[f"{field.name}_name"] = known.path_label(code)
        return found

    def begun(self) -> tuple[bool, bool, bool]:
        """Whether this node is enrolled, waits for the reply to a request by file, and has anybody who can sign in."""
        with self._read() as db:
            own = settings.get(db, "node")
            enrolled = any(one["node"] == (own or b"").hex() for one in registry.items(db))
            return enrolled, bool(settings.get(db, enrolling.REQUEST)), people.count(db) > 0

    def _lists(self, db: Connection) -> Mapping[str, CodeList]:
        return {**shipped(), **codelist.from_states(self._states(db, "list"))}

    def earlier(self, phone: str | None, id_number: str | None, limit: int = 50) -> Page:
        """Calls and tickets in scope of whoever has this number, the newest first, with `matched`: by which of the
        two. Raises Usage where neither is given, or neither can be such a number."""
        given = {"phone": phone, "id_number": id_number}
        wanted = {
            one for kind, text in given.items() if text and (one := self._token(kind, text)) is not None
        }
        if not wanted:
            raise Usage(
                say("请给出电话（至少 3 位）或身份证号", "give a telephone or an identity number"),
                code="bad_value", hint="qiao call history --help",
            )  # fmt: skip
        with self._read() as db:
            found = repeats.earlier(db, wanted, limit + 1)
            items = self._alike(db, found, lambda record: {"matched": sorted(found[record])})
        return Page(items[:limit], None)

    def duplicates(self, fields: Mapping[str, Any], matter: str = "ticket", limit: int = 20) -> Page:
        """What a form being typed may have been registered as before, best first, each with `score` and
        `reason`. What isn't filled in, or isn't right yet, says nothing."""
        kind = kind_of(matter)
        wanted = alike.tokens(self._alike_key, alike.fields(kind.matter), fields)
        return self._duplicates(
            kind, wanted, str(fields.get("topic") or ""), self.clock.now_ms(), None, limit
        )

    def duplicates_of(self, matter: str, name: str, limit: int = 20) -> Page:
        """The same of a record; what is linked with it already is left out. Raises NotFound."""
        kind = kind_of(matter)
        with self._read() as db:
            row = self._row(db, kind, name)
        state = folded.decode(row.state)
        wanted = alike.of_state(self._alike_key, kind.matter, state)
        topic = str(state.shown("topic", "") or "")
        return self._duplicates(kind, wanted, topic, hybrid.to_ms(state.created), row.record, limit)

    def _duplicates(
        self, kind: Kind, wanted: set[Token], topic: str, around_ms: int, record: int | None, limit: int
    ) -> Page:
        with self._read() as db:
            days = int(self._policy(db)["duplicate_days"])
            without = set() if record is None else folded.group(db, record)
            found = {
                one.record: one
                for one in repeats.candidates(db, kind, wanted, topic, around_ms, days, without)
            }
            items = self._alike(
                db, found, lambda row: {"score": found[row].score, "reason": found[row].reason}
            )
        return Page(items[:limit], None)

    def _alike(
        self, db: Connection, rows: Iterable[int], more: Callable[[int], Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """List items of these records, where they are in scope, in this order."""
        names = reading.unit_names(db)
        listed = list(rows)
        found = {row.record: row for row in listing.by_rows(db, listed, self.unit)}
        return [
            {"matter": row.matter, **self._item(row, names), **more(one)}
            for one in listed if (row := found.get(one)) is not None
        ]  # fmt: skip

    @cached_property
    def _alike_key(self) -> bytes:
        with self._read() as db:
            return alike.key_in(self.directory, settings.get(db, "node"))

    def _token(self, kind: str, text: str) -> Token | None:
        return alike.token(self._alike_key, kind, text)

    def _policy(self, db: Connection) -> Mapping[str, Any]:
        return policies.from_states(self._states(db, "policy")).at(self.clock.now_ms())

    def suggest_unit(
        self, region: str | None = None, *, workplace: str | None = None, employer: str | None = None
    ) -> Sequence[dict[str, Any]]:
        """At or below this unit, the deepest unit whose code covers the division, with the reason; where two
        regions name two units, that of the place of work first."""
        values = {"workplace_region": workplace or region, "employer_region": employer}
        own = self.unit
        below = [one for one in self.units() if covers(own, one["path"]) and one["role"] != "auditor"]
        return [asdict(one) for one in regions.suggested(values, below)]

    def suggest_units(self, matter: str, name: str) -> Sequence[dict[str, Any]]:
        """The same for a record's regions. Raises NotFound."""
        kind = kind_of(matter)
        with self._read() as db:
            state = folded.decode(self._row(db, kind, name).state)
        return self.suggest_unit(
            workplace=state.shown("workplace_region"), employer=state.shown("employer_region")
        )

    def codes(self, name: str, *, every: bool = False) -> dict[str, Any]:
        """A coded list as it is offered today, or `every` code it ever had. Raises NotFound."""
        today = iso(self.clock.now_ms())[:10]
        with self._read() as db:
            lists = self._lists(db)
        found = lists.get(name)
        if found is None:
            known = "、".join(sorted(lists))
            raise NotFound(
                say(f"没有代码表 {name}；有：{known}", f"there is no list {name}; there are: {known}"),
                code="no_list", hint=f"qiao list show {min(lists)}",
            )  # fmt: skip
        chosen = sorted(found.codes.values(), key=lambda one: (one.order, one.code)) if every else None
        return {
            "name": found.name,
            "label": found.label,
            "items": [
                {"code": one.code, "label": one.label, "parent": one.above, "from": one.since,
                 "until": one.until, "current": found.is_offered(one.code, today)}
                for one in chosen or found.offered(today)
            ],
            "next": None,
        }  # fmt: skip

    def divisions(self) -> Sequence[dict[str, Any]]:
        """Every division of GB/T 2260 with its `code`, `label` and `path` of labels, for type-ahead."""
        return [{"code": code, **named} for code, named in regions.named().items()]

    # The exchange's record against the ledger

    def unmatched(self, day: str | None = None) -> dict[str, Any]:
        """The incoming calls of a day (ISO; the newest that was imported) that were answered and have no row in
        the ledger, with `counts` of the day. Raises Usage."""
        with self._read() as db:
            from_ms = (
                _midnight(day) if day else _midnight_of(call_records.newest_day(db) or self.clock.now_ms())
            )
            to_ms = from_ms + DAY_MS
            rows = [one for one in call_records.between(db, from_ms, to_ms) if one.direction == "in"]
            calls = [
                ledger.Call(one.id, one.started_ms, one.ended_ms, one.token, one.operator) for one in rows
            ]
            entries = self._entries(db, calls, from_ms, to_ms)
        found = ledger.matched(calls, entries)
        lacking = [one for one in rows if one.id not in found and one.result == "answered"]
        lone = [one for one in entries if from_ms <= one.time_ms < to_ms and one.record not in found.values()]
        return {
            "items": [_told(one) for one in lacking],
            "next": None,
            "day": iso(from_ms)[:10],
            "counts": {
                "incoming": len(rows),
                "answered": sum(one.result == "answered" for one in rows),
                "missed": sum(one.result != "answered" for one in rows),
                "in_ledger": len(found),
                "not_in_ledger": len(lacking),
                "ledger_alone": len(lone),
            },
        }

    def _entries(
        self, db: Connection, calls: Sequence[ledger.Call], from_ms: int, to_ms: int
    ) -> list[ledger.Entry]:
        """The ledger's telephone rows that may be of these calls: of their numbers, and those written up within
        a week."""
        tokens = [Token("phone", one.token) for one in calls if one.token is not None]
        rows = {one.record for one in index.find(db, set(tokens))}
        rows |= set(
            folded.made_between(
                db, "call", hybrid.from_ms(from_ms - DAY_MS), hybrid.from_ms(to_ms + 7 * DAY_MS)
            )
        )
        found = (self._entry(db, record) for record in sorted(rows))
        return [one for one in found if one is not None]

    def _entry(self, db: Connection, record: int) -> ledger.Entry | None:
        state = folded.state(db, record)
        if state is None or folded.matter(db, record) != "call" or not state.marks:
            return None
        if state.shown("channel") not in ("phone", "transferred") or state.shown("direction") == "out":
            return None
        numbers = frozenset(one.token for one in index.rows(db, record) if one.key == "phone")
        occurred = state.shown("occurred")
        time_ms = _moment(occurred) if isinstance(occurred, str) else hybrid.to_ms(state.created)
        author = next(iter(state.marks.values())).actor
        return ledger.Entry(record, time_ms, numbers, str(state.shown("operator") or author))


def _told(row: Any) -> dict[str, Any]:
    return {
        "start": iso(row.started_ms),
        "seconds": (row.ended_ms - row.started_ms) // 1000,
        "number": row.number,
        "extension": row.extension,
        "operator": row.operator,
        "result": row.result,
    }


def _midnight(day: str) -> int:
    field = Field("day", "日期", type=Type.DATE)
    return _moment(border.value(field, day) + "T00:00:00+08:00")


def _midnight_of(ms: int) -> int:
    return _midnight(iso(ms)[:10])


def _moment(text: str) -> int:
    """Unix ms; what another program wrote there may be anything."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
