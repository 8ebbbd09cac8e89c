"""Logs and commits as they are stored."""

from __future__ import annotations

from node.store import chain
from tests.node.tree import Tree


def test_loose_commits_are_found_without_going_through_their_log(tree: Tree) -> None:
    """Each exchange asks for them, of each log, and a log may have a million commits."""
    with tree.at("p").work() as work:
        compiled = chain._LOOSE._compile(work.db)
        steps = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.text}", (1,)).all()
    assert [row[3] for row in steps] == ["SEARCH commit_ USING INDEX commit_loose (log=?)"]
