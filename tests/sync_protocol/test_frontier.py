"""Frontiers: what a peer lacks, as a pure function of two of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, frontier
from sync_protocol.errors import BadMessage
from sync_protocol.frontier import Gap, Position
from tests.sync_protocol.scene import seed

A, B, C = (seed(name, 16) for name in "abc")


def at(log: bytes, seq: int) -> Position:
    return Position(seq, seed(f"{log.hex()} {seq}"))


def held(**seqs: int) -> frontier.Frontier:
    return {seed(name, 16): at(seed(name, 16), seq) for name, seq in seqs.items()}


def id_at(log: bytes, seq: int) -> bytes:
    return at(log, seq).id


seqs = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9))


def test_the_peer_lacks_what_lies_beyond_its_position() -> None:
    gap = frontier.lacking(held(a=5, b=3), held(a=2))
    assert gap == Gap(lacks={A: range(3, 6), B: range(1, 4)})


def test_a_peer_ahead_is_reported_and_offered_nothing() -> None:
    assert frontier.lacking(held(a=5), held(a=7, c=1)) == Gap(ahead={A: at(A, 7), C: at(C, 1)})


def test_another_id_at_the_same_number_is_a_fork() -> None:
    other = {A: Position(5, seed("another"))}
    assert frontier.lacking(held(a=5), other) == Gap(forked=other)


def test_another_id_behind_ours_is_found_where_ours_can_be_looked_up() -> None:
    other = {A: Position(2, seed("another"))}
    assert frontier.lacking(held(a=5), other).lacks == {A: range(3, 6)}
    assert frontier.lacking(held(a=5), other, id_at) == Gap(forked=other)
    assert frontier.lacking(held(a=5), held(a=2), id_at).lacks == {A: range(3, 6)}
    assert frontier.lacking(held(a=5), other, lambda log, seq: None) == Gap(forked=other)


@given(seqs, seqs)
def test_after_sending_what_is_lacking_the_peer_covers_everything(ours: Any, theirs: Any) -> None:
    mine, peer = held(**ours), held(**theirs)
    gap = frontier.lacking(mine, peer, id_at)
    for log, numbers in gap.lacks.items():
        assert numbers and numbers[0] == (peer[log].seq if log in peer else 0) + 1
        peer[log] = at(log, numbers[-1])
    assert all(frontier.covers(peer, log, position.seq) for log, position in mine.items())
    assert frontier.lacking(mine, peer).lacks == {}
    assert set(gap.ahead) == {log for log, position in held(**theirs).items()
                              if log not in mine or position.seq > mine[log].seq}  # fmt: skip


@given(seqs)
def test_a_frontier_survives_the_line_and_its_digest_names_it(ours: Any) -> None:
    mine = held(**ours)
    assert frontier.decode(cbor.decode(cbor.encode(frontier.encode(mine)))) == mine
    shuffled = dict(reversed(mine.items()))
    assert frontier.digest(shuffled) == frontier.digest(mine)
    assert frontier.digest(mine | held(z=1)) != frontier.digest(mine)


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


def test_only_keeps_the_named_logs() -> None:
    assert frontier.only(held(a=1, b=2), [B, C]) == held(b=2)
    assert not frontier.covers({}, A, 1) and not frontier.covers(held(a=1), A, 2)
