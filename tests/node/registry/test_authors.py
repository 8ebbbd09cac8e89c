"""Whose a log is, before anything of it is verified (protocol 3.3, 3.4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from node import intake
from node.registry.authors import Author, author_of, logs_of_nobody
from node.store import chain
from node.store.chain import CHANGE
from node.work import Work
from sync_protocol import change, commit
from sync_protocol.change import Act, Words
from sync_protocol.commit import Commit, Header
from sync_protocol.messages import ChangeItem, CommitItem
from sync_protocol.names import ZERO
from sync_protocol.registry import Registry
from sync_protocol.roster import Roster
from tests.node.tree import Tree

LOG = bytes(range(16))


def signed(work: Work, body: Act | Words, seq: int = 1) -> tuple[Commit, list[bytes]]:
    made = change.make(LOG, bytes(16), body)
    header = Header(LOG, seq, ZERO, 65536, "a", (made.id,), work.path)
    return commit.make(header, work.node, work.keys.sign), [made.body]


def opening(log: bytes = LOG, matter: str = "registry/1", action: str = "open_log") -> Act:
    return Act(matter, action, (), {"log": log, "from": [bytes(16), 1, ZERO]}, None)


def asked(tree: Tree, body: Callable[[Work], Act | Words], seq: int = 1) -> tuple[Author | None, bytes]:
    """What the city says of a log that the county begins; the county's key."""
    with tree.at("k").work() as work:
        first, bodies = signed(work, body(work), seq)
    with tree.at("c").work() as work:
        return author_of(work, LOG, first, bodies), tree.at("k").keys.sign_key


def test_a_known_node_may_begin_a_log_by_saying_so(tree: Tree) -> None:
    found, key = asked(tree, lambda _: opening())
    assert found == (tree.at("k").keys.node, key)


@pytest.mark.parametrize(
    "body",
    [
        opening(bytes(16)),
        opening(action="stamp"),
        opening(matter="ticket/1"),
        Act("registry/1", "enrol", (), {"replaces": bytes(16)}, None),
        Words("registry/1", {"log": LOG}, bytes(16)),
    ],
)
def test_another_first_change_makes_no_log_known(tree: Tree, body: Act | Words) -> None:
    assert asked(tree, lambda _: body)[0] is None


def test_a_later_commit_of_an_unknown_log_waits_for_the_first(tree: Tree) -> None:
    assert asked(tree, lambda _: opening(), seq=2)[0] is None


def test_a_log_that_is_stored_stays_its_authors_whatever_the_registry_says_of_it(tree: Tree) -> None:
    with tree.at("k").work() as work:
        first, _ = signed(work, Words("x", {}, bytes(16)), 7)
    with tree.at("c").work() as work:
        chain.begin_log(work.db, LOG, tree.at("k").keys.node)
        assert author_of(work, LOG, first, []) == (tree.at("k").keys.node, tree.at("k").keys.sign_key)


def test_a_log_is_nobodys_unless_the_registry_or_its_first_change_says_whose_it_is(tree: Tree) -> None:
    with tree.at("k").work() as work:
        first, bodies = signed(work, opening())
        node = work.keys.node
    with tree.at("c").work() as work:
        made = chain.begin_log(work.db, LOG, node)
        assert logs_of_nobody(work.db, work.registry) == [made.id]
        intake.take(work, [CommitItem(first.raw, (ChangeItem(0, bytes(16), bodies[0]),))], peer=node)
        assert work.registry.log(LOG) is None, "what opened it doesn't stand"
        assert logs_of_nobody(work.db, work.registry) == []
        assert logs_of_nobody(work.db, Registry(Roster())), "where nobody is known"


def test_a_log_that_an_enrolment_names_which_doesnt_stand_is_its_signers(tree: Tree) -> None:
    tree.do("k", "registry.replace")
    tree.register("k")
    for _ in range(2):
        tree.sync("k", "c")
    with tree.at("k").work() as work:
        author, log = work.keys, work.log
    tree.do("p", "registry.revoke", unit="370211", reason="stolen")
    tree.sync("c", "p")
    with tree.at("c").work() as work:
        row = chain.log_row(work.db, log)
        assert row is not None and row.node == author.node
        raw = work.db.execute(chain.COMMIT.select().where(chain.COMMIT.c.log == row.id)).first().raw
    with tree.at("p").work() as work:
        assert work.registry.log(log) is None and logs_of_nobody(work.db, work.registry) == []
        assert author_of(work, log, commit.parse(raw), []) == (author.node, author.sign_key)


def test_the_root_is_known_by_the_id_that_a_person_compared(tree: Tree) -> None:
    with tree.at("p").work() as work:
        row = work.db.execute(chain.COMMIT.select().order_by(chain.COMMIT.c.id).limit(1)).one()
        bodies = [one.body for one in work.db.execute(CHANGE.select().where(CHANGE.c.commit == row.id))]
        first = commit.parse(row.raw)
        assert author_of(work, LOG, first, bodies) == (work.node, work.keys.sign_key)
        assert author_of(work, LOG, first, [b"\xff"]) is None
