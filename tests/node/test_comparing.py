"""The child's side of comparing a link: a parent that doesn't tell what it is asked, and what comes meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from node import keys, reconciling
from node.writer import Round
from sync_protocol import envelope, messages
from tests.node.test_reconciling import keep, restore
from tests.node.tree import Tree

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


def one(tree: Tree, *, silent: bool = False) -> Round:
    """An exchange of the county's with its city. `silent`: somebody with the city's keys tells nothing in its place."""
    _, taken = tree.exchange("k", "c")
    assert taken.reply is not None
    return tree.at("k").take_reply(untold(tree, taken.reply) if silent else taken.reply)


def untold(tree: Tree, sealed: bytes) -> bytes:
    own, other = tree.at("c").keys, tree.at("k").keys
    letter = envelope.open(
        sealed, me=other.node, open=other.open, key_of={own.node: own.sign_key}.get
    ).envelope
    reply = replace(messages.parse_reply(letter.payload), told=None)
    made = replace(letter, payload=messages.encode(reply))
    return envelope.seal(made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=other.seal_key)


@pytest.fixture
def resting(tree: Tree) -> str:
    """A ticket at all of them; the county's link with its city has to be compared, and that one just told nothing."""
    record = tree.dispatched()
    tree.quiet()
    with tree.sql("k") as db:
        db.execute("UPDATE peer SET position = position + 1000"
                   " WHERE node = (SELECT value FROM setting WHERE name = 'parent')")  # fmt: skip
    tree.act("c", "note", record, text="市里催办")
    assert one(tree).more, "the city says that it doesn't fit, and the next request asks"
    one(tree, silent=True)
    return record


def texts(tree: Tree, name: str, record: str) -> list[str]:
    return [line["words"].get("text", "") for line in tree.show(name, record)["timeline"]]


def test_a_parent_that_tells_nothing_is_asked_again_in_a_minute_and_the_two_rest_until_then(
    tree: Tree, resting: str
) -> None:
    tree.act("k", "note", resting, text="县里在办")
    tree.sync("k", "c")
    assert "县里在办" in texts(tree, "c", resting)
    asked = one(tree)
    assert (asked.more, asked.left, asked.moved) == (False, True, False)
    assert "市里催办" not in texts(tree, "k", resting)
    tree.later(MINUTE_MS)
    tree.sync("k", "c")
    assert "市里催办" in texts(tree, "k", resting)
    asked = one(tree)
    assert (asked.more, asked.left) == (False, False)
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest("370211")["digest"]


def test_a_clock_that_was_set_back_meanwhile_makes_the_wait_no_longer(tree: Tree, resting: str) -> None:
    tree.later(-DAY_MS)
    tree.sync("k", "c")
    assert "市里催办" in texts(tree, "k", resting)


def asks_for_all_again(tree: Tree, name: str) -> bool:
    """Whether a comparison is about to look whether anything differs still."""
    asked = tree.at(name)._comparison._plan
    return asked is not None and asked._comparing and asked._passes > 0


def test_what_comes_while_the_last_answer_is_under_way_is_compared_after_it(
    tree: Tree, tmp_path: Path
) -> None:
    """Province and city were put back, and have nothing left that differs. Only then the county gives the city what the
    province wrote."""
    record = tree.dispatched()
    tree.quiet()
    backups = {name: keep(tree, name, tmp_path) for name in "pc"}
    noted = bytes.fromhex(tree.act("p", "note", record, text="省里催办")["commit"])
    tree.sync("c", "p")
    tree.sync("k", "c")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.quiet()
    for name, backup in backups.items():
        restore(tree, name, backup)
    while not asks_for_all_again(tree, "c"):
        _, taken = tree.exchange("c", "p")
        assert taken.reply is not None
        tree.at("c").take_reply(taken.reply)
    _, taken = tree.exchange("c", "p")
    tree.sync("k", "c", most=40)
    assert taken.reply is not None
    tree.at("c").take_reply(taken.reply)
    tree.quiet()
    assert tree.one("p", 'SELECT count(*) FROM commit_ WHERE "commit" = ?', noted) == 1


def never_agreed(tree: Tree, name: bytes) -> None:
    """A commit of the city's that the county lacks, and doesn't take: its signature at the city is spoilt."""
    with tree.sql("c") as db:
        [raw] = db.execute('SELECT raw FROM commit_ WHERE "commit" = ?', [name]).fetchone()
        db.execute('UPDATE commit_ SET raw = ? WHERE "commit" = ?', [raw[:-1] + bytes([raw[-1] ^ 1]), name])
    with tree.sql("k") as db:
        db.execute(
            'UPDATE change SET body = NULL WHERE "commit" = (SELECT id FROM commit_ WHERE "commit" = ?)',
            [name],
        )


def test_a_mark_that_is_named_while_something_is_being_given_up_has_all_compared_once_more(
    tree: Tree,
) -> None:
    """Another life of the county's called, so what waited isn't sent any more. It hadn't waited yet when the county
    asked for what differs."""
    record, spoilt = tree.dispatched(), tree.dispatched()
    noted = tree.act("c", "note", spoilt, text="市里的话")["commit"]
    tree.quiet()
    never_agreed(tree, bytes.fromhex(noted))
    tree.at("k").compare()
    one(tree)
    one(tree)
    tree.act("c", "note", record, text="市里催办")
    with tree.sql("c") as db:
        county = tree.at("k").keys.node
        db.execute(
            "UPDATE peer SET incarnation = x'00112233445566778899aabbccddeeff' WHERE node = ?", [county]
        )
    tree.sync("k", "c", most=40)
    found = tree.at("k").compared
    assert found is not None and (found.equal, found.left > 0) == (False, True)
    assert "市里催办" in texts(tree, "k", record)
    assert tree.sync("k", "c").rounds == 1


@pytest.mark.parametrize("asked", [True, False])
def test_a_parent_that_was_revoked_is_asked_for_nothing(tree: Tree, asked: bool) -> None:
    """What it told wouldn't be heard. Somebody asks for it, or something came out of its turn."""
    tree.dispatched()
    tree.quiet()
    tree.do("p", "registry.revoke", unit="370200", reason="lost")
    tree.sync("c", "p")
    tree.at("k").compare()
    one(tree)
    if asked:
        tree.at("k").compare()
    with tree.at("k").work() as work:
        reconciling.doubt(work)
    tree.sync("k", "c")
    assert tree.sync("k", "c").rounds == 1
