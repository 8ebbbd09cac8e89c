"""What a peer may do wrong, by accident or on purpose."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from typing import Any

import pytest

from node import author
from node.attachments import arriving, link, memory, store
from node.attachments.files import Files
from node.matters import KINDS
from node.matters.draft import Draft
from sync_protocol.messages import BlobWant, Chunk
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, listed, noise, states, took
from tests.node.tree import Tree

SIZE = 6000


class Scene:
    """A county's ticket whose attachment the city still lacks."""

    def __init__(self, tree: Tree, record: str) -> None:
        self.tree, self.record = tree, record
        self.data = noise(SIZE)
        self.content = attach(tree, "k", self.record, self.data)
        tree.exchange("k", "c")

    def chunk(self, offset: int = 0, data: bytes | None = None, size: int = SIZE) -> Chunk:
        return Chunk(self.content, size, offset, self.data[offset:] if data is None else data)

    def comes(self, *chunks: Chunk) -> tuple[str, ...]:
        return took(self.tree, "c", "k", *chunks).notes

    @property
    def have(self) -> int:
        return int(listed(self.tree, "c", self.record)[0]["have"])

    @property
    def state(self) -> str:
        return states(self.tree, "c", self.record)[0]


@pytest.fixture
def scene(tree: Tree, record: str) -> Scene:
    return Scene(tree, record)


def test_chunks_are_taken_in_their_order_and_once(scene: Scene) -> None:
    first = scene.chunk(0, scene.data[:2000])
    assert scene.comes(first, first) == () and scene.have == 2000 and scene.state == "partial"
    assert scene.comes(scene.chunk(4000)) == () and scene.have == 2000
    assert scene.comes(scene.chunk(2000)) == () and scene.state == "present"
    assert scene.comes(scene.chunk(0)) == () and scene.state == "present"


def test_a_flipped_byte_is_found_and_the_next_copy_is_taken(scene: Scene) -> None:
    bad = bytes([scene.data[0] ^ 1]) + scene.data[1:]
    assert scene.comes(scene.chunk(0, bad)) == ("attachment_mismatch",)
    assert (scene.state, scene.have) == ("missing", 0)
    assert scene.comes(scene.chunk()) == () and scene.state == "present"


def test_after_the_third_wrong_copy_that_peer_isnt_asked_again(scene: Scene) -> None:
    for _ in range(3):
        assert scene.comes(scene.chunk(0, bytes(SIZE))) == ("attachment_mismatch",)
    assert scene.state == "damaged"
    assert scene.comes(scene.chunk()) == () and scene.state == "damaged"
    with scene.tree.at("c").work() as work:
        assert link.for_reply(work, paper.node(scene.tree, "k"), ()).wants == ()
    assert [one.hash for one in paper.asked(scene.tree, "c", "p")] == [scene.content]  # another may have it


def test_a_liar_harms_neither_the_ticket_nor_the_rest(scene: Scene) -> None:
    tree = scene.tree
    other = attach(tree, "k", scene.record, noise(900, 7), "other.bin")
    for _ in range(3):
        scene.comes(scene.chunk(0, bytes(SIZE)))
    tree.act("k", "accept", scene.record)
    paper.up(tree)
    assert states(tree, "c", scene.record) == ["damaged", "present"]
    assert states(tree, "p", scene.record) == ["missing", "present"] and tree.verify("c") == []
    assert tree.show("c", scene.record)["timeline"][-1]["action"] == "accept" and other


def test_a_person_who_asks_for_it_has_everybody_asked_again(scene: Scene) -> None:
    for _ in range(3):
        scene.comes(scene.chunk(0, bytes(SIZE)))
    scene.tree.do("c", "attachment.again", hash=scene.content.hex())
    assert scene.state == "missing"
    scene.tree.sync("k", "c")
    assert scene.state == "present"


def test_another_peers_wrong_bytes_dont_spoil_a_good_part(scene: Scene) -> None:
    """Each peer's part is a file of its own."""
    assert scene.comes(scene.chunk(0, scene.data[:3000])) == ()
    assert took(scene.tree, "c", "p", scene.chunk(0, bytes(SIZE))).notes == ("attachment_mismatch",)
    assert scene.have == 3000
    assert scene.comes(scene.chunk(3000)) == () and scene.state == "present"


@pytest.mark.parametrize(
    ("offset", "length", "size"),
    [(0, 5000, 4000), (0, 0, SIZE), (0, 6001, SIZE)],
    ids=["longer than it says", "empty", "one byte more"],
)
def test_a_chunk_that_cant_be_is_its_peers_fault(scene: Scene, offset: int, length: int, size: int) -> None:
    assert scene.comes(scene.chunk(offset, bytes(length), size)) == ("attachment_mismatch",)
    assert scene.state == "missing"


def test_a_size_that_changes_on_the_way_begins_anew(scene: Scene) -> None:
    scene.comes(scene.chunk(0, scene.data[:3000]))
    assert scene.comes(scene.chunk(3000, size=SIZE + 1)) == ("attachment_mismatch",)
    assert scene.have == 0


def test_one_past_the_receivers_bound_isnt_taken(scene: Scene) -> None:
    paper.limit(scene.tree, "c", attachment_max=SIZE - 1)
    assert scene.comes(scene.chunk()) == ("attachment_too_large",)
    assert list(paper.files(scene.tree, "c").asides()) == []


def test_a_lie_about_the_size_in_the_ticket_hinders_nothing(scene: Scene) -> None:
    """What counts is what the bytes hash to."""
    tree, data = scene.tree, noise(700, 3)
    content, _ = paper.files(tree, "k").add(io.BytesIO(data), 1000)
    lie = {"hash": content, "size": 5, "type": "text/html", "name": "../x\x1b[2J"}
    with tree.at("k").work() as work:
        store.completed(work, content, 700)
        draft = Draft("attach", {"attachments": [lie, "no attachment", {"hash": 5}]})
        name = bytes.fromhex(scene.record)
        author.write(work, KINDS["ticket"], name, [draft], actor="a", roles=frozenset({"handler"}))
    tree.sync("k", "c")
    found = listed(tree, "c", scene.record)[1]
    assert (found["name"], found["type"]) == ("x_[2J", "application/octet-stream")
    assert (found["state"], found["size"]) == ("present", 700)


def test_an_empty_file_that_somebody_names_comes(scene: Scene) -> None:
    content = paper.digest(b"")
    with scene.tree.at("c").work() as work:
        store.want(work.db, [(content, 0)], work.now_ms)
        work.db.exec_driver_sql("INSERT INTO attachment SELECT record, ? FROM attachment", (content,))
    assert took(scene.tree, "c", "k", Chunk(content, 0, 0, b"")).stored == 1


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    def write(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Files, "write", write)
    yield monkeypatch


def test_a_full_disk_refuses_the_chunk_by_name_and_tickets_go_on(
    scene: Scene, full: pytest.MonkeyPatch
) -> None:
    tree = scene.tree
    tree.act("k", "accept", scene.record)
    moved = tree.sync("k", "c")
    assert "attachment_not_stored" in moved.notes and moved.sent
    assert tree.show("c", scene.record)["timeline"][-1]["action"] == "accept" and scene.state == "missing"
    assert tree.sync("k", "c").rounds == 1  # for a while nothing is asked for
    full.undo()
    tree.later(memory.PAUSE_MS)
    tree.sync("k", "c")
    assert scene.state == "present"
    with tree.at("c").work() as work:
        assert not arriving.is_paused(work)


def test_a_part_that_is_shorter_than_its_row_is_begun_anew(scene: Scene) -> None:
    scene.comes(scene.chunk(0, scene.data[:3000]))
    paper.files(scene.tree, "c").part(scene.content, paper.node(scene.tree, "k")).write_bytes(b"x" * 10)
    with scene.tree.at("c").work() as work:
        wants = link.for_reply(work, paper.node(scene.tree, "k"), ()).wants
    assert wants == (BlobWant(scene.content, 0),)
