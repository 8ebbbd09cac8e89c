"""What answers at once doesn't import what is slow to (design 4): by the interpreter's own account, not a clock."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.acceptance.office import Office
from tests.cli.command import ROOT

pytestmark = pytest.mark.processes

# (pydantic is imported by typer itself, where it finds it.)
HEAVY = {"sqlmodel", "sqlalchemy", "textual", "alembic", "httpx", "uvicorn", "starlette", "prometheus_client"}


@pytest.mark.parametrize("words", [["--help"], ["status", "--json"], ["ticket", "--help"]], ids=" ".join)
def test_it_imports_nothing_heavy(alone: Office, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-m", "cli", "--dir", str(alone.directory), *words],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in imported, "the account is there"
    assert imported & HEAVY == set()
