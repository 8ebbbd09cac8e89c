"""Names (protocol 3.1): node ids, fingerprints, unit paths.

A unit path (单位路径) is codes from the root joined by `/`: `370000/370200/370211`.
"""

from __future__ import annotations

import hashlib

ZERO = bytes(32)  # `prev` of a log's first commit
SHORT = 16  # bytes of a cut id


def short(full: bytes) -> bytes:
    """An id cut to 16 bytes, as `after` and words name it."""
    return full[:SHORT]


def node_id(sign_key: bytes) -> bytes:
    """16 bytes of SHA-256("qiao/node/1\\0" ‖ Ed25519 public key)."""
    return short(node_hash(sign_key))


def fingerprint(sign_key: bytes) -> str:
    """What an administrator compares by eye: 64 hex digits in groups of four (3.4)."""
    digits = node_hash(sign_key).hex()
    return " ".join(digits[at : at + 4] for at in range(0, 64, 4))


def same_fingerprint(one: str, other: str) -> bool:
    """Blanks, hyphens and case don't count."""
    return _plain(one) == _plain(other) != ""


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").lower()


def node_hash(sign_key: bytes) -> bytes:
    """All 32 bytes of what a node id and a fingerprint are cut from."""
    return hashlib.sha256(b"qiao/node/1\0" + sign_key).digest()


def is_above(upper: str, lower: str) -> bool:
    """A proper prefix by whole codes."""
    return lower.startswith(upper + "/")


def covers(upper: str, lower: str) -> bool:
    """The unit itself, or one above it."""
    return upper == lower or is_above(upper, lower)


def parent_of(path: str) -> str | None:
    """The path one tier up; None for a root."""
    head, slash, _ = path.rpartition("/")
    return head if slash else None


def ancestors(path: str) -> list[str]:
    """Every path above, the root first; without the unit itself."""
    codes = path.split("/")
    return ["/".join(codes[:length]) for length in range(1, len(codes))]


def code_of(path: str) -> str:
    """The unit's own code: the last of its path."""
    return path.rpartition("/")[2]


def depth(path: str) -> int:
    """0 for a root."""
    return path.count("/")
