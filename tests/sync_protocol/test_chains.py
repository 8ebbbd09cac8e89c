"""The chains of one log: a main one, gaps, branches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.chains import Chains, Loose
from sync_protocol.frontier import Frontier, Position, lacking
from sync_protocol.names import ZERO
from tests.sync_protocol.pairwise import Pairwise

LOG = b"L" * 16
Graph = dict[bytes, tuple[int, bytes]]  # commit id → (seq, prev)


def name(branch: str, seq: int) -> bytes:
    return f"{branch}{seq}".encode().ljust(32, b".")


def branches(fork: int, main: int, other: int) -> Graph:
    """A log whose branch `b` leaves branch `a` behind number `fork`."""
    graph: Graph = {}
    for seq in range(1, main + 1):
        graph[name("a", seq)] = (seq, name("a", seq - 1) if seq > 1 else ZERO)
    for seq in range(fork + 1, other + 1):
        prev = name("a", fork) if seq == fork + 1 else name("b", seq - 1)
        graph[name("b", seq)] = (seq, prev if seq > 1 else ZERO)
    return graph


def held(graph: Graph, ids: list[bytes]) -> Chains:
    """What a store has that took these in, in this order."""
    main: list[bytes] = []
    loose = dict.fromkeys(ids)
    for one in ids:
        while one is not None:
            seq, prev = graph[one]
            if one not in loose or seq != len(main) + 1 or prev != (main[-1] if main else ZERO):
                break
            del loose[one]
            main.append(one)
            one = next((after for after in loose if graph[after] == (seq + 1, one)), None)
    tip = Position(len(main), main[-1]) if main else None
    return Chains(
        tip, [Loose(0, graph[one][0], one, graph[one][1], 0) for one in loose],
        lambda seq, one: 0 < seq <= len(main) and main[seq - 1] == one,
    )  # fmt: skip


def test_a_log_without_a_gap_is_one_chain() -> None:
    graph = branches(3, 3, 3)
    assert held(graph, list(graph)).tips() == (Position(3, name("a", 3)),)


def test_a_commit_that_came_alone_is_a_chain_that_hangs_in_the_air() -> None:
    graph = branches(5, 5, 5)
    found = held(graph, [name("a", 1), name("a", 4), name("a", 5)])
    assert found.tips() == (Position(1, name("a", 1)), Position(5, name("a", 5), 4))


def test_two_branches_are_two_chains_from_the_first_commit() -> None:
    graph = branches(2, 4, 3)
    found = held(graph, list(graph))
    assert found.tips() == (Position(3, name("b", 3)), Position(4, name("a", 4)))
    a, b = Position(4, name("a", 4)), Position(3, name("b", 3))
    assert found.meet(a, b) == found.meet(b, a) == 2


def test_which_branch_came_first_makes_no_difference() -> None:
    graph = branches(2, 4, 5)
    later = sorted(graph, key=lambda one: (one.startswith(b"a") and graph[one][0] > 2, graph[one][0]))
    assert held(graph, later).tips() == held(graph, list(graph)).tips()


def test_a_commit_that_is_not_held_meets_nothing() -> None:
    graph = branches(3, 3, 3)
    found = held(graph, list(graph))
    assert found.meet(Position(3, name("a", 3)), Position(7, b"?" * 32)) is None


@given(st.data())
def test_two_holders_agree_after_sending_what_the_other_lacks(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 9))
    graph = branches(data.draw(st.integers(0, length)), length, data.draw(st.integers(1, 9)))
    names = sorted(graph)
    mine = data.draw(st.lists(st.sampled_from(names), unique=True))
    theirs = data.draw(st.lists(st.sampled_from(names), unique=True))
    for _ in range(4 * len(graph)):
        moved = give(graph, mine, theirs) + give(graph, theirs, mine)
        if not moved:
            break
    assert set(mine) == set(theirs)


def give(graph: Graph, mine: list[bytes], theirs: list[bytes], most: int = 2) -> int:
    """Sends up to `most` commits of a stretch that the other lacks. How many were new."""
    ours = held(graph, mine)
    stated: Frontier = {LOG: held(graph, theirs).tips()} if theirs else {}
    gap = lacking({LOG: ours.tips()} if mine else {}, stated, lambda _: ours)
    new = 0
    for span in gap.lacks.get(LOG, ()):
        chain = []
        at = span.tip
        while at in graph and at in mine:
            chain.append(at)
            at = graph[at][1]
        wanted = [one for one in reversed(chain) if span.first <= graph[one][0] <= span.last]
        for one in (list(reversed(wanted)) if span.backwards else wanted)[:most]:
            if one not in theirs:
                theirs.append(one)
                new += 1
    return new


def test_a_commit_that_names_one_far_below_it_follows_nothing() -> None:
    """An enemy's header may name any commit; both are tips, or the peer is sent one of them for ever."""
    graph = {name("a", 1): (1, ZERO), name("b", 7): (7, name("x", 6)), name("c", 16): (16, name("b", 7))}
    chains = held(graph, list(graph))
    assert [(one.first, one.seq) for one in chains.tips()] == [(1, 1), (7, 7), (16, 16)]


@given(st.data())
def test_how_far_chains_are_shared_is_what_each_two_of_them_say(data: st.DataObject) -> None:
    """Any tree, in pieces; what a peer says it holds may be named at another number than its own."""
    graph: Graph = {}
    for at in range(data.draw(st.integers(1, 14))):
        below = data.draw(st.sampled_from([None, *graph]))
        seq, prev = (1, ZERO) if below is None else (graph[below][0] + 1, below)
        graph[name("n", at)] = (seq, prev)
    mine = data.draw(st.lists(st.sampled_from(sorted(graph)), unique=True, min_size=1))
    chains = held(graph, mine)
    known = [Position(graph[one][0], one) for one in mine]
    lies = [Position(data.draw(st.integers(1, 20)), one) for one in mine if one in chains.loose]
    theirs = data.draw(st.lists(st.sampled_from([*known, *lies]), unique=True))
    tips = data.draw(st.permutations(chains.tips()))
    by_two = Pairwise(LOG, lambda _log, one, two: chains.meet(one, two))
    assert list(chains.apart(tips, theirs)) == by_two.apart(tips, theirs)


def test_thousands_of_branches_are_walked_over_once() -> None:
    """Each two of them were compared: three thousand took every exchange of an office above half a minute."""
    count = 20_000
    main = {seq: name("m", seq) for seq in range(count + 1)}
    loose = [Loose(seq, seq, name("b", seq), main[seq - 1], 0) for seq in range(2, count)]
    asked: list[int] = []

    def on_main(seq: int, commit: bytes) -> bool:
        asked.append(seq)
        return main.get(seq) == commit

    chains = Chains(Position(count, main[count]), loose, on_main)
    gap = lacking({LOG: chains.tips()}, {LOG: chains.tips()[:256]}, lambda _: chains)
    assert sum(len(spans) for spans in gap.lacks.values()) == len(chains.tips()) - 256
    assert len(asked) < 2 * count
