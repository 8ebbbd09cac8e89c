"""What the API reads: through the reader's lists and states, cut to a token's reach, without words (cells.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from conflict.state import Mark, State
from node import account, ever_said, glance, masking
from node.audit.desk import Desk
from node.clock import Clock
from node.errors import NotFound
from node.iso import iso, iso_or_none
from node.language import say
from node.matters import KINDS
from node.matters.draft import Kind
from node.operations import no_record
from node.reader import Reader, kind_of
from node.refold import ERASED
from node.store import folded, listing, reading, records, settings, stale
from node.version import version
from node.work import LOG
from sync_protocol import clock as hybrid
from sync_protocol.names import short

from . import cells, cursors, tokens
from .reach import Reach

CHUNK = 50  # rows looked at in one go, for a token that doesn't see all of them
MOST_LOOKED = 2000  # for one page: then it is given as far as it came
SORTS = ("created", "changed", "number")  # each stands in the row
Item = dict[str, Any]
Row = Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a list. `question` is what its cursors belong to."""

    question: str
    limit: int
    after: str | None
    scope: str = ""


class Window(Reader):
    """One process's, on one thread. Raises as Reader does."""

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        super().__init__(directory, "en")
        self.clock = clock or self.clock  # type: ignore[assignment]
        self._checkpoint: tuple[int, Item] | None = None

    # Who asks, and what has changed

    def shown(self, secret: str) -> tokens.Shown:
        with self._read() as db:
            self.clock.discipline(settings.number(db, "clock_offset"))
            return tokens.shown(db, secret, self.clock.now_ms())

    def mark(self, timed: bool) -> str:
        """Another one once what is held here changed; `timed`: or the minute did, on which the answer rests."""
        with self._read() as db:
            self.clock.discipline(settings.number(db, "clock_offset"))
            stand = (
                version(),
                settings.get(db, LOG),
                reading.stand(db),
                reading.unsettled(db),
                stale.left(db),
            )
        return repr((stand, self.clock.now_ms() // 60_000 if timed else None))

    # Records

    def records(
        self, matter: str, asked: Asked, *, sort: str, phase: str | None = None, status: str | None = None,
        unit: str | None = None, overdue: bool = False,
    ) -> Item:  # fmt: skip
        """A page of a matter's records. Raises Usage (`unknown_code`, `bad_cursor`), NotFound `no_unit`."""
        kind = kind_of(matter)
        path = self._seen_unit(unit, asked.scope)
        wanted = self._wanted(matter, phase, status, path, overdue)
        name = sort.removeprefix("-")
        shape = str if name == "number" else int
        after = None
        if asked.after is not None:
            after = "~".join(map(str, cursors.read(asked.question, asked.after, shape, int)))

        def rows(db: Connection, at: str | None, most: int) -> tuple[list[Row], str | None]:
            return listing.page(db, wanted, sort, most, at)

        def told(db: Connection, row: Row, state: State) -> Item:
            return _record(kind, row, state, ever_said.of(db, kind.matter, row.record, state))

        def place(row: Row) -> tuple[Any, ...]:
            return getattr(row, name), row.record

        return self._page(
            asked, _Source(rows, lambda row: "~".join(map(str, place(row))), place, told), after
        )

    def record(self, matter: str, name: str, scope: str) -> Item:
        """One in full. Raises NotFound alike for what isn't there, isn't here and isn't in the token's reach; `erased`
        for one of which nothing is left."""
        kind = kind_of(matter)
        with self._read() as db:
            row, state = self._one(db, kind, name, scope)
            now = self.clock.now_ms()
            names: Callable[[str], str] = lambda _path: ""  # noqa: E731 (units are told by path)
            return {
                **_record(kind, row, state, ever_said.of(db, kind.matter, row.record, state)),
                "assignments": [
                    {
                        **_without(one, "unit_name", "clocks"),
                        "deadlines": [_deadline(due) for due in one["clocks"]],
                    }
                    for one in account.assignments(db, row.record, names, now, lead=row.lead)
                ],
                "deadlines": [_deadline(due) for due in account.deadlines(db, row.record, now)],
                "cards": [_card(row, one, now) for one in reading.cards(db, row.record)],
                "exceptions": [
                    self._exception(one, state) for one in reading.exceptions(db, None, 200, 0, row.record)
                ],
            }

    def acts(self, matter: str, name: str, asked: Asked) -> Item:
        """A record's timeline, in its order. Raises as `record`."""
        kind = kind_of(matter)
        first = 0 if asked.after is None else cursors.read(asked.question, asked.after, int)[0]
        with self._read() as db:
            row, state = self._one(db, kind, name, asked.scope)
            changes = records.changes_of(db, row.record)
        own = ever_said.among(kind.matter, state, changes)
        placed = {short(one.change): one for one in changes if one.of is None}
        whole = list(state.marks.items())
        items = [
            _act(kind, place, mark, state, placed.get(act), own)
            for place, (act, mark) in enumerate(whole[first : first + asked.limit], first + 1)
        ]
        more = first + asked.limit < len(whole)
        return {
            "items": items,
            "next": cursors.made(asked.question, (first + asked.limit,)) if more else None,
        }

    def _one(self, db: Connection, kind: Kind, name: str, scope: str) -> tuple[Row, State]:
        row = self._row(db, kind, name)
        state = folded.decode(row.state)
        if not Reach.of(db, scope).has(kind, state):
            raise no_record(name)
        if row.phase == ERASED:
            zh, en = "这条记录已依法删除", "this record was erased by law"
            raise NotFound(say(zh, en), code="erased", hint="qiao --as ADMIN erase status")
        return row, state

    # What didn't simply apply, cards, units

    def open_exceptions(self, asked: Asked, kind: str | None) -> Item:
        """Those that nobody has settled, in the order in which they came. Raises Usage `bad_cursor`."""
        after = 0 if asked.after is None else cursors.read(asked.question, asked.after, int)[0]

        def rows(db: Connection, at: int, most: int) -> tuple[list[Row], int | None]:
            found = reading.exceptions(db, kind, most + 1, at)
            return found[:most], found[most - 1].id if len(found) > most else None

        source = _Source(
            rows, lambda row: row.id, lambda row: (row.id,), lambda _, row, state: self._exception(row, state)
        )
        return self._page(asked, source, after)

    def _exception(self, row: Row, state: State) -> Item:
        kind = KINDS.get(row.matter)
        own = masking.known(kind.matter, state) if kind else ()
        return {
            "exception": row.name, "matter": row.matter, "record": row.record_id.hex(), "number": row.number or "",
            "kind": row.kind, "reason": row.code, "act": row.act.hex(), "place": cells.identifier(row.place, own),
            "by": _by(state.marks.get(row.act)), "against": _by(state.marks.get(row.winner)), "open": bool(row.open),
        }  # fmt: skip

    def cards(self, asked: Asked) -> Item:
        """Every card that was ever issued, by record. Raises Usage `bad_cursor`."""
        after = (
            None
            if asked.after is None
            else cursors.read(asked.question, asked.after, int, int, str, str, str)
        )
        now = self.clock.now_ms()

        def key(row: Row) -> tuple[Any, ...]:
            return row.record, row.round, row.unit, row.clock, row.colour

        def rows(db: Connection, at: Any, most: int) -> tuple[list[Row], Any]:
            found = reading.issued(db, at, most + 1)
            return found[:most], key(found[most - 1]) if len(found) > most else None

        return self._page(asked, _Source(rows, key, key, lambda _, row, _state: _card(None, row, now)), after)

    def units_page(self, asked: Asked) -> Item:
        """The units, by path. Raises Usage `bad_cursor`."""
        after = "" if asked.after is None else cursors.read(asked.question, asked.after, str)[0]
        with self._read() as db:
            reach = Reach.of(db, asked.scope)
            found = [one for one in reading.units(db) if one.path > after and reach.shows(one.path)]
        items = [
            {"unit": one.path, "code": one.code, "name": one.name, "kind": one.kind, "role": one.role,
             "host": one.host or None}
            for one in found[: asked.limit]
        ]  # fmt: skip
        more = len(found) > asked.limit
        return {"items": items, "next": cursors.made(asked.question, (items[-1]["unit"],)) if more else None}

    # Figures, the whole log, how things stand

    def figures(
        self, *, by: str | None, period: str | None, unit: str | None, chosen: Sequence[str], scope: str
    ) -> Item:
        """As `stats` tells them, of the token's reach. Raises as `stats`."""
        path = self._seen_unit(unit, scope) or self._scope_now(scope)
        found = self.stats(by=by, period=period, unit=path, figures=chosen)
        return {
            "as_of": found["as_of"],
            "period": found["period"]
            and {"first": found["period"]["first"], "last": found["period"]["last"]},
            "unit": found["unit"],
            "by": found["by"],
            "figures": [_figure(one) for one in found["figures"]],
            "items": [
                {"key": cells.text(one["key"]), "figures": [_figure(each) for each in one["figures"]]}
                for one in found["items"]
            ],
            "offices": found["offices"],
        }

    def checkpoint(self) -> Item:
        """The newest one, signed now where something has come since the last that was asked for."""
        with self._read() as db:
            size = reading.newest_received(db)
        if self._checkpoint is None or self._checkpoint[0] != size:
            told, note = Desk(self).checkpoint()
            self._checkpoint = size, {**told, "note": note}
        return self._checkpoint[1]

    def health(self, scope: str) -> Item:
        """How old is what is told here. Of the node's own line and store nothing to a token of a narrower reach."""
        from node.figures import offices

        found = glance.status(self.directory)
        path = self._scope_now(scope)
        with self._read() as db:
            told = offices.told(db, self.id, self._own(db), path, self.clock.now_ms())
        whole = not scope
        return {
            "as_of": iso(self.clock.now_ms()), "version": version(), "node": found["node"], "unit": found["unit"],
            "scope": path, "offices": told,
            "commits": found["commits"] if whole else None,
            "unverified": found["unverified"] if whole else None,
            "exceptions": found["exceptions"] if whole else None,
            "rebuild_left": found["rebuild_left"],
            "last_sync_up": found["last_sync_up"],
            "last_sync_down": found["last_sync_down"],
            "clock_question": bool(found["clock_question"]),
        }  # fmt: skip

    # Reach

    def _scope_now(self, scope: str) -> str | None:
        with self._read() as db:
            return Reach.of(db, scope).scope or None

    def _seen_unit(self, unit: str | None, scope: str) -> str | None:
        """A unit's path for its code or path; one out of reach is like one that there isn't. Raises NotFound."""
        if unit is None:
            return None
        path = self._path(unit)
        with self._read() as db:
            if path is not None and Reach.of(db, scope).covers(path):
                return path
        raise NotFound(say(f"没有单位 {unit}", f"no unit {unit}"), code="no_unit", hint="qiao heads")

    def _page(self, asked: Asked, source: _Source, after: Any) -> Item:
        """Rows in reach, as many as were asked for, or as were found among so many looked at."""
        items: list[Item] = []
        looked, last = 0, None
        with self._read() as db:
            reach = Reach.of(db, asked.scope)
            for row, more in _every(db, source, after, asked.limit if not reach.scope else CHUNK):
                looked, last = looked + 1, (row if more else None)
                state = folded.state(db, row.record)
                if reach.has(KINDS.get(row.matter), state):
                    items.append(source.told(db, row, state or State()))
                if len(items) == asked.limit or looked == MOST_LOOKED:
                    break
        place = None if last is None else source.place(last)
        return {"items": items, "next": None if place is None else cursors.made(asked.question, place)}


@dataclass(frozen=True, slots=True)
class _Source:
    """`rows` behind a place, and the place behind them where there are more; `at` is a row's place for that, `place`
    the same as it stands in a cursor."""

    rows: Callable[[Connection, Any, int], tuple[list[Row], Any]]
    at: Callable[[Row], Any]
    place: Callable[[Row], tuple[Any, ...]]
    told: Callable[[Connection, Row, State], Item]


def _every(db: Connection, source: _Source, after: Any, most: int) -> Iterator[tuple[Row, bool]]:
    """Each row, and whether there is another behind it."""
    at = after
    while True:
        rows, more = source.rows(db, at, most)
        for number, row in enumerate(rows, 1):
            yield row, number < len(rows) or more is not None
        if more is None:
            return
        at = more


def _record(kind: Kind, row: Row, state: State, own: Sequence[str]) -> Item:
    told = {
        "record": row.name.hex(), "number": row.number, "owner": row.owner, "author": row.author,
        "created": iso(hybrid.to_ms(row.created)), "changed": iso(hybrid.to_ms(row.changed)), "phase": row.phase,
        "due": iso_or_none(row.next_due), "incomplete": state.incomplete, "withheld": bool(row.withheld),
        "exceptions_open": row.open_rows, **cells.fields(kind, state, own),
    }  # fmt: skip
    return {**told, "round": row.round, "lead": row.lead or None} if kind.matter.name == "ticket" else told


def _deadline(due: Mapping[str, Any]) -> Item:
    """Without whether it has passed, which rests on when one looks."""
    return _without(due, "overdue", "line_seconds")


def _without(given: Mapping[str, Any], *names: str) -> Item:
    return {name: value for name, value in given.items() if name not in names}


def _card(record: Row | None, row: Row, now_ms: int) -> Item:
    """`record`: whose card it is, where the row doesn't say."""
    name, number = (row.record_id, row.number) if record is None else (record.name, record.number)
    return {
        "record": name.hex(), "number": number, "round": row.round, "unit": row.unit, "clock": row.clock,
        "colour": row.colour, "act": row.act.hex(), "issuer": row.issuer, "issued": iso(row.issued_ms),
        "since": iso_or_none(row.from_ms), "cleared": iso_or_none(row.cleared_ms), "objections": row.objections,
        "standing": account.card_standing(row, now_ms),
    }  # fmt: skip


def _act(kind: Kind, place: int, mark: Mark, state: State, placed: Any, own: Sequence[str]) -> Item:
    verdict = state.verdicts.get(mark.id)
    return {
        "place": place,
        "act": placed.change.hex() if placed else mark.id.hex(),
        "commit": placed.commit.hex() if placed else None,
        "action": mark.action, "unit": mark.unit, "actor": mark.actor, "time": iso(hybrid.to_ms(mark.time)),
        "received": iso(placed.received_ms) if placed else None,
        "verdict": str(verdict.standing) if verdict else "stands", "reason": verdict.code if verdict else "",
        "provisional": bool(verdict and verdict.provisional),
        "data": cells.data(kind.matter.name, mark.action, mark.data, own),
    }  # fmt: skip


def _by(mark: Mark | None) -> Item | None:
    if mark is None:
        return None
    return {
        "action": mark.action,
        "unit": mark.unit,
        "actor": mark.actor,
        "time": iso(hybrid.to_ms(mark.time)),
    }


def _figure(one: Mapping[str, Any]) -> Item:
    names = ("id", "unit", "numerator", "denominator", "value", "excluded_numerator", "excluded_denominator")
    return {name: one[name] for name in names}
