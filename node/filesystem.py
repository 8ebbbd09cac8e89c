"""On what a directory stands: SQLite's write-ahead log needs shared memory and locks that hold, the marker an inode
that stays (protocol 3.8), keys a mode. A share, a stick and a RAM disk lack one of them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from node.errors import DiskTrouble
from node.language import say

MOUNTS = Path("/proc/mounts")
SHARES = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "lustre")
    + ("davfs", "davfs2", "drvfs", "prl_fs", "vboxsf", "vmhgfs", "9p", "virtiofs")
)
PLAIN = frozenset(("vfat", "msdos", "fat", "exfat", "hfs", "fuseblk"))  # neither modes nor inodes that stay
VANISHING = frozenset(("tmpfs", "ramfs"))
# A container's own root may be one of these; nodes that live for a test are made there. `doctor` tells them.
TAKEN = VANISHING | {"9p", "virtiofs"}


def nearest(directory: Path) -> Path:
    """The directory, or the nearest above it that there is."""
    place = directory.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def refuse_unfit(directory: Path) -> None:
    """Before a node is made there. Raises DiskTrouble `unfit_filesystem`."""
    place = nearest(directory)
    found = kind(place)
    why = trouble(found)
    if why and found not in TAKEN:
        raise DiskTrouble(
            say(f"{directory} 在 {found} 上：{why[0]}", f"{directory} is on {found}: {why[1]}"),
            code="unfit_filesystem",
            hint=f"df -T {place}",
        )


def trouble(kind: str) -> tuple[str, str] | None:
    """Why a node can't stand there, in both languages; None where it can."""
    if kind in SHARES or re.match(r"fuse\.(sshfs|s3fs|rclone|davfs|glusterfs|cephfs|smb|gvfs|vmhgfs)", kind):
        return (
            "网络或共享文件夹会弄坏数据库，请放到本机磁盘",
            "a share can damage the database; take a disk of this machine",
        )
    if kind in PLAIN:
        return (
            "U 盘格式没有权限和固定的 inode，请放到本机磁盘",
            "it has no modes and no inodes that stay; take a disk of this machine",
        )
    if kind in VANISHING:
        return (
            "内存盘一关机就没有了，请放到本机磁盘",
            "it is gone with the power; take a disk of this machine",
        )
    return None


def kind(place: Path, mounts: Path = MOUNTS) -> str:
    """The file system's type where `place` lies; empty where the system doesn't say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    real = os.path.realpath(place)
    found = [(len(point), name) for point, name in map(_parts, lines) if _holds(point, real)]
    # Of several mounted over one another on one point the last is seen.
    longest = max((length for length, _ in found), default=0)
    return next((name for length, name in reversed(found) if length == longest), "")


def _parts(line: str) -> tuple[str, str]:
    words = [*line.split(" "), "", "", ""]
    return re.sub(r"\\([0-7]{3})", lambda hit: chr(int(hit[1], 8)), words[1]), words[2]


def _holds(point: str, real: str) -> bool:
    return bool(point) and (real == point or real.startswith(point.rstrip("/") + "/"))
