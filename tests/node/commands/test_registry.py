"""`qiao registry`, by the command's own words in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.node.tree import Tree


class Command:
    def __init__(self, tree: Tree, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        tree.shut(name)
        self.directory, self.capsys = tree.base / name, capsys

    def __call__(self, *words: str) -> tuple[int, Any]:
        """(exit code, document)."""
        self.capsys.readouterr()
        code = cli.main(["--dir", str(self.directory), "--json", "--as", "a", "registry", *words])
        return code, json.loads(self.capsys.readouterr().out)

    def refused(self, *words: str) -> tuple[int, str]:
        code, document = self(*words)
        return code, document["error"]["code"]


@pytest.fixture
def qiao(tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")
    return Command(tree, "p", capsys)


def test_units_are_listed_and_an_order_says_what_it_did(qiao: Command, tmp_path: Path) -> None:
    items = {one["unit"]: one for one in qiao("list")[1]["items"]}
    assert items["370000/370200/370211"]["state"] == "active"
    heads = tmp_path / "heads.json"
    heads.write_text(json.dumps({"items": []}))
    code, done = qiao("revoke", "370211", "--reason", "lost", "--keep", str(heads))
    assert code == 0 and done["items"][0]["keep"] == []
    moved = qiao("move", "370902", "--to", "370000/370200/370902")[1]["items"]
    assert [one["action"] for one in moved] == ["move"] and moved[0]["to"] == "370000/370200/370902"
    states = {one["unit"]: one["state"] for one in qiao("list")[1]["items"]}
    assert states["370000/370200/370211"] in ("revoked", "vacant") and "370000/370900/370902" not in states
    assert qiao("retire", "370900", "--successor", "370200")[1]["items"][0]["reason"] == "retired"


def test_the_registry_goes_into_a_file_and_out_of_it(qiao: Command, tmp_path: Path) -> None:
    book = tmp_path / "book"
    assert qiao("save", str(book))[1]["commits"] > 4
    assert qiao.refused("save", str(book)) == (5, "file_exists")
    assert qiao("load", str(book))[1]["commits"] == 0
    for raw in (b"", b"QIAOREG1", b"QIAOREG1\x81\x01", book.read_bytes()[:-1], b"QIAOREG1\x81\x41\x00"):
        (tmp_path / "bad").write_bytes(raw)
        assert qiao.refused("load", str(tmp_path / "bad")) == (7, "bad_registry_file"), raw[:12]
    assert qiao.refused("load", str(tmp_path / "none")) == (4, "no_file")


def test_what_is_refused_has_its_exit_code(qiao: Command, tmp_path: Path) -> None:
    assert qiao.refused("revoke", "370000", "--reason", "lost") == (3, "outside_subtree")
    assert qiao.refused("revoke", "999", "--reason", "lost") == (2, "unknown_unit")
    assert qiao.refused("replace") == (3, "root_needs_recovery")
    (tmp_path / "bad").write_text("?")
    words = ("replace-root", "--recovery", str(tmp_path / "bad"), "--next", str(tmp_path / "next"))
    assert qiao.refused(*words) == (2, "bad_recovery")
