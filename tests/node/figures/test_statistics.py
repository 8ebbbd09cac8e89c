"""What `stats` adds up, against a second opinion written apart from it, for every figure."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from conflict.state import State
from node.deadlines import Policies, shipped
from node.errors import Usage
from node.figures import counted, period, statistics
from node.figures.catalogue import catalogue
from node.figures.groups import Units, names
from node.figures.statistics import Question
from node.matters.draft import Card, Due, Fact
from node.store import database, fitting, records
from node.store import facts as store
from tests.node.matters.scene import C2, TICKET, C, P, X, ms

from .second import Counts, Life, Span
from .wandering import lived

MANY = 80
DAY = 86_400_000
TREE = Units({}, {}, {})
OF_TICKETS = [one.id for one in catalogue() if one.matter == "ticket"]


Lived = tuple[State, list[Due], list[Card]]


@pytest.fixture(scope="module")
def lives() -> list[Lived]:
    return [with_clocks(lived(seed)[0]) for seed in range(MANY)]


def with_clocks(state: State) -> Lived:
    dues = TICKET.dues(state, Policies(), shipped())
    return state, dues, TICKET.cards(state, dues, shipped())


@pytest.fixture(scope="module")
def db(lives: list[Lived], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    engine = database.open_database(tmp_path_factory.mktemp("figures") / "node.db", write=True)
    database.migrate(engine)
    with engine.begin() as found:
        fitting.fit(found)
        for number, one in enumerate(lives):
            put(found, number, *one)
        yield found
    engine.dispose()


def put(db: Connection, number: int, state: State, dues: list[Due], cards: list[Card]) -> None:
    row = records.ensure(db, number.to_bytes(16, "big"), "ticket")
    found = counted.facts(TICKET, state, dues, cards)
    store.save(db, row, found, counted.is_excluded(state), counted.dimensions(TICKET, state))


def second(lives: list[Lived], now: int, span: Span, excluded: bool) -> Counts:
    total: Counts = defaultdict(lambda: [0, 0])
    for state, dues, cards in lives:
        if bool(state.shown("excluded")) is excluded:
            for figure, (top, bottom) in Life(state, now, span, dues, cards).count().items():
                total[figure][0] += top
                total[figure][1] += bottom
    return total


MOMENTS = ["2027-01-14 12:00", "2027-01-20 00:00", "2027-06-30 08:00"]  # behind the last act of each
SPANS = [None, "2026", "2026-11", "2026-12", "2026-W51", "2026-12-05..2027-01-31", "2027-01-04"]


def cases() -> Iterator[tuple[str, str | None, str | None]]:
    draw = random.Random(4)
    for moment in MOMENTS:
        for span in SPANS:
            yield moment, span, draw.choice([None, None, P, C, C2, X])


@pytest.mark.parametrize(("moment", "span", "unit"), list(cases()))
def test_every_figure_is_what_a_second_reading_of_the_timelines_gives(
    db: Connection, lives: list[Lived], moment: str, span: str | None, unit: str | None
) -> None:
    now = ms(moment)
    assert all(mark.time >> 16 < now for one, *_ in lives for mark in one.marks.values())
    chosen = period.read(span) if span else None
    told = statistics.tell(db, Question(OF_TICKETS, None, chosen, unit), TREE, now)
    limits = (chosen.start_ms, chosen.end_ms) if chosen else (0, 2**62)
    here = Span(*limits, unit or "")
    mine, apart = second(lives, now, here, False), second(lives, now, here, True)
    for figure in told["figures"]:
        name = figure["id"]
        assert [figure["numerator"], figure["denominator"] or 0] == both(mine[name], figure), name
        excluded = [figure["excluded_numerator"], figure["excluded_denominator"] or 0]
        assert excluded == both(apart[name], figure), f"{name}, excluded"


def both(counts: list[int], figure: dict[str, Any]) -> list[int]:
    return [counts[0], counts[1] if figure["denominator_id"] else 0]


def test_the_lives_reach_every_figure(db: Connection, lives: list[Lived]) -> None:
    told = statistics.tell(db, Question(OF_TICKETS), TREE, ms("2027-06-30 08:00"))
    never = {one["id"] for one in told["figures"] if not one["numerator"] + one["excluded_numerator"]}
    assert never <= {"check_score", "declined_late", "cards_rescinded"}


def test_the_groups_of_every_dimension_add_up_to_the_whole(db: Connection) -> None:
    now = ms("2027-01-20 00:00")
    whole = {one["id"]: one for one in statistics.tell(db, Question(OF_TICKETS), TREE, now)["figures"]}
    for name in names():
        told = statistics.tell(db, Question(OF_TICKETS, name), TREE, now)
        assert {one["id"]: one for one in told["figures"]} == whole, name
        for at, figure in enumerate(told["items"][0]["figures"]) if told["items"] else ():
            parts = [item["figures"][at] for item in told["items"]]
            for part in ("numerator", "excluded_numerator"):
                assert sum(one[part] for one in parts) == whole[figure["id"]][part], (name, figure["id"])


def test_the_ids_behind_a_number_add_up_to_it(db: Connection) -> None:
    asked = Question(OF_TICKETS, "unit", period.read("2026-12"), P, ids=True)
    told = statistics.tell(db, asked, TREE, ms("2027-01-20 00:00"))
    told_all = [*told["figures"], *(one for item in told["items"] for one in item["figures"])]
    assert len(told_all) > 100
    for one in told_all:
        assert sum(each["value"] for each in one["numerator_ids"]) == one["numerator"]
        assert sum(each["value"] for each in one["denominator_ids"]) == (one["denominator"] or 0)
        assert len({each["record"] for each in one["numerator_ids"]}) <= MANY


def test_work_of_before_a_move_is_the_unit_s_where_it_is_now(db: Connection) -> None:
    now = ms("2027-01-20 00:00")
    moved = Units({}, {}, {X: f"{C2}/370211"})
    plain = statistics.tell(db, Question(["assignments"], "unit"), TREE, now)["items"]
    before = {one["key"]: one["figures"][0]["numerator"] for one in plain}
    after = statistics.tell(db, Question(["assignments"], None, None, C2), moved, now)["figures"][0]
    under = sum(count for unit, count in before.items() if unit == X or unit.startswith(C2))
    assert before[X] and after["numerator"] == under
    left = statistics.tell(db, Question(["assignments"], None, None, C), moved, now)["figures"][0]
    assert left["numerator"] == sum(count for unit, count in before.items() if unit.startswith(C)) - before[X]


def test_what_is_saved_anew_replaces_what_was(db: Connection, lives: list[Lived]) -> None:
    before = statistics.tell(db, Question(OF_TICKETS), TREE, ms("2027-01-20 00:00"))
    put(db, 0, *lives[1])
    between = statistics.tell(db, Question(OF_TICKETS), TREE, ms("2027-01-20 00:00"))
    put(db, 0, *lives[0])
    assert statistics.tell(db, Question(OF_TICKETS), TREE, ms("2027-01-20 00:00")) == before != between
    row = records.row_of(db, bytes(16))
    assert row is not None and store.holds(db, row, *_counts(lives[0]))
    assert not store.holds(db, row, *_counts(lives[1]))


def _counts(one: Lived) -> tuple[list[Fact], bool, dict[str, str]]:
    state, dues, cards = one
    facts = counted.facts(TICKET, state, dues, cards)
    return facts, counted.is_excluded(state), counted.dimensions(TICKET, state)


def test_what_isnt_known_is_refused_with_the_nearest(db: Connection) -> None:
    for question, code, near in (
        (Question(["acepted_in_time"]), "unknown_figure", "accepted_in_time"),
        (Question(by="tpoic"), "unknown_dimension", "topic"),
        (Question(by="topic:5"), "unknown_dimension", "topic:"),
    ):
        with pytest.raises(Usage) as refused:
            statistics.tell(db, question, TREE, 0)
        assert refused.value.code == code and near in refused.value.text
