"""The marker on a real disk: what fits, what doesn't, what a torn write leaves."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from node import marker
from node.errors import DiskTrouble
from node.marker import SLOT, Identity, Mark, SystemMarker
from tests.node.fakes import MemoryMarker, identity

LOG, NEXT = b"l" * 16, b"n" * 16


def on(folder: Path, machine: str = "a", inode: int = 7, generation: int = 0) -> SystemMarker:
    return SystemMarker(folder, lambda _fd: identity(machine, inode, generation))


def test_what_was_noted_is_read_again_by_the_next_process(tmp_path: Path) -> None:
    assert SystemMarker(tmp_path).read() is None
    SystemMarker(tmp_path).note(LOG, 3, 10)
    assert SystemMarker(tmp_path).read() == Mark(LOG, 3, 10)
    SystemMarker(tmp_path).note(NEXT, 4, 0)
    assert SystemMarker(tmp_path).read() == Mark(NEXT, 4, 0)


def test_what_was_noted_is_on_the_disk_when_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[bytes] = []
    real = marker.os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        flushed.append((tmp_path / "marker").read_bytes())

    monkeypatch.setattr(marker.os, "fsync", fsync)
    for number in (3, 4):
        SystemMarker(tmp_path).note(LOG, number, 10)
        assert flushed[-1] == (tmp_path / "marker").read_bytes()
        assert f" {number} ".encode() in flushed[-1]


def test_it_is_written_in_place_and_stays_small(tmp_path: Path) -> None:
    kept = SystemMarker(tmp_path)
    kept.note(LOG, 1, 1)
    before = kept.path.stat()
    for number in range(2, 20):
        kept.note(LOG, number, number)
    after = kept.path.stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, 2 * SLOT)
    assert after.st_mode & 0o077 == 0 or sys.platform == "win32"


def test_a_file_brought_by_copying_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    SystemMarker(tmp_path).note(LOG, 3, 10)
    shutil.copy2(tmp_path / "marker", tmp_path / "copy" / "marker")
    assert SystemMarker(tmp_path / "copy").read() == Mark(LOG, 3, 10, here=False)
    SystemMarker(tmp_path / "copy").note(LOG, 4, 10)
    assert SystemMarker(tmp_path / "copy").read() == Mark(LOG, 4, 10)


@pytest.mark.parametrize(
    "other", [{"machine": "b"}, {"inode": 8}, {"generation": 2}], ids=lambda one: next(iter(one))
)
def test_another_machine_inode_or_generation_does_not_fit(
    tmp_path: Path, other: dict[str, str | int]
) -> None:
    on(tmp_path, generation=1).note(LOG, 1, 1)
    found = on(tmp_path, **{"generation": 1, **other}).read()  # type: ignore[arg-type]
    assert found is not None and not found.here


def test_what_a_system_does_not_say_counts_for_nothing(tmp_path: Path) -> None:
    on(tmp_path, machine="", generation=0).note(LOG, 1, 1)
    assert on(tmp_path, machine="a", generation=5).read() == Mark(LOG, 1, 1)
    on(tmp_path, machine="a", generation=5).note(LOG, 2, 1)
    assert on(tmp_path, machine="", generation=0).read() == Mark(LOG, 2, 1)


@pytest.mark.parametrize("torn", [1, 100, 180, SLOT - 1])
def test_a_torn_write_leaves_the_one_before(tmp_path: Path, torn: int) -> None:
    kept = SystemMarker(tmp_path)
    for number in (1, 2, 3):
        kept.note(LOG, number, number)
    raw = kept.path.read_bytes()
    newest = 3 % 2 * SLOT
    with kept.path.open("r+b") as file:
        file.seek(newest)
        file.write(raw[newest : newest + torn] + b"\xff" * (SLOT - torn))
    assert SystemMarker(tmp_path).read() == Mark(LOG, 2, 2)
    SystemMarker(tmp_path).note(LOG, 4, 4)
    assert SystemMarker(tmp_path).read() == Mark(LOG, 4, 4)


@pytest.mark.parametrize("content", [b"", b"\0" * 1024, b"qiao-marker/1 " * 80, "标记".encode() * 200])
def test_a_file_that_says_nothing_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "marker").write_bytes(content)
    assert SystemMarker(tmp_path).read() is None
    SystemMarker(tmp_path).note(LOG, 1, 1)
    assert SystemMarker(tmp_path).read() == Mark(LOG, 1, 1)


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    SystemMarker(tmp_path).note(LOG, 1, 1)
    raw = (tmp_path / "marker").read_bytes()
    for at in range(SLOT, SLOT + len(raw[SLOT:].rstrip())):
        assert marker._newest(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]) is None, at


def test_one_that_is_deleted_under_a_running_node_is_made_again(tmp_path: Path) -> None:
    kept = SystemMarker(tmp_path)
    kept.note(LOG, 1, 1)
    kept.path.unlink()
    assert kept.read() is None
    kept.note(LOG, 2, 1)
    assert SystemMarker(tmp_path).read() == Mark(LOG, 2, 1)


def test_a_disk_that_does_not_take_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "marker").mkdir()
    with pytest.raises(DiskTrouble):
        SystemMarker(tmp_path).note(LOG, 1, 1)
    with pytest.raises(DiskTrouble):
        SystemMarker(tmp_path).read()


def test_the_machine_says_the_same_each_time_and_not_its_own_id() -> None:
    found = marker.machine_id()
    assert found == marker.machine_id()
    plain = Path("/etc/machine-id")
    assert not found or not plain.exists() or found != plain.read_text().strip()
    assert Identity("a", 1, 0).fits(Identity("a", 1, 9))


def test_the_one_in_memory_does_as_the_real_one() -> None:
    kept = MemoryMarker()
    assert kept.read() is None
    kept.note(LOG, 1, 2)
    assert kept.read() == Mark(LOG, 1, 2)
    kept.here = False
    assert kept.read() == Mark(LOG, 1, 2, here=False)
