"""What is news at a node: each once, and nothing personal in it."""

from __future__ import annotations

import pytest

from node.news import Board, News, Stood, between
from tests.node.tree import Tree


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [(Stood(), Stood(True), ["new"]), (Stood(True), Stood(True), []), (Stood(True), Stood(True, 1), ["exception"]),
     (Stood(True, 0, 1), Stood(True, 0, 2), ["card"]), (Stood(True, 2, 2), Stood(True, 1, 1), []),
     (Stood(), Stood(True, 1, 1), ["new", "card", "exception"]), (Stood(True), Stood(False, 3, 3), [])],
)  # fmt: skip
def test_news_is_what_a_record_became(before: Stood, after: Stood, events: list[str]) -> None:
    assert between(before, after) == events


@pytest.mark.parametrize("number", ["", "--help", "x; rm -rf", "3700 00", "3" * 80, "370000-1\n"])
def test_a_number_that_is_none_of_ours_in_form_is_no_argument(number: str) -> None:
    assert News("new", "ticket", b"\x01" * 16, number, "370000").name == "01" * 16


def test_a_ticket_is_news_once_where_it_comes_to(tree: Tree) -> None:
    marks = {who: tree.do(who, "news", None)["next"] for who in ("p", "k", "s")}
    record = tree.dispatched()
    for who, expected in (("p", ["new"]), ("k", ["new"]), ("s", [])):
        found = tree.do(who, "news", None, after=marks[who])
        assert [one["event"] for one in found["items"] if one["matter"] == "ticket"] == expected
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="在办")
    assert len(tree.do("k", "news", None, after=marks["k"])["items"]) == 1


def test_nothing_personal_stands_in_it(tree: Tree) -> None:
    before = tree.do("p", "news", None)["next"]
    record = tree.register()
    [item] = tree.do("p", "news", None, after=before)["items"]
    number = tree.show("p", record)["number"]
    assert item == {
        "id": before + 1, "event": "new", "matter": "ticket", "record": record, "number": number, "unit": "370000",
    }  # fmt: skip


def test_a_rebuild_and_a_refused_act_are_no_news(tree: Tree) -> None:
    record = tree.register()
    tree.shut("p")
    before = tree.do("p", "news", None)["next"]
    asked = {"matter": "ticket", "verb": "note", "record": record, "data": {"text": "试"}, "dry_run": True}
    tree.do("p", "act", "a", **asked)
    assert tree.do("p", "news", None, after=before) == {"items": [], "next": before}


def test_a_reader_of_a_process_before_begins_anew() -> None:
    board = Board()
    board.put([News("new", "ticket", b"1" * 16, "", "370000")])
    assert len(board.since(99)["items"]) == 1 and board.since(None) == {"items": [], "next": 1}
