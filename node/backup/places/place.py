"""What is asked of a place, whatever its kind; and what can go wrong there, as errors with stable codes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from node.errors import Damaged, DiskTrouble, Forbidden, LineDown, QiaoError
from node.language import say

from .settings import Replica


@dataclass(frozen=True, slots=True)
class Entry:
    """A file at a place."""

    size: int
    modified_ms: int


class Place(Protocol):
    """Names are relative, with `/`: `blobs/ab/…`. Every method may raise LineDown `backup_unreachable`, Forbidden
    `backup_refused`, DiskTrouble `backup_full`. One thread at a time."""

    replica: Replica

    def listed(self, folder: str) -> dict[str, Entry]:
        """Every file below `folder`, by its whole name; none where there is no such folder."""

    def made_ms(self, name: str) -> int:
        """When one of Litestream's pieces was made: a bucket's listing says when it was put there. Raises Damaged
        `backup_gone`."""

    def read(self, name: str) -> bytes | None:
        """A small file; None where it isn't there."""

    def fetch(self, name: str, target: Path) -> None:
        """A file's bytes into a new file here, flushed. Raises Damaged `backup_gone` where it isn't there."""

    def put(self, name: str, source: Path, modified_ms: int) -> None:
        """A file from here; it appears under its name whole, or not at all."""

    def remove(self, name: str) -> None:
        """Nothing where it isn't there."""

    def close(self) -> None: ...


def opened(replica: Replica) -> Place:
    """Dials. Raises as Place, and as Replica.secret. What isn't asked for isn't imported."""
    if replica.kind == "sftp":
        from .sftp import Sftp

        return Sftp.dial(replica)
    if replica.kind == "s3":
        from .s3 import Bucket

        return Bucket.of(replica)
    from .folder import Folder

    return Folder(replica)


@contextmanager
def place(replica: Replica) -> Iterator[Place]:
    found = opened(replica)
    try:
        yield found
    finally:
        found.close()


def unreachable(replica: Replica, fault: object) -> LineDown:
    zh, en = f"够不到副本 {replica.shown}：{fault}", f"the replica {replica.shown} can't be reached: {fault}"
    return LineDown(say(zh, en), code="backup_unreachable", hint="qiao backup status")


def refused(replica: Replica, fault: object) -> Forbidden:
    zh = f"副本 {replica.shown} 不让进：{fault}。请核对用户、口令或密钥、主机公钥"
    en = f"the replica {replica.shown} refuses: {fault}. Look at user, secret or key, and the server's key"
    return Forbidden(say(zh, en), code="backup_refused", hint="qiao backup status")


def full(replica: Replica, fault: object) -> DiskTrouble:
    zh, en = (
        f"副本 {replica.shown} 写不下了：{fault}",
        f"the replica {replica.shown} can't be written: {fault}",
    )
    hint = f"df -h {replica.path}" if replica.kind == "file" else "qiao backup status"
    return DiskTrouble(say(zh, en), code="backup_full", hint=hint)


def gone(replica: Replica, name: str) -> Damaged:
    zh, en = f"副本 {replica.shown} 里缺 {name}", f"{name} is missing in the replica {replica.shown}"
    return Damaged(say(zh, en), code="backup_gone", hint="qiao backup drill")


def of_system(replica: Replica, fault: OSError) -> QiaoError:
    """What a file system said of the place."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS):
        return full(replica, fault.strerror)
    if fault.errno in (errno.EACCES, errno.EPERM):
        return refused(replica, fault.strerror)
    return unreachable(replica, fault.strerror or fault)
