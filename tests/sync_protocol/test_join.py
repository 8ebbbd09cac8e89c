"""A request proves the invitation without telling its secret; the reply proves the root."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, cose, frames, join
from sync_protocol.compression import compress
from sync_protocol.errors import (
    InvitationExpired,
    InvitationUsed,
    ProtocolError,
    RemoteError,
    WrongRoot,
)
from sync_protocol.invitation import Invitation, root_hash
from sync_protocol.join import JoinReply, JoinRequest
from sync_protocol.limits import MAX_ENVELOPE
from sync_protocol.messages import CommitItem

from .registrar import COUNTY, Tree
from .scene import Office, seal_public, seed
from .sealing import opener, seal

TREE = Tree()
CITY, NEW = TREE.city, Office("new office", "370211")
INVITATION = Invitation(
    address="http://127.0.0.1:7370",
    sign=CITY.key,
    seal=seal_public(CITY.seal_private),
    root=root_hash(TREE.province.key),
    unit=COUNTY,
    name="黄岛区总工会",
    secret=seed("secret", 16),
    expires_ms=5,
)


def asked(by: Office = NEW, invitation: Invitation = INVITATION, key: bytes = NEW.key) -> bytes:
    return join.ask(
        invitation, sign=key, seal_key=seal_public(NEW.seal_private), log=NEW.log, signer=by.signer,
        seal=seal, address="http://county",
    )  # fmt: skip


REQUEST = asked()


def read(raw: bytes, me: Office = CITY) -> JoinRequest:
    return join.open_request(raw, me=me.id, open=opener(me.seal_private))


ITEMS = (CommitItem(b"first"), CommitItem(b"second"))


def answered(by: Office = CITY, request: bytes = REQUEST, **more: Any) -> bytes:
    content: dict[str, Any] = {"clock_ms": 9, "commits": ITEMS} | more
    return join.answer(request, read(REQUEST), kid=by.id, signer=by.signer, seal=seal, **content)


def reply(raw: bytes, request: bytes = REQUEST) -> JoinReply:
    opening = opener(NEW.seal_private)
    return join.open_reply(raw, request=request, invitation=INVITATION, me=NEW.id, open=opening)


def code_of(raw: bytes, me: Office = CITY) -> str:
    with pytest.raises(RemoteError) as caught:
        read(raw, me)
    return caught.value.code


def reply_code(raw: bytes) -> str:
    with pytest.raises(RemoteError) as caught:
        reply(raw)
    return caught.value.code


def test_a_request_carries_keys_log_and_unit_and_proves_the_invitation() -> None:
    request = read(REQUEST)
    assert (request.node, request.sign, request.log, request.unit) == (NEW.id, NEW.key, NEW.log, COUNTY)
    assert request.invitation == INVITATION.id and request.address == "http://county"
    request.check(INVITATION)


def test_a_request_under_another_secret_or_for_another_unit_proves_nothing() -> None:
    request = read(REQUEST)
    for wrong in (replace(INVITATION, secret=seed("guess", 16)), replace(INVITATION, unit="370000/1")):
        with pytest.raises(ProtocolError) as caught:
            request.check(wrong)
        assert caught.value.code == "bad_mac"
    with pytest.raises(ProtocolError):
        replace(request, log=seed("another", 16)).check(INVITATION)


def test_the_secret_never_travels() -> None:
    private = opener(CITY.seal_private)
    signed = private(cbor.decode(REQUEST)[3], b"qiao/join/1\0" + CITY.id)
    assert INVITATION.secret not in signed


def test_only_the_invited_parent_opens_a_request() -> None:
    assert code_of(REQUEST, TREE.other) == "not_for_us"
    head = cbor.decode(REQUEST)
    assert code_of(cbor.encode([*head[:2], TREE.other.id, head[3]]), TREE.other) == "cannot_open"


def test_a_request_is_signed_by_the_key_to_be_enrolled() -> None:
    assert code_of(asked(by=CITY)) == "bad_signature"
    assert code_of(sealed(request_content(), by=CITY)) == "bad_signature"


def request_content(**change: Any) -> bytes:
    content: dict[int, Any] = {0: "request", 1: INVITATION.id, 2: NEW.key, 3: seal_public(NEW.seal_private), 4: NEW.log,
                               5: COUNTY, 6: bytes(32), 7: ""}  # fmt: skip
    return cbor.encode(content | {int(key[1:]): value for key, value in change.items()})


def sealed(content: bytes, by: Office = NEW, to: Office = CITY, aad: bytes = cose.JOIN) -> bytes:
    signed = cose.sign(content, by.id, aad, by.signer).raw
    secret = seal(signed, seal_public(to.seal_private), b"qiao/join/1\0" + to.id)
    return cbor.encode(["qiao-join", 1, to.id, secret])


@pytest.mark.parametrize(
    "change",
    [
        {"_0": "reply"},
        {"_1": b""},
        {"_2": b"short"},
        {"_3": 1},
        {"_3": bytes(32)},
        {"_3": bytes([1]) + bytes(31)},
        {"_4": None},
        {"_5": ""},
        {"_6": b""},
        {"_7": 7},
    ],  # fmt: skip
)
def test_a_request_of_another_form_is_refused(change: dict[str, Any]) -> None:
    assert code_of(sealed(request_content(**change))) == "bad_join"


def test_garbage_too_much_and_another_version_have_codes_of_their_own() -> None:
    assert code_of(b"<html>") == code_of(cbor.encode(["qiao-join"])) == "bad_join"
    assert code_of(cbor.encode(["qiao-join", 1, b"", b""])) == "bad_join"
    assert code_of(sealed(b"text")) == "bad_join"
    assert code_of(sealed(request_content(), aad=cose.ENVELOPE)) == "bad_signature"
    assert code_of(cbor.encode(["qiao-join", 2, 5])) == "unknown_version"
    assert code_of(bytes(MAX_ENVELOPE + 1)) == "too_large"


def test_the_reply_brings_the_registry_to_the_one_who_asked() -> None:
    got = reply(answered())
    assert got.commits == ITEMS and got.clock_ms == 9


def test_a_reply_to_another_request_or_by_another_node_is_refused() -> None:
    assert reply_code(answered(request=asked())) == "bad_join"
    assert reply_code(answered(by=TREE.other)) == "bad_signature"
    forged = sealed(compress(frames.pack([b""])), by=TREE.other, to=NEW)
    assert reply_code(forged) == "bad_signature"


def test_a_reply_of_another_form_is_refused() -> None:
    for content in (b"", compress(b""), compress(frames.pack([b"\xa0"])), compress(frames.pack([b"\x80"]))):
        assert reply_code(sealed(content, by=CITY, to=NEW)) == "bad_join"


@pytest.mark.parametrize(
    "code, error", [("invitation_used", InvitationUsed), ("invitation_expired", InvitationExpired)]
)
def test_a_refusal_comes_as_its_own_error(code: str, error: type[RemoteError]) -> None:
    with pytest.raises(error) as caught:
        reply(answered(refused=code, commits=()))
    assert caught.value.code == code
    assert reply_code(answered(refused="bad_mac")) == "bad_mac"
    assert reply_code(answered(refused="something newer")) == "join_refused"


def test_a_registry_with_another_root_or_without_the_node_is_refused() -> None:
    tree = Tree()
    book = tree.fold(INVITATION.root_node)
    join.confirm(book, INVITATION, tree.county.id)
    with pytest.raises(WrongRoot):
        join.confirm(book, replace(INVITATION, root=seed("another root")), tree.county.id)
    with pytest.raises(WrongRoot):
        join.confirm(tree.fold(seed("another root", 16)), INVITATION, tree.county.id)
    with pytest.raises(RemoteError) as caught:
        join.confirm(book, INVITATION, NEW.id)
    assert caught.value.code == "not_enrolled"


REPLY = answered()


@given(st.integers(0, 10_000), st.integers(1, 255), st.binary(max_size=4))
def test_mutated_requests_and_replies_raise_remote_errors_alone(at: int, flip: int, tail: bytes) -> None:
    for whole, parse in ((REQUEST, read), (REPLY, reply)):
        here = at % len(whole)
        flipped = whole[:here] + bytes([whole[here] ^ flip]) + whole[here + 1 :]
        for raw in (flipped, whole[:here] + tail):
            if raw != whole:
                with pytest.raises(RemoteError):
                    parse(raw)
