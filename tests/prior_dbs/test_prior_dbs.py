"""Every released schema stays openable (design 2): the databases kept here are opened, upgraded and compared."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node.clock import SystemClock
from node.config import load
from node.entropy import SystemEntropy
from node.face import Node
from node.marker import SystemMarker
from node.writer import Writer
from tests.soak import releases

HERE = Path(__file__).parent
CHECK = HERE.parent / "vectors" / "check.py"
KEPT = sorted(folder for folder in HERE.glob("v*") if folder.is_dir())


@dataclass(frozen=True, slots=True)
class Prior:
    """A copy, opened and upgraded by this program; `told`: what was read from it then, `expected`: when it was made."""

    folder: Path
    told: dict[str, Any]
    expected: dict[str, Any]


@pytest.fixture(scope="module", params=KEPT, ids=lambda folder: folder.name)
def prior(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prior:
    folder = tmp_path_factory.mktemp("prior") / "node"
    shutil.copytree(request.param, folder)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    _as_it_stood(folder, expected.pop("marker", None))
    Writer.open(folder, load(folder), SystemClock(), SystemEntropy()).close()
    with Node.open(folder) as node:
        digest, items = node.digest(), node.list("ticket", sort="number").items
    told = {"digest": digest["digest"], "records": digest["records"]}
    told["tickets"] = [{name: one[name] for name in ("record", "number", "phase", "title")} for one in items]
    return Prior(folder, told, expected)


def _as_it_stood(folder: Path, marker: list[Any] | None) -> None:
    """With the modes that git doesn't keep, and a marker of this place: else it would be taken for a restored one,
    and go on in a new log."""
    (folder / "keys").chmod(0o700)
    for key in (folder / "keys").iterdir():
        key.chmod(0o600)
    if marker is not None:
        SystemMarker(folder).note(bytes.fromhex(marker[0]), marker[1], marker[2])


def test_a_database_of_every_released_version_is_kept() -> None:
    assert {folder.name for folder in KEPT} >= {f"v{version}" for version in releases.LAST}


def test_what_it_held_is_read_as_it_was(prior: Prior) -> None:
    assert prior.told == prior.expected


def test_it_verifies(prior: Prior) -> None:
    with Node.open(prior.folder) as node:
        assert node.verify(every_signature=True)["problems"] == []


def test_an_outsider_verifies_its_export(prior: Prior, tmp_path: Path) -> None:
    with Node.open(prior.folder) as node:
        node.export_log(tmp_path / "all.qlog")
    done = subprocess.run(
        [sys.executable, str(CHECK), "export", str(tmp_path / "all.qlog")], capture_output=True
    )
    assert done.returncode == 0, done.stdout.decode()


def test_work_goes_on_in_it(prior: Prior) -> None:
    with Node.open(prior.folder) as node:
        who = node.login("a01", "prior-db")
        record = next(one for one in node.list("ticket").items if one["phase"] == "dispatched")["record"]
        params = {"matter": "ticket", "verb": "note", "record": record, "data": {"text": "升级后续办"}}
        assert node.do("act", params, who)["record"] == record


def test_what_was_erased_and_attached_stays_so(prior: Prior) -> None:
    """Since 0.2.0."""
    if not (prior.folder / "blobs").exists():
        pytest.skip("nothing could be erased or attached then")
    with Node.open(prior.folder) as node:
        by_phase = {one["phase"]: one["record"] for one in node.list("ticket").items if one["phase"]}
        assert by_phase.keys() >= {"erased"}
        (attached,) = (one for one in node.list("ticket").items if one["number"].endswith("-0004"))
        shown = node.show("ticket", attached["record"])
        assert not shown.get("worker_phone") and [one["name"] for one in shown["attachments"]] == [
            "paper.txt"
        ]
        taken = node.take_out(
            "ticket", attached["record"], "1", prior.folder / "out.txt", node.login("a01", "prior-db")
        )
        assert taken["name"] == "paper.txt" and (prior.folder / "out.txt").read_text() == "工牌：07 号\n"
