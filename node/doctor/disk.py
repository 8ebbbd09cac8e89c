"""The disk: room, inodes, and whether what is written is there, and how fast."""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from node import health
from node.language import say

from .finding import Finding, Level, Site

FULL_BYTES = 100 << 20  # less doesn't hold the write-ahead log of one busy hour
FEW_INODES = 1000  # a replica makes some hundred files a day, attachments one each
SLOW_MS = 50.0  # an act is to be durable in 10 ms at the median
SWIFT_MS = 0.02  # no disk is so fast: nothing is flushed
TIMES = 9
BLOCK = 4096


def space(site: Site) -> Iterator[Finding]:
    free = shutil.disk_usage(site.place).free
    told = say(f"磁盘剩 {free >> 20} MiB", f"{free >> 20} MiB free on the disk")
    hint = f"du -sh {site.place}"
    if free < FULL_BYTES:
        yield Finding("disk_space", Level.RED, say(f"{told}，快满了", f"{told}: almost full"), hint=hint)
    elif free < health.LOW_BYTES:
        yield Finding("disk_space", Level.WARNING, say(f"{told}，偏少", f"{told}: little"), hint=hint)
    else:
        yield Finding("disk_space", Level.OK, told)


def inodes(site: Site) -> Iterator[Finding]:
    """Some file systems count none."""
    if not hasattr(os, "statvfs"):
        return
    found = os.statvfs(site.place)
    if found.f_files and found.f_favail < FEW_INODES:
        left = found.f_favail
        text = say(f"磁盘只能再建 {left} 个文件", f"only {left} more files fit on the disk")
        yield Finding("inodes", Level.RED, text, hint=f"df -i {site.place}")


def speed(site: Site) -> Iterator[Finding]:
    """Writes and flushes a block several times, beside the database, and takes it away."""
    path = site.place / f".doctor-{os.getpid()}"
    try:
        took = _flushes(path)
    except OSError as fault:
        text = say(
            f"写不了 {site.place}：{fault.strerror}", f"{site.place} can't be written: {fault.strerror}"
        )
        yield Finding("disk_speed", Level.RED, text, hint=f"df -h {site.place}")
        return
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
    yield judged(statistics.median(took))


def _flushes(path: Path) -> list[float]:
    """Milliseconds each. Raises OSError."""
    took, block = [], os.urandom(BLOCK)
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        for _ in range(TIMES):
            begun = time.perf_counter()
            if os.write(fd, block) != len(block):
                raise OSError(28, os.strerror(28))
            os.fsync(fd)
            took.append((time.perf_counter() - begun) * 1000)
    finally:
        os.close(fd)
    return took


def judged(median_ms: float) -> Finding:
    told = say(f"写一块并落盘 {median_ms:.1f} 毫秒", f"{median_ms:.1f} ms to write a block and flush it")
    if median_ms > SLOW_MS:
        text = say(f"{told}，太慢", f"{told}: slow")
        return Finding("disk_speed", Level.WARNING, text, hint="df -h .")
    if median_ms < SWIFT_MS:
        text = say(
            f"{told}，快得不像真的落盘，断电会丢数据",
            f"{told}: too fast to be true, a power cut would lose data",
        )
        return Finding("disk_speed", Level.WARNING, text, hint="df -T .")
    return Finding("disk_speed", Level.OK, told)
