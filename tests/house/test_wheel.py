"""What is in the wheel, and what isn't: built from a copy, so that the tree stays as it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.house.project import PACKAGES, ROOT, files

SHIPPED = (
    "cli.py",
    "node/node.toml",
    "node/demo/day.jsonl",
    "node/demo/tree.json",
    "node/matters/data/divisions.csv",
    "node/matters/data/questions.jsonl",
    "node/matters/data/statutes.jsonl.gz",
    "node/matters/data/synonyms.csv",
    "node/matters/data/topics.csv",
    "tui/web/enter.html",
    "tui/web/enter.js",
    "tui/web/page.css",
    "tui/web/page.html",
    "tui/web/seat.js",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if int(metadata.version("setuptools").split(".")[0]) < 77:
        pytest.skip("the setuptools here can't build it; `make test` installs one that can")
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in files():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(out), str(copy)], check=True, timeout=110)
    return next(out.glob("qiao-*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_the_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    modules = {
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    }
    assert modules - inside == set()
    assert set(SHIPPED) - inside == set()


@pytest.mark.slow
def test_the_wheel_holds_no_tests(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert not tops & {"tests", "bench", "docs"}


@pytest.mark.slow
def test_the_default_settings_in_the_wheel_are_the_roots(wheel: Path) -> None:
    assert zipfile.ZipFile(wheel).read("node/node.toml") == (ROOT / "node.toml").read_bytes()
