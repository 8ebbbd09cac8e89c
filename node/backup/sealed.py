"""A sealed file (封存文件): what only a passphrase opens, and what can be sealed without having it at hand.

The passphrase gives, by Argon2id, the private half of an X25519 pair; the public half stands in DIR/backup.pub and
seals. So a node that backs itself up at night keeps nothing that opens its backups, and on a new machine the
passphrase alone does.

    "QIAO-SEALED-1\\n" | length of header, 4 bytes | header, CBOR | pieces
    header: what, kdf (name, salt, time, memory KiB, lanes), key (public half), hpke (the file's key, sealed to it),
            own (the node's seal key, and the file's key sealed to that: by it a drill opens what it is to prove),
            aead, compression, made_ms
    piece:  ChaCha20-Poly1305 of at most 64 KiB of a zstandard stream; its nonce is the number of the piece, 11 bytes,
            and one byte that says whether it is the last (as in age); its associated data the header's SHA-256
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import zstandard
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from node.entropy import Entropy
from node.errors import Damaged, Forbidden
from node.keys import Keys, seal
from node.language import say
from node.private import write as write_private
from sync_protocol import cbor
from sync_protocol.errors import BadCbor, ProtocolError

MAGIC = b"QIAO-SEALED-1\n"
INFO = b"qiao/sealed/1"
PIECE = 64 * 1024
TAG = 16
MOST_HEADER = 4096
PUBLIC = "backup.pub"
LEAST = 12  # letters of a passphrase: whoever has the file may try as many as he likes
TIME, MEMORY, LANES = 4, 256 * 1024, 2  # Argon2id: about half a second, 256 MiB
MOST_TIME, MOST_MEMORY, MOST_LANES = 16, 1024 * 1024, 16  # of a header that somebody else may have written
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a file is sealed to: the public half, and how the passphrase gives the private one."""

    key: bytes
    salt: bytes
    time: int = TIME
    memory: int = MEMORY
    lanes: int = LANES

    def kdf(self) -> list[Any]:
        return ["argon2id", self.salt, self.time, self.memory, self.lanes]


def recipient(passphrase: str, entropy: Entropy) -> Recipient:
    """Of a new passphrase. Raises Forbidden `weak_passphrase`."""
    if len(passphrase) < LEAST:
        zh, en = f"口令太短：至少 {LEAST} 个字", f"the passphrase is too short: {LEAST} letters at least"
        raise Forbidden(say(zh, en), code="weak_passphrase", hint="qiao backup passphrase")
    salt = entropy.bytes(16)
    private = _private(passphrase, Recipient(b"", salt))
    return Recipient(private.public_key().public_bytes_raw(), salt)


@lru_cache(maxsize=4)  # each attachment is a file of its own
def _private(passphrase: str, of: Recipient) -> X25519PrivateKey:
    raw = hash_secret_raw(passphrase.encode(), of.salt, of.time, of.memory, of.lanes, 32, Type.ID)
    return X25519PrivateKey.from_private_bytes(raw)


# DIR/backup.pub


def write_recipient(directory: Path, one: Recipient) -> None:
    """Raises OSError."""
    aside = directory / f".{PUBLIC}-{os.getpid()}"
    aside.unlink(missing_ok=True)
    write_private(aside, cbor.encode({"key": one.key, "kdf": one.kdf()}))
    aside.replace(directory / PUBLIC)


def read_recipient(directory: Path) -> Recipient | None:
    """None where no passphrase has been set. Raises Damaged `bad_sealed`."""
    path = directory / PUBLIC
    try:
        said = cbor.decode(path.read_bytes())
        return _recipient(said)
    except FileNotFoundError:
        return None
    except (BadCbor, OSError) as fault:
        raise _damaged(path) from fault


def _recipient(said: Any) -> Recipient:
    """Raises BadCbor for what is out of bounds: an enemy's header must not take all memory."""
    if not isinstance(said, dict):
        raise BadCbor("no map")
    key, kdf = said.get("key"), said.get("kdf")
    if not (
        type(key) is bytes
        and len(key) == 32
        and isinstance(kdf, list)
        and len(kdf) == 5
        and kdf[0] == "argon2id"
    ):
        raise BadCbor("no key and kdf")
    _, salt, time, memory, lanes = kdf
    numbers = ((time, MOST_TIME), (memory, MOST_MEMORY), (lanes, MOST_LANES))
    if not (
        type(salt) is bytes
        and 8 <= len(salt) <= 64
        and all(type(n) is int and 1 <= n <= most for n, most in numbers)
    ):
        raise BadCbor("a kdf out of bounds")
    return Recipient(key, salt, time, max(memory, 8 * lanes), lanes)


# Sealing


def seal_file(
    source: IO[bytes], target: IO[bytes], to: Recipient, what: str, made_ms: int, entropy: Entropy,
    own: bytes | None = None,
) -> None:  # fmt: skip
    """Compresses and seals; `own`: the node's own seal key, if it may open it too. Raises OSError."""
    secret = entropy.bytes(32)
    header = cbor.encode({
        "what": what, "key": to.key, "kdf": to.kdf(), "hpke": seal(secret, to.key, INFO),
        "aead": "chacha20-poly1305", "compression": "zstd", "made_ms": made_ms,
        "own": [own, seal(secret, own, INFO)] if own else None,
    })  # fmt: skip
    target.write(MAGIC + struct.pack(">I", len(header)) + header)
    box, bound = ChaCha20Poly1305(secret), hashlib.sha256(header).digest()
    pieces = _whole_pieces(_compressed(source))
    number, piece = 0, next(pieces)
    for following in pieces:
        target.write(box.encrypt(_nonce(number, last=False), piece, bound))
        number, piece = number + 1, following
    target.write(box.encrypt(_nonce(number, last=True), piece, bound))


def _compressed(source: IO[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=6).compressobj()
    while piece := source.read(1 << 20):
        yield packer.compress(piece)
    yield packer.flush()


def _whole_pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    """All of PIECE bytes but the last, which may be empty."""
    kept = bytearray()
    for part in parts:
        kept += part
        while len(kept) > PIECE:
            yield bytes(kept[:PIECE])
            del kept[:PIECE]
    yield bytes(kept)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


# Opening


Opener = Callable[[dict[str, Any], Path], bytes]  # (header, file) → the file's key; raises Forbidden


def open_file(
    path: Path,
    target: IO[bytes],
    opener: Opener,
    told: Callable[[int], None] | None = None,
    most: int = 1 << 50,
) -> dict[str, Any]:
    """Writes what was sealed, at most so many bytes; gives the header. Raises Damaged `bad_sealed`, Forbidden
    `wrong_passphrase`, OSError."""
    with path.open("rb") as file:
        header = _header(file, path)
        secret = opener(header, path)
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        try:
            for piece in _pieces(file, secret, header["raw"]):
                written = unpacker.decompress(piece) if piece else b""
                target.write(written)
                most -= len(written)
                if most < 0:
                    raise _damaged(path)
                if told is not None:
                    told(len(written))
        except (InvalidTag, zstandard.ZstdError, EOFError) as fault:
            raise _damaged(path) from fault
        if not unpacker.eof:
            raise _damaged(path)
    return {key: header[key] for key in ("what", "made_ms")}


def header_of(path: Path) -> dict[str, Any]:
    """What a file says of itself. Raises Damaged `bad_sealed`."""
    with path.open("rb") as file:
        return _header(file, path)


def _header(file: IO[bytes], path: Path) -> dict[str, Any]:
    if file.read(len(MAGIC)) != MAGIC:
        raise _damaged(path)
    (length,) = struct.unpack(">I", file.read(4).rjust(4, b"\xff"))
    raw = file.read(length) if length <= MOST_HEADER else b""
    try:
        said = cbor.decode(raw)
        one = _recipient(said)
    except BadCbor as fault:
        raise _damaged(path) from fault
    fits = (
        type(said.get("hpke")) is bytes and type(said.get("what")) is str and type(said.get("made_ms")) is int
    )
    if not fits or said.get("aead") != "chacha20-poly1305" or said.get("compression") != "zstd":
        raise _damaged(path)
    return {**said, "raw": raw, "to": one}


def by_passphrase(ask: Callable[[], str]) -> Opener:
    """It is asked for when it is needed, and once."""
    kept: list[str] = []

    def secret(header: dict[str, Any], path: Path) -> bytes:
        kept[:] = kept or [ask()]
        private = _private(kept[0], header["to"])
        if private.public_key().public_bytes_raw() != header["key"]:
            raise _wrong(path)
        try:
            return _SUITE.decrypt(header["hpke"], private, INFO)
        except (InvalidTag, ValueError) as fault:
            raise _damaged(path) from fault

    return secret


def by_keys(pairs: Iterable[Keys]) -> Opener:
    """As the node itself opens what it has sealed."""
    known = {one.seal_key: one for one in pairs}

    def secret(header: dict[str, Any], path: Path) -> bytes:
        own = header.get("own")
        if not (isinstance(own, list) and len(own) == 2 and type(own[1]) is bytes and own[0] in known):
            raise _wrong(path)
        try:
            return known[own[0]].open(own[1], INFO)
        except ProtocolError as fault:
            raise _damaged(path) from fault

    return secret


def _wrong(path: Path) -> Forbidden:
    zh, en = f"口令打不开 {path.name}", f"the passphrase doesn't open {path.name}"
    return Forbidden(say(zh, en), code="wrong_passphrase", hint="qiao restore --help")


def _pieces(file: IO[bytes], secret: bytes, header: bytes) -> Iterator[bytes]:
    """Raises InvalidTag for what was changed, moved, or cut off."""
    box, bound = ChaCha20Poly1305(secret), hashlib.sha256(header).digest()
    number, piece = 0, file.read(PIECE + TAG)
    while True:
        following = file.read(PIECE + TAG)
        yield box.decrypt(_nonce(number, last=not following), piece, bound)
        if not following:
            return
        number, piece = number + 1, following


def _damaged(path: Path) -> Damaged:
    zh, en = f"{path} 不是完好的封存文件", f"{path} isn't a sound sealed file"
    return Damaged(say(zh, en), code="bad_sealed", hint=f"ls -l {path}")
