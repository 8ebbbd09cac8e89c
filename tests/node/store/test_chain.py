"""Logs and commits as they are stored."""

from __future__ import annotations

from node.store import chain, held
from tests.node.tree import Tree


def test_loose_commits_are_found_without_going_through_their_log(tree: Tree) -> None:
    """Each exchange asks for them, of each log, and a log may have a million commits."""
    with tree.at("p").work() as work:
        compiled = chain._LOOSE._compile(work.db)
        steps = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.text}", (1,)).all()
    assert [row[3] for row in steps] == ["SEARCH commit_ USING INDEX commit_loose (log=?)"]


def test_the_newest_commit_is_found_at_the_ends_of_the_logs(tree: Tree) -> None:
    """Each start asks for it: a million commits took 0.3 s."""
    with tree.at("p").work() as work:
        compiled = held._NEWEST._compile(work.db)
        steps = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.text}").all()
    first, then = [row[3] for row in steps]
    assert first.endswith(" l")
    assert then == "SEARCH c USING INDEX sqlite_autoindex_commit__1 (log=? AND seq=? AND commit=?)"
