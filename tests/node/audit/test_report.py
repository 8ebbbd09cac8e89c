"""The report of a verification in its three forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.audit.desk import Desk
from node.errors import Stale, Usage
from tests.node.tree import Tree


def written(tree: Tree, path: Path) -> bytes:
    Desk(tree.reader("c")).verify(report=path)
    return path.read_bytes()


@pytest.fixture
def altered(tree: Tree) -> Tree:
    record = tree.dispatched()
    with tree.sql("c") as db:
        db.execute("UPDATE folded SET phase = 'archived' WHERE matter = 'ticket'")
    tree.act("p", "note", record, text="王小明说的话")
    return tree


def test_it_names_each_finding_with_what_shows_it(altered: Tree, tmp_path: Path) -> None:
    text = written(altered, tmp_path / "r.txt").decode()
    assert "不通过：1 件" in text and "[projection]" in text and "phase" in text and "qiao/" in text
    found = json.loads(written(altered, tmp_path / "r.json"))
    assert found["problems"][0]["evidence"]["columns"]["folded"] == ["phase"]
    assert written(altered, tmp_path / "r.pdf").startswith(b"%PDF-")


def test_no_word_that_anybody_said_is_in_it(altered: Tree, tmp_path: Path) -> None:
    told = written(altered, tmp_path / "r.json").decode() + written(altered, tmp_path / "r.txt").decode()
    assert "王小明" not in told and "保温工人" not in told and "13800001111" not in told


def test_a_sound_node_has_a_report_too(tree: Tree, tmp_path: Path) -> None:
    assert "通过：没有发现问题" in written(tree, tmp_path / "r.txt").decode()


def test_nothing_is_written_over_and_no_other_form_is_guessed(tree: Tree, tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_text("mine")
    with pytest.raises(Stale):
        written(tree, path)
    assert path.read_text() == "mine"
    with pytest.raises(Usage):
        written(tree, tmp_path / "r.docx")
