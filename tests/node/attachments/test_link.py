from __future__ import annotations

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import author
from node.attachments import link, memory
from node.matters import KINDS
from node.matters.draft import Draft
from sync_protocol.messages import BlobWant, Chunk
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, noise, states
from tests.node.tree import Tree


def test_a_countys_attachment_reaches_the_province_and_no_sibling(tree: Tree, record: str) -> None:
    content = attach(tree, "k", record, noise(300_000))
    paper.up(tree)
    assert states(tree, "k", record) == states(tree, "c", record) == states(tree, "p", record) == ["present"]
    assert paper.path(tree, "p", content).read_bytes() == noise(300_000)
    assert paper.files(tree, "t").size(content) is None
    assert tree.verify("p") == tree.verify("c") == []


def test_a_provinces_attachment_reaches_the_county(tree: Tree, record: str) -> None:
    attach(tree, "p", record, noise(100_000))
    paper.down(tree)
    assert states(tree, "k", record) == ["present"]


def test_a_record_that_enters_a_scope_brings_what_it_names(tree: Tree) -> None:
    record = tree.register()
    attach(tree, "p", record, noise(50_000))
    tree.act("p", "dispatch", record, lead="370211")
    paper.down(tree)
    assert states(tree, "k", record) == ["present"]


def test_the_ticket_comes_first_and_names_what_is_on_its_way(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(200_000))
    tree.exchange("k", "c")
    assert paper.listed(tree, "c", record)[0] | {"hash": ""} == {
        "number": 1, "hash": "", "size": 200_000, "type": "application/octet-stream", "name": "工资条.pdf",
        "state": "missing", "have": 0,
    }  # fmt: skip


def test_the_digest_is_agreed_before_an_attachment_has_come(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(200_000))
    tree.exchange("k", "c")
    mine, theirs = tree.reader("k").digest(), tree.reader("c").digest("370211")
    assert mine["digest"] == theirs["digest"] and states(tree, "c", record) == ["missing"]


def test_what_is_out_of_scope_is_answered_like_what_was_never_there(tree: Tree, record: str) -> None:
    content = attach(tree, "p", record, noise(5_000))
    paper.down(tree)
    assert paper.given(tree, "p", "c", BlobWant(content, 0))
    assert paper.given(tree, "p", "t", BlobWant(content, 0)) == ()
    assert paper.given(tree, "p", "t", BlobWant(bytes(32), 0)) == ()


def test_naming_a_file_by_its_hash_alone_doesnt_bring_it(tree: Tree, record: str) -> None:
    """A sibling that has got to know a hash names it in a ticket of its own."""
    content = attach(tree, "p", record, noise(5_000))
    own = tree.register("t")
    named = {"hash": content, "size": 5_000, "type": "text/plain", "name": "x"}
    with tree.at("t").work() as work:
        draft = Draft("attach", {"attachments": [named]})
        roles = frozenset({"handler"})
        author.write(work, KINDS["ticket"], bytes.fromhex(own), [draft], actor="a", roles=roles)
    tree.sync("t", "p")
    assert states(tree, "t", own) == ["missing"] and states(tree, "p", own) == ["present"]
    assert paper.given(tree, "p", "t", BlobWant(content, 0)) == ()
    assert paper.given(tree, "p", "c", BlobWant(content, 0)) != ()


def test_a_unit_that_has_left_is_given_no_more(tree: Tree, record: str) -> None:
    content = attach(tree, "p", record, noise(5_000))
    tree.act("p", "recall", record, unit="370200")
    paper.down(tree)
    assert paper.given(tree, "p", "c", BlobWant(content, 0)) == ()
    assert paper.files(tree, "c").size(content) is None


def test_nothing_is_taken_that_no_record_in_the_childs_scope_names(tree: Tree) -> None:
    record = tree.register()
    content = attach(tree, "p", record, noise(500))
    paper.path(tree, "p", content).unlink()
    tree.shut("p")
    for chunk in (Chunk(content, 500, 0, noise(500)), Chunk(bytes(32), 5, 0, b"hello")):
        assert paper.took(tree, "p", "t", chunk) == link.Took(0, ())
    assert paper.files(tree, "p").size(content) is None


def test_a_cut_costs_what_was_on_the_line_and_no_more(tree: Tree, record: str) -> None:
    """Every other exchange is lost, now on the way up, now on the way down."""
    content = attach(tree, "k", record, noise(24_000))
    tree.exchange("k", "c")
    up = 0
    for at in range(30):
        with tree.at("k").work() as work:
            parcel = link.for_request(work, paper.node(tree, "c"), 4000)
        if at % 3 == 1:
            continue
        up += sum(len(one.data) for one in parcel.chunks)
        with tree.at("c").work() as work:
            link.take(work, paper.node(tree, "k"), parcel.wants, parcel.chunks)
            back = link.for_reply(work, paper.node(tree, "k"), parcel.wants, 4000)
        if at % 3 != 2:
            paper.took(tree, "k", "c", wants=back.wants)
    assert states(tree, "c", record) == ["present"] and paper.files(tree, "c").is_sound(content)
    assert up <= 2 * 24_000  # a chunk is sent again where its reply was lost, once


def test_a_kill_between_a_chunk_and_its_row_is_made_good(tree: Tree, record: str) -> None:
    data = noise(9_000)
    content = attach(tree, "k", record, data)
    tree.exchange("k", "c")
    with pytest.raises(KeyboardInterrupt), tree.at("c").work() as work:
        link.take(work, paper.node(tree, "k"), (), [Chunk(content, 9_000, 0, data[:4000])])
        raise KeyboardInterrupt
    assert states(tree, "c", record) == ["missing"]
    tree.shut("c")
    tree.sync("k", "c")
    assert states(tree, "c", record) == ["present"] and tree.verify("c") == []


def test_a_kill_between_the_rename_and_its_row_is_made_good(tree: Tree, record: str) -> None:
    data = noise(9_000)
    content = attach(tree, "k", record, data)
    tree.exchange("k", "c")
    with pytest.raises(KeyboardInterrupt), tree.at("c").work() as work:
        link.take(work, paper.node(tree, "k"), (), [Chunk(content, 9_000, 0, data)])
        raise KeyboardInterrupt
    assert states(tree, "c", record) == ["missing"] and paper.files(tree, "c").is_sound(content)
    assert paper.asked(tree, "c", "p") == () and states(tree, "c", record) == ["present"]


def test_a_restore_without_the_files_fetches_them_again(tree: Tree, record: str) -> None:
    attach(tree, "p", record, noise(40_000))
    paper.down(tree)
    tree.shut("c")
    shutil.rmtree(paper.files(tree, "c").root)
    tree.sync("c", "p")
    assert states(tree, "c", record) == ["present"] and tree.verify("c") == []


def test_a_restored_child_gets_back_what_it_gave(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(40_000))
    paper.up(tree)
    for name in ("k", "c"):
        tree.shut(name)
        shutil.rmtree(paper.files(tree, name).root)
    paper.down(tree)
    assert states(tree, "k", record) == states(tree, "c", record) == ["present"]


def test_a_restored_child_gets_back_what_it_gave_by_former_keys(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(40_000))
    paper.up(tree)
    tree.do("k", "registry.replace")
    for pair in (("k", "c"), ("c", "p"), ("k", "c")):
        tree.sync(*pair)
    tree.shut("k")
    shutil.rmtree(paper.files(tree, "k").root)
    tree.sync("k", "c")
    assert states(tree, "k", record) == ["present"]


def test_a_rotten_file_isnt_given_away_but_asked_for(tree: Tree, record: str) -> None:
    content = attach(tree, "p", record, noise(40_000))
    tree.sync("c", "p")
    tree.shut("c")
    paper.path(tree, "c", content).write_bytes(noise(40_000, 2))
    assert tree.verify("c") == ["attachment_damaged"]
    tree.sync("k", "c")
    assert states(tree, "k", record) == states(tree, "c", record) == ["missing"]
    paper.down(tree)
    assert states(tree, "k", record) == states(tree, "c", record) == ["present"]


def test_over_the_days_budget_attachments_wait_and_tickets_dont(tree: Tree, record: str) -> None:
    limit = 30_000
    paper.limit(tree, "k", attachment_budget=limit)
    attach(tree, "k", record, noise(80_000))
    tree.sync("k", "c")
    assert paper.listed(tree, "c", record)[0]["have"] == limit
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    assert tree.show("c", record)["timeline"][-1]["action"] == "accept"
    for have in (60_000, 80_000):
        tree.later(24 * 60 * 60 * 1000)
        tree.sync("k", "c")
        assert paper.listed(tree, "c", record)[0]["have"] == have
    assert states(tree, "c", record) == ["present"]


def test_what_nobody_has_any_more_stops_nothing_else_and_costs_little(tree: Tree, record: str) -> None:
    gone = [attach(tree, "k", record, noise(1000, at), f"{at}.bin") for at in range(3)]
    for content in gone:
        paper.path(tree, "k", content).unlink()
    tree.shut("k")
    attach(tree, "k", record, noise(1000, 99), "z.bin")
    paper.up(tree)
    assert sorted(states(tree, "p", record)) == ["missing"] * 3 + ["present"]
    again = tree.sync("k", "c")
    assert again.rounds == 1 and len(again.up[0]) < 1000 and len(again.down[0]) < 1500


def test_the_same_chunk_isnt_given_forever(tree: Tree, record: str) -> None:
    content = attach(tree, "p", record, noise(5_000))
    paper.down(tree)
    want = BlobWant(content, 0)
    with tree.at("p").work() as work:
        found = [link.for_reply(work, paper.node(tree, "c"), [want]).chunks for _ in range(20)]
    assert sum(map(bool, found)) <= memory.MOST_SERVED
    tree.later(memory.HOUR_MS)
    assert paper.given(tree, "p", "c", want)


def test_a_peer_that_doesnt_know_attachments_is_asked_for_none(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(5_000))
    tree.sync("k", "c")
    with tree.sql("c") as db:
        db.execute("UPDATE peer SET can = ''")
    assert paper.asked(tree, "c", "p") == ()


def test_a_child_that_waits_hears_of_what_has_come(tree: Tree, record: str) -> None:
    attach(tree, "p", record, noise(3_000))
    heard: set[bytes] = set()
    tree.at("c").listeners.append(lambda change: heard.update(change.children))
    tree.exchange("c", "p")
    tree.at("c").take_reply(tree.exchange("c", "p")[1].reply or b"")
    tree.sync("k", "c")
    assert states(tree, "k", record) == states(tree, "c", record) == ["missing"]
    heard.clear()
    tree.sync("c", "p")
    assert paper.node(tree, "k") in heard
    tree.sync("k", "c")
    assert states(tree, "k", record) == ["present"]


def test_quiet_is_quiet(tree: Tree, record: str) -> None:
    attach(tree, "k", record, noise(100_000))
    paper.up(tree)
    for child, parent in (("k", "c"), ("c", "p")):
        moved = tree.sync(child, parent)
        assert (moved.rounds, moved.sent, moved.received) == (1, 0, 0)
        assert len(moved.up[0]) < 500


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(1, 30_000),
    rooms=st.lists(st.tuples(st.integers(1100, 9000), st.sampled_from(["", "up", "down", "kill"])), max_size=6),
    seed=st.integers(0, 10_000),
)  # fmt: skip
def test_whatever_is_cut_or_killed_it_comes_whole(
    tree: Tree, record: str, size: int, rooms: list[tuple[int, str]], seed: int
) -> None:
    data = noise(size, seed)
    content = attach(tree, "k", record, data)
    tree.exchange("k", "c")
    child, parent = paper.node(tree, "k"), paper.node(tree, "c")
    for room, fault in [*rooms, *[(9000, "")] * 6]:
        with tree.at("k").work() as work:
            parcel = link.for_request(work, parent, room)
        if fault == "up":
            continue
        with tree.at("c").work() as work:
            link.take(work, child, parcel.wants, parcel.chunks)
            back = link.for_reply(work, child, parcel.wants, room)
        if fault == "kill":
            tree.shut("c")
        if fault != "down":
            paper.took(tree, "k", "c", *back.chunks, wants=back.wants)
        tree.later(memory.HOUR_MS)
    assert paper.path(tree, "c", content).read_bytes() == data


def test_a_request_that_is_played_again_is_given_nothing(tree: Tree, record: str) -> None:
    attach(tree, "p", record, noise(5_000))
    tree.exchange("c", "p")
    tree.at("c").take_reply(tree.exchange("c", "p")[1].reply or b"")
    request, taken = tree.exchange("c", "p")
    again = tree.at("p").take(request)
    assert taken.reply is not None and again.reply is not None
    assert len(taken.reply) > 5_000 > len(again.reply)
