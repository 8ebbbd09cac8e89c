"""`ticket attach`, `attachments` and `save`, as the command runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import cli
from node.commands.shown import shown
from tests.node.tree import Tree

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def qiao(tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")

    def run(*words: str, text: bool = False) -> tuple[int, Any]:
        tree.shut("c")
        how = [] if text else ["--json"]
        code = cli.main(["--dir", str(tree.base / "c"), "--as", "a", *how, *words])
        out = capsys.readouterr().out
        return code, out if text else json.loads(out)

    return run


def test_a_file_goes_in_is_listed_and_comes_out(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    one, two = tree.base / "工资\u202efdp.txt", tree.base / "b.pdf"
    one.write_text("欠薪", "utf-8")
    two.write_bytes(b"%PDF-1.7")
    code, done = qiao("ticket", "attach", record, str(one), str(two))
    assert code == 0 and done.keys() >= {"record", "change", "commit", "phase"}
    code, found = qiao("ticket", "attachments", record)
    assert code == 0 and found["next"] is None
    assert [(one["number"], one["size"], one["type"], one["state"]) for one in found["items"]] == [
        (1, 6, "text/plain", "present"), (2, 8, "application/pdf", "present"),
    ]  # fmt: skip
    out = tree.base / "out"
    code, saved = qiao("ticket", "save", record, found["items"][1]["hash"][:12], str(out))
    assert (code, saved["name"], out.read_bytes()) == (0, "b.pdf", b"%PDF-1.7")
    assert qiao("ticket", "show", record)[1]["attachments"] == found["items"]
    for words in (("attachments", record), ("show", record)):
        code, text = qiao("ticket", *words, text=True)
        assert code == 0 and shown(one.name) in text and "\u202e" not in text


def test_what_goes_wrong_has_its_exit_code(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    file = tree.base / "a.txt"
    file.write_text("x")

    def fault(*words: str) -> tuple[int, str]:
        code, said = qiao("ticket", *words)
        return code, said["error"]["code"]

    assert fault("attach", record, str(tree.base / "gone")) == (4, "no_file")
    assert fault("attach", "00" * 16, str(file)) == (4, "not_found")
    assert fault("attach", record)[0] == 2
    assert fault("attachments", "00" * 16) == (4, "not_found")
    assert fault("save", record, "1", str(tree.base / "o")) == (4, "no_attachment")
    assert qiao("ticket", "attachments", record, text=True) == (0, "没有附件\n")
    qiao("ticket", "attach", record, str(file))
    assert fault("save", record, "1", str(file)) == (5, "file_exists")
    for path in (tree.base / "c" / "blobs").rglob("*"):
        if path.is_file():
            path.write_bytes(b"rotten")
    code, found = qiao("verify")
    assert code == 7 and [one["code"] for one in found["problems"]] == ["attachment_damaged"]
    assert fault("save", record, "1", str(tree.base / "o")) == (7, "attachment_damaged")
    assert fault("save", record, "1", str(tree.base / "o")) == (5, "attachment_not_here")


def test_a_batch_names_files_by_their_paths(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    file = tree.base / "a.txt"
    file.write_text("x")
    act = {"matter": "ticket", "action": "attach", "record": record, "data": {"attachments": [str(file)]}}
    lines = tree.base / "batch.jsonl"
    lines.write_text(json.dumps(act) + "\n")
    assert qiao("batch", str(lines))[0] == 0
    assert [one["name"] for one in qiao("ticket", "attachments", record)[1]["items"]] == ["a.txt"]
