"""The keys apart from the data: DIR/keys and every pair before it, in one sealed file, and back."""

from __future__ import annotations

import io
import os
import re
import tarfile
from pathlib import Path

from node.backup import sealed
from node.backup.sealed import Opener, Recipient
from node.config import FILE as NODE_TOML
from node.entropy import Entropy
from node.errors import Damaged, DiskTrouble, NotFound, Stale
from node.keylock import FILE as LOCK
from node.keys import DIRECTORY, FORMER, NEXT
from node.language import say
from node.private import write as write_private

WHAT = "keys"
MOST = 1 << 20  # bytes of all of it
_NAMES = re.compile(r"(keys|keys\.next|keys\.former(-[0-9]{1,4})?)/[a-z0-9._-]{1,64}|node\.toml|keys\.lock")
_BESIDE = (NODE_TOML, LOCK)


def write(directory: Path, target: Path, to: Recipient, made_ms: int, entropy: Entropy) -> int:
    """A new file of mode 0600. Returns how many pairs. Raises Stale `file_exists`, NotFound `no_keys`, DiskTrouble."""
    if target.exists():
        raise Stale(say(f"{target} 已存在", f"{target} exists"), code="file_exists")
    folders = [directory / name for name in (DIRECTORY, NEXT, FORMER)] + sorted(directory.glob(f"{FORMER}-*"))
    present = [one for one in folders if one.is_dir()]
    if not present:
        zh, en = f"{directory} 里没有密钥", f"there are no keys in {directory}"
        raise NotFound(say(zh, en), code="no_keys", hint="qiao status")
    aside = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        write_private(aside, b"")
        with aside.open("r+b") as file:
            sealed.seal_file(io.BytesIO(_packed(directory, present)), file, to, WHAT, made_ms, entropy)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    except OSError as fault:
        aside.unlink(missing_ok=True)
        zh, en = f"写不了 {target}：{fault.strerror}", f"{target} can't be written: {fault.strerror}"
        raise DiskTrouble(say(zh, en), hint=f"df -h {target.parent}") from fault
    return len(present)


def _packed(directory: Path, folders: list[Path]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        files = [one for folder in folders for one in sorted(folder.iterdir())]
        for path in [*files, *(directory / name for name in _BESIDE)]:
            if path.is_file():
                tar.add(path, path.relative_to(directory).as_posix())
    return packed.getvalue()


def read(path: Path, opener: Opener, directory: Path) -> int:
    """Puts the keys into `directory`. Returns how many pairs. Raises NotFound, Damaged `bad_sealed`, Forbidden
    `wrong_passphrase`, DiskTrouble."""
    if not path.is_file():
        zh, en = f"找不到密钥备份 {path}", f"there is no backup of keys {path}"
        raise NotFound(say(zh, en), code="no_keys_file", hint=f"ls -l {path.parent}")
    kept = io.BytesIO()
    header = sealed.open_file(path, kept, opener, most=MOST)
    if header["what"] != WHAT:
        raise _not_keys(path)
    kept.seek(0)
    try:
        with tarfile.open(fileobj=kept) as tar:
            put = {
                one.name: _put(tar, one, directory, path) for one in tar.getmembers() if one.name != NODE_TOML
            }
            return len({folder for name, folder in put.items() if name not in _BESIDE})
    except tarfile.TarError as fault:
        raise _not_keys(path) from fault


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, directory: Path, path: Path) -> str:
    """By name and bytes alone: whatever else a member says of itself counts for nothing."""
    found = tar.extractfile(member) if member.isfile() and _NAMES.fullmatch(member.name) else None
    if found is None:
        raise _not_keys(path)
    target = directory / member.name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(target, found.read())
    return target.parent.name


def _not_keys(path: Path) -> Damaged:
    zh, en = f"{path} 不是密钥备份", f"{path} is no backup of keys"
    return Damaged(say(zh, en), code="bad_sealed", hint="qiao backup keys --help")
