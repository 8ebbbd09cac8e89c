"""A file that somebody asked for, under its name only when it is whole, and never over another unless he says so."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from node.errors import DiskTrouble, Stale, Usage
from node.language import say

PART = ".part"  # behind the name of what isn't whole yet


def refuse_existing(path: Path, force: bool) -> None:
    """Before any work is done. Raises Stale `export_exists`, Usage `no_folder`."""
    if is_there(path) and (path.is_dir() or not force):
        raise _exists(path)
    if not path.parent.is_dir():
        text = say(f"没有文件夹 {path.parent}", f"there is no folder {path.parent}")
        raise Usage(text, code="no_folder", hint=f"mkdir -p {path.parent}")


def is_there(path: Path) -> bool:
    """Raises Usage `bad_name` for a name that no file can have."""
    try:
        if "\0" in str(path):  # to `exists` there is no such file
            raise ValueError
        return path.exists()
    except (OSError, ValueError) as fault:
        zh, en = f"文件名用不了：{path.name[:80]!r}", f"no file can be called {path.name[:80]!r}"
        raise Usage(say(zh, en), code="bad_name", hint="qiao --help") from fault


def _exists(path: Path) -> Stale:
    text = say(f"{path} 已存在；要覆盖请加 --force", f"{path} exists; --force writes it over")
    return Stale(text, code="export_exists", hint=f"ls -l {path.parent}")


@contextmanager
def beside(path: Path, force: bool = True) -> Iterator[BinaryIO]:
    """Bytes beside the file, put in its place when they are durable; readable by their owner alone. Without `force`
    one that came there meanwhile is left as it is: Stale `export_exists`."""
    aside = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        clear(path)
        aside.unlink(missing_ok=True)
        with open(aside, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _put(aside, path, force)
    except FileExistsError as fault:
        aside.unlink(missing_ok=True)
        raise _exists(path) from fault
    except OSError as fault:
        aside.unlink(missing_ok=True)
        text = say(f"写不了 {path}：{fault.strerror}", f"{path} can't be written: {fault.strerror}")
        raise DiskTrouble(text, hint="df -h .") from fault
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def clear(path: Path) -> None:
    """What exports to this name left that were killed."""
    for old in path.parent.glob(f".{glob.escape(path.name)}.*{PART}"):
        number = old.name.removeprefix(f".{path.name}.").split(".")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            with contextlib.suppress(OSError):
                shutil.rmtree(old) if old.is_dir() else old.unlink()


def _is_alive(pid: int) -> bool:
    """Where that can't be said, it is."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OverflowError:
        return False
    except OSError:
        return True
    return True


def _put(aside: Path, path: Path, force: bool) -> None:
    """Raises FileExistsError. A stick's file system may know no second name of a file: there it is looked at once
    more."""
    if not force:
        try:
            os.link(aside, path)
            aside.unlink()
            return
        except FileExistsError:
            raise
        except OSError:
            if path.exists():
                raise FileExistsError(path) from None
    aside.replace(path)
