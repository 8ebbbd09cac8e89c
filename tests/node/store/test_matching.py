"""A list narrowed by a text is the same by whichever way it is found, and what it costs is what is on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, event

from node.store import listing, matching
from node.store.listing import Filter
from tests.node.tree import Tree

WORDS = ("厂欠薪", "丙厂", "厂", "370000", "-00", "0003", "没有这个", "*", "%", "Ｎ", "厂 欠")
WAYS = {
    "looked up": {},
    "remembered": {"LOOKED_UP": 0},
    "asked in turn": {"LOOKED_UP": 0, "REMEMBERED": 0},
    "many numbers": {"MOST_NUMBERED": 0},
    "asked in turn, many numbers": {"LOOKED_UP": 0, "REMEMBERED": 0, "MOST_NUMBERED": 0},
}


@pytest.fixture
def nine(tree: Tree) -> list[str]:
    """Tickets of the province's, a minute apart; every other one hasn't the word 欠薪."""
    found = []
    for number in range(9):
        told = f"{'甲乙丙丁戊己庚辛壬'[number]}厂{'欠薪' if number % 2 else '欠保'}"
        found.append(tree.register("p", narrative=told))
        tree.clock("p").advance(60_000)
    return found


def _listed(tree: Tree, words: str, **how: Any) -> list[str]:
    """Two rows a page, so that every page but the first has a cursor."""
    found: list[str] = []
    after: str | None = None
    while after is not None or not found:
        page = tree.reader("p").list("ticket", text=words, limit=2, after=after, **how)
        found += [one["record"] for one in page.items]
        after = page.next
        if after is None:
            break
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sort", ["-changed", "due", "number"])
def test_a_text_is_found_alike_by_every_way(
    tree: Tree, nine: list[str], monkeypatch: pytest.MonkeyPatch, way: str, sort: str
) -> None:
    plainly = {one: _listed(tree, one, sort=sort) for one in WORDS}
    for name, value in WAYS[way].items():
        monkeypatch.setattr(matching, name, value)
    assert {one: _listed(tree, one, sort=sort) for one in WORDS} == plainly
    assert set(plainly["厂欠薪"]) == {nine[at] for at in (1, 3, 5, 7)}
    assert set(plainly["370000"]) == set(nine) and plainly["0003"] == [nine[2]]
    assert plainly["丙厂"] == [nine[2]] and plainly["没有这个"] == plainly["*"] == plainly["%"] == []


@pytest.mark.parametrize("way", WAYS)
def test_a_text_and_a_view_narrow_a_list_together(
    tree: Tree, nine: list[str], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    tree.act("p", "withdraw", nine[1], text="撤诉")
    for name, value in WAYS[way].items():
        monkeypatch.setattr(matching, name, value)
    assert set(_listed(tree, "欠薪", view="unit")) == {nine[at] for at in (3, 5, 7)}


def _plans(db: Connection, ask: Any) -> list[str]:
    """How SQLite would go about each statement that `ask` makes, a line a step."""
    made: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: Any) -> None:
        made.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    ask()
    event.remove(db.engine, "before_cursor_execute", note)
    steps: list[str] = []
    for statement, given in made:
        steps += [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    return steps


SORTS: Sequence[str] = [f"{sign}{name}" for name in listing.SORTS for sign in ("", "-")]


@pytest.mark.parametrize("sort", SORTS)
def test_every_page_is_a_stretch_of_an_index(tree: Tree, nine: list[str], sort: str) -> None:
    """None is sorted for, nor looked for from the beginning, however deep it lies."""
    wanted = Filter("ticket", "370000")
    with tree.reader("p")._read() as db:
        _, after = listing.page(db, wanted, sort, 2, None)
        for cursor in (None, after):
            steps = _plans(db, lambda cursor=cursor: listing.page(db, wanted, sort, 2, cursor))  # type: ignore[misc]
            assert not [one for one in steps if "SCAN" in one or "TEMP B-TREE" in one], steps
            stretches = [one for one in steps if "folded USING" in one and "INDEX folded_" in one]
            assert stretches and (cursor is None or all("<?" in one or ">?" in one for one in stretches)), (
                steps
            )


LOOKED_UP = ("mine", "unit", "declined", "undelivered", "review", "cards", "exceptions", "reminders")
SETS: Sequence[dict[str, Any]] = [
    *({"view": one} for one in LOOKED_UP),
    {"status": "accepted"}, {"unit": "370000"}, {"text": "欠薪"}, {"text": "0003"}, {"attended": frozenset({"a"})},
]  # fmt: skip


@pytest.mark.parametrize("how", SETS, ids=str)
def test_what_a_filter_names_is_looked_up_and_not_looked_for(
    tree: Tree, nine: list[str], how: dict[str, Any]
) -> None:
    wanted = Filter("ticket", "370000", now_ms=1, **how)
    with tree.reader("p")._read() as db:
        steps = _plans(db, lambda: listing.page(db, wanted, "-changed", 2, None))
    assert "SEARCH folded USING INTEGER PRIMARY KEY (rowid=?)" in steps, steps
    assert not [one for one in steps if one.startswith("SCAN folded") or "SCAN place" in one], steps


def test_many_assignments_are_asked_of_each_ticket_by_its_own(
    tree: Tree, nine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.act("p", "dispatch", nine[1], lead="370200")
    plainly = [one["record"] for one in tree.reader("p").list("ticket", status="sent").items]
    monkeypatch.setattr(listing, "FEW", -1)
    assert (
        [one["record"] for one in tree.reader("p").list("ticket", status="sent").items]
        == plainly
        == [nine[1]]
    )
    with tree.reader("p")._read() as db:
        steps = _plans(
            db, lambda: listing.page(db, Filter("ticket", "370000", status="sent"), "-changed", 2, None)
        )
    assert any(
        one.startswith("SEARCH place USING INDEX sqlite_autoindex_place_1 (record=?") for one in steps
    ), steps
