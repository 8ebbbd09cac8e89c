"""The real command in processes of its own, as a program or a person calls it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


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


def run(
    *words: str, environment: dict[str, str] | None = None, seconds: float = 100, blocks: int | None = None
) -> Done:
    """`blocks` of 512 bytes: no file may grow past them, as on a full disk."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QIAO_")}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    bounded = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh"] if blocks else []
    done = subprocess.run(
        [*bounded, sys.executable, "-P", "-m", "cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**kept, "PYTHONPATH": path, **(environment or {})},
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
