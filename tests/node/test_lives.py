"""What is kept of a node's lives, and which numbers never came back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import pytest

from node import lives
from node.lives import Life

OWN, OLD, NOW = b"n" * 16, b"o" * 16, b"w" * 16


def store(head: int, loose: Iterable[int], upto: int) -> sqlite3.Connection:
    """A node whose old log is there up to `head`, and of which these came back; the marker knew `upto`."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE setting (name, value)")
    db.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, log, node, head_seq)")
    db.execute("CREATE TABLE commit_ (log, seq, chained)")
    life = Life(NOW.hex(), OLD.hex(), head, upto, "restored", 5)
    rows = [("node", OWN), ("log", NOW), (lives.LIVES, lives.packed([life]))]
    db.executemany("INSERT INTO setting VALUES (?, ?)", rows)
    logs = [(1, OLD, OWN, head), (2, NOW, OWN, 3), (3, b"x" * 16, b"x" * 16, 2)]
    db.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", logs)
    db.executemany("INSERT INTO commit_ VALUES (?, ?, 0)", [(1, seq) for seq in loose])
    db.execute("INSERT INTO commit_ VALUES (3, 9, 0)")  # another node's: out of scope, not lost
    return db


@pytest.mark.parametrize(
    ("head", "loose", "upto", "lost"),
    [
        (10, [], 10, []),
        (10, [], 12, [(11, 12)]),
        (10, [13, 14], 0, [(11, 12)]),
        (10, [13, 15, 15], 17, [(11, 12), (14, 14), (16, 17)]),
        (17, [], 12, []),
        (0, [2], 0, [(1, 1)]),
    ],
)
def test_lost_is_what_neither_came_back_nor_stands(
    head: int, loose: list[int], upto: int, lost: list[tuple[int, int]]
) -> None:
    db = store(head, loose, upto)
    assert lives.lost(db) == [(OLD, *one) for one in lost]
    assert [(one["first"], one["last"]) for one in lives.lost_told(db)] == lost
    assert all(str(one["first"]) in lives.lost_sentence(one) for one in lives.lost_told(db))


def test_only_so_many_lives_are_kept() -> None:
    one = lives.Life("aa", "bb", 1, 0, "restored", 5)
    assert len(lives.read(lives.packed([one] * 500))) == lives.MOST
    assert lives.read(None) == []
