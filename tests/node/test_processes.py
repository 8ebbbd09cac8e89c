"""Work shared by processes: each part once, in order where that is asked for, and no secret in what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection

from node import processes
from node.glance import DATABASE
from node.processes import Given
from node.store import records
from tests.node.tree import Tree


def _begin(db: Connection) -> Callable[[int], tuple[int, int]]:
    return partial(_counted, db)


def _counted(db: Connection, part: int) -> tuple[int, int]:
    if part == 13:
        raise ValueError("thirteen")
    time.sleep(0.02 if part % 2 else 0)  # so that they end in another order than they began
    return part, len(records.changes_of(db, 1))


@pytest.fixture
def given(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Given:
    monkeypatch.setattr(processes.os, "cpu_count", lambda: 2)
    tree.shut("p")
    return Given.of(tree.base / "p" / DATABASE, "zh")


def test_each_part_is_done_once_and_all_of_them_in_order_where_that_is_asked(given: Given) -> None:
    found = list(processes.each(given, _begin, range(12), in_order=True))
    assert [part for part, _ in found] == list(range(12)) and {count for _, count in found} != {0}
    assert sorted(processes.each(given, _begin, range(12), in_order=False)) == found


def test_what_goes_wrong_in_one_of_them_ends_the_whole(given: Given) -> None:
    with pytest.raises(ValueError, match="thirteen"):
        list(processes.each(given, _begin, range(10, 20), in_order=True))


def test_what_a_process_begins_with_tells_no_secret_when_it_is_shown(tree: Tree) -> None:
    assert "secret" not in repr(Given(tree.base, "zh", b"secret-of-file"))
