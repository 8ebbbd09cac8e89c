from __future__ import annotations

from node.attachments import budget
from tests.node.attachments import paper
from tests.node.tree import Tree

HOUR_MS = 60 * 60 * 1000
PEER, OTHER = b"p" * 16, b"q" * 16


def test_a_link_has_so_much_a_day_at_utc_8_and_each_its_own(tree: Tree) -> None:
    paper.limit(tree, "c", attachment_budget=100)
    with tree.at("c").work() as work:
        assert budget.left(work, PEER) == 100
        for count in (70, 0, 50):
            budget.spend(work, PEER, count)
        assert (budget.left(work, PEER), budget.left(work, OTHER)) == (0, 100)
        work.now_ms += 1_790_006_400_000 - work.now_ms  # 2026-09-21 24:00 at UTC+8
        assert budget.left(work, PEER) == 100
        budget.spend(work, PEER, 30)
        work.now_ms += 23 * HOUR_MS
        assert budget.left(work, PEER) == 70
