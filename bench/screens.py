"""The screens in real pseudo-terminals over a province of full size: the first list after the login, keys, memory, and
the longest work on the event loop; alone, and with fifteen seats at work.

`python -m bench.screens --dir DIR [--seats 15]`: DIR as `bench.province` leaves it. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import random
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LONG_MS, TOLD_MS = 30.0, 12.0
PASSWORD = "bench-pass"
WALK = ("\x1b[B", "\x1b[B", "\x1b[B", "\x1b[6~", "\x1b[B", "\x1b[A", "\x1b[5~", "\x1b[B")  # keys of a list
PAGES = ("\x1b[B", "\x1b[A")  # of a text


# The seat: a process of its own, whose event loop is timed


def seat(directory: Path, told: Path) -> int:
    """The screens as `qiao` shows them; what its loop did goes to `told` at the end."""
    runs: list[float] = []
    worst: list[tuple[float, str]] = []
    run = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        begun = time.thread_time()  # the machine may do other things meanwhile
        run(self)
        took = (time.thread_time() - begun) * 1000
        runs.append(took)
        if took > TOLD_MS:
            worst.append((took, _named(self)))

    asyncio.Handle._run = timed  # type: ignore[method-assign]
    from tui.app import run as show

    code = show(directory, "zh")
    found = {
        "longest": max(runs),
        "long": sum(took > LONG_MS for took in runs),
        "all": len(runs),
        "worst": sorted(worst, reverse=True)[:8],
    }
    told.write_text(json.dumps(found))
    return code


def _named(handle: asyncio.Handle) -> str:
    task = getattr(getattr(handle, "_callback", None), "__self__", None)
    return task.get_name() if isinstance(task, asyncio.Task) else repr(handle)[:200]


class Seat:
    """One terminal of 140×45."""

    def __init__(self, directory: Path, staff: str, told: Path) -> None:
        self.staff, self.told = staff, told
        self.before_enter: Callable[[], None] = lambda: None
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
            words = [sys.executable, "-m", "bench.screens", "--dir", str(directory), "--seat", str(told)]
            os.execve(sys.executable, words, env)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 140, 0, 0))

    def until(self, wanted: Sequence[str], seconds: float = 60.0) -> float:
        """Reads until one of these was printed; how long it took, in seconds."""
        seen, begun = b"", time.perf_counter()
        while time.perf_counter() - begun < seconds:
            seen += self._read(0.05)
            if any(one.encode() in seen for one in wanted):
                return time.perf_counter() - begun
        raise TimeoutError(f"none of {wanted} came; last {seen[-300:]!r}")

    def quiet(self, seconds: float = 0.3) -> None:
        while self._read(seconds):
            continue

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._fd], [], [], seconds)
        return os.read(self._fd, 1 << 16) if ready else b""

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def sign_in(self) -> float:
        """Seconds from the password's Enter to the first row of the list."""
        self.until(["Ctrl+Q"])
        self.quiet(1.0)
        for keys in (self.staff, "\r", PASSWORD):
            self.type(keys)
            self.quiet()
        self.before_enter()
        self.type("\r")
        return self.until(["-20", "没有"])

    def press(self, keys: str) -> float:
        """Milliseconds until the terminal hears of it."""
        begun = time.perf_counter()
        self.type(keys)
        ready, _, _ = select.select([self._fd], [], [], 5.0)
        took = (time.perf_counter() - begun) * 1000
        if ready:
            self._read(0)
        return took

    @property
    def memory_mib(self) -> tuple[float, float]:
        """Resident, and its proportional share of what processes have in common."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:] if line.split()[1:2]}
        return found["Rss"], found["Pss"]

    def leave(self) -> dict[str, Any]:
        self.type("\x1b\x11")
        self.type("\x11")
        with contextlib.suppress(OSError):
            while self._read(20.0):
                continue
        os.waitpid(self.pid, 0)
        found: dict[str, Any] = json.loads(self.told.read_text()) if self.told.exists() else {}
        return found


# What is measured


def keys(one: Seat, count: int, pause: Callable[[], float], walk: Sequence[str] = WALK) -> list[float]:
    """Each key once the one before was answered, as a person presses them."""
    found = []
    for index in range(count):
        found.append(one.press(walk[index % len(walk)]))
        time.sleep(pause())
        one.quiet(0.0)
    return found


def told(name: str, found: Sequence[float]) -> None:
    ordered = sorted(found)
    figures = {
        "median": statistics.median(ordered),
        "p95": ordered[int(len(ordered) * 0.95)],
        "worst": ordered[-1],
    }
    print(f"{name:<34}", "  ".join(f"{key} {value:.0f} ms" for key, value in figures.items()), flush=True)


@contextlib.contextmanager
def daemon(directory: Path) -> Iterator[None]:
    """`qiao run` beside the seats, as in an office. A province that another version of this program made has its
    projections built anew first, which takes as long as to make it."""
    words = [sys.executable, "cli.py", "--dir", str(directory), "run", "--no-tui", "--listen", "127.0.0.1:0"]
    env = {**os.environ, "QIAO_BACKUP_ENABLED": "false"}
    running = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=env)
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("ready"):
            break
    threading.Thread(target=running.stderr.read, daemon=True).start()
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def forgotten(directory: Path) -> None:
    """Nothing of the database is in the machine's memory any more, as in the morning."""
    for file in directory.glob("node.db*"):
        held = os.open(file, os.O_RDONLY)
        os.fsync(held)
        os.posix_fadvise(held, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(held)


def logins(directory: Path, place: Path, count: int = 5) -> None:
    """`cold`: what the node's opening read is forgotten, too, before the password's Enter."""
    for name, cold in (("login to first list", False), ("the same, cold", True)):
        found = []
        for number in range(count):
            one = Seat(directory, "b01", place / f"{cold}{number}")
            if cold:
                one.before_enter = lambda: forgotten(directory)
            found.append(one.sign_in() * 1000)
            one.quiet(2.0)
            one.leave()
        told(name, found)


def alone(directory: Path, place: Path) -> None:
    one = Seat(directory, "b01", place / "alone")
    one.sign_in()
    one.quiet(2.0)
    told("a key in the list", keys(one, 200, lambda: 0.05))
    one.type("\r")
    one.until(["经过"])
    one.quiet(1.0)
    told("a key in a ticket", keys(one, 50, lambda: 0.05, PAGES))
    rss, pss = one.memory_mib
    print(f"{'memory':<34} {rss:.0f} MiB resident, {pss:.0f} MiB its share")
    looped([one.leave()])


def looped(loops: Sequence[dict[str, Any]]) -> None:
    longest, number = max(one["longest"] for one in loops), sum(one["all"] for one in loops)
    over = f"{sum(one['long'] for one in loops)} of {number} over {LONG_MS:.0f} ms"
    print(f"{'event loop, CPU':<34} longest {longest:.0f} ms, {over}")
    for took, what in sorted((each for one in loops for each in one["worst"]), reverse=True)[:8]:
        print(f"    {took:.0f} ms {what}")


def together(directory: Path, place: Path, seats: int) -> None:
    """All but the first press keys like people; the first is measured."""
    crew = [Seat(directory, f"b{number:02}", place / f"seat{number}") for number in range(1, seats + 1)]
    for one in crew:
        one.sign_in()
    stop = threading.Event()
    chance = random.Random(1)

    def work(one: Seat) -> None:
        while not stop.is_set():
            one.press(chance.choice((*WALK, "\r", "\x1b")))
            one.quiet(0.0)
            time.sleep(chance.uniform(0.3, 2.0))

    others = [threading.Thread(target=work, args=(one,), daemon=True) for one in crew[1:]]
    for thread in others:
        thread.start()
    time.sleep(3)
    told(f"a key, {seats} seats at work", keys(crew[0], 200, lambda: 0.1))
    stop.set()
    for thread in others:
        thread.join()
    memory = [one.memory_mib for one in crew]
    print(f"{'memory a seat':<34} {max(rss for rss, _ in memory):.0f} MiB resident at most, "
          f"{sum(pss for _, pss in memory) / seats:.0f} MiB its share")  # fmt: skip
    looped([found for one in crew if (found := one.leave())])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--seats", type=int, default=15)
    parser.add_argument("--seat", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.seat is not None:
        return seat(asked.dir, asked.seat)
    with tempfile.TemporaryDirectory() as place, daemon(asked.dir):
        logins(asked.dir, Path(place))
        alone(asked.dir, Path(place))
        together(asked.dir, Path(place), asked.seats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
