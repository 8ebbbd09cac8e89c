"""Changes: what a body may be, and what its id binds."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, change
from sync_protocol.change import Act, Body, Words
from sync_protocol.errors import BadChange, LocalError
from sync_protocol.limits import MAX_BODY, MAX_BODY_ITEMS
from tests.sync_protocol.test_cbor import scalars

LOG, SALT = bytes(16), bytes(range(16))
shorts = st.binary(min_size=16, max_size=16)
data = st.dictionaries(st.text(max_size=8), scalars, max_size=4)
heads = st.sets(shorts, max_size=4).map(lambda ids: tuple(sorted(ids)))
acts = st.builds(Act, st.text(max_size=10), st.text(max_size=10), heads, data, st.none() | shorts)
spoken = st.builds(Words, st.text(max_size=10), data, shorts)


@given(acts | spoken)
def test_a_body_that_is_encoded_parses_to_itself(body: Body) -> None:
    assert change.parse_body(change.encode_body(body)) == body


@given(st.binary(max_size=80))
def test_any_bytes_are_a_body_or_bad_change(raw: bytes) -> None:
    with contextlib.suppress(BadChange):
        change.parse_body(raw)


def test_the_id_binds_log_salt_and_body() -> None:
    made = change.make(LOG, SALT, Words("ticket/1", {}, bytes(16)))
    assert made.id == hashlib.sha256(b"qiao/change/1\0" + LOG + SALT + made.body).digest()
    assert made.short == made.id[:16]
    assert len({change.change_id(log, salt, made.body) for log in (LOG, SALT) for salt in (LOG, SALT)}) == 4


def test_a_records_id_is_that_of_its_first_change() -> None:
    first = Act("ticket/1", "register", (), {}, None)
    made = change.make(LOG, SALT, first)
    assert change.record_id(made, first) == made.short
    assert change.record_id(made, Act("ticket/1", "note", (), {}, SALT)) == SALT


def test_heads_are_sorted_when_written() -> None:
    body = Act("ticket/1", "note", (b"b" * 16, b"a" * 16), {}, SALT)
    parsed = change.parse_body(change.encode_body(body))
    assert isinstance(parsed, Act) and parsed.after == (b"a" * 16, b"b" * 16)


ACT: dict[Any, Any] = {1: SALT, 2: "ticket/1", 3: "note", 4: [], 5: {}}
WORDS: dict[Any, Any] = {2: "ticket/1", 5: {}, 6: SALT}
BAD_BODIES: dict[str, Any] = {
    "not a map": [],
    "an empty map": {},
    "text keys": {"2": "ticket/1"},
    "no matter": {3: "note", 4: [], 5: {}},
    "a matter that is bytes": ACT | {2: b"ticket/1"},
    "no action": {2: "ticket/1", 4: [], 5: {}},
    "no heads": {2: "ticket/1", 3: "note", 5: {}},
    "no data": {2: "ticket/1", 3: "note", 4: []},
    "data with number keys": ACT | {5: {1: 0}},
    "data that is a list": ACT | {5: []},
    "a null record": ACT | {1: None},
    "a record of 32 bytes": ACT | {1: bytes(32)},
    "heads of 32 bytes": ACT | {4: [bytes(32)]},
    "heads out of order": ACT | {4: [b"b" * 16, b"a" * 16]},
    "a head twice": ACT | {4: [b"a" * 16, b"a" * 16]},
    "words with a record": WORDS | {1: SALT},
    "words with an action": WORDS | {3: "note"},
    "words with heads": WORDS | {4: []},
    "words of nothing": WORDS | {6: None},
    "words of a whole id": WORDS | {6: bytes(32)},
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_of_another_shape_is_refused(name: str) -> None:
    with pytest.raises(BadChange):
        change.parse_body(cbor.encode(BAD_BODIES[name]))


@pytest.mark.parametrize("body", [ACT, WORDS])
def test_unknown_keys_are_ignored(body: dict[Any, Any]) -> None:
    more = cbor.encode(body | {7: "later", 900: [1]})
    assert change.parse_body(more) == change.parse_body(cbor.encode(body))


def test_a_body_that_isnt_strict_cbor_says_so() -> None:
    with pytest.raises(BadChange) as fault:
        change.parse_body(cbor.encode(ACT) + b"\0")
    assert fault.value.code == "bad_cbor"


def test_a_body_is_at_most_256_kib_both_ways() -> None:
    frame = len(change.encode_body(Act("t", "a", (), {"x": "y" * 70_000}, None))) - 70_000
    fits = Act("t", "a", (), {"x": "y" * (MAX_BODY - frame)}, None)
    made = change.make(LOG, SALT, fits)
    assert len(made.body) == MAX_BODY and change.parse_body(made.body) == fits
    over = Act("t", "a", (), {"x": "y" * (MAX_BODY - frame + 1)}, None)
    with pytest.raises(LocalError) as ours:
        change.make(LOG, SALT, over)
    with pytest.raises(BadChange) as theirs:
        change.parse_body(change.encode_body(over))
    assert ours.value.code == theirs.value.code == "too_large"


def test_a_body_of_more_items_than_anybody_needs_is_neither_written_nor_decoded() -> None:
    stamp = Act("registry/1", "stamp", (), {"time": 1, "new": [bytes(16)] * 5_000}, SALT)
    assert change.parse_body(change.make(LOG, SALT, stamp).body) == stamp
    over = Act("t", "a", (), {"x": [{}] * MAX_BODY_ITEMS}, None)
    with pytest.raises(LocalError) as ours:
        change.make(LOG, SALT, over)
    with pytest.raises(BadChange) as theirs:
        change.parse_body(change.encode_body(over))
    assert ours.value.code == theirs.value.code == "too_large"
