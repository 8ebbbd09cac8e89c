"""A verification shared by processes finds what one alone finds."""

from __future__ import annotations

from node import alike, processes
from node.proof import shared, verification
from node.proof.verification import Found
from tests.node.tree import Tree


def test_processes_that_share_it_find_what_one_alone_finds(tree: Tree) -> None:
    tree.dispatched()
    with tree.sql("c") as db:
        db.execute("UPDATE folded SET phase = 'archived' WHERE matter = 'ticket'")
        db.execute("UPDATE commit_ SET actor = 'other' WHERE id = 7")
    reader, told = tree.reader("c", "en"), []
    with reader.signing() as (db, keys):
        secret = alike.key_in(reader.directory, keys.node)
        alone = verification.verify(db, keys, secret, every_signature=True)
        todo = verification.parts(db)
        given = processes.Given.of(reader.directory / "node.db", "en")
        found = Found()
        for one in shared.parts(given, keys.sign_key, secret, todo, lambda done, of: told.append((done, of))):
            found.take(one)
        both = verification.account(db, found)
    assert {name: both[name] for name in both if name != "problems"} == {
        name: alone[name] for name in alone if name != "problems"
    }
    assert [(one["code"], one["where"], one["evidence"]) for one in both["problems"]] == [
        (one["code"], one["where"], one["evidence"]) for one in alone["problems"]
    ]
    assert {one["code"] for one in both["problems"]} == {"projection", "commit_mismatch"}
    assert told[-1] == (len(todo), len(todo))
