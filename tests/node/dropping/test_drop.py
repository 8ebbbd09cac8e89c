"""Photos put into the folder become attachments, in the name of a person, once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from node.config import Config
from node.dropping import drop as dropping
from node.dropping.drop import Drop, is_photo, numbers
from node.dropping.folder import Found
from tests.node.tree import Tree

JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 50
PDF = b"%PDF-1.7\n" + b"x" * 200


class Hand:
    """The writer, without a thread of its own."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    async def run(self, job: Callable[[Any], Any]) -> Any:
        return job(self._tree.at("p"))


@pytest.fixture
def folder(tree: Tree) -> Path:
    found = tree.base / "p" / "drop"
    found.mkdir()
    return found


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropping, "QUIET_S", 0.0)


def _drop(tree: Tree, **more: Any) -> Drop:
    config = replace(Config(tree.base / "p"), drop_folder="drop", drop_staff="a", **more)
    return Drop(config, Hand(tree))  # type: ignore[arg-type]


def _attached(tree: Tree, record: str) -> list[str]:
    return [one["name"] for one in tree.show("p", record)["attachments"]]


def _left(folder: Path) -> dict[str, list[str]]:
    return {
        name: sorted(one.name for one in (folder / name).iterdir()) if (folder / name).is_dir() else []
        for name in ("done", "rejected")
    }


@pytest.mark.usefixtures("at_once")
async def test_a_photo_named_by_its_ticket_and_one_in_its_folder_are_attached(
    tree: Tree, folder: Path
) -> None:
    record = tree.register()
    number = tree.show("p", record)["number"]
    (folder / f"{number} 欠条.jpg").write_bytes(JPEG)
    (folder / number).mkdir()
    (folder / number / "工地.pdf").write_bytes(PDF)
    await _drop(tree).look()
    assert sorted(_attached(tree, record)) == [f"{number} 欠条.jpg", "工地.pdf"]
    assert {one["actor"] for one in tree.show("p", record)["timeline"] if one["action"] == "attach"} == {"a"}
    assert _left(folder) == {"done": [f"{number} 工地.pdf", f"{number} 欠条.jpg"], "rejected": []}
    assert not (folder / number).exists() and tree.verify("p") == []


@pytest.mark.usefixtures("at_once")
async def test_what_cannot_be_is_rejected_with_its_reason(tree: Tree, folder: Path, tmp_path: Path) -> None:
    number = tree.show("p", tree.register())["number"]
    (tmp_path / "secret").write_bytes(JPEG)
    (folder / "照片.jpg").write_bytes(JPEG)
    (folder / "370000-20200101-0001.jpg").write_bytes(JPEG)
    (folder / f"{number}.exe").write_bytes(b"MZ\x00\x01" * 50)
    (folder / f"{number} leer.jpg").write_bytes(b"")
    (folder / f"{number} gross.jpg").write_bytes(JPEG + b"x" * 5000)
    (folder / f"{number} link.jpg").symlink_to(tmp_path / "secret")
    await _drop(tree, attachment_max=1000).look()
    told = {one.name: one.read_text("utf-8") for one in (folder / "rejected").glob("*.txt")}
    codes = {name.removesuffix(".txt"): text.rpartition("[")[2].strip("]\n") for name, text in told.items()}
    assert codes == {
        "照片.jpg": "no_number",
        "370000-20200101-0001.jpg": "not_found",
        f"{number}.exe": "not_a_photo",
        f"{number} leer.jpg": "attachment_empty",
        f"{number} gross.jpg": "attachment_too_large",
        f"{number} link.jpg": "not_a_file",
    }
    assert _left(folder)["done"] == [] and (tmp_path / "secret").exists()


async def test_a_file_that_is_still_written_waits(
    tree: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(dropping.time, "monotonic", lambda: now)
    record = tree.register()
    path = folder / f"{tree.show('p', record)['number']}.jpg"
    path.write_bytes(JPEG[:20])
    drop = _drop(tree)
    await drop.look()
    now += 1.5
    path.write_bytes(JPEG)
    await drop.look()
    now += 1.5
    await drop.look()
    assert _attached(tree, record) == [] and path.exists()
    now += 1.0
    await drop.look()
    assert len(_attached(tree, record)) == 1 and not path.exists()


@pytest.mark.usefixtures("at_once")
async def test_what_was_attached_before_a_crash_is_not_signed_twice(tree: Tree, folder: Path) -> None:
    record = tree.register()
    number = tree.show("p", record)["number"]
    for _ in range(2):
        (folder / f"{number}.jpg").write_bytes(JPEG)
        await _drop(tree).look()
    acts = [one for one in tree.show("p", record)["timeline"] if one["action"] == "attach"]
    assert len(acts) == 1 and _left(folder)["done"] == [f"{number} (2).jpg", f"{number}.jpg"]


@pytest.mark.usefixtures("at_once")
async def test_while_nobody_may_sign_the_files_stay_and_it_is_said_once(
    tree: Tree, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = folder / f"{tree.show('p', tree.register())['number']}.jpg"
    path.write_bytes(JPEG)
    drop = _drop(tree)
    drop._config = replace(drop._config, drop_staff="nobody")
    with caplog.at_level(logging.WARNING, "qiao.drop"):
        for _ in range(3):
            await drop.look()
    assert [one.message for one in caplog.records] == ["drop_failed code=auth"] and path.exists()


@pytest.mark.parametrize(
    ("folder", "name", "found"),
    [
        ("", "370000-20261121-0001.jpg", ["370000-20261121-0001"]),
        ("", "370000-20261121-0001-ab12 欠条.jpg", ["370000-20261121-0001-ab12", "370000-20261121-0001"]),
        ("", "370000-20261121-0001-2.jpg", ["370000-20261121-0001"]),
        ("", "370000-20261121-00012x.jpg", []),
        ("", "IMG_370000-20261121-0001.jpg", []),
        ("370000-20261121-0001", "x.jpg", ["370000-20261121-0001"]),
        ("370000-20261121-0001 rest", "x.jpg", []),
        ("ab" * 16, "x.jpg", ["ab" * 16]),
    ],
)
def test_a_file_means_the_number_that_it_begins_with(folder: str, name: str, found: list[str]) -> None:
    assert numbers(Found(folder, name, True)) == found


@pytest.mark.parametrize(
    ("head", "fits"),
    [
        (JPEG, True),
        (PDF, True),
        (b"\x00\x00\x00\x18ftypheic" + b"0" * 20, True),
        (b"\x00\x00\x00\x18ftypisom" + b"0" * 20, False),
        (b"hello", False),
        (b"PK\x03\x04", False),
    ],
)
def test_a_photo_is_told_by_its_bytes(head: bytes, fits: bool) -> None:
    assert is_photo(head) is fits
