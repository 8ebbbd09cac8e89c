"""The real command in processes of its own, as a program or a person calls it."""

import atexit
import json
import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = Path(__file__).with_name("launch.py")
_FOLDER = tempfile.TemporaryDirectory(prefix="qiao-brood-")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        return str(self.json["error"]["code"])


@lru_cache
def python() -> str:
    """What takes `-P -m cli WORDS…` as Python does, and is quicker: a brood's (brood.py), which lives as long as we."""
    if not hasattr(os, "pidfd_open"):
        return sys.executable
    script = Path(_FOLDER.name) / "python"
    place = str(script.with_name("brood"))
    script.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-IS", str(LAUNCH), place])} "$@"\n')
    script.chmod(0o755)
    brood = subprocess.Popen(
        [sys.executable, "-P", "-m", "tests.cli.brood", place, str(script)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": _path()},
        start_new_session=True,
    )  # fmt: skip
    assert brood.stdout is not None and brood.stdout.readline() == b"ready\n"
    atexit.register(brood.communicate)  # its input ends, and it ends too
    return str(script)


def _path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


def run(
    *words: str,
    environment: dict[str, str] | None = None,
    seconds: float = 100,
    blocks: int | None = None,
    fresh: bool = False,
) -> Done:
    """`blocks` of 512 bytes: no file may grow past them, as on a full disk. `fresh`: by a Python of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QIAO_")}
    bounded = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh"] if blocks else []
    done = subprocess.run(
        [*bounded, sys.executable if fresh else python(), "-P", "-m", "cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**kept, "PYTHONPATH": _path(), **(environment or {})},
        timeout=seconds,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


class Province:
    """A root node with an operator, a dispatcher and a checker."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.recovery = directory.parent / "recovery.key"

    def __call__(
        self, *words: str, staff: str | None = "op", environment: dict[str, str] | None = None
    ) -> Done:
        acting = ["--as", staff] if staff else []
        secret = {"QIAO_PASSWORD": "geheim-1", "QIAO_NEW_PASSWORD": "geheim-1", **(environment or {})}
        return run("--dir", str(self.directory), *acting, *words, environment=secret)

    def ok(self, *words: str, staff: str | None = "op") -> Any:
        done = self("--json", *words, staff=staff)
        assert done.code == 0, done
        return done.json
