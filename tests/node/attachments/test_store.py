from __future__ import annotations

import pytest

from node.attachments import named, store
from node.attachments.files import Files
from node.attachments.store import Part, Presence
from node.matters import KINDS
from node.store import folded, records
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, noise, states
from tests.node.tree import Tree

PEER = b"p" * 16


def test_an_erased_attachment_is_destroyed_with_all_its_parts(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(100))
    files = paper.files(tree, "c")
    files.write(content, PEER, 0, b"part")
    with tree.at("c").work() as work:
        store.put_part(work.db, content, PEER, Part(100, 4))
        assert not store.forget(work, content)  # a record still names it
        work.db.exec_driver_sql("DELETE FROM attachment")
        assert store.forget(work, content)
        assert store.presence(work.db, content) == (Presence.MISSING, 0)
    assert list(files.every()) == [] and list(files.asides()) == []


def test_what_cant_be_removed_isnt_forgotten(
    tree: Tree, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = attach(tree, "c", record, noise(100))

    def fails(*_: object) -> None:
        raise OSError("busy")

    monkeypatch.setattr(Files, "remove", fails)
    with pytest.raises(OSError, match="busy"), tree.at("c").work() as work:
        work.db.exec_driver_sql("DELETE FROM attachment")
        store.forget(work, content)
    assert states(tree, "c", record) == ["present"]


def test_presence_tells_the_four_states(tree: Tree) -> None:
    content = b"c" * 32
    with tree.at("c").work() as work:
        store.want(work.db, [(content, 90)], work.now_ms)
        assert store.presence(work.db, content) == (Presence.MISSING, 0)
        store.put_part(work.db, content, PEER, Part(90, 30))
        assert store.presence(work.db, content) == (Presence.PARTIAL, 30)
        store.put_part(work.db, content, PEER, Part(0, 0, store.MOST_FAULTS))
        assert store.presence(work.db, content) == (Presence.DAMAGED, 0)
        store.completed(work, content, 90)
        assert store.presence(work.db, content) == (Presence.PRESENT, 90)
        assert store.part(work.db, content, PEER) == Part()
        assert not store.came_from(work.db, content, PEER)
        store.completed(work, content, 90, PEER)
        assert store.came_from(work.db, content, PEER) and not store.came_from(work.db, content, b"q" * 16)


def test_the_projection_follows_the_state_and_comes_back_when_it_is_rebuilt(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(100))
    with tree.at("c").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None and store.records_naming(work.db, content) == {row}
        matter, state = KINDS["ticket"].matter, folded.state(work.db, row)
        assert state is not None
        state.fields.pop("attachments")
        named.save(work, row, matter, state)
        assert store.records_naming(work.db, content) == set()
        work.db.exec_driver_sql("DELETE FROM setting WHERE name = 'projection'")
    tree.shut("c")
    with tree.at("c").work() as work:
        assert store.records_naming(work.db, content) == {row}
