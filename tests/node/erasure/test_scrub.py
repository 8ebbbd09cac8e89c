"""Nothing is left in free pages, the index, or the write-ahead log."""

from __future__ import annotations

import hashlib

import sqlcipher3.dbapi2 as driver

from node.store import settings
from tests.node.erasure.files import erase, has
from tests.node.tree import Tree


def test_a_reader_of_old_pages_only_puts_it_off(tree: Tree) -> None:
    record = tree.register("p", narrative="缓后清除的内容")
    reading = driver.connect(str(tree.base / "p" / "node.db"), isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM change").fetchone()
    assert erase(tree, "p", record)["clean"] is False
    assert tree.reader("p").erasures()["clean"] is False
    reading.close()
    tree.at("p").tick()
    assert tree.reader("p").erasures()["clean"] is True
    assert has(tree, "p", "缓后清除的内容") == []


def test_what_a_kill_left_undone_is_done_at_the_next_start(tree: Tree) -> None:
    with tree.at("p").work() as work:
        settings.put(work.db, "scrub", b"1")
    tree.shut("p")
    tree.at("p")
    assert tree.reader("p").erasures()["clean"] is True


def test_the_index_forgets_the_words_too(tree: Tree) -> None:
    """Terms lie in the index's segments without what they share with the one before: these share next to nothing."""
    words = [hashlib.sha256(str(at).encode()).hexdigest()[:20] for at in range(30)]
    for one in words:
        tree.register("p", narrative=f"{one} 与别的话")
    secret = words[17]
    record = tree.reader("p").search(secret).items[0]["record"]
    assert has(tree, "p", secret[4:]) != []
    erase(tree, "p", record)
    assert tree.reader("p").search(secret).items == []
    assert has(tree, "p", secret, secret[4:]) == []
