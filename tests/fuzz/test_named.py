"""Everything that has a name among bad inputs, in every layer that could meet it: refused, by a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync_protocol import cbor, change, commit, cose, envelope, messages, registry
from sync_protocol.compression import compress
from sync_protocol.enrolment import Refused, read
from sync_protocol.errors import BadChange, BadCommit, BadMessage, RemoteError
from sync_protocol.limits import MAX_EXPANDED
from sync_protocol.names import node_id
from tests.fuzz import samples
from tests.fuzz.targets import TARGETS
from tests.fuzz.values import HEAVY, SMALL_ORDER, WRONG, Inside, Raw, decode, encode
from tests.sync_protocol.scene import seed


def _code(call: Callable[[bytes], object], raw: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        call(raw)
    return caught.value.code


def _framed(head: bytes) -> bytes:
    return len(head).to_bytes(4, "big") + head


def _letter(signed: bytes) -> bytes:
    return encode([1, samples.city().id, samples.sealed(samples.signed(signed, cose.ENVELOPE))])


def _joining(signed: bytes) -> bytes:
    sealed = samples.sealed(signed, b"qiao/join/1\0")
    return encode(["qiao-join", 1, samples.city().id, sealed])


LETTER, JOINING = TARGETS["letter"].feed, TARGETS["joining"].feed


BODY = samples.items()[0].changes[0].body
HEADER = samples.county().written[0][0].signed.payload
HEAD = decode(samples.request()[4 : 4 + int.from_bytes(samples.request()[:4], "big")])


def _placed(tree: dict[Any, Any], item: Raw) -> list[bytes]:
    """The item under each key, under one that nobody knows, and deeper."""
    keys = [*tree, 99]
    return [encode({**tree, key: item}) for key in keys] + [
        encode({**tree, key: [[item]]}) for key in keys[-3:]
    ]


@pytest.mark.parametrize("name", WRONG)
def test_what_isnt_strict_cbor_is_refused_wherever_it_stands(name: str) -> None:
    item = Raw(WRONG[name])
    for raw in _placed(decode(BODY), item):
        assert _code(change.parse_body, raw) == "bad_cbor"
    for raw in _placed(decode(HEADER), item):
        assert _code(commit.parse, samples.signed(raw, cose.COMMIT)) == "bad_commit"
    for raw in _placed(HEAD, item):
        assert _code(messages.parse_request, _framed(raw)) == "bad_message"


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused_also_where_a_good_key_sealed_and_signed_it(name: str) -> None:
    item = Raw(WRONG[name])
    content = [samples.city().id, samples.county().log, 7, 0, "request", compress(samples.request())]
    for at in range(len(content)):
        wrong = encode([*content[:at], item, *content[at + 1 :]])
        assert _code(LETTER, _letter(wrong)) == "bad_envelope"
    joining = decode(samples.joining())
    for key in joining:
        wrong = samples.signed(encode({**joining, key: item}), cose.JOIN)
        assert _code(JOINING, _joining(wrong)) == "bad_join"


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_far_too_much_is_refused_or_ignored_in_no_time(name: str) -> None:
    item = Raw(HEAVY[name])
    for raw in _placed(decode(BODY), item)[-4:]:
        try:
            assert change.parse_body(raw)
        except BadChange as fault:
            assert fault.code in ("bad_cbor", "bad_change", "too_large")
    assert _code(messages.parse_request, _framed(encode({**HEAD, 3: item}))) == "bad_message"


@pytest.mark.parametrize("size", [MAX_EXPANDED + 1, MAX_EXPANDED])
def test_a_zip_bomb_is_refused_though_a_good_key_signed_it(size: int) -> None:
    bomb = compress(bytes(size))
    assert len(bomb) < 10_000
    content = encode([samples.city().id, samples.county().log, 7, 0, "request", bomb])
    assert _code(LETTER, _letter(content)) == "too_large"


@pytest.mark.parametrize("count", [20_001, 1_000_000])
def test_a_million_tiny_commits_are_refused_as_too_many(count: int) -> None:
    raw = _framed(encode(HEAD)) + _framed(encode([b"", []])) * count
    assert _code(messages.parse_request, raw) == "too_large"


@pytest.mark.parametrize("key", SMALL_ORDER, ids=lambda key: key.hex()[:8])
def test_a_key_of_small_order_is_refused_at_every_door(key: bytes) -> None:
    made = samples.county().written[0][0]
    forged = commit.parse(made.raw)
    assert _code(forged.verify, key) == "bad_signature"
    wanted = samples.county().enrolment("370000/370200/x", sign=key, node=node_id(key))
    with pytest.raises(Refused) as caught:
        read(wanted)
    assert caught.value.code == "bad_key"
    joining = decode(samples.joining())
    message = cose.sign(encode({**joining, 2: key}), node_id(key), cose.JOIN, samples.SIGN)
    assert _code(JOINING, _joining(message.raw)) == "bad_signature"


def test_an_envelope_of_millions_of_items_is_refused_before_its_key_is_known() -> None:
    for item in (b"\xa0", b"\x80", b"\x00"):
        raw = b"\x9a\x00\x7f\xff\xe0" + item * 0x7FFFE0
        assert _code(envelope.receiver_of, raw) == "bad_envelope"


def test_a_registry_that_comes_again_and_out_of_order_is_the_same() -> None:
    acts = samples.registry()[0].acts
    found = registry.fold(acts)
    assert registry.fold([*acts, *acts[::-1]]).digest() == found.digest()
    assert sum(one.standing == "stands" for one in found.verdicts.values()) >= 12


def test_an_item_inside_an_item_begins_the_depth_anew_and_is_bounded_alike() -> None:
    tree = decode(BODY)
    inside = encode({**tree, 5: {"x": Inside([1])}})
    assert change.parse_body(inside)
    with pytest.raises(BadCommit):
        commit.parse_header(encode({**decode(HEADER), 6: [Inside([seed("x")])]}))
    with pytest.raises(BadMessage):
        messages.parse_item(encode([b"", [[0, bytes(16), [1]]]]))
    assert cbor.decode(encode(Inside([1]))) == encode([1])
