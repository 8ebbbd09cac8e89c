"""Small facts by name."""

from __future__ import annotations

from node.store import settings
from tests.node.tree import Tree


def test_a_setting_is_written_over_and_counted(tree: Tree) -> None:
    with tree.at("p").work() as work:
        assert settings.get(work.db, "x") is None and settings.text(work.db, "x") == ""
        assert settings.number(work.db, "x") == 0
        assert [settings.count(work.db, "x") for _ in range(3)] == [1, 2, 3]
        settings.put(work.db, "x", "字".encode())
        assert settings.text(work.db, "x") == "字"
