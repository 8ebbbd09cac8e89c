"""A real pseudo-terminal around the application: what it is sent, what it prints."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
from tui.app import run
sys.exit(run(Path(sys.argv[1]), "zh"))
"""


class Terminal:
    """The node in `directory`, shown in 80×24. `seen` is every byte printed so far."""

    def __init__(self, directory: Path, columns: int = 80, lines: int = 24) -> None:
        self.seen = b""
        self._waited = 0
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
            os.execve(sys.executable, [sys.executable, "-c", PROGRAM, str(directory)], environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text: str) -> None:
        """As a person does: only once what was typed before has been answered."""
        self.send(text)
        self.settle()

    def send(self, text: str) -> None:
        """Without waiting for the answer: as a key held down."""
        os.write(self._fd, text.encode())

    def wait_for(self, text: str, seconds: float = 40.0) -> None:
        """Reads until `text` was printed after what the last wait found. Raises AssertionError."""
        wanted, end = text.encode(), time.monotonic() + seconds
        while wanted not in self.seen[self._waited :]:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                tail = self.seen[-600:].decode(errors="replace")
                raise AssertionError(f"{text!r} was never printed; last: {tail!r}")
        self._waited = self.seen.index(wanted, self._waited) + len(wanted)

    def settle(self, quiet: float = 0.4, seconds: float = 20.0) -> None:
        """Reads until nothing was printed for `quiet` seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._read(quiet):
            continue

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            found = os.read(self._fd, 65536)
        except OSError:
            return False
        self.seen += found
        return bool(found)

    def close(self) -> int:
        """Leaves by Ctrl+Q; the exit code."""
        os.write(self._fd, b"\x11")
        end = time.monotonic() + 20
        while time.monotonic() < end and self._read(max(0.0, end - time.monotonic())):
            continue
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
