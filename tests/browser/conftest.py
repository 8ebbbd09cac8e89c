"""A node that runs, its screens served to browsers, and a browser: real processes all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.tui import seat

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALL_SECONDS = 300


def begin(directory: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "cli", "--dir", str(directory), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    )


def told(process: subprocess.Popen[str], pattern: str) -> str:
    """The first line of stderr that is this."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.fullmatch(pattern, line.rstrip("\n")):
            return found[1]
    raise AssertionError(f"it never said {pattern}")


@contextmanager
def running(directory: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Until it is ended by SIGTERM, whole."""
    process = begin(directory, *words, "--listen", "127.0.0.1:0")
    try:
        yield process, told(process, r"ready (127\.0\.0\.1:\d+)")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Web:
    """`link` is the one that the server printed as it began."""

    directory: Path
    process: subprocess.Popen[str]
    link: str

    @property
    def origin(self) -> str:
        return self.link.partition("/seat#")[0]

    @property
    def token(self) -> str:
        return self.link.partition("#")[2]

    def another(self, name: str) -> str:
        """A link for a further seat, by the command."""
        with begin(self.directory, "web", "--seat", name) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        return out.strip()

    def seats(self) -> list[int]:
        """The processes of the seats that are open."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(path.parent.name))
        return found


@pytest.fixture(scope="session")
def browser() -> None:
    """Skips, aloud, where there is no Chromium and none can be installed."""
    if chromium.program() is None:
        done = subprocess.run(
            ["bash", str(HERE / "install.sh")], capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
        if done.returncode or chromium.program() is None:
            pytest.skip(f"no Chromium on this machine, and none to be had: {done.stderr[-300:]}")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    directory = seat.found(tmp_path)
    with running(directory, "run", "--no-tui"), running(directory, "web") as (process, _):
        assert process.stdout is not None
        yield Web(directory, process, process.stdout.readline().strip())
