"""A program written from the design alone verifies what any node exports, and finds what was altered."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import cbor2
import pytest

from tests.acceptance.office import Office, Tree, act, at_once, given
from tests.cli.command import ROOT
from tests.vectors.check import Fault, check_file

pytestmark = pytest.mark.processes

CHECK = ROOT / "tests/vectors/check.py"
FLIPS = 60


@pytest.fixture(scope="module")
def exports(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each node's log, of a tree in which somebody did something."""
    county = tree.counties[0]
    county.acts(act("note", given(tree, "加班费未付", county), text="已核对考勤"))
    tree.quiet()
    folder = tmp_path_factory.mktemp("exports")
    written = at_once(lambda office: _export(office, folder / office.code), tree.offices)
    return {path.name: path for path in written}


def _export(office: Office, path: Path) -> Path:
    office.ok("audit", "export", "--format", "log", str(path), staff=None)
    return path


def test_the_outsiders_program_verifies_each_nodes_export(tree: Tree, exports: dict[str, Path]) -> None:
    for code, path in exports.items():
        done = subprocess.run(
            [sys.executable, str(CHECK), "export", str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0, (code, done.stdout, done.stderr)
    assert tree.counties[0].ok("audit", "verify", str(exports["370211"]), staff=None)["ok"]


def test_any_flipped_bit_is_found(exports: dict[str, Path], tmp_path: Path) -> None:
    whole = exports["370211"].read_bytes()
    altered = tmp_path / "altered"
    missed = []
    for turn in range(FLIPS):
        place, bit = turn * len(whole) // FLIPS + turn % 7, turn % 8
        place = min(place, len(whole) - 1)
        altered.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        if not _is_bad(altered):
            missed.append((place, bit))
    assert missed == []


def _is_bad(path: Path) -> bool:
    try:
        check_file([str(path)])
    except Fault:
        return True
    return False


def test_a_cut_or_shuffled_export_is_found(tree: Tree, exports: dict[str, Path], tmp_path: Path) -> None:
    whole = exports["370211"].read_bytes()
    items = _items(whole)
    assert b"".join(items) == whole
    spoilt = {
        "cut": whole[:-1],
        "no end": b"".join(items[:-1]),
        "one left out": b"".join(items[:5] + items[6:]),
        "one twice": b"".join(items[:5] + items[4:]),
        "empty": b"",
    }
    for name, content in spoilt.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_bytes(content)
        assert _is_bad(path), name
    done = tree.counties[0]("audit", "verify", str(tmp_path / "one-left-out"), staff=None)
    assert done.code == 7 and not done.json["ok"]


def _items(whole: bytes) -> list[bytes]:
    """The sequence's items as bytes."""
    found = []
    at = 0
    while at < len(whole):
        stream = BytesIO(whole[at:])
        cbor2.load(stream)
        found.append(whole[at : at + stream.tell()])
        at += stream.tell()
    return found
