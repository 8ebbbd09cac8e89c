"""From a person's file to the signed act and back, and what is refused on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.attachments import listing, upload
from node.config import MOST_ATTACHMENT
from node.errors import Damaged, DiskTrouble, NotFound, QiaoError, Stale, Usage
from tests.node.attachments import paper
from tests.node.attachments.paper import attach, listed, noise, states
from tests.node.tree import PATHS, Tree


def fault(tree: Tree, record: str, **reference: Any) -> QiaoError:
    with pytest.raises(QiaoError) as caught:
        tree.act("c", "attach", record, attachments=[reference])
    return caught.value


def test_the_act_says_nothing_that_erasing_its_words_would_leave(tree: Tree, record: str) -> None:
    """Name and hash are words: the act stays when they go (3.2)."""
    content = attach(tree, "c", record, noise(100), "王小明.pdf")
    act = tree.show("c", record)["timeline"][-1]
    assert act["action"] == "attach" and act["data"] == {}
    assert act["words"]["attachments"][0]["hash"] == content.hex()


def test_an_act_names_only_what_is_whole_here(tree: Tree, record: str) -> None:
    upload.store(tree.base / "c", _file(tree, b"abcd"), 100)
    content = paper.digest(b"abcd")
    good = {"hash": content.hex(), "size": 4, "type": "text/plain", "name": "a"}
    assert fault(tree, record, **{**good, "hash": "00" * 32}).code == "attachment_not_here"
    assert fault(tree, record, **{**good, "size": 5}).code == "attachment_not_here"
    assert fault(tree, record, **{**good, "hash": "xx"}).code == "bad_value"
    paper.limit(tree, "c", attachment_max=3)
    assert fault(tree, record, **good).code == "attachment_too_large"
    paper.limit(tree, "c", attachment_max=MOST_ATTACHMENT)
    paper.path(tree, "c", content).write_bytes(b"abce")
    assert fault(tree, record, **good).code == "attachment_not_here"


def test_too_many_at_once_and_paths_that_nobody_brought_in_are_refused(tree: Tree, record: str) -> None:
    with pytest.raises(Usage, match="20"):
        tree.act("c", "attach", record, attachments=["/etc/passwd"])
    many = [{"hash": f"{at:064x}", "size": 1} for at in range(21)]
    with pytest.raises(Usage, match="20"):
        tree.act("c", "attach", record, attachments=many)


def test_an_archived_ticket_still_takes_one(tree: Tree) -> None:
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead=PATHS["c"])
    tree.act("c", "accept", record)
    tree.act("c", "submit", record, result="completed", resolved=True, text="已办")
    tree.act("c", "review", record, unit=PATHS["c"], outcome="pass")
    tree.sync("c", "p")
    tree.act("p", "follow-up", record, outcome="satisfied")
    tree.act("p", "quality-check", record, outcome="pass")
    tree.act("p", "archive", record)
    attach(tree, "p", record, noise(10))
    assert states(tree, "p", record) == ["present"]


def _file(tree: Tree, data: bytes, name: str = "a.txt") -> Path:
    path = tree.base / name
    path.write_bytes(data)
    return path


# Bringing in


def test_paths_become_what_is_to_be_signed(tmp_path: Path) -> None:
    path = tmp_path / "证据.pdf"
    path.write_bytes(b"%PDF-1.7")
    params = {"verb": "attach", "data": {"attachments": [str(path)], "other": 1}}
    assert upload.has_paths(params) and not upload.has_paths({"data": {"attachments": [{}]}})
    [one] = upload.brought(tmp_path, 100, params)["data"]["attachments"]
    assert one == {
        "hash": paper.digest(b"%PDF-1.7").hex(), "size": 8, "type": "application/pdf", "name": "证据.pdf",
    }  # fmt: skip
    assert upload.brought(tmp_path, 100, {"data": {"attachments": str(path)}})["data"]["attachments"] == [one]
    assert not upload.has_paths({"data": None}) and not upload.has_paths({})


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("gone", NotFound, "no_file"), (".", NotFound, "no_file"), ("a\x00b", NotFound, "no_file"),
     ("empty", Usage, "attachment_empty"), ("large", Usage, "attachment_too_large")],
)  # fmt: skip
def test_a_file_that_cant_be_one_is_refused_by_name(
    tmp_path: Path, name: str, kind: type[QiaoError], code: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "large").write_bytes(b"x" * 101)
    with pytest.raises(kind) as caught:
        upload.store(tmp_path, tmp_path / name, 100)
    assert caught.value.code == code and caught.value.hint


def test_a_place_that_cant_be_written_is_the_disks_fault(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    (tmp_path / "blobs").write_bytes(b"in the way")
    with pytest.raises(DiskTrouble):
        upload.store(tmp_path, path, 100)


# Taking out


def take(tree: Tree, record: str, which: str, target: Path) -> None:
    found = listing.chosen(listed(tree, "c", record), which)
    listing.take_out(
        tree.base / "c", found, target, lambda content: tree.do("c", "attachment.again", hash=content)
    )


def test_one_is_taken_out_by_number_or_hash_to_a_new_file(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(100))
    attach(tree, "c", record, noise(50, 2), "b.bin")
    take(tree, record, "1", tree.base / "out")
    take(tree, record, content.hex()[:10].upper(), tree.base / "out2")
    assert (tree.base / "out").read_bytes() == (tree.base / "out2").read_bytes() == noise(100)
    with pytest.raises(Stale) as caught:
        take(tree, record, "2", tree.base / "out")
    assert caught.value.code == "file_exists" and (tree.base / "out").read_bytes() == noise(100)
    for name, code in (
        ("no/out", "no_folder"),
        ("x" * 300, "bad_name"),
        ("x\0", "bad_name"),
        ("", "file_exists"),
    ):
        with pytest.raises(QiaoError) as refused:
            take(tree, record, "2", tree.base / name)
        assert refused.value.code == code
    assert not [*tree.base.glob(".*.part")]
    for which in ("0", "3", "", "1.0", content.hex()[:7]):
        with pytest.raises(NotFound) as missing:
            listing.chosen(listed(tree, "c", record), which)
        assert missing.value.code == "no_attachment"


@pytest.mark.parametrize("data", [b"other bytes", None], ids=["rotten", "gone"])
def test_a_damaged_one_is_told_and_asked_for_again(tree: Tree, record: str, data: bytes | None) -> None:
    content = attach(tree, "p", record, noise(100))
    tree.sync("c", "p")
    path = paper.path(tree, "c", content)
    path.write_bytes(data) if data else path.unlink()
    with pytest.raises(Damaged) as caught:
        take(tree, record, "1", tree.base / "out")
    assert caught.value.code == "attachment_damaged" and not (tree.base / "out").exists()
    with pytest.raises(Stale) as waiting:
        take(tree, record, "1", tree.base / "out")
    assert waiting.value.code == "attachment_not_here"
    tree.sync("c", "p")
    take(tree, record, "1", tree.base / "out")
    assert (tree.base / "out").read_bytes() == noise(100)


def test_looking_again_at_a_sound_or_unknown_one_changes_nothing(tree: Tree, record: str) -> None:
    content = attach(tree, "c", record, noise(100))
    for name in (content.hex(), "00" * 32, "odd"):
        tree.do("c", "attachment.again", hash=name)
    assert states(tree, "c", record) == ["present"]
