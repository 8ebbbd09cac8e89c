"""A folder beside what it is for, that is gone at the end: of a restore, of a drill."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from node.errors import DiskTrouble
from node.language import say


@contextlib.contextmanager
def scratch(directory: Path, start: str, told: tuple[str, str]) -> Iterator[Path]:
    """`start`: what its name begins with. `told`: what a disk fault within is called, in Chinese and English. Raises
    DiskTrouble."""
    made = directory / f"{start}{os.getpid()}"
    try:
        made.mkdir(mode=0o700)
        yield made
    except OSError as fault:
        zh, en = told
        raise DiskTrouble(
            say(f"{zh}：{fault.strerror}", f"{en}: {fault.strerror}"), hint=f"df -h {directory}"
        ) from fault
    finally:
        shutil.rmtree(made, ignore_errors=True)
