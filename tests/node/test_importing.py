"""Importing: many records in one commit, each once, and again after whatever stopped it."""

from __future__ import annotations

from typing import Any

import pytest

from node import author
from node.errors import Forbidden, Usage
from node.matters import KINDS
from node.matters.draft import Draft
from sync_protocol.limits import MAX_CHANGES, MAX_COMMIT
from tests.node.tree import Tree

Row = dict[str, Any]


def rows(count: int, answer: str = "可以向劳动保障监察机构投诉。") -> list[Row]:
    return [
        {"kind": "question", "external_id": f"x{at}", "question": f"第{at}问", "answer": answer}
        for at in range(count)
    ]


def take(tree: Tree, given: list[Row], who: str = "p") -> Row:
    return tree.do(who, "import", "boss", matter="article", rows=given)


@pytest.fixture
def root(tree: Tree) -> Tree:
    for name in ("p", "c"):
        tree.do(name, "staff.add", "a", id="boss", name="管", roles=["admin"], password="password1")
    return tree


def test_many_records_go_into_one_commit(root: Tree) -> None:
    before = root.one("p", "SELECT count(*) FROM commit_")
    assert take(root, rows(50)) == {"taken": 50, "imported": 50, "skipped": 0, "rejected": []}
    assert root.one("p", "SELECT count(*) FROM commit_") == before + 1
    assert root.verify("p") == []


def test_a_commit_ends_where_the_room_does_and_the_rest_is_taken_next(root: Tree) -> None:
    given = rows(40, "字" * 2000)
    steps = []
    while given:
        steps.append(take(root, given))
        given = given[steps[-1]["taken"] :]
    assert len(steps) > 2 and sum(one["imported"] for one in steps) == 40
    assert root.one("p", "SELECT max(length(raw)) FROM commit_") < MAX_COMMIT
    assert root.verify("p") == []


def test_one_record_as_large_as_may_be_still_fits(root: Tree) -> None:
    assert take(root, rows(3, "字" * 59_000))["imported"] == 1


def test_a_commit_has_room_for_no_more_changes_than_it_may(root: Tree) -> None:
    drafts = [[Draft("draft", {"question": str(at)})] for at in range(MAX_CHANGES)]
    with root.at("p").work() as work:
        made = author.begin(work, KINDS["article"], drafts, actor="a", roles=frozenset({"operator"}))
    assert MAX_CHANGES // 2 <= len(made) <= MAX_CHANGES


def test_the_same_rows_again_change_nothing(root: Tree) -> None:
    take(root, rows(5))
    heads = root.reader("p").heads()
    assert take(root, rows(5)) == {"taken": 5, "imported": 0, "skipped": 5, "rejected": []}
    assert root.reader("p").heads() == heads


def test_what_was_stopped_half_way_goes_on_where_it_was(root: Tree) -> None:
    given = rows(40, "字" * 2000)
    half = take(root, given)["imported"]
    root.shut("p")
    again = take(root, given)
    assert again["skipped"] == half and again["imported"] > 0
    while take(root, given)["imported"]:
        pass
    assert len(root.reader("p").list("article", limit=100).items) == 40


def test_a_row_that_is_off_is_rejected_by_its_number_and_the_others_go_on(root: Tree) -> None:
    given = [*rows(1), {"kind": "poem", "external_id": "y", "answer": "好"}, {"question": "甲"},
             {**rows(2)[1], "colour": "red"}, rows(1)[0], rows(3)[2]]  # fmt: skip
    found = take(root, given)
    assert (found["imported"], found["skipped"]) == (2, 1)
    told = [(one["row"], one["code"]) for one in found["rejected"]]
    assert told == [(1, "unknown_code"), (2, "missing_field"), (3, "unknown_field")]


def test_only_an_administrator_of_the_root_imports(root: Tree) -> None:
    root.do(
        "p", "staff.add", "boss", id="clerk", name="乙", roles=["operator", "lawyer"], password="password1"
    )
    with pytest.raises(Forbidden) as refused:
        root.do("p", "import", "clerk", matter="article", rows=[])
    assert refused.value.code == "role"
    with pytest.raises(Forbidden) as refused:
        take(root, rows(1), "c")
    assert refused.value.code == "root_only"


@pytest.mark.parametrize(
    ("matter", "given"), [("ticket", []), ("nothing", []), ("article", "x"), ("article", [1])]
)
def test_what_isnt_imported_this_way_is_said(root: Tree, matter: str, given: object) -> None:
    with pytest.raises(Usage):
        root.do("p", "import", "boss", matter=matter, rows=given)


QUEUED_MOST = 'SELECT max(times) FROM (SELECT count(*) AS times FROM outbox GROUP BY peer, "commit")'


def test_a_commit_of_many_records_goes_to_each_child_once(root: Tree) -> None:
    take(root, rows(50))
    assert root.one("p", QUEUED_MOST) == 1
    root.quiet()
    assert len(root.reader("s").list("article", limit=100).items) == 50
    assert root.reader("p").digest("370000/370200")["digest"] == root.reader("c").digest()["digest"]


def test_and_once_to_a_child_that_comes_later(root: Tree) -> None:
    take(root, rows(50))
    root.quiet()
    root.join("p", "n", root.invite("p", "371000", "威海市总工会"))
    assert root.one("p", QUEUED_MOST) == 1
    root.sync("n", "p")
    assert len(root.reader("n").list("article", limit=100).items) == 50
