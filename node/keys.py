"""The node's own keys (protocol 3.1): Ed25519 to sign, X25519 to open, in DIR/keys, mode 0600.

Both appear together or not at all: they are written to a directory aside, flushed, and renamed. Under a passphrase they
are sealed (node/keylock.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from node import keylock, passphrase
from node.entropy import Entropy
from node.errors import Damaged, DiskTrouble, Forbidden, NotFound, Stale
from node.language import say
from node.private import sync_directory
from node.private import write as write_private
from sync_protocol.errors import BadEnvelope, LocalError
from sync_protocol.keys import Open, Sign
from sync_protocol.names import node_id

DIRECTORY = "keys"
NEXT, FORMER = (
    "keys.next",
    "keys.former",
)  # beside it: a pair not in use yet, and the one before; then older ones
SIGN_FILE = "sign.pem"
SEAL_FILE = "seal.pem"

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_Private = Ed25519PrivateKey | X25519PrivateKey


@dataclass(frozen=True, slots=True)
class Keys:
    """One node's keys; the private halves are inside the two callables."""

    sign_key: bytes  # Ed25519 public key, 32 bytes
    seal_key: bytes  # X25519 public key, 32 bytes
    sign: Sign
    open: Open

    @property
    def node(self) -> bytes:
        """The node id that these keys give."""
        return node_id(self.sign_key)


def public(sign_key: bytes) -> Keys:
    """For what only reads: `sign` and `open` raise LocalError."""

    def absent(*_: object) -> Any:
        raise LocalError("the private half isn't here")

    return Keys(sign_key, b"", absent, absent)


def seal(plaintext: bytes, receiver: bytes, info: bytes) -> bytes:
    """HPKE base mode, empty aad (protocol 3.5). It fits sync_protocol.keys.Seal.

    Raises LocalError for a receiver's key of another length or of small order.
    """
    try:
        return _SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(receiver), info)
    except ValueError as fault:
        raise LocalError("the receiver's seal key isn't sound") from fault


def make(folder: Path, entropy: Entropy) -> Keys:
    """New keys in `folder`, DIR/keys. Raises Stale `keys_exist`, DiskTrouble."""
    private = (
        Ed25519PrivateKey.from_private_bytes(entropy.bytes(32)),
        X25519PrivateKey.from_private_bytes(entropy.bytes(32)),
    )
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    try:
        _write_pair(aside, private)
        _rename_new(aside, folder)
    except OSError as fault:
        shutil.rmtree(aside, ignore_errors=True)
        raise DiskTrouble(
            say(f"写不了 {folder}：{fault}", f"{folder} can't be written: {fault}"),
            hint=f"df -h {folder.parent}",
        ) from fault
    return _from_private(*private)


def load(folder: Path) -> Keys:
    """The keys in `folder`, DIR/keys.

    Raises NotFound `no_keys`, Forbidden `loose_keys`, Damaged `bad_keys`, DiskTrouble.
    """
    sign = _read(folder / SIGN_FILE)
    opening = _read(folder / SEAL_FILE)
    if not isinstance(sign, Ed25519PrivateKey) or not isinstance(opening, X25519PrivateKey):
        raise _damaged(folder)
    return _from_private(sign, opening)


def of(directory: Path, node: bytes | None) -> Keys:
    """The keys of the node that the database in `directory` belongs to; a change of keys that was cut short
    behind the database is finished. `node` None: a database that doesn't say. Raises as `load`."""
    finish(directory, node)
    return meant(directory, node)


def finish(directory: Path, node: bytes | None) -> None:
    """The next pair becomes the node's where the database names it. Raises DiskTrouble."""
    folder, following = directory / DIRECTORY, directory / NEXT
    if node is not None and following.exists() and _node_in(following) == node != _node_in(folder):
        swap(directory)


def meant(directory: Path, node: bytes | None) -> Keys:
    """As `of`, and nothing is changed: a database that was put back means a pair that was in use before. Where no
    pair is its own, DIR/keys."""
    found = (one for one in _pairs(directory) if node is not None and one.node == node)
    return next(found, None) or load(directory / DIRECTORY)


def _pairs(directory: Path) -> Iterator[Keys]:
    """Newest first; what a crash left half of one isn't one."""
    older = (f"{FORMER}-{number}" for number in range(_count_older(directory), 0, -1))
    for name in (NEXT, DIRECTORY, FORMER, *older):
        if (found := _whole(directory / name)) is not None:
            yield found


def beside(directory: Path, own: bytes) -> tuple[tuple[Keys, ...], tuple[Keys, ...]]:
    """(newer, older) than the pair of node `own`, each newest first. Peers that were away speak to an older one;
    newer ones lie there where the database was put back, or a change of keys never came to its end."""
    found = list(_pairs(directory))
    nodes = [one.node for one in found]
    at = nodes.index(own) if own in nodes else 0
    return tuple(found[:at]), tuple(found[at + 1 :])


def _node_in(folder: Path) -> bytes | None:
    found = _whole(folder)
    return None if found is None else found.node


def _whole(folder: Path) -> Keys | None:
    """None where there is no pair, or what a crash left of one that was being removed."""
    try:
        return load(folder)
    except (NotFound, Damaged):
        return None


def prepare(directory: Path, entropy: Entropy, own: bytes) -> Keys:
    """The pair that follows that of node `own`, durable: one that lies there already, since the tree may know it,
    else a new one in DIR/keys.next. Raises DiskTrouble."""
    newer, _ = beside(directory, own)
    if newer:
        return newer[-1]
    try:
        shutil.rmtree(directory / NEXT, ignore_errors=True)
        return make(directory / NEXT, entropy)
    finally:
        sync_directory(directory)


def swap(directory: Path) -> None:
    """The next pair becomes the node's, the node's the former one. Cut short, `of` finishes it. Raises
    DiskTrouble."""
    folder, following, former = directory / DIRECTORY, directory / NEXT, directory / FORMER
    try:
        if folder.exists():
            if former.exists():
                former.rename(directory / f"{FORMER}-{_count_older(directory) + 1}")
            folder.rename(former)
            sync_directory(directory)
        following.rename(folder)
        sync_directory(directory)
    except OSError as fault:
        raise DiskTrouble(
            say(f"换不了密钥：{fault}", f"the keys can't be changed: {fault}"), hint=f"df -h {directory}"
        ) from fault


def _count_older(directory: Path) -> int:
    return sum(1 for _ in directory.glob(f"{FORMER}-*"))


def _write_pair(aside: Path, private: tuple[_Private, _Private]) -> None:
    master = passphrase.master(aside.parent)
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for name, key in zip((SIGN_FILE, SEAL_FILE), private, strict=True):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(aside / name, keylock.sealed(pem, name, master))
    sync_directory(aside)


def _rename_new(aside: Path, final: Path) -> None:
    """A directory of keys that is there already is never replaced; an empty one is."""
    with contextlib.suppress(OSError):
        final.rmdir()
    if final.exists():
        shutil.rmtree(aside, ignore_errors=True)
        raise Stale(
            say(f"{final} 里已有密钥", f"there are keys in {final} already"),
            code="keys_exist",
            hint=f"qiao --dir {final.parent} status",
        )
    aside.rename(final)
    sync_directory(final.parent)


def _from_private(sign: Ed25519PrivateKey, opening: X25519PrivateKey) -> Keys:
    def open_sealed(sealed: bytes, info: bytes) -> bytes:
        try:
            return _SUITE.decrypt(sealed, opening, info)
        except (InvalidTag, ValueError) as fault:
            raise BadEnvelope("the envelope can't be opened with this node's key") from fault

    return Keys(
        sign.public_key().public_bytes_raw(), opening.public_key().public_bytes_raw(), sign.sign, open_sealed
    )


def _read(path: Path) -> object:
    try:
        _refuse_loose(path.parent)
        _refuse_loose(path)
        return load_pem_private_key(read_private(path), None)
    except FileNotFoundError as fault:
        raise NotFound(
            say(f"找不到密钥 {path}", f"the key {path} isn't there"),
            code="no_keys",
            hint=f"qiao --dir {path.parent.parent} status",
        ) from fault
    except OSError as fault:
        raise DiskTrouble(say(f"读不了 {path}：{fault}", f"{path} can't be read: {fault}")) from fault
    except (ValueError, TypeError) as fault:
        raise _damaged(path) from fault


def standing(directory: Path) -> dict[str, Any]:
    """`locked`, whether any private file is `in_clear`, and which are `loose`: open to others, with the mode that
    mends it. Raises DiskTrouble."""
    folders = [found for pattern in keylock.FOLDERS for found in sorted(directory.glob(pattern))]
    files = [path for folder in folders for path in sorted(folder.iterdir()) if path.name in keylock.FILES]
    private = [*folders, *files, *(one for one in (directory / keylock.FILE,) if one.exists())]
    return {
        "locked": keylock.is_locked(directory),
        "in_clear": any(not path.read_bytes().startswith(keylock.SEALED) for path in files),
        "loose": [{"path": str(one), "mode": _mode(one)} for one in private if _is_loose(one)],
    }


def read_private(path: Path) -> bytes:
    """What a private file of DIR/keys holds, opened where it is sealed. Raises OSError, ValueError, Forbidden
    `keys_locked`, `wrong_passphrase`."""
    content = path.read_bytes()
    if not content.startswith(keylock.SEALED):
        return content
    return keylock.opened(content, path.name, passphrase.master(path.parent.parent))


def _refuse_loose(path: Path) -> None:
    """A key that others could read, or a directory in which they could put another, isn't used."""
    if not _is_loose(path):
        return
    raise Forbidden(
        say(f"{path} 对其他用户开放，不能使用", f"{path} is open to other users, and isn't used"),
        code="loose_keys",
        hint=f"chmod {_mode(path)} {path}",
    )


def _is_loose(path: Path) -> bool:
    return sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077 != 0


def _mode(path: Path) -> str:
    return "700" if path.is_dir() else "600"


def _damaged(path: Path) -> Damaged:
    return Damaged(
        say(f"{path} 不是本节点的密钥，或已损坏", f"{path} isn't a key of this node, or is damaged"),
        code="bad_keys",
        hint=f"qiao --dir {path.parent.parent} status",
    )
