"""Joining (加入, protocol 3.4): a request that proves the invitation without telling its secret, and the
reply that brings the registry from the root's first commit on. Over HTTP, or as a file each way.

    outside   ["qiao-join", 1, receiver's node id, HPKE bytes], info = "qiao/join/1\\0" ‖ receiver's node id
    sealed    COSE_Sign1, aad qiao/join/1
    request   CBOR map: 0 "request", 1 invitation's id, 2 sign key, 3 seal key, 4 log id, 5 unit path,
              6 MAC, 7 address; signed by the new key (kid: its node id)
    MAC       HMAC-SHA256 under the secret, over "qiao/join/1\\0" ‖ CBOR [sign, seal, log, unit]
    reply     zstandard frame of frames (frames.py): first a CBOR map: 0 "reply", 1 SHA-256 of the request's
              bytes, 2 the parent's clock in unix milliseconds, 3 code of a refusal or ""; then one part a
              commit, as in messages.py; signed by the parent

Whether an invitation was used is for the node to say, which keeps them.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from . import cbor, cose, frames, keys, messages, shape
from .compression import compress, expand
from .errors import (
    BadCbor,
    BadCommit,
    BadEnvelope,
    BadInvitation,
    BadMessage,
    BadSignature,
    InvitationExpired,
    InvitationUsed,
    TooLarge,
    UnknownVersion,
    WrongRoot,
)
from .invitation import Invitation
from .limits import MAX_ENVELOPE, MAX_EXPANDED
from .messages import CommitItem
from .names import SHORT, node_hash, node_id
from .registry import Registry

VERSION = 1
_WHAT = "qiao-join"
_INFO = b"qiao/join/1\0"
_TEXT = 1024


@dataclass(frozen=True, slots=True)
class JoinRequest:
    invitation: bytes  # its id
    sign: bytes
    seal: bytes
    log: bytes
    unit: str
    mac: bytes
    address: str = ""  # where it will listen to children of its own

    @property
    def node(self) -> bytes:
        return node_id(self.sign)

    def check(self, invitation: Invitation) -> None:
        """The MAC under that invitation's secret, and its unit. Raises BadSignature (bad_mac)."""
        good = _mac(invitation.secret, self.sign, self.seal, self.log, self.unit)
        if self.unit != invitation.unit or not hmac.compare_digest(good, self.mac):
            raise BadSignature("the request doesn't prove the invitation", code="bad_mac")


@dataclass(frozen=True, slots=True)
class JoinReply:
    request: bytes  # SHA-256 of the sealed request that it answers
    clock_ms: int  # the parent's
    commits: tuple[CommitItem, ...] = ()  # the registry, in an order in which it verifies
    refused: str = ""  # code: invitation_used, invitation_expired, bad_mac …


def ask(
    invitation: Invitation, *, sign: bytes, seal_key: bytes, log: bytes, signer: keys.Sign, seal: keys.Seal,
    address: str = "",
) -> bytes:  # fmt: skip
    """The sealed request. `sign` and `seal_key` are the new node's public keys."""
    mac = _mac(invitation.secret, sign, seal_key, log, invitation.unit)
    payload = cbor.encode({
        0: "request", 1: invitation.id, 2: sign, 3: seal_key, 4: log, 5: invitation.unit, 6: mac, 7: address,
    })  # fmt: skip
    signed = cose.sign(payload, node_id(sign), cose.JOIN, signer)
    return _sealed(signed, invitation.parent, seal, invitation.seal)


def open_request(raw: bytes, *, me: bytes, open: keys.Open) -> JoinRequest:
    """A request whose new key has signed it; `check` it against its invitation before anything else.

    Raises TooLarge, UnknownVersion, BadSignature, BadInvitation (bad_join, not_for_us, cannot_open).
    """
    signed = _opened(raw, me, open)
    try:
        request = _request(shape.numbered(shape.decoded(signed.payload), "request"))
    except BadMessage as fault:
        raise BadInvitation(str(fault), code="bad_join") from fault
    if signed.kid != request.node:
        raise BadSignature("signed by another key than the one to be enrolled")
    signed.verify(request.sign, cose.JOIN)
    return request


def answer(
    request: bytes, joining: JoinRequest, *, clock_ms: int, commits: tuple[CommitItem, ...] = (),
    refused: str = "", kid: bytes, signer: keys.Sign, seal: keys.Seal,
) -> bytes:  # fmt: skip
    """The sealed reply to the request whose bytes are `request`, signed by the parent (`kid`)."""
    head = cbor.encode({0: "reply", 1: hashlib.sha256(request).digest(), 2: clock_ms, 3: refused})
    packed = compress(frames.pack([head, *map(messages.encode_item, commits)]))
    return _sealed(cose.sign(packed, kid, cose.JOIN, signer), joining.node, seal, joining.seal)


def open_reply(
    raw: bytes, *, request: bytes, invitation: Invitation, me: bytes, open: keys.Open
) -> JoinReply:
    """The parent's reply to `request`. Raises as open_request; a refusal raises as `raise_refusal` says."""
    signed = _opened(raw, me, open)
    if signed.kid != invitation.parent:
        raise BadSignature("signed by another node than the one that invited")
    signed.verify(invitation.sign, cose.JOIN)
    try:
        reply = _reply(expand(signed.payload, MAX_EXPANDED))
    except (BadMessage, BadEnvelope) as fault:
        raise BadInvitation(str(fault), code="bad_join") from fault
    if reply.request != hashlib.sha256(request).digest():
        raise BadInvitation("an answer to another request", code="bad_join")
    if reply.refused:
        raise_refusal(reply.refused)
    return reply


def raise_refusal(code: str) -> None:
    """Raises the error that a refusal's code stands for."""
    kind = _REFUSALS.get(code, BadInvitation)
    raise kind(f"the parent refuses: {code[:64]}", code=code if code in _REFUSALS else "join_refused")


def confirm(registry: Registry, invitation: Invitation, me: bytes) -> None:
    """The registry of a reply, folded from `invitation.root_node`. Raises WrongRoot, BadInvitation
    (not_enrolled)."""
    anchor = registry.anchor
    if anchor is None or node_hash(anchor.sign) != invitation.root:
        raise WrongRoot("the registry doesn't begin with the invitation's root")
    entry = registry.node(me)
    if entry is None or registry.now(invitation.unit) != entry.path:
        raise BadInvitation("the registry doesn't enrol this node", code="not_enrolled")


_REFUSALS: dict[str, type[BadInvitation] | type[BadSignature]] = {
    "bad_invitation": BadInvitation,
    "invitation_used": InvitationUsed,
    "invitation_expired": InvitationExpired,
    "wrong_root": WrongRoot,
    "bad_mac": BadSignature,
}


def _mac(secret: bytes, sign: bytes, seal: bytes, log: bytes, unit: str) -> bytes:
    return hmac.digest(secret, _INFO + cbor.encode([sign, seal, log, unit]), "sha256")


def _sealed(signed: cose.Sign1, receiver: bytes, seal: keys.Seal, seal_key: bytes) -> bytes:
    return cbor.encode([_WHAT, VERSION, receiver, seal(signed.raw, seal_key, _INFO + receiver)])


def _opened(raw: bytes, me: bytes, opener: keys.Open) -> cose.Sign1:
    if len(raw) > MAX_ENVELOPE:
        raise TooLarge(f"{len(raw)} bytes")
    receiver, sealed = _outside(raw)
    if receiver != me:
        raise BadInvitation("sealed for another node", code="not_for_us")
    try:
        return cose.parse(opener(sealed, _INFO + me))
    except BadEnvelope as fault:
        raise BadInvitation(str(fault), code="cannot_open") from fault
    except BadCommit as fault:
        raise BadInvitation(f"sealed, but not signed: {fault}", code="bad_join") from fault


def _outside(raw: bytes) -> tuple[bytes, bytes]:
    try:
        value = cbor.decode(raw)
    except BadCbor as fault:
        raise BadInvitation(str(fault), code="bad_join") from fault
    if type(value) is not list or len(value) < 2 or value[0] != _WHAT or type(value[1]) is not int:
        raise BadInvitation("neither a request to join nor a reply", code="bad_join")
    if value[1] != VERSION:
        raise UnknownVersion(f"joining of version {value[1]}")
    try:
        _, _, receiver, sealed = shape.exactly(value, "joining", 4)
        return shape.octets(receiver, "receiver", SHORT), shape.octets(sealed, "sealed")
    except BadMessage as fault:
        raise BadInvitation(str(fault), code="bad_join") from fault


def _request(head: dict[int, Any]) -> JoinRequest:
    if head.get(0) != "request":
        raise BadMessage("not a request")
    if not keys.is_sound_seal_key(shape.octets(head.get(3), "seal", 32)):
        raise BadMessage("a seal key that isn't sound")
    return JoinRequest(
        invitation=shape.octets(head.get(1), "invitation", SHORT),
        sign=shape.octets(head.get(2), "sign", 32),
        seal=shape.octets(head.get(3), "seal", 32),
        log=shape.octets(head.get(4), "log", SHORT),
        unit=shape.text(head.get(5), "unit", _TEXT),
        mac=shape.octets(head.get(6), "mac", 32),
        address=shape.text(head.get(7, ""), "address", _TEXT, empty=True),
    )


def _reply(raw: bytes) -> JoinReply:
    first, *rest = frames.unpack(raw, most=messages.MAX_PARTS + 1, largest=messages.MAX_PART)
    head = shape.numbered(shape.decoded(first), "reply")
    if head.get(0) != "reply":
        raise BadMessage("not a reply")
    return JoinReply(
        request=shape.octets(head.get(1), "request", 32),
        clock_ms=shape.uint(head.get(2), "clock"),
        refused=shape.text(head.get(3), "refused", 64, empty=True),
        commits=tuple(map(messages.parse_item, rest)),
    )
