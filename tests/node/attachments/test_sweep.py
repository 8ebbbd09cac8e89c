from __future__ import annotations

import io
import os

from node.attachments import store, sweep
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, noise, states
from tests.node.tree import Tree

DAY_MS = 24 * 60 * 60 * 1000


def old(tree: Tree, who: str) -> None:
    """Every file looks as if it had been put here two days ago."""
    then = tree.clock(who).now_ms() / 1000 - 2 * sweep.DAY_S
    for path in paper.files(tree, who).root.rglob("*"):
        os.utime(path, (then, then))


def swept(tree: Tree, who: str) -> None:
    tree.shut(who)
    with tree.at(who).work() as work:
        sweep.tick(work)


def test_what_a_crashed_command_left_goes_after_a_day(tree: Tree, record: str) -> None:
    kept = attach(tree, "c", record, noise(100))
    files = paper.files(tree, "c")
    stray, _ = files.add(io.BytesIO(b"stored, and never named"), 100)
    aside = files.partial / "up-1-1"
    aside.write_bytes(b"half")
    swept(tree, "c")
    assert files.size(stray) and aside.exists()
    old(tree, "c")
    swept(tree, "c")
    assert files.size(stray) is None and not aside.exists() and files.is_sound(kept)
    assert states(tree, "c", record) == ["present"] and tree.verify("c") == []


def test_a_part_that_somebody_is_still_sending_stays(tree: Tree, record: str) -> None:
    content = attach(tree, "p", record, noise(100))
    files = paper.files(tree, "c")
    files.write(content, b"p" * 16, 0, noise(100)[:50])
    with tree.at("c").work() as work:
        store.put_part(work.db, content, b"p" * 16, store.Part(100, 50))
    old(tree, "c")
    swept(tree, "c")
    assert files.part_size(content, b"p" * 16) == 50


def test_a_name_that_a_record_lost_keeps_its_file(tree: Tree, record: str) -> None:
    """An act may be quarantined now and admitted later: only erasure destroys what was named once."""
    content = attach(tree, "c", record, noise(100))
    with tree.at("c").work() as work:
        work.db.exec_driver_sql("DELETE FROM attachment")
    old(tree, "c")
    swept(tree, "c")
    assert paper.files(tree, "c").is_sound(content)


def test_it_looks_once_a_day(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(100))
    swept(tree, "c")
    paper.path(tree, "c", content).unlink()
    for wait, state in ((0, "present"), (DAY_MS, "missing")):
        tree.later(wait)
        with tree.at("c").work() as work:
            sweep.tick(work)
        assert states(tree, "c", record) == [state]
