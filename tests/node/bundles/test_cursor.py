"""A cursor comes back as it was handed out."""

from __future__ import annotations

from node.bundles.cursor import Cursor
from sync_protocol.messages import BlobWant, Mark


def test_a_cursor_survives_its_way_through_json() -> None:
    for one in (
        Cursor(True, [[0, b"l" * 16, 1, 7, b"t" * 32, False], [2, 5]], Mark(9, b"i" * 32)),
        Cursor(False, [], Mark(3, b"i" * 32), outbox=True),
        Cursor(False, [], asked=(BlobWant(b"h" * 32, 5),)),
    ):
        assert Cursor.read(one.packed()) == one and one.is_left


def test_nothing_is_left_behind_the_last_attachment() -> None:
    assert not Cursor(False, [], asked=()).is_left
    assert not Cursor(False, []).is_left
