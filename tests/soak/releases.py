"""Released versions, brought back into a scratch folder: the source as it was, and an environment with its own pins.

The repository has no tags. A release is its last commit before the next one was begun, known here by what it says of
itself, so that it is found in a rewritten history, too; what is found has to say the version in its pyproject.toml.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAST = {
    "0.1.0": "What arrives for a screen that is being taken down is dropped, not an error",
    "0.2.0": "An attachment's state is told in words; status names unknown authors only where there are any",
    "0.2.1": "Nobody is asked to come again where nobody was: --again of an unknown unit is refused; one word for "
    "password",
    "0.2.2": "A copy of an office that was put back to before new keys is no office of its own in the world's eyes: "
    "what it signed was taken for its original's (seed 72120)",
}
INSTALL_SECONDS = 900.0


class Unavailable(Exception):
    """Why a release can't be had here: no history, or nowhere to get its packages from."""


@dataclass(frozen=True, slots=True)
class Release:
    """A checked-out version. `python` has what it needs, and nothing of today's."""

    version: str
    commit: str
    source: Path
    python: Path

    def environment(self) -> dict[str, str]:
        """Of a process that is to run it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QIAO_", "PYTHON"))}
        return {**kept, "PYTHONPATH": str(self.source)}


def commit(version: str) -> str:
    """Raises Unavailable, also where the commit found is of another version."""
    subject = LAST[version]
    for line in _git("log", "--all", "--fixed-strings", f"--grep={subject}", "--format=%H %s").splitlines():
        name, _, said = line.partition(" ")
        if said == subject and _version(name) == version:
            return name
    raise Unavailable(f"the history here has no commit of {version}")


def release(version: str, folder: Path) -> Release:
    """Into `folder`, which is the caller's to remove; takes a minute or two. Raises Unavailable."""
    found = commit(version)
    source = folder / f"v{version}"
    _unpacked(found, source)
    return Release(version, found, source, _environment(folder, source / "requirements/run.txt"))


def _version(name: str) -> str:
    found = re.search(r'^version = "(.*)"$', _git("show", f"{name}:pyproject.toml"), re.MULTILINE)
    return found[1] if found else ""


def _unpacked(name: str, target: Path) -> None:
    done = subprocess.run(["git", "-C", str(ROOT), "archive", name], capture_output=True)
    if done.returncode:
        raise Unavailable(done.stderr.decode(errors="replace").strip())
    with tarfile.open(fileobj=BytesIO(done.stdout)) as packed:
        packed.extractall(target, filter="data")


def _environment(folder: Path, pins: Path) -> Path:
    """Kept beside, so that releases of the same pins share one."""
    known = f"{hash(pins.read_bytes()) & 0xFFFFFFFF:08x}"
    python = folder / f"environment-{known}/bin/python"
    if not python.exists():
        _ran([sys.executable, "-m", "venv", str(python.parents[1])])
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
        _ran([*pip, "install", "-r", str(pins)])
    return python


def _ran(words: list[str]) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Unavailable(f"its packages can't be installed: {fault}") from fault
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no word"]
        raise Unavailable(f"its packages can't be installed: {told[-1]}")


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)
    except OSError as fault:
        raise Unavailable(f"there is no git: {fault}") from fault
    if done.returncode:
        raise Unavailable(f"no history here: {done.stderr.strip()}")
    return done.stdout
