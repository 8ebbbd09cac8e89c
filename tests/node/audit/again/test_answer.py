"""Every figure by two implementations: they agree on real nodes, and what is planted is named by its ticket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench import lives
from node import config, founding
from node.audit.desk import Desk
from node.entropy import SystemEntropy
from node.errors import Stale, Usage
from node.figures.catalogue import catalogue
from node.reader import Reader
from node.writer import Writer
from tests.node.tree import Tree

UNITS = ["370100", "370200", "I01", "E01"]


def nothing(_done: int, _of: int) -> None:
    pass


def again(tree: Tree, who: str = "p", **how: Any) -> dict[str, Any]:
    return Desk(tree.reader(who)).figures(nothing, **how)


def odd(found: dict[str, Any]) -> list[Any]:
    return [one for one in found["figures"] if not one["agree"]] + found["differences"]


@pytest.mark.parametrize("who", ["p", "c", "k", "t"])
def test_both_say_the_same_of_every_figure_on_every_node(lived: Tree, who: str) -> None:
    found = again(lived, who)
    assert found["agree"] and not odd(found)
    assert [one["id"] for one in found["figures"]] == [one.id for one in catalogue()]


def test_they_are_the_figures_that_the_node_tells(lived: Tree) -> None:
    found = again(lived, period="2026")
    told = lived.reader("p").stats(period="2026")["figures"]
    for one, other in zip(found["figures"], told, strict=True):
        assert one["second"] == {name: other[name] for name in one["second"]}
    saying = {one["id"] for one in found["figures"] if one["second"]["numerator"]}
    assert saying >= {"tickets", "rework", "carded", "cards_red", "overdue", "satisfied_result", "calls", "resolved",
                      "amount_recovered", "completed_in_time", "checked"}  # fmt: skip
    assert any(one["second"]["excluded_numerator"] for one in found["figures"])


@pytest.mark.parametrize("by", ["unit", "month"])
def test_they_agree_group_by_group_and_period_by_period(lived: Tree, by: str) -> None:
    found = again(lived, by=by)
    assert found["agree"] and all(one["agree"] for one in found["items"]) and len(found["items"]) > 1
    for period in ("2026-09", "2026-10", "2026-W39"):
        assert again(lived, period=period)["agree"]


# Lives of many kinds on one node: rework, declines, extensions, suspensions, withdrawals, cards of both colours


@pytest.fixture(scope="module")
def lifelike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    base = tmp_path_factory.mktemp("lifelike")
    hand = lives.Hand(1_790_000_000_000)
    entropy = SystemEntropy()
    founding.init(base / "p", "370000", "省", clock=hand, entropy=entropy, root=True, recovery=base / "key")
    writer = Writer.open(base / "p", config.load(base / "p"), hand, entropy)
    roles = ["operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
    for at, one in enumerate([lives.STAFF, *lives.PEOPLE[:3]]):
        person = {"id": one, "name": one, "roles": roles, "password": "bench-pass"}
        writer.do("staff.add", person, lives.STAFF if at else None)
    for unit in UNITS:
        writer.do("invite", {"unit": unit, "name": unit, "role": "hosted", "kind": "place"}, lives.STAFF)
    random = Random(7)
    of_every_kind = [*dict.fromkeys(lives.FINISHED.lives), *lives.LEFT.lives, lives.awaited, lives.unchecked]
    cases = []
    for nth, life in enumerate(of_every_kind):
        case = lives.Case(writer, "ticket", nth, *random.sample(UNITS, 2), Random(nth), lives.STAFF)
        cases.append((random.uniform(0, 14), life(case)))
    begun = hand.stands_ms
    ahead = [(begun + int(day * lives.DAY_MS), nth, life) for nth, (day, life) in enumerate(cases)]
    lives._drive(writer, hand, ahead, begun + 60 * lives.DAY_MS)
    writer.close()
    found = Reader(base / "p", "zh")
    found.clock = hand  # type: ignore[assignment]
    yield found
    found.close()


@pytest.mark.parametrize("days", [0, 5, 30, 400])
def test_they_agree_on_lives_of_every_kind_at_whatever_moment(lifelike: Reader, days: int) -> None:
    hand: Any = lifelike.clock
    hand.stands_ms += days * lives.DAY_MS
    found = Desk(lifelike).figures(nothing)
    hand.stands_ms -= days * lives.DAY_MS
    assert found["agree"] and not odd(found)
    told = {one["id"]: one["second"]["numerator"] for one in found["figures"]}
    wanted = ("rework", "rework_in_time", "declined", "withdrawn", "answered_tickets", "urged", "carded", "finished",
              "cards_yellow", "accepted_in_time", "completed_in_time", "forwarded_in_time")  # fmt: skip
    assert all(told[one] for one in wanted), told


# What is planted


def plant(tree: Tree, statement: str) -> None:
    with tree.sql("p") as db:
        db.execute(statement)


OF_IT = "WHERE name = 'ticket.{fact}' AND record = {ticket}"
PLANTED = {  # what → (figure, fact, statement)
    "a fact that is gone": ("accepted_in_time", "accept.kept", "DELETE FROM fact"),
    "another number": ("amount_recovered", "recovered", "UPDATE fact SET value = value + 1"),
    "another unit": ("finished", "finished", "UPDATE fact SET unit = '370000/370900'"),
    "another month": ("tickets", "registered", "UPDATE fact SET at_ms = at_ms - 2678400000"),
    "left out as excluded": ("completed", "completed", "UPDATE fact SET excluded = 1"),
    "one that never was": (
        "checked", "registered",
        "INSERT INTO fact SELECT 'ticket.checked.passed', at_ms + 1, record, 9, unit, 1, 1, at_ms, NULL, 0 FROM fact",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", [*PLANTED])
def test_a_wrong_projection_is_found_and_named_by_its_ticket(lived: Tree, what: str) -> None:
    figure, fact, statement = PLANTED[what]
    row, number = first_archived(lived)
    plant(lived, f"{statement} {OF_IT.format(fact=fact, ticket=row)}")
    found = again(lived)
    assert not found["agree"]
    assert {(one["figure"], one["ticket"]) for one in found["differences"]} == {(figure, number)}
    assert figure in [one["id"] for one in found["figures"] if not one["agree"]]


def first_archived(tree: Tree) -> tuple[int, str]:
    with tree.sql("p") as db:
        found = db.execute(
            "SELECT record, number FROM folded WHERE phase = 'archived' AND matter = 'ticket'"
        ).fetchone()
    return found[0], found[1]


def test_two_that_were_swapped_do_not_look_alike(lived: Tree) -> None:
    """The sums are the same; the tickets aren't."""
    with lived.sql("p") as db:
        rows = db.execute(
            "SELECT record, at_ms FROM fact WHERE name = 'ticket.registered' ORDER BY at_ms"
        ).fetchall()
        one, other = rows[0][0], rows[-1][0]
        db.execute("INSERT INTO fact SELECT name, at_ms, record, 7, unit, round, 1, from_ms, NULL, 0 FROM fact"
                   " WHERE name = 'ticket.registered' AND record = ?", (other,))  # fmt: skip
        db.execute("DELETE FROM fact WHERE name = 'ticket.registered' AND record = ?", (one,))
    found = again(lived)
    figures = {one["id"]: one for one in found["figures"]}
    assert figures["tickets"]["first"] == figures["tickets"]["second"] and not figures["tickets"]["agree"]
    assert len({each["record"] for each in found["differences"]}) == 2


def test_what_no_figure_rests_on_changes_none(lived: Tree) -> None:
    plant(lived, "UPDATE due SET done_ms = due_ms")
    assert again(lived)["agree"], "figures rest on facts; rows of deadlines are what `verify` looks at"


# What was published, and tables of before


def test_what_the_province_published_is_compared_at_its_moment_and_by_ticket(
    lived: Tree, place: Path
) -> None:
    lived.join("p", "a", lived.invite("p", "SJ01", "省总审计", role="auditor"))
    lived.sync("a", "p")
    lived.quiet()
    published = lived.reader("p").stats(period="2026", ids=True)
    lived.clock("a").advance(90 * lives.DAY_MS)
    assert again(lived, "a", published=published)["agree"]
    lie = json.loads(json.dumps(published))
    rework = next(one for one in lie["figures"] if one["id"] == "rework")
    (told,) = rework["numerator_ids"]
    rework.update(numerator=0, numerator_ids=[], value=0.0)
    found = again(lived, "a", published=lie)
    assert [one["id"] for one in found["figures"] if not one["agree"]] == ["rework"]
    (one,) = found["differences"]
    assert (one["record"], one["published"], one["second"]) == (told["record"], 0, 1)


@pytest.mark.parametrize("change", [
    {"unit": "370200"}, {"by": "unit"}, {"as_of": "yesterday"}, {"figures": []}, {"figures": [{}]}, {"period": 5},
    {"figures": "x"},
])  # fmt: skip
def test_what_is_no_answer_of_stats_is_refused(lived: Tree, change: dict[str, Any]) -> None:
    published = {**lived.reader("p").stats(), **change}
    with pytest.raises(Usage) as fault:
        again(lived, published=published)
    assert fault.value.code == "not_published"


def test_a_group_or_period_that_there_is_not_is_refused(lived: Tree) -> None:
    for how, code in (({"by": "hour"}, "unknown_dimension"), ({"period": "soon"}, "bad_period")):
        with pytest.raises(Usage) as fault:
            again(lived, **how)
        assert fault.value.code == code
    with pytest.raises(Usage):
        again(lived, published=lived.reader("p").stats(), period="2026")


def test_tables_of_before_serve_as_long_as_the_node_has_no_other_commits(lived: Tree, place: Path) -> None:
    Desk(lived.reader("p")).export_tables(place / "t", "parquet", nothing)
    before = sorted(one.name for one in place.iterdir())
    assert again(lived, source=place / "t")["agree"] and sorted(one.name for one in place.iterdir()) == before
    lived.register("p")
    with pytest.raises(Stale) as fault:
        again(lived, source=place / "t")
    assert fault.value.code == "tables_older"
    assert again(lived)["agree"]


def test_where_nothing_was_done_yet_both_say_so(tree: Tree, tmp_path: Path) -> None:
    """Of offices and actions there are few, or none at all: on a node that isn't enrolled."""
    for who in ("p", "k"):
        found = again(tree, who)
        assert found["agree"] and not any(one["second"]["denominator"] for one in found["figures"])
    founding.init(tmp_path / "bare", "370211", "区", clock=tree.clock("k"), entropy=SystemEntropy())
    bare = Reader(tmp_path / "bare", "zh")
    assert Desk(bare).figures(nothing)["agree"]
    bare.close()


def test_the_second_shares_nothing_with_the_first() -> None:
    """It is SQL over the tables; what runs it knows neither figures nor matters."""
    from node.audit.again import second

    text = Path(str(second.__file__)).read_text("utf-8")
    assert "node.figures" not in text and "node.matters" not in text and "node.store" not in text
