"""Frontiers: what a peer lacks, as a pure function of two of them, with gaps and branches."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, frontier
from sync_protocol.chains import Chains, Loose
from sync_protocol.errors import BadMessage
from sync_protocol.frontier import Frontier, Gap, Position, Span
from tests.sync_protocol.pairwise import pairwise
from tests.sync_protocol.scene import seed

A, B, C = (seed(name, 16) for name in "abc")
NONE = Position(0, b"")


def at(log: bytes, seq: int, branch: str = "") -> Position:
    return Position(seq, seed(f"{log.hex()} {seq} {branch}"))


def held(**seqs: int) -> Frontier:
    return {seed(name, 16): (at(seed(name, 16), seq),) for name, seq in seqs.items()}


def meet(log: bytes, mine: Position, theirs: Position) -> int | None:
    """Of unforked logs, of which everything up to number 5 is held."""
    return min(mine.seq, theirs.seq) if theirs.seq <= 5 and theirs.id == at(log, theirs.seq).id else None


def test_the_peer_lacks_what_lies_beyond_its_position() -> None:
    gap = frontier.lacking(held(a=5, b=3), held(a=2), pairwise(meet))
    assert gap == Gap(lacks={A: (Span(3, 5, at(A, 5).id),), B: (Span(1, 3, at(B, 3).id),)})


def test_a_peer_ahead_is_reported_and_offered_nothing() -> None:
    ahead = {A: (at(A, 7),), C: (at(C, 1),)}
    assert frontier.lacking(held(a=5), held(a=7, c=1), pairwise(meet)) == Gap(ahead=ahead)


@pytest.mark.parametrize("seq", [2, 5])
def test_another_commit_at_one_of_our_numbers_is_a_fork_and_is_sought_from_the_tip_down(seq: int) -> None:
    other = {A: (Position(seq, seed("another")),)}
    tip = at(A, 5).id  # below their number they may have ours
    spans = (Span(seq, 5, tip, backwards=True), Span(1, seq - 1, tip, backwards=True, sure=False))
    assert frontier.lacking(held(a=5), other, pairwise(meet)) == Gap(lacks={A: spans}, forked=other)


def test_the_peers_stated_chains_show_how_far_the_search_has_come() -> None:
    theirs = {A: (Position(4, seed("another")), at(A, 5)._replace(first=4))}
    span = Span(1, 3, at(A, 5).id, backwards=True, sure=False)
    assert frontier.lacking(held(a=5), theirs, pairwise(meet)).lacks == {A: (span,)}
    theirs[A] = (Position(4, seed("another")), at(A, 5))
    assert frontier.lacking(held(a=5), theirs, pairwise(meet)).lacks == {}


def test_a_gap_below_a_commit_that_came_alone_is_filled_forward() -> None:
    theirs = {A: (at(A, 1), at(A, 4)._replace(first=3))}
    spans = (Span(2, 2, at(A, 5).id), Span(5, 5, at(A, 5).id))
    assert frontier.lacking(held(a=5), theirs, pairwise(meet)).lacks == {A: spans}


def test_what_came_alone_and_lies_below_an_unknown_position_isnt_taken_for_a_fork() -> None:
    mine = {A: (at(A, 2), at(A, 5)._replace(first=5))}
    gap = frontier.lacking(mine, {A: (at(A, 4, "unknown"),)}, pairwise(meet))
    assert gap == Gap(lacks={A: (Span(5, 5, at(A, 5).id),)}, ahead={A: (at(A, 4, "unknown"),)})


def test_what_two_of_our_branches_share_is_sent_once() -> None:
    mine = {A: (at(A, 3), at(A, 5, "b"))}
    spans = (Span(1, 3, at(A, 3).id), Span(3, 5, at(A, 5, "b").id))
    shared = pairwise(lambda log, one, two: 2 if one != two else one.seq)
    assert frontier.lacking(mine, {}, shared).lacks == {A: spans}


# A log as a tree of commits, held in part by two nodes that send what the other lacks


@dataclass
class Holder:
    """Commits of one log: (seq, name) → name of the commit before it."""

    prevs: dict[tuple[int, str], str]

    def frontier(self) -> Frontier:
        tips = self.chains().tips()
        return {A: tips} if tips else {}

    def chains(self) -> Chains:
        loose = [Loose(0, seq, at(A, seq, name).id, at(A, seq - 1, prev).id, 0)
                 for (seq, name), prev in sorted(self.prevs.items())]  # fmt: skip
        return Chains(None, loose, lambda seq, name: False)

    def send(self, peer: Holder, most: int) -> int:
        """One batch; how many commits went that the peer didn't have."""
        before = len(peer.prevs)
        named = {at(A, seq, name).id: (seq, name) for seq, name in self.prevs}
        batch: list[tuple[int, str]] = []
        chains = self.chains()
        for span in frontier.lacking(self.frontier(), peer.frontier(), lambda _: chains).lacks.get(A, ()):
            found = [named[one.id] for one in chains.path(span.tip, span.first, span.last)]
            batch += found if span.backwards else reversed(found)
        assert len(set(batch)) == len(batch), "nothing is sent twice"
        peer.prevs.update({one: self.prevs[one] for one in batch[:most]})
        return len(peer.prevs) - before


@st.composite
def trees(draw: st.DrawFn) -> dict[tuple[int, str], str]:
    """A log with up to three branches: a trunk of commits, each branch leaving at some number."""
    found = {(seq, "t"): "t" for seq in range(1, draw(st.integers(1, 8)) + 1)}
    trunk = len(found)
    for name in "xy"[: draw(st.integers(0, 2))]:
        parting = draw(st.integers(0, trunk))
        for seq in range(parting + 1, parting + draw(st.integers(1, 4)) + 1):
            found[seq, name] = "t" if seq == parting + 1 else name
    return found


def test_what_a_peer_may_have_behind_a_gap_of_ours_goes_behind_what_it_lacks() -> None:
    """Each here holds as a piece what the other holds whole, so neither knows that the other has 2t or 2x; batches of
    one commit carried those again and again, and the gaps were never filled."""
    tree = {
        (1, "t"): "t",
        (2, "t"): "t",
        (3, "t"): "t",
        (4, "t"): "t",
        (2, "x"): "t",
        (3, "x"): "x",
        (4, "x"): "x",
    }
    one = Holder({key: tree[key] for key in ((1, "t"), (2, "t"), (4, "t"), (2, "x"), (3, "x"))})
    two = Holder({key: tree[key] for key in ((1, "t"), (2, "t"), (3, "t"), (4, "t"), (2, "x"), (4, "x"))})
    while one.send(two, 1) + two.send(one, 1):
        continue
    assert one.prevs == two.prevs == tree


def test_what_lies_below_a_known_position_of_theirs_and_a_gap_of_ours_isnt_sure() -> None:
    tree = {(seq, "t"): "t" for seq in range(1, 7)} | {
        (seq, "y"): "t" if seq == 3 else "y" for seq in (3, 4, 5)
    }
    mine = Holder({key: before for key, before in tree.items() if key != (4, "y")})
    theirs = Holder({key: before for key, before in tree.items() if key[1] == "y" or key[0] <= 2})
    chains = mine.chains()
    lacks = frontier.lacking(mine.frontier(), theirs.frontier(), lambda _: chains).lacks[A]
    assert [span[:2] for span in map(astuple, lacks)] == [(4, 6), (1, 3), (3, 3)]
    assert [span.sure for span in lacks] == [True, False, False]


@given(trees(), st.data())
def test_the_highest_that_only_one_of_two_holds_is_among_what_its_holder_is_sure_of(
    tree: Any, data: Any
) -> None:
    """So an exchange moves something however small its batches are."""
    parts = st.sets(st.sampled_from(sorted(tree)))
    one, two = (Holder({key: tree[key] for key in data.draw(parts)}) for _ in "12")
    apart = set(one.prevs) ^ set(two.prevs)
    if not apart:
        return
    highest = max(apart)
    holder, other = (one, two) if highest in one.prevs else (two, one)
    chains = holder.chains()
    lacks = frontier.lacking(holder.frontier(), other.frontier(), lambda _: chains).lacks[A]
    sure = [one.id for span in lacks if span.sure for one in chains.path(span.tip, span.first, span.last)]
    assert at(A, *highest).id in sure
    assert not {at(A, *key).id for key in other.prevs}.intersection(sure), (
        "nothing that is sure is there already"
    )


@given(trees(), st.data(), st.integers(1, 5))
def test_two_holders_of_any_parts_of_any_tree_end_with_the_same(tree: Any, data: Any, most: int) -> None:
    parts = st.sets(st.sampled_from(sorted(tree)))
    one, two = (Holder({key: tree[key] for key in data.draw(parts)}) for _ in "12")
    union = one.prevs | two.prevs
    for _ in range(2 * len(union) + 2):
        if not (one.send(two, most) + two.send(one, most)):
            break
    assert one.prevs == two.prevs == union
    assert frontier.lacking(one.frontier(), two.frontier(), lambda _: one.chains()) == Gap()


# On the line


seqs = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9))


@given(seqs)
def test_a_frontier_survives_the_line_and_its_digest_names_it(ours: Any) -> None:
    mine = held(**ours)
    plain, besides = frontier.encode(mine)
    assert frontier.decode(cbor.decode(cbor.encode(plain))) == mine and not besides
    shuffled = dict(reversed(mine.items()))
    assert frontier.digest(shuffled) == frontier.digest(mine)
    assert frontier.digest(mine | held(z=1)) != frontier.digest(mine)


@given(trees(), st.data())
def test_gaps_and_branches_survive_the_line_beside_the_lowest_whole_chain(tree: Any, data: Any) -> None:
    keys = data.draw(st.sets(st.sampled_from(sorted(tree))))
    mine = Holder({key: tree[key] for key in keys}).frontier()
    plain, besides = cbor.decode(cbor.encode(list(frontier.encode(mine))))
    assert frontier.decode(plain, besides) == mine
    whole = min((one for one in mine.get(A, ()) if one.first == 1), default=None)
    assert plain == ([[A, whole.seq, whole.id]] if whole else [])
    if besides:
        assert frontier.digest(mine) != frontier.digest(frontier.decode(plain))


def test_one_office_with_ever_so_many_gaps_doesnt_crowd_out_another() -> None:
    gaps = tuple(at(A, seq)._replace(first=seq) for seq in range(3, 2000, 2))
    branch = at(A, 2)
    _, besides = frontier.encode({A: (at(A, 1), branch, *gaps), B: (at(B, 1), gaps[0])})
    assert [A, 1, branch.seq, branch.id] in besides and len(besides) == frontier.MAX_CHAINS + 1
    assert [B, 3, 3, gaps[0].id] in besides
    assert [A, 1999, 1999, gaps[-1].id] in besides, "the highest show how far a search has come"


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [[A, 1]],
        [[A, 0, bytes(32)]],
        [[A, True, bytes(32)]],
        [[A, 1, bytes(31)]],
        [[A[:15], 1, bytes(32)]],
        [["a", 1, bytes(32)]],
        [[A, 1, bytes(32)], [A, 2, bytes(32)]],
        [[b"\2" * 16, 1, bytes(32)], [b"\1" * 16, 1, bytes(32)]],
        [A],
    ],
)
def test_another_form_is_refused(value: Any) -> None:
    with pytest.raises(BadMessage):
        frontier.decode(value)


@pytest.mark.parametrize(
    "besides",
    [
        {},
        [[A, 5, 4, bytes(32)]],
        [[A, 0, 4, bytes(32)]],
        [[A, True, 4, bytes(32)]],
        [[A, 4, bytes(32)]],
        [[A, 1, 1, bytes(32)]],
        [[A, 2, 3, bytes(32)]],
        [[B, 1, 3, bytes(32)]],
        [[A, 9, 9, bytes(32)], [A, 8, 8, bytes(32)]],
        [[A, 9, 9, bytes(32)]] * 2,
        [[A, seq, seq, bytes(32)] for seq in range(4, 5 + frontier.MAX_CHAINS)],
    ],
)
def test_further_chains_that_arent_where_they_belong_are_refused(besides: Any) -> None:
    with pytest.raises(BadMessage):
        frontier.decode([[A, 3, bytes(32)]], besides)


def test_only_keeps_the_named_logs_and_a_gap_isnt_covered() -> None:
    assert frontier.only(held(a=1, b=2), [B, C]) == held(b=2)
    assert not frontier.covers({}, A, 1) and not frontier.covers(held(a=1), A, 2)
    gapped = {A: (at(A, 2), at(A, 6)._replace(first=5))}
    assert [seq for seq in range(1, 8) if frontier.covers(gapped, A, seq)] == [1, 2, 5, 6]
