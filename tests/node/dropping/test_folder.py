"""The drop folder as a place: nothing leads out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from node.dropping.folder import DONE, REJECTED, Folder, Found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def _names(place: Path) -> list[tuple[str, str, bool]]:
    return [(one.folder, one.name, one.plain) for one, _ in Folder(place).listed()]


def test_files_and_those_in_its_folders_are_listed_but_not_what_is_unfinished_or_done(place: Path) -> None:
    for name in (
        "a.jpg",
        ".hidden",
        "~$a.docx",
        "b.jpg.part",
        "c.tmp",
        "n/d.jpg",
        "n/m/e.jpg",
        f"{DONE}/f.jpg",
        f"{REJECTED}/g",
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"x")
    assert _names(place) == [("", "a.jpg", True), ("n", "d.jpg", True)]


def test_links_are_seen_as_such_and_never_opened(place: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.jpg").write_bytes(b"secret")
    (place / "a.jpg").symlink_to(tmp_path / "secret")
    (place / "folder").symlink_to(tmp_path / "outside")
    os.mkfifo(place / "pipe.jpg")
    assert _names(place) == [("", "a.jpg", False), ("", "folder", False), ("", "pipe.jpg", False)]
    for name in ("a.jpg", "pipe.jpg"):
        with pytest.raises(OSError):
            Folder(place).open(Found("", name, True)).close()
    with pytest.raises(OSError):
        Folder(place).open(Found("folder", "x.jpg", True))


def test_a_link_is_moved_and_not_what_it_names(place: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (place / "a.jpg").symlink_to(tmp_path / "secret")
    Folder(place).move(Found("", "a.jpg", False), REJECTED)
    assert (place / REJECTED / "a.jpg").is_symlink() and (tmp_path / "secret").read_bytes() == b"secret"


def test_a_done_folder_that_is_a_link_is_not_followed(place: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (place / DONE).symlink_to(tmp_path / "outside")
    (place / "a.jpg").write_bytes(b"x")
    with pytest.raises(OSError):
        Folder(place).move(Found("", "a.jpg", True), DONE)
    assert list((tmp_path / "outside").iterdir()) == [] and (place / "a.jpg").exists()


def test_what_is_moved_overwrites_nothing_and_an_empty_folder_goes(place: Path) -> None:
    folder = Folder(place)
    for number in range(3):
        (place / "n").mkdir()
        (place / "n" / "a.jpg").write_bytes(bytes([number]))
        folder.move(Found("n", "a.jpg", True), DONE)
        assert not (place / "n").exists()
    assert sorted(one.name for one in (place / DONE).iterdir()) == ["n a (2).jpg", "n a (3).jpg", "n a.jpg"]


def test_the_reason_stands_beside_what_was_rejected(place: Path) -> None:
    (place / "a.jpg").write_bytes(b"x")
    folder = Folder(place)
    folder.explain(folder.move(Found("", "a.jpg", True), REJECTED), "没有这条记录")
    assert (place / REJECTED / "a.jpg.txt").read_text("utf-8") == "没有这条记录\n"
