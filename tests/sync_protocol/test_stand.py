"""Stands: what is signed comes out again, other forms are refused by code, and two that can't both be true clash."""

from __future__ import annotations

from typing import Any

import pytest

from sync_protocol import cbor, cose, stand
from sync_protocol.errors import BadMessage, BadSignature
from sync_protocol.stand import Clash, Head, Stand, Stored
from tests.sync_protocol.scene import Tree, seed

CITY = Tree().city
LOG, OLD = seed("a newer log", 16), seed("a log", 16)
MS = 1_767_225_600_000


def made(time_ms: int = MS, *heads: Head, log: bytes = LOG, stored: Stored | None = None) -> Stand:
    return stand.make(
        log=log, time_ms=time_ms, heads=heads, frontier=seed("all"), stored=stored, kid=CITY.id,
        signer=CITY.signer,
    )  # fmt: skip


def head(seq: int, log: bytes = LOG, branch: str = "") -> Head:
    return Head(log, seq, seed(f"{seq}{branch}"))


def signed(fields: Any) -> bytes:
    return cose.sign(cbor.encode(fields), CITY.id, cose.STAND, CITY.signer).raw


def fields() -> dict[int, Any]:
    return dict(cbor.decode(made(MS, head(3), stored=Stored(9, seed("root"))).signed.payload))


def test_a_stand_says_what_was_signed_and_its_heads_are_sorted_by_log() -> None:
    one = made(MS, head(3), head(7, OLD), stored=Stored(9, seed("root")))
    found = stand.parse(one.signed.raw)
    assert found == one and found.node == CITY.id and [each.log for each in found.heads] == sorted([LOG, OLD])
    found.verify(CITY.key)
    with pytest.raises(BadSignature):
        found.verify(Tree().county.key)


def test_a_stand_is_signed_as_one_and_as_nothing_else() -> None:
    payload = made().signed.payload
    other = cose.sign(payload, CITY.id, cose.RECEIPT, CITY.signer).raw
    with pytest.raises(BadSignature):
        stand.parse(other).verify(CITY.key)


def test_the_usual_one_has_some_250_bytes() -> None:
    assert len(made(MS, head(70_000), stored=Stored(1_200_000, seed("root"))).signed.raw) <= 262


def test_unknown_keys_are_kept_and_ignored() -> None:
    stand.parse(signed(fields() | {9: "later"})).verify(CITY.key)


@pytest.mark.parametrize("wrong", [
    {1: b"short"}, {1: None}, {2: -1}, {2: "now"}, {3: None}, {3: [[LOG, 1]]}, {3: [[LOG, 0, seed("x")]]},
    {3: [[LOG, 1, b"x"]]}, {3: [[LOG, 1, seed("x")]] * 2}, {4: b"x"}, {5: []}, {5: [1, b"x"]}, {5: [-1, seed("x")]},
    {3: [[bytes([at]) * 16, 1, seed("x")] for at in range(9)]}, {9: bytes(1000)},
])  # fmt: skip
def test_another_form_is_no_stand(wrong: dict[int, Any]) -> None:
    with pytest.raises(BadMessage) as fault:
        stand.parse(signed(fields() | wrong))
    assert fault.value.code == "bad_stand"


@pytest.mark.parametrize("raw", [b"", b"\xd2\x84", signed([]), signed({"a": 1}), signed(7)])
def test_other_bytes_are_no_stand(raw: bytes) -> None:
    with pytest.raises(BadMessage) as fault:
        stand.parse(raw)
    assert fault.value.code == "bad_stand"


# What two of them prove


def clashes(one: Stand, other: Stand) -> list[Clash]:
    found = list(stand.clashes(one, other))
    assert sorted(found) == sorted(stand.clashes(other, one)), "whichever was kept first"
    return found


def test_a_node_that_goes_on_contradicts_nothing() -> None:
    first = made(MS, head(3), stored=Stored(9, seed("root")))
    assert not clashes(first, first)
    assert not clashes(first, made(MS + 1, head(3), stored=Stored(9, seed("root"))))
    assert not clashes(first, made(MS + 1, head(4), head(7, OLD), stored=Stored(10, seed("another"))))
    assert not clashes(first, made(MS + 1, head(4))), "its tree isn't known just now"


def test_two_commits_with_one_number_are_two_histories_in_whatever_life_they_were_shown() -> None:
    for log in (LOG, OLD):
        other = made(MS + 1, head(3, branch="b"), log=log)
        assert clashes(made(MS, head(3)), other) == [Clash("two_histories", LOG, 3)]


def test_a_log_that_is_shorter_later_was_dropped_from() -> None:
    assert clashes(made(MS, head(9)), made(MS + 1, head(6))) == [Clash("dropped", LOG, 7)]
    assert clashes(made(MS, head(9), head(2, OLD)), made(MS + 1, head(9))) == [Clash("dropped", OLD, 1)]


def test_of_more_logs_than_it_names_a_node_drops_none() -> None:
    many = [head(1, bytes([at]) * 16) for at in range(stand.MAX_HEADS)]
    assert not clashes(made(MS, head(2, OLD)), made(MS + 1, *many))


def test_in_another_life_less_may_be_there() -> None:
    """It was restored: what became of the log before says the registry."""
    assert not clashes(made(MS, head(9)), made(MS + 1, head(6), log=OLD))


def test_a_list_that_became_shorter_or_another_one_is_told_apart() -> None:
    first = made(MS, head(3), stored=Stored(9, seed("root")))
    assert clashes(first, made(MS + 1, head(3), stored=Stored(8, seed("root")))) == [Clash("dropped", LOG)]
    other = made(MS + 1, head(3), stored=Stored(9, seed("another")))
    assert clashes(first, other) == [Clash("checkpoint_differs", LOG)]


def test_two_words_of_one_moment_are_two_histories() -> None:
    assert clashes(made(MS, head(3)), made(MS, head(4))) == [Clash("two_histories", LOG)]
