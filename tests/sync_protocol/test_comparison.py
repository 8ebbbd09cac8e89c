"""Asks and what is told: digests, pages, bounds, and every other shape refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, comparison
from sync_protocol.comparison import Ask, ChangePage, OfBucket, OfRecord, RecordPage, Told, Wanted
from sync_protocol.errors import BadMessage
from tests.sync_protocol.holding import Held, many
from tests.sync_protocol.scene import seed

R, S, T = (bytes([at]) * 16 for at in (1, 2, 3))
IDS = tuple(sorted(seed(name, 16) for name in "abcd"))
ASK = Ask(bytes(257 * 12), (OfBucket(1), OfBucket(256, R)), (OfRecord(S), OfRecord(T, IDS[0])),
          (Wanted(R, IDS[:2]), Wanted(S, ())))  # fmt: skip
TOLD = Told((1, 256), (RecordPage(1, False, ((R, bytes(12)),)), RecordPage(256, True, ())),
            (ChangePage(R, True, IDS), ChangePage(S, True, ())))  # fmt: skip


def test_a_digest_is_of_what_is_held_in_whatever_order_it_came() -> None:
    assert comparison.record_digest(IDS) == comparison.record_digest(reversed(IDS))
    assert comparison.record_digest(IDS) != comparison.record_digest(IDS[:3])
    rows = [(1, R, b"r" * 12), (256, S, b"s" * 12), (1, T, b"t" * 12)]
    digests = comparison.bucket_digests(rows)
    assert digests == comparison.bucket_digests(rows[::-1]) and len(digests) == 257 * 12
    assert digests[:12] == bytes(12), "an empty bucket"
    assert digests[12:24] != bytes(12) != digests[-12:]


def test_the_registry_has_a_bucket_of_its_own() -> None:
    assert comparison.bucket_of(R, False) == 1 and comparison.bucket_of(R, True) == 256


def test_asks_and_what_is_told_survive_the_line() -> None:
    assert comparison.decode_ask(cbor.decode(cbor.encode(comparison.encode_ask(ASK)))) == ASK
    assert comparison.decode_told(cbor.decode(cbor.encode(comparison.encode_told(TOLD)))) == TOLD
    assert comparison.decode_ask(comparison.encode_ask(Ask())) == Ask()
    assert comparison.decode_told(comparison.encode_told(Told())) == Told()


def test_an_answer_names_the_buckets_that_differ_and_pages_what_was_asked() -> None:
    held = Held({R: set(IDS), S: {IDS[0]}, T: {IDS[1]}}, frozenset({S}))
    assert comparison.answer(Ask(bytes(257 * 12)), held).differs == (1, 3, 256)
    assert comparison.answer(Ask(held.buckets()), held) == Told()
    page = RecordPage(256, True, ((S, comparison.record_digest([IDS[0]])),))
    asked = Ask(records=(OfBucket(256), OfBucket(1, R)), changes=(OfRecord(R, IDS[1]), OfRecord(bytes(16))))
    assert comparison.answer(asked, held) == Told(
        records=(page, RecordPage(1, True, ())),
        changes=(ChangePage(R, True, IDS[2:]), ChangePage(bytes(16), True, ())),
    )


def test_where_there_is_little_room_one_entry_of_each_kind_is_told() -> None:
    held = Held({R: set(IDS), S: set(IDS)})
    told = comparison.answer(
        Ask(records=(OfBucket(1), OfBucket(2)), changes=(OfRecord(R), OfRecord(S))), held, 0
    )
    assert told.records == (RecordPage(1, True, ((R, comparison.record_digest(IDS)),)),)
    assert told.changes == (ChangePage(R, False, IDS[:1]),)


def test_an_answer_stays_within_its_bound() -> None:
    held = many(10_000, 1, each=1)
    held.ids[R] = many(20_000, 2, each=0).ids.keys()  # type: ignore[assignment]
    asks = [
        Ask(held.buckets()[::-1], tuple(map(OfBucket, range(257)))),
        Ask(changes=(OfRecord(R), OfRecord(S))),
    ]
    for room in (0, 1000, 2**40):
        for ask in asks:
            raw = cbor.encode(comparison.encode_told(comparison.answer(ask, held, room)))
            assert len(raw) <= min(max(room, 200) + 3 * 257, comparison.MAX_TOLD)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"0": 1},
        {0: bytes(12)},
        {0: "x"},
        {1: [[257, b""]]},
        {1: [[0, b"", 0]]},
        {1: [[0, bytes(15)]]},
        {1: [[0, 0]]},
        {1: [[0, b""]] * 258},
        {2: [[bytes(15), b""]]},
        {2: [[0, b""]]},
        {2: [[bytes(16), b""]] * 513},
        {3: [[bytes(16), bytes(17)]]},
        {3: [[bytes(16), []]]},
        {3: [[bytes(16), bytes(16 * 4096)], [bytes(16), bytes(16)]]},
        {3: {}},
    ],
)
def test_an_ask_of_another_form_is_refused(value: Any) -> None:
    with pytest.raises(BadMessage):
        comparison.decode_ask(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {0: [2, 1]},
        {0: [1, 1]},
        {0: [257]},
        {1: [[1, True]]},
        {1: [[1, 1, b""]]},
        {1: [[1, True, bytes(27)]]},
        {1: [[1, True, bytes(56)]]},
        {1: [[1, False, b""]]},
        {1: [[1, True, b""]] * 258},
        {2: [[R, False, b""]]},
        {2: [[R, True, bytes(32)]]},
        {2: [[R, True, bytes(comparison.MAX_TOLD + 16)]]},
        {2: [[1, True, b""]]},
    ],
)
def test_what_is_told_in_another_form_is_refused(value: Any) -> None:
    with pytest.raises(BadMessage):
        comparison.decode_told(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 300) | st.sampled_from([b"", R, S, bytes(32), bytes(28)]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.integers(0, 4), VALUES, max_size=4))
def test_any_other_value_is_a_bad_message(value: Any) -> None:
    for decode in (comparison.decode_ask, comparison.decode_told):
        try:
            decode(value)
        except BadMessage:
            continue
