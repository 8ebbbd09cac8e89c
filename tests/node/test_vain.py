"""What the parent doesn't take isn't sent again with each exchange, and goes as soon as it takes it."""

from __future__ import annotations

from dataclasses import replace

from node import answering
from node.vain import FIRST_MS, REPLIES, Vain
from sync_protocol.frontier import Gap, Span, digest
from sync_protocol.messages import CommitItem
from tests.node.test_intake import everything_of
from tests.node.test_stands import asking
from tests.node.tree import Tree

YEAR_MS = 365 * 24 * 3600 * 1000
TIP = bytes(32)


def gap(log: bytes, first: int, last: int) -> Gap:
    return Gap({log: (Span(first, last, TIP),)})


def test_an_author_held_by_a_clock_that_is_behind_fills_no_line(tree: Tree) -> None:
    """The province's clock is two years slow: it holds the city's enrolment of a new office, and knows nobody there."""
    tree.quiet()
    tree.clock("p").advance(-2 * YEAR_MS)
    tree.clock("n").advance(tree.clock("c").own_ms() - tree.clock("n").own_ms())
    tree.join("c", "n", tree.invite("c", "370212", "崂山区总工会"))
    tree.staff("n")
    record = tree.register("n")
    tree.sync("n", "c")
    first = tree.sync("c", "p")
    again = tree.sync("c", "p")
    assert first.sent > 0 and again.sent == 0
    assert tree.at("c").take_reply(tree.exchange("c", "p")[1].reply or b"").left
    tree.clock("p").advance(2 * YEAR_MS)
    tree.at("p").tick()
    tree.sync("c", "p")
    assert tree.show("p", record)["owner"] == "370000/370200/370212"


def test_a_log_that_was_sent_in_vain_waits_and_no_other_does(tree: Tree) -> None:
    mine = everything_of(tree, "c")[-1]
    log = _log(mine)
    vain = Vain()
    vain.sent(gap(log, 5, 9), [mine])
    vain.heard(gap(log, 5, 11), now_ms=1000)
    both = Gap({log: (Span(5, 12, TIP),), b"other": (Span(1, 1, TIP),)})
    assert set(vain.without(both, 1000 + FIRST_MS - 1).lacks) == {b"other"}
    assert set(vain.without(both, 1000 + FIRST_MS).lacks) == {log, b"other"}


def test_it_waits_longer_each_time_and_not_at_all_once_the_parent_has_moved(tree: Tree) -> None:
    mine = everything_of(tree, "c")[-1]
    log = _log(mine)
    vain = Vain()
    for now in (0, FIRST_MS):
        vain.sent(gap(log, 5, 9), [mine])
        vain.heard(gap(log, 5, 9), now)
    assert vain.without(gap(log, 5, 9), 3 * FIRST_MS - 1).lacks == {}
    assert vain.without(gap(log, 6, 9), 3 * FIRST_MS - 1).lacks
    vain.spoken(b"a log", news=True)
    assert vain.without(gap(log, 5, 9), 3 * FIRST_MS - 1).lacks


def _log(item: CommitItem) -> bytes:
    from sync_protocol import commit

    return commit.parse(item.raw).header.log


def test_a_child_that_takes_nothing_of_its_own_log_isnt_given_it_without_an_end(tree: Tree) -> None:
    """By the registry that it knows the log is nobody's of its own, so it states nothing of it, though it has it
    (seed 750350). A reply may be lost, so it is given it a few times more."""
    tree.register("k")
    tree.quiet()
    asked = replace(asking(tree, "k"), frontier={}, digest=digest({}))
    vain = Vain(REPLIES)
    with tree.at("c").work() as work:
        node = tree.at("k").keys.node
        given = [len(answering.reply(work, node, asked, vain=vain).commits) for _ in range(REPLIES + 3)]
        assert all(given[: REPLIES + 1]) and not any(given[REPLIES + 1 :]), given
        vain.spoken(b"it stands otherwise", news=False)
        assert answering.reply(work, node, asked, vain=vain).commits
