"""The checkpoint (检查点) of all commits that a node has stored: how many, and the root of their Merkle tree, signed.

A C2SP tlog-checkpoint in a C2SP signed note, so that programs of others read and witness it. The entries are the ids
of commits (32 bytes, which cover the commit with its signature), in the order in which the node stored them: a list
that only grows. Its origin is `qiao/` node id `/` log id, both in hex: a node that was restored stores in another
order, and begins another list. With the proof that it grew from an earlier one it is a request of a C2SP tlog-witness.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from .errors import BadMessage
from .keys import Sign, verify

ED25519 = b"\x01"  # the signature type of the note
LARGEST = 16 * 1024  # bytes of a note
MAX_SIZE = 2**63 - 1
_ORIGIN = re.compile(r"qiao/[0-9a-f]{32}/[0-9a-f]{32}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    node: bytes
    log: bytes  # the node's newest: its incarnation
    size: int  # commits
    root: bytes  # SHA-256, 32 bytes
    said: tuple[str, ...] = ()  # further lines, signed as well (C2SP: extension lines)

    @property
    def origin(self) -> str:
        return f"qiao/{self.node.hex()}/{self.log.hex()}"

    @property
    def text(self) -> str:
        return "\n".join((self.origin, str(self.size), _in_base64(self.root), *self.said, ""))


def signed(checkpoint: Checkpoint, key: bytes, sign: Sign) -> str:
    """The note. `key`: the public key that `sign` signs with."""
    signature = sign(checkpoint.text.encode())
    line = _in_base64(key_hash(checkpoint.origin, key) + signature)
    return f"{checkpoint.text}\n— {checkpoint.origin} {line}\n"


def opened(note: str, key: bytes) -> Checkpoint:
    """The checkpoint of a note that this key has signed; further signatures (of witnesses) are passed over.

    Raises BadMessage for what is no such note, BadSignature.
    """
    text, signatures = _parts(note)
    found = _parsed(text)
    wanted = key_hash(found.origin, key)
    for name, blob in signatures:
        if name == found.origin and blob[:4] == wanted:
            verify(key, blob[4:], text.encode())
            return found
    raise BadMessage("checkpoint: no signature by that key")


def grown(note: str, old: int, proof: Sequence[bytes]) -> str:
    """A note with the proof that its list grew from one of `old` entries."""
    hashes = "".join(f"{_in_base64(one)}\n" for one in proof)
    return f"old {old}\n{hashes}\n{note}"


def taken_apart(text: str) -> tuple[int, list[bytes], str]:
    """(old size, proof, note) of `grown`; (0, [], note) of a note alone. Raises BadMessage."""
    if len(text) > LARGEST:
        raise BadMessage("checkpoint: too long")
    if not text.startswith("old "):
        return 0, [], text
    head, blank, note = text.partition("\n\n")
    first, *hashes = head.split("\n")
    size = first.removeprefix("old ")
    if not blank or not _SIZE.fullmatch(size):
        raise BadMessage("checkpoint: what it grew from")
    return int(size), [_of_base64(one) for one in hashes], note


def verifier_key(checkpoint: Checkpoint, key: bytes) -> str:
    """As other programs are given it (C2SP signed-note, vkey)."""
    return f"{checkpoint.origin}+{key_hash(checkpoint.origin, key).hex()}+{_in_base64(ED25519 + key)}"


def origin_of(text: str) -> tuple[bytes, bytes]:
    """The node and log that it says to be of; nothing of it is verified. Raises BadMessage."""
    found = _parsed(_parts(taken_apart(text)[2])[0])
    return found.node, found.log


def key_hash(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Its text, and (name, key hash and signature) of each line behind it."""
    text, blank, lines = note.rpartition("\n\n")
    if len(note) > LARGEST or not blank or not lines.endswith("\n"):
        raise BadMessage("checkpoint: not a signed note")
    return f"{text}\n", [_signature(line) for line in lines[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    words = line.split(" ")
    if len(words) != 3 or words[0] != "—" or not words[1]:
        raise BadMessage("checkpoint: a signature's line")
    blob = _of_base64(words[2])
    if len(blob) < 5:
        raise BadMessage("checkpoint: a signature's length")
    return words[1], blob


def _parsed(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        raise BadMessage("checkpoint: fewer than three lines")
    origin, size, root = lines[:3]
    if not _ORIGIN.fullmatch(origin) or not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise BadMessage("checkpoint: origin or size")
    found = _of_base64(root)
    if len(found) != 32:
        raise BadMessage("checkpoint: the root's length")
    _, node, log = origin.split("/")
    return Checkpoint(bytes.fromhex(node), bytes.fromhex(log), int(size), found, tuple(lines[3:-1]))


def _in_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _of_base64(text: str) -> bytes:
    """One form alone: what encodes back to the same."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError, UnicodeEncodeError) as fault:
        raise BadMessage("checkpoint: base64") from fault
    if _in_base64(data) != text:
        raise BadMessage("checkpoint: base64")
    return data
