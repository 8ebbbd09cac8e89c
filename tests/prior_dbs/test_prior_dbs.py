"""Every released schema stays openable (design 2): the databases kept here are opened, upgraded and compared."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.face import Node
from node.writer import Writer

HERE = Path(__file__).parent
CHECK = HERE.parent / "vectors" / "check.py"
KEPT = sorted(folder for folder in HERE.glob("v*") if folder.is_dir())


@pytest.fixture(params=KEPT, ids=lambda folder: folder.name)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, with the modes that git doesn't keep, opened and upgraded by this program."""
    folder = tmp_path / "node"
    shutil.copytree(request.param, folder)
    (folder / "keys").chmod(0o700)
    for key in (folder / "keys").iterdir():
        key.chmod(0o600)
    Writer.open(folder, load(folder), SystemClock(), SystemEntropy()).close()
    return folder


def test_some_database_is_kept() -> None:
    assert KEPT


def test_what_it_held_is_read_as_it_was(kept: Path) -> None:
    expected = json.loads((kept / "expected.json").read_text(encoding="utf-8"))
    with Node.open(kept) as node:
        items = node.list("ticket", sort="number").items
        told = [{name: one[name] for name in ("record", "number", "phase", "title")} for one in items]
        assert told == expected["tickets"]
        assert node.digest()["records"] == expected["records"]
        assert node.digest()["digest"] == expected["digest"]


def test_it_verifies(kept: Path) -> None:
    with Node.open(kept) as node:
        assert node.verify(every_signature=True)["problems"] == []


def test_an_outsider_verifies_its_export(kept: Path, tmp_path: Path) -> None:
    with Node.open(kept) as node:
        node.export_log(tmp_path / "all.qlog")
    done = subprocess.run(
        [sys.executable, str(CHECK), "export", str(tmp_path / "all.qlog")], capture_output=True
    )
    assert done.returncode == 0, done.stdout.decode()


def test_work_goes_on_in_it(kept: Path) -> None:
    with Node.open(kept) as node:
        who = node.login("a01", "prior-db")
        record = node.list("ticket", sort="number").items[0]["record"]
        params = {"matter": "ticket", "verb": "note", "record": record, "data": {"text": "升级后续办"}}
        assert node.do("act", params, who)["record"] == record
