"""A file on a stick: wholly there and read back, or not there; whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node import stick
from node.errors import DiskTrouble, NotFound, QiaoError, Stale

PIECES = [b"one", b"", b"two" * 1000]
WHOLE = b"".join(PIECES)


def refusal(path: Path, pieces: Any = PIECES) -> QiaoError:
    with pytest.raises(QiaoError) as fault:
        stick.write(path, pieces)
    return fault.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def test_a_file_is_there_whole_and_nothing_beside_it(folder: Path) -> None:
    assert stick.write(folder / "a", PIECES) == len(WHOLE)
    assert (folder / "a").read_bytes() == WHOLE
    assert [one.name for one in folder.iterdir()] == ["a"]


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "a").write_bytes(b"mine")
    for name in ("a", "."):
        fault = refusal(folder / name)
        assert isinstance(fault, Stale) and fault.code == "file_exists"
    (folder / "link").symlink_to("nowhere")
    assert refusal(folder / "link").code == "file_exists"
    assert (folder / "a").read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_told_before_anything_is_made(tmp_path: Path) -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        made.append(1)
        yield b"x"

    fault = refusal(tmp_path / "no" / "a", pieces())
    assert isinstance(fault, NotFound) and fault.code == "no_file" and made == []


def test_what_fails_or_is_interrupted_in_the_making_leaves_nothing(folder: Path) -> None:
    def pieces(fault: BaseException) -> Iterator[bytes]:
        yield b"some"
        raise fault

    for fault in (KeyboardInterrupt(), Stale("gone"), MemoryError()):
        with pytest.raises(type(fault)):
            stick.write(folder / "a", pieces(fault))
        assert list(folder.iterdir()) == []


def test_a_stick_pulled_out_while_writing_is_told_and_leaves_nothing(folder: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"some"
        shutil.rmtree(folder)
        yield b"more"

    fault = refusal(folder / "a", pieces())
    assert (fault.exit, fault.code) == (9, "disk_io")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk_full"), (errno.EFBIG, "disk_full"), (errno.EIO, "disk_io"),
     (errno.ENODEV, "disk_io"), (errno.EROFS, "read_only")],
)  # fmt: skip
@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_failing_medium_is_exit_9_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, step: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(stick.os, step, fail)
    fault = refusal(folder / "a")
    monkeypatch.undo()
    assert (fault.exit, fault.code) == (9, code)
    assert list(folder.iterdir()) == []


def test_a_medium_that_gives_back_other_bytes_is_not_called_safe(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(old: Path, new: Path) -> None:
        new.write_bytes(WHOLE[:-1] + b"?")
        old.unlink()

    monkeypatch.setattr(stick.os, "replace", lie)
    fault = refusal(folder / "a")
    assert isinstance(fault, DiskTrouble) and list(folder.iterdir()) == []


def test_a_file_system_that_flushes_no_folders_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if os.path.isdir(f"/dev/fd/{handle}"):
            raise OSError(errno.EINVAL, "no")
        real(handle)

    monkeypatch.setattr(stick.os, "fsync", fsync)
    assert stick.write(folder / "a", PIECES)


def test_a_source_is_read_from_its_beginning_each_time(folder: Path) -> None:
    (folder / "a").write_bytes(WHOLE)
    with stick.opened(folder / "a") as source:
        first = b"".join(source.chunks())
        (folder / "a").unlink()
        assert first == b"".join(source.chunks()) == WHOLE
        assert source.size == len(WHOLE)


def test_what_is_no_file_is_not_found(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for path in (folder / "none", folder, folder / "pipe", folder / "none" / "deeper"):
        with pytest.raises(NotFound) as fault, stick.opened(path):
            pass
        assert fault.value.code == "no_file"


def test_a_stick_pulled_out_while_reading_is_exit_9(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a").write_bytes(WHOLE)
    with stick.opened(folder / "a") as source:
        monkeypatch.setattr(source, "_file", Pulled())
        with pytest.raises(DiskTrouble) as fault:
            list(source.chunks())
    assert fault.value.code == "disk_io"


class Pulled:
    def seek(self, _at: int) -> None:
        return None

    def read(self, _size: int) -> bytes:
        raise OSError(errno.ENODEV, "no such device")
