"""The invitation (邀请, protocol 3.4): all that a new node is told beforehand, as one line of text.

`qiao1:` ‖ base64url without padding of a CBOR array and the first 4 bytes of its SHA-256, which find a slip
of the hand. The array: [1, address, parent's sign key, parent's seal key, root's hash, unit path, name, kind,
role, secret, expiry in unix milliseconds].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from . import cbor, shape
from .errors import BadInvitation, BadMessage, InvitationExpired, LocalError, UnknownVersion
from .keys import is_sound_key, is_sound_seal_key
from .names import SHORT, node_hash, node_id

PREFIX = "qiao1:"
VERSION = 1
SECRET = 16  # bytes at least

_TEXT = 1024
_MOST = 8 * 1024  # characters of the line
_SUM = 4
_ITEMS = 11


@dataclass(frozen=True, slots=True)
class Invitation:
    address: str  # URL that the child dials
    sign: bytes  # the parent's Ed25519 key
    seal: bytes  # the parent's X25519 key
    root: bytes  # 32 bytes: SHA-256("qiao/node/1\0" ‖ the first root's sign key)
    unit: str  # the child's unit path
    name: str
    secret: bytes = field(repr=False)  # one-time
    expires_ms: int  # by the parent's clock
    kind: str = "place"
    role: str = "office"

    @property
    def parent(self) -> bytes:
        """The parent's node id."""
        return node_id(self.sign)

    @property
    def root_node(self) -> bytes:
        """The first root's node id: `root` of registry.fold."""
        return self.root[:SHORT]

    @property
    def id(self) -> bytes:
        """Names it without giving the secret away: 16 bytes of SHA-256("qiao/invitation/1\\0" ‖ secret)."""
        return hashlib.sha256(b"qiao/invitation/1\0" + self.secret).digest()[:SHORT]

    @property
    def fingerprint(self) -> str:
        """The root's, for the eye."""
        digits = self.root.hex()
        return " ".join(digits[at : at + 4] for at in range(0, 64, 4))

    def check_time(self, now_ms: int) -> None:
        """By the parent's clock. Raises InvitationExpired."""
        if now_ms > self.expires_ms:
            raise InvitationExpired("the invitation has expired")

    def to_text(self) -> str:
        """The line. Raises LocalError for one that couldn't be read back."""
        raw = cbor.encode([
            VERSION, self.address, self.sign, self.seal, self.root, self.unit, self.name, self.kind,
            self.role, self.secret, self.expires_ms,
        ])  # fmt: skip
        line = PREFIX + encode_line(raw)
        try:
            read(line)
        except (BadInvitation, UnknownVersion) as fault:
            raise LocalError(f"invitation: {fault}") from fault
        return line


def root_hash(sign_key: bytes) -> bytes:
    """What an invitation names a root by."""
    return node_hash(sign_key)


def encode_line(raw: bytes) -> str:
    """What stands behind the prefix: these bytes and their sum."""
    return base64.urlsafe_b64encode(raw + _sum(raw)).rstrip(b"=").decode()


def read(line: str) -> Invitation:
    """Blanks and line breaks don't count. Raises BadInvitation, UnknownVersion."""
    text = "".join(line.split())
    if not text.startswith(PREFIX) or len(text) > _MOST:
        raise BadInvitation("an invitation begins with qiao1:")
    raw = _bytes(text[len(PREFIX) :])
    if len(raw) <= _SUM or _sum(raw[:-_SUM]) != raw[-_SUM:]:
        raise BadInvitation("the invitation is incomplete or mistyped")
    try:
        return _parse(raw[:-_SUM])
    except BadMessage as fault:
        raise BadInvitation(str(fault)) from fault


def _parse(raw: bytes) -> Invitation:
    value = shape.items(shape.decoded(raw), "invitation", 64)
    if not value or shape.uint(value[0], "version") != VERSION:
        raise UnknownVersion("an invitation of another version")
    _, address, sign, seal, root, unit, name, kind, role, secret, expires = shape.exactly(value, "it", _ITEMS)
    if not is_sound_key(shape.octets(sign, "sign", 32)):
        raise BadMessage("the parent's key isn't sound")
    if not is_sound_seal_key(shape.octets(seal, "seal", 32)):
        raise BadMessage("the parent's seal key isn't sound")
    if len(shape.octets(secret, "secret")) < SECRET:
        raise BadMessage("a secret that is too short")
    return Invitation(
        address=shape.text(address, "address", _TEXT, empty=True),
        sign=sign,
        seal=seal,
        root=shape.octets(root, "root", 32),
        unit=shape.text(unit, "unit", _TEXT),
        name=shape.text(name, "name", _TEXT, empty=True),
        kind=shape.text(kind, "kind", _TEXT),
        role=shape.text(role, "role", _TEXT),
        secret=secret,
        expires_ms=shape.uint(expires, "expiry"),
    )


def _bytes(text: str) -> bytes:
    """Only the one spelling: a decoder lets foreign characters and stray bits at the end through."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as fault:
        raise BadInvitation("the invitation is incomplete or mistyped") from fault
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise BadInvitation("the invitation is mistyped")
    return raw


def _sum(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()[:_SUM]
