"""What can go wrong in the protocol, grouped by what the caller can do about it.

ProtocolError
├── LocalError            we were called wrongly, or asked to write what may not be written
│   └── BadText           text that may not enter a log (field named)
└── RemoteError           the peer, a file or a courier handed us something that isn't right
    ├── BadCbor           bytes that aren't the strict CBOR of section 3
    ├── BadChange         a change whose body has another shape than 3.2
    ├── BadCommit         a commit whose COSE message or header has another shape than 3.3
    ├── BadSignature      a signature, MAC or digest that doesn't verify
    ├── BadEnvelope       an envelope that can't be opened, or isn't for us
    ├── BadMessage        a message in an opened envelope that has another shape than 3.5
    ├── BadBundle         a file that isn't a whole and sound bundle for us
    ├── BadInvitation     an invitation, or a request or reply of joining, that can't be read or used
    │   ├── InvitationUsed
    │   ├── InvitationExpired
    │   └── WrongRoot     a registry that doesn't begin with the invitation's root
    ├── TooLarge          past a bound of limits.py
    └── UnknownVersion    a version that we don't speak
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Root. `code` is stable and listed in docs/errors.md; the message is English, for logs."""

    code = "protocol"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class LocalError(ProtocolError):
    code = "misuse"


class BadText(LocalError):
    code = "bad_text"

    def __init__(self, field: str, character: str, at: int) -> None:
        """`character` is written U+0001; `at` is where it stands."""
        super().__init__(f"{field}: {character} at {at}")
        self.field = field
        self.character = character


class RemoteError(ProtocolError):
    code = "bad_peer"


class BadCbor(RemoteError):
    code = "bad_cbor"


class BadChange(RemoteError):
    code = "bad_change"


class BadCommit(RemoteError):
    code = "bad_commit"


class BadSignature(RemoteError):
    code = "bad_signature"


class BadEnvelope(RemoteError):
    code = "bad_envelope"


class BadMessage(RemoteError):
    code = "bad_message"


class BadBundle(RemoteError):
    code = "bad_bundle"


class BadInvitation(RemoteError):
    code = "bad_invitation"


class InvitationUsed(BadInvitation):
    code = "invitation_used"


class InvitationExpired(BadInvitation):
    code = "invitation_expired"


class WrongRoot(BadInvitation):
    code = "wrong_root"


class TooLarge(RemoteError):
    code = "too_large"


class UnknownVersion(RemoteError):
    code = "unknown_version"
