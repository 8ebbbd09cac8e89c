"""The node's private files under a passphrase (口令): keys.lock, and what is sealed by it.

A random master key seals every private file of DIR/keys, keys.next and keys.former; keys.lock holds the master key,
sealed by what Argon2id makes of the passphrase. So another passphrase is one file renamed. A file says by its first
bytes whether it is sealed, and keys.lock, by being there, that all are to be: whatever was cut short, one state
follows. Both name their algorithms, so that others can come.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from node import private
from node.entropy import Entropy
from node.errors import Damaged, DiskTrouble, Forbidden, Stale
from node.language import say

FILE = "keys.lock"
SEALED = b"qiao-sealed/1 chacha20-poly1305\n"
FOLDERS = ("keys", "keys.next", "keys.former", "keys.former-*")
FILES = ("sign.pem", "seal.pem", "database.key")
SHORTEST = 8
# RFC 9106's second recommendation: 64 MiB, three passes; 0.15 s a try on a small machine.
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4
_MOST_KIB, _MOST_PASSES = 1024 * 1024, 16  # of a file that somebody else wrote
_NONCE = 12
_opened: dict[Path, bytes] = {}  # of this process: directory → master key


def is_locked(directory: Path) -> bool:
    return (directory / FILE).exists()


def known(directory: Path) -> bytes | None:
    """The master key, where this process has opened it, or the keys aren't locked (b"")."""
    if not is_locked(directory):
        return b""
    return _opened.get(directory.resolve())


def open_with(directory: Path, passphrase: str) -> bytes:
    """Opens the lock for this process. Raises Forbidden `wrong_passphrase`, Damaged `bad_lock`."""
    said = _read(directory)
    try:
        master = ChaCha20Poly1305(_stretched(passphrase, said)).decrypt(
            bytes.fromhex(said["nonce"]), bytes.fromhex(said["sealed"]), _head(said)
        )
    except InvalidTag as fault:
        raise Forbidden(
            say("密钥口令不对", "the passphrase of the keys is wrong"),
            code="wrong_passphrase",
            hint=f"qiao --dir {directory} keys status",
        ) from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise _damaged(directory) from fault
    adopt(directory, master)
    return master


def adopt(directory: Path, master: bytes) -> None:
    """The master key from somewhere else: a node that runs in this directory. What was left in clear by a command that
    was cut short is sealed now, if it can be."""
    _opened[directory.resolve()] = master


def forget(directory: Path) -> None:
    _opened.pop(directory.resolve(), None)


# What the files hold


def sealed(content: bytes, name: str, master: bytes) -> bytes:
    """What is to stand in a private file; `master` b"": the content itself."""
    if not master:
        return content
    nonce = os.urandom(_NONCE)
    return SEALED + nonce + ChaCha20Poly1305(master).encrypt(nonce, content, _bound(name))


def opened(content: bytes, name: str, master: bytes) -> bytes:
    """What a private file holds. Raises ValueError for one that this master key didn't seal."""
    if not content.startswith(SEALED):
        return content
    rest = content[len(SEALED) :]
    try:
        return ChaCha20Poly1305(master).decrypt(rest[:_NONCE], rest[_NONCE:], _bound(name))
    except InvalidTag as fault:
        raise ValueError("sealed by another master key") from fault


def _bound(name: str) -> bytes:
    return b"qiao/keys/1\0" + name.encode()


# Locking, unlocking


def lock(directory: Path, passphrase: str, entropy: Entropy) -> None:
    """The caller holds the node's lock. Cut short, `finish` goes on with it. Raises Stale `keys_locked_already`,
    Forbidden `weak_passphrase`, DiskTrouble."""
    if is_locked(directory):
        raise Stale(
            say("密钥已有口令", "the keys have a passphrase already"),
            code="keys_locked_already",
            hint=f"qiao --dir {directory} keys passphrase",
        )
    master = entropy.bytes(32)
    _write(directory, passphrase, master, entropy)
    adopt(directory, master)
    finish(directory, master)


def change(directory: Path, master: bytes, passphrase: str, entropy: Entropy) -> None:
    """One file, renamed. Raises Forbidden `weak_passphrase`, DiskTrouble."""
    _write(directory, passphrase, master, entropy)
    finish(directory, master)


def unlock(directory: Path, master: bytes) -> None:
    """Every file in clear, then the lock goes. Cut short, the keys are locked still. Raises DiskTrouble, Damaged."""
    for path in _files(directory):
        _put(path, opened(_content(path), path.name, master))
    try:
        (directory / FILE).unlink(missing_ok=True)
        private.sync_directory(directory)
    except OSError as fault:
        raise _unwritable(directory / FILE, fault) from fault
    forget(directory)


def finish(directory: Path, master: bytes) -> None:
    """Seals what stands in clear beside a lock: what a command that was cut short left so."""
    for path in _files(directory):
        content = _content(path)
        if not content.startswith(SEALED):
            _put(path, sealed(content, path.name, master))


def _files(directory: Path) -> Iterator[Path]:
    for folder in (found for pattern in FOLDERS for found in sorted(directory.glob(pattern))):
        yield from (path for name in FILES if (path := folder / name).exists())


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise DiskTrouble(say(f"读不了 {path}：{fault}", f"{path} can't be read: {fault}")) from fault


def _put(path: Path, content: bytes) -> None:
    try:
        private.replace(path, content)
    except OSError as fault:
        raise _unwritable(path, fault) from fault


def _unwritable(path: Path, fault: OSError) -> DiskTrouble:
    return DiskTrouble(
        say(f"写不了 {path}：{fault}", f"{path} can't be written: {fault}"), hint=f"df -h {path.parent}"
    )


# keys.lock


def _write(directory: Path, passphrase: str, master: bytes, entropy: Entropy) -> None:
    if len(passphrase) < SHORTEST:
        raise Forbidden(
            say(f"口令至少 {SHORTEST} 个字符", f"a passphrase has at least {SHORTEST} characters"),
            code="weak_passphrase",
            hint=f"qiao --dir {directory} keys lock",
        )
    said: dict[str, Any] = {
        "qiao": "keys-lock/1", "kdf": "argon2id", "memory_kib": MEMORY_KIB, "passes": PASSES, "lanes": LANES,
        "salt": entropy.bytes(16).hex(), "aead": "chacha20-poly1305", "nonce": entropy.bytes(_NONCE).hex(),
    }  # fmt: skip
    cipher = ChaCha20Poly1305(_stretched(passphrase, said))
    said["sealed"] = cipher.encrypt(bytes.fromhex(said["nonce"]), master, _head(said)).hex()
    _put(directory / FILE, json.dumps(said, indent=1).encode() + b"\n")


def _read(directory: Path) -> dict[str, Any]:
    try:
        said = json.loads(_content(directory / FILE))
    except ValueError as fault:
        raise _damaged(directory) from fault
    if not isinstance(said, dict) or said.get("qiao") != "keys-lock/1":
        raise _damaged(directory)
    return said


def _head(said: dict[str, Any]) -> bytes:
    """What the seal covers besides: everything but itself."""
    return json.dumps({name: said[name] for name in sorted(said) if name != "sealed"}).encode()


def _stretched(passphrase: str, said: dict[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    if said["kdf"] != "argon2id" or said["aead"] != "chacha20-poly1305":
        raise ValueError("an algorithm of a later version")
    if said["memory_kib"] > _MOST_KIB or said["passes"] > _MOST_PASSES or said["lanes"] > _MOST_PASSES:
        raise ValueError("more work than a lock of ours takes")
    return hash_secret_raw(
        unicodedata.normalize("NFC", passphrase).encode(), bytes.fromhex(said["salt"]),
        time_cost=said["passes"], memory_cost=said["memory_kib"], parallelism=said["lanes"],
        hash_len=32, type=Type.ID,
    )  # fmt: skip


def _damaged(directory: Path) -> Damaged:
    return Damaged(
        say(
            f"{directory / FILE} 已损坏，或由更新的程序写成",
            f"{directory / FILE} is damaged, or of a later version",
        ),
        code="bad_lock",
        hint=f"qiao --dir {directory} keys status",
    )
