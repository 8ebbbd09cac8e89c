"""One office of the demo: a directory, a process of `qiao run`, and commands given to it.

Everything goes through the public command in a process of its own; nothing here knows Node.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.errors import Damaged
from node.language import say

PASSWORD = "qiao-demo"
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
COMMAND_SECONDS = 300.0
_ROOT = Path(__file__).resolve().parents[2]
_QIAO = (sys.executable, "-P", "-m", "cli")


@dataclass
class Office:
    """`dials` is where its parent is reached; `port` is 0 until it first ran."""

    code: str
    name: str
    parent: str | None
    directory: Path
    logs: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process is not None else 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Runs the node, and waits until it says that it is ready. Raises Damaged (`demo_failed`)."""
        log = self.logs / f"{self.code}.log"
        mark = log.stat().st_size if log.exists() else 0
        words = ["run", "--no-tui", "--listen", f"127.0.0.1:{self.port}"]
        with log.open("ab") as sink:
            # A session of its own: Ctrl-C reaches the demo alone, which stops its nodes whole.
            self.process = subprocess.Popen(
                self.command(*words),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=self._environment(),
                start_new_session=True,
            )
        self.port = _ready(self.process, log, mark)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """SIGTERM, and after a while SIGKILL; returns when the process is gone."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        finally:
            # Also when a second Ctrl-C comes while we wait.
            self.process.kill()
            self.process.wait()
            self.process = None

    def call(self, *words: str, staff: str | None = None, exits: Sequence[int] = (0,)) -> dict[str, Any]:
        """The command's JSON document. Raises Damaged (`demo_failed`) for another exit than `exits`."""
        code, out, narration = self._run(["--json", *words], staff, {})
        if code not in exits:
            raise failed(self.code, words, code, out or narration)
        try:
            found = json.loads(out)
        except ValueError as error:
            raise failed(self.code, words, code, out) from error
        assert isinstance(found, dict)
        return found

    def add_staff(self, staff: str, name: str, roles: str, by: str | None) -> None:
        words = ["--json", "staff", "add", staff, "--name", name]
        words += [part for role in roles.split() for part in ("--role", role)]
        code, out, _ = self._run(words, by, {"QIAO_NEW_PASSWORD": PASSWORD})
        if code:
            raise failed(self.code, words, code, out)

    def batch(self, file: Path, acts: Sequence[Mapping[str, Any]], staff: str) -> list[dict[str, Any]]:
        """One result for each act, in order; an act that was refused has `error`."""
        if not acts:
            return []
        file.write_text("".join(json.dumps(act, ensure_ascii=False) + "\n" for act in acts), "utf-8")
        code, out, narration = self._run(["batch", str(file), "--keep-going"], staff, {})
        results = [json.loads(line) for line in out.splitlines()]
        if len(results) != len(acts):
            raise failed(self.code, ("batch", str(file)), code, narration)
        return results

    def _run(self, words: Sequence[str], staff: str | None, more: Mapping[str, str]) -> tuple[int, str, str]:
        acting = ["--as", staff] if staff else []
        done = subprocess.run(
            self.command(*acting, *words),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**self._environment(), **more},
            timeout=COMMAND_SECONDS,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")

    def command(self, *words: str) -> list[str]:
        return [*_QIAO, "--dir", str(self.directory), *words]

    def plain_environment(self) -> dict[str, str]:
        """Without the password: a person types it."""
        return {name: value for name, value in self._environment().items() if name != "QIAO_PASSWORD"}

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        own = {name: value for name, value in os.environ.items() if name not in ("QIAO_DIR", "QIAO_LISTEN")}
        return {**own, "PYTHONPATH": path, "QIAO_PASSWORD": PASSWORD, **self.environment}


def failed(unit: str, words: Sequence[str], code: int, told: str) -> Damaged:
    said = f"qiao {' '.join(words)} → {code}: {told.strip()[-800:]}"
    return Damaged(
        say(f"演示在 {unit} 失败：{said}", f"the demo failed at {unit}: {said}"), code="demo_failed"
    )


def _ready(process: subprocess.Popen[bytes], log: Path, mark: int) -> int:
    """The port in the line `ready HOST:PORT` behind `mark` of the log."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        text = log.read_bytes()[mark:].decode(errors="replace")
        for line in text.splitlines():
            if line.startswith("ready ") and text.endswith("\n"):
                return int(line.rpartition(":")[2])
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    tail = log.read_text("utf-8", "replace")[-800:]
    raise failed(log.stem, ("run",), process.poll() or 0, tail)
