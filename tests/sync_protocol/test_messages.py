"""Requests and replies: what is written is read back; another shape is a fault with a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, frames, limits, messages
from sync_protocol.change import Change
from sync_protocol.comparison import Ask, Told, Wanted
from sync_protocol.errors import LocalError, RemoteError, UnknownVersion
from sync_protocol.frontier import Position
from sync_protocol.limits import MAX_EXPANDED, MAX_HOLD
from sync_protocol.messages import BlobWant, ChangeItem, Chunk, CommitItem, Mark, Note, Reply, Request, Taken
from sync_protocol.names import ZERO

from .scene import Office, act, seed

LOG = seed("log", 16)
ITEM = CommitItem(b"cose", (ChangeItem(0, seed("salt", 16), b"body"), ChangeItem(2, seed("s", 16), b"")))
REQUEST = Request(
    understands=("ticket/1", "registry/1"),
    digest=seed("digest"),
    clock_ms=1_767_225_600_000,
    frontier={LOG: (Position(3, seed("third")), Position(9, seed("ninth"), 9))},
    commits=(ITEM, CommitItem(b"")),
    taken=Taken(LOG, 9, seed("ninth")),
    hold_s=MAX_HOLD,
    more=True,
    notes=(Note("held", LOG, 3, seed("third")), Note("slow")),
    can=("reconcile", "something new"),
    early=(3, 9),
    ask=Ask(bytes(257 * 12), wants=(Wanted(seed("r", 16), (seed("c", 16),)),)),
    room=4096,
    wants=(BlobWant(seed("photo"), 512),),
    chunks=(Chunk(seed("scan"), 9, 4, b"12345"),),
    stands=(b"one", b"whatever is in it is judged where it is taken"),
    stood=17,
)
REPLY = Reply(
    ("ticket/1",), 5, Mark(9, seed("ninth")), b"receipt", (ITEM,), True, True, (Note("x"),),
    early=(7,), told=Told((0, 256)), reconcile=Mark(4, seed("fourth")),
    wants=(BlobWant(seed("photo")),), chunks=(Chunk(seed("scan"), 0, 0, b""),),
    stands=(b"one",), stood=18,
)  # fmt: skip


def head_of(message: Request | Reply) -> dict[int, Any]:
    head = cbor.decode(frames.unpack(messages.encode(message), most=9, largest=10_000)[0])
    assert isinstance(head, dict)
    return head


def with_head(change: dict[int, Any], *parts: bytes) -> bytes:
    head = {key: value for key, value in (head_of(REQUEST) | change).items() if value != "gone"}
    return frames.pack([cbor.encode(head), *parts])


def code_of(raw: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        messages.parse_request(raw)
    return caught.value.code


def test_a_request_is_read_back_as_it_was_written() -> None:
    assert messages.parse_request(messages.encode(REQUEST)) == REQUEST
    bare = Request((), ZERO, 0)
    assert messages.parse_request(messages.encode(bare)) == bare


def test_a_reply_is_read_back_as_it_was_written() -> None:
    assert messages.parse_reply(messages.encode(REPLY)) == REPLY
    bare = Reply((), 0, Mark(0))
    assert messages.parse_reply(messages.encode(bare)) == bare


def test_a_request_is_no_reply() -> None:
    with pytest.raises(RemoteError):
        messages.parse_reply(messages.encode(REQUEST))
    assert code_of(messages.encode(REPLY)) == "bad_message"


def test_keys_of_a_newer_version_are_ignored() -> None:
    assert messages.parse_request(with_head({99: "new"})).digest == REQUEST.digest


def test_a_message_of_the_first_version_is_read_with_defaults() -> None:
    later = dict.fromkeys(range(14, 23), "gone")
    read = messages.parse_request(with_head(later))
    assert (read.can, read.early, read.ask, read.wants, read.chunks) == ((), (), None, (), ())
    assert read.room == 3 * limits.BATCH and read.frontier == {LOG: (Position(3, seed("third")),)}
    head = {key: value for key, value in head_of(REPLY).items() if key not in later}
    answer = messages.parse_reply(frames.pack([cbor.encode(head)]))
    assert (answer.can, answer.early, answer.told, answer.reconcile) == ((), (), None, None)


def test_what_there_is_nothing_to_say_of_is_left_out() -> None:
    assert set(head_of(Request((), ZERO, 0))) == {0, 1, 2, 3, 4, 5, 6, 8, 10, 19}
    assert set(head_of(Reply((), 0, Mark(0)))) == {0, 1, 2, 3, 4, 5, 6, 12, 13, 19}


def test_no_more_commits_are_early_than_there_are() -> None:
    with pytest.raises(RemoteError):
        messages.parse_reply(messages.encode(replace(REPLY, early=(7, 8))))


def test_an_unknown_version_is_named_as_such() -> None:
    assert code_of(with_head({1: 2, 3: "of another form"})) == "unknown_version"


@pytest.mark.parametrize(
    "change",
    [
        {1: "1"},
        {2: [-1]},
        {3: "ticket/1"},
        {3: [""]},
        {3: ["x" * 65]},
        {3: ["m"] * 257},
        {4: -1},
        {4: "gone"},
        {5: 1},
        {6: [[]]},
        {6: [["code", LOG]]},
        {6: [["code"]] * 1001},
        {7: {}},
        {7: [[LOG, 0, ZERO]]},
        {7: [[LOG, 1, ZERO]] * 2},
        {8: bytes(31)},
        {8: "gone"},
        {9: [LOG, 9]},
        {9: [LOG, True, ZERO]},
        {10: MAX_HOLD + 1},
        {10: "gone"},
        {15: {}},
        {15: [[LOG, 9, 3, ZERO]]},
        {16: [0]},
        {16: [3, 3]},
        {16: [-1]},
        {16: list(range(1, 5002))},
        {17: []},
        {17: {0: bytes(12)}},
        {19: "early"},
        {19: [1]},
        {20: [[bytes(31), 0]]},
        {20: [[bytes(32), 0]] * 65},
        {21: [[bytes(32), 1, 1, b"x"]]},
        {21: [[bytes(32), 2**40, 0, bytes(1024 * 1024 + 1)]] * 3},
        {22: -1},
        {22: MAX_EXPANDED + 1},
        {26: {}},
        {26: ["text"]},
        {26: [b"stand"] * 65},
        {27: -1},
        {27: b"mark"},
    ],
)
def test_a_head_of_another_form_is_a_fault(change: dict[int, Any]) -> None:
    assert code_of(with_head(change)) == "bad_message"


@pytest.mark.parametrize(
    "part",
    [
        b"",
        cbor.encode([b"cose"]),
        cbor.encode(["cose", []]),
        cbor.encode([b"cose", [[0, bytes(15), b""]]]),
        cbor.encode([b"cose", [[1000, bytes(16), b""]]]),
        cbor.encode([b"cose", [[1, bytes(16), b""], [1, bytes(16), b""]]]),
        cbor.encode([b"cose", [[1, bytes(16), b""], [0, bytes(16), b""]]]),
        cbor.encode([b"cose", [[0, bytes(16), "text"]]]),
        cbor.encode([b"cose", [[0, bytes(16), b""]] * 1001]),
    ],
)
def test_a_commit_of_another_form_is_a_fault(part: bytes) -> None:
    assert code_of(with_head({}, part)) == "bad_message"


@pytest.mark.parametrize("raw", [b"", b"\0", b"\0\0\0\5abc", frames.pack([b""]), frames.pack([b"\x80"])])
def test_garbage_is_a_fault(raw: bytes) -> None:
    assert code_of(raw) == "bad_message"


def test_too_much_is_a_fault_of_its_own() -> None:
    assert code_of(with_head({}, bytes(messages.MAX_PART + 1))) == "too_large"
    assert code_of(bytes(MAX_EXPANDED + 1)) == "too_large"
    assert code_of(frames.pack([b""] * (messages.MAX_PARTS + 2))) == "too_large"


def test_we_write_nothing_that_a_receiver_would_refuse_for_its_size() -> None:
    big = CommitItem(bytes(4_000_000))
    with pytest.raises(LocalError) as caught:
        messages.encode(replace(REQUEST, commits=(big,) * 17))
    assert caught.value.code == "too_large"
    with pytest.raises(LocalError):
        messages.encode(replace(REQUEST, chunks=(Chunk(ZERO, 2**40, 0, bytes(messages.MAX_PART)),)))


def test_a_batch_holds_what_its_bytes_allow_and_one_at_least() -> None:
    items = [CommitItem(bytes(988)) for _ in range(5)]
    assert messages.fitting(items, 2500) == (tuple(items[:2]), True)
    assert messages.fitting(items, 1) == (tuple(items[:1]), True)
    assert messages.fitting(items, 10_000) == (tuple(items), False)
    assert messages.fitting([], 1) == ((), False)


def test_many_small_things_take_more_room_than_their_bytes() -> None:
    assert CommitItem(bytes(988)).size == 1000
    tiny = CommitItem(b"", tuple(ChangeItem(at, bytes(16), b"\xa0") for at in range(5)))
    assert (tiny.load, tiny.size) == (8, 800)
    dense = CommitItem(b"", (ChangeItem(0, bytes(16), b"\x99\x20\x00" + bytes(8192)),))
    assert (dense.load, dense.size) == (260, 26_000)


def test_a_message_that_is_too_much_work_is_refused_by_what_is_in_it() -> None:
    part = messages.encode_item(CommitItem(b"", tuple(ChangeItem(at, bytes(16), b"\0") for at in range(97))))
    assert messages.parse_request(with_head({}, *[part] * 400)).commits
    assert code_of(with_head({}, *[part] * 401)) == "too_large"


@given(st.lists(st.integers(0, 2000), max_size=40), st.integers(0, 20))
def test_what_a_sender_fits_into_a_room_a_receiver_takes(sizes: list[int], changes: int) -> None:
    bodies = tuple(ChangeItem(at, bytes(16), b"\x80") for at in range(changes))
    items, _ = messages.fitting([CommitItem(bytes(size), bodies) for size in sizes * 200], messages.ROOM)
    assert sum(one.load for one in items) <= limits.MAX_LOAD


def test_bodies_are_bound_to_the_header_of_their_commit() -> None:
    office = Office("city", "370200")
    made = office.write(1, act("note", {"n": 1}), act("note", {"n": 2}))
    one, two = office.written[0][1]
    item = CommitItem(
        made.raw,
        (ChangeItem(0, one.salt, one.body), ChangeItem(1, two.salt, one.body), ChangeItem(2, two.salt, b"")),
    )
    matched = messages.match(item, made)
    assert matched.good == {0: Change(one.id, one.salt, one.body)}
    assert matched.faults == {1: "body_mismatch", 2: "no_such_change"}


def test_two_peers_speak_the_newest_version_that_both_know() -> None:
    assert messages.negotiate((1, 2, 3)) == 1
    with pytest.raises(UnknownVersion):
        messages.negotiate((2, 3))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 23), inner, max_size=4),
    max_leaves=8,
)


@given(st.integers(0, 23), VALUES, st.lists(VALUES.map(cbor.encode), max_size=2))
def test_whatever_a_head_or_a_part_says_only_remote_errors_come(
    key: int, value: Any, parts: list[bytes]
) -> None:
    for message, parse in ((REQUEST, messages.parse_request), (REPLY, messages.parse_reply)):
        raw = frames.pack([cbor.encode(head_of(message) | {key: value}), *parts])
        try:
            parse(raw)
        except RemoteError as fault:
            assert fault.code in ("bad_message", "too_large", "unknown_version")


@given(st.binary(max_size=300), st.integers(0, 200))
def test_mutated_messages_raise_remote_errors_alone(noise: bytes, at: int) -> None:
    whole = messages.encode(REQUEST)
    for raw in (noise, whole[:at] + noise + whole[at + len(noise) :], whole[:at]):
        try:
            messages.parse_request(raw)
        except RemoteError:
            continue
