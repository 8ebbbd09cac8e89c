"""One way in: the Makefile's targets, and CI that calls the same ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.house.project import ROOT, read

TARGETS = (
    "demo",
    "test",
    "check",
    "bench",
    "figures",
    "soak",
    "fuzz",
    "mutants",
    "browser",
    "wheel",
    "offline",
    "clean",
)


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(target: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    told = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert told.returncode == 0, told.stderr


def test_ci_calls_the_same_targets() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert re.findall(r"^make (\w+)$", read(".ci/run"), re.MULTILINE) == ["check", "test"]
    assert "set -euo pipefail" in read(".ci/run")


def test_ci_is_a_script_that_bash_can_read() -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=True, timeout=30)


def test_every_target_is_explained_in_the_makefile() -> None:
    told = re.findall(r"^(\w+):.*##", read("Makefile"), re.MULTILINE)
    assert {"demo", "test", "check", "bench", "soak"} <= set(told)
