"""Backups under fire: real nodes, the real Litestream, a directory, an SFTP server and a bucket.

    python -m tests.soak.backups [--seed 1] [--only killed]

Each trial ends with a drill that has to be sound, and a restore in which every acknowledged act has to be. How long
it took is told, and isn't asserted.

    killed    the node, its Litestream or all of it dies by SIGKILL in the middle of acts, and is started again
    stopped   the SFTP server goes away and comes back; the node works on
    deaf      the line to the bucket swallows everything, then carries again; the node works on
    full      the replica's disk is full, then has room again (a small tmpfs: needs root, else it is left out)
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random, choices
from string import ascii_lowercase

from tests.acceptance.office import Office, until
from tests.acceptance.relay import BadLine, Shape
from tests.node.backup.servers import server

WORD = "correct horse battery"
REGISTER = {"channel": "phone", "class": "resolution_request", "topic": "legal"}


class Trial:
    """A root office with its backups; `said`: the narratives that were acknowledged."""

    def __init__(self, base: Path, settings: str, secrets: dict[str, str]) -> None:
        self.base = base
        self.office = Office(base, "370000")
        self.office.environment |= {"QIAO_BACKUP_PASSPHRASE": WORD, **secrets}
        self.office.found()
        self.office.hire()
        with (self.office.directory / "node.toml").open("a", encoding="utf-8") as file:
            file.write("\n" + settings)
        self.said: list[str] = []
        self.office.ok("backup", "keys", str(base / "keys"), staff=None)
        self._restores = 0

    def work(self, count: int = 5, size: int = 200) -> None:
        """Acts, each acknowledged before it counts."""
        for _ in range(count):
            text = f"{len(self.said)}. " + "".join(choices(ascii_lowercase, k=size))  # digits might be masked
            done = self.office("ticket", "register", *_options(narrative=text))
            if done.code == 0:
                self.said.append(text)

    def backed_up(self) -> bool:
        return bool(self.office("backup", "now", staff=None).code == 0)

    def faults(self) -> set[str]:
        return {one["fault"] for one in self.office.ok("backup", "status", staff=None)["replicas"]} - {""}

    def prove(self) -> None:
        """A sound drill of every replica, and a restore with everything that was said."""
        drilled = self.office("backup", "drill", staff=None)
        assert drilled.code == 0, drilled
        self.office.stop()
        for name in [one["replica"] for one in drilled.json["drills"]]:
            self._restored(name)

    def _restored(self, name: str) -> None:
        self._restores += 1
        other = Office(self.base / f"restored-{self._restores}", self.office.code)
        other.environment = self.office.environment
        other.directory.mkdir(parents=True)
        (other.directory / "node.toml").write_bytes((self.office.directory / "node.toml").read_bytes())
        other.ok("restore", "--from", name, "--keys", str(self.base / "keys"), staff=None)
        found = {one["title"] for one in other.listed()}
        missing = [text for text in self.said if not any(text.startswith(title[:20]) for title in found)]
        assert not missing and other.problems() == [], (name, missing)


def _options(**more: str) -> Iterator[str]:
    for name, value in {**REGISTER, **more}.items():
        yield from (f"--{name}", value)


def killed(base: Path, random: Random, _stack: ExitStack) -> None:
    places = "".join(f'[[backup.replica]]\npath = "{base / name}"\n' for name in ("first", "second"))
    trial = Trial(base, places, {})
    for _ in range(6):
        trial.office.start()
        trial.work(random.randint(1, 4), random.choice((200, 20_000)))
        for pid in _litestreams(trial.office.directory):
            if random.random() < 0.6:
                os.kill(pid, signal.SIGKILL)
        trial.work(random.randint(0, 2))
        if random.random() < 0.7:
            trial.office.kill()
        else:
            trial.office.stop()
    trial.office.start()
    until(trial.backed_up)
    trial.prove()


def stopped(base: Path, _random: Random, stack: ExitStack) -> None:
    away = stack.enter_context(server("sftp", base / "served"))
    line = BadLine(away.port)
    trial = Trial(base, away.settings("deep/replica", "nas", line.port), {"QIAO_BACKUP_SECRET": away.secret})
    trial.office.start()
    trial.work()
    until(trial.backed_up)
    line.cut()
    trial.work()
    assert not trial.backed_up() and trial.faults() == {"backup_unreachable"}, trial.faults()
    trial.work()
    line.restore()
    until(trial.backed_up)
    trial.prove()


def deaf(base: Path, _random: Random, stack: ExitStack) -> None:
    bucket = stack.enter_context(server("s3", base / "served"))
    line = BadLine(bucket.port)
    trial = Trial(base, bucket.settings("replica", "cloud", line.port), {"QIAO_BACKUP_SECRET": bucket.secret})
    trial.office.start()
    trial.work()
    until(trial.backed_up)
    line.shape = Shape(deaf=True, mute=True)
    begun = time.monotonic()
    trial.work(10)
    assert len(trial.said) == 15
    print(f"  ten acts beside a dead line: {time.monotonic() - begun:.1f} s", flush=True)
    line.shape = Shape()
    line.drop()
    until(trial.backed_up)
    trial.prove()


def full(base: Path, _random: Random, stack: ExitStack) -> None:
    place = base / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "qiao", str(place)], capture_output=True
    ).returncode:
        print("  left out: no tmpfs can be mounted here", flush=True)
        return
    stack.callback(subprocess.run, ["umount", "-l", str(place)], check=False)
    trial = Trial(base, f'[[backup.replica]]\npath = "{place}/replica"\n', {})
    trial.office.start()
    trial.work()
    until(trial.backed_up)
    until(lambda: _grown(trial))
    trial.work()
    assert "backup_full" in trial.faults(), trial.faults()
    subprocess.run(["mount", "-o", "remount,size=60m", str(place)], check=True)
    until(trial.backed_up)
    trial.prove()


def _grown(trial: Trial) -> bool:
    """More is written than the place can take."""
    trial.work(3, 40_000)
    return not trial.backed_up()


def _litestreams(directory: Path) -> list[int]:
    """Processes of a Litestream of this directory."""
    return [pid for pid, words in _processes(directory) if b"replicate" in words]


def _running(base: Path) -> list[int]:
    return [pid for pid, words in _processes(base) if b"run" in words]


def _processes(directory: Path) -> Iterator[tuple[int, list[bytes]]]:
    """That name this directory: (process, its words)."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(os.fsencode(directory) in word for word in words):
            yield int(path.parent.name), words


TRIALS: dict[str, Callable[[Path, Random, ExitStack], None]] = {
    "killed": killed,
    "stopped": stopped,
    "deaf": deaf,
    "full": full,
}


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="qiao-backups-") as folder:
        yield Path(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--only", choices=sorted(TRIALS))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    failed = 0
    for name, trial in TRIALS.items():
        if asked.only in (None, name):
            failed += not _ran(name, trial, Random(asked.seed))
    return 1 if failed else 0


def _ran(name: str, trial: Callable[[Path, Random, ExitStack], None], random: Random) -> bool:
    begun = time.monotonic()
    with _folder() as base, ExitStack() as stack:
        try:
            trial(base, random, stack)
            told, sound = "sound", True
        except Exception as fault:
            told, sound = f"FAILED: {fault!r}"[:1500], False
        finally:
            for pid in _running(base):
                os.kill(pid, signal.SIGTERM)
    print(f"{name}: {told} ({time.monotonic() - begun:.0f} s)", flush=True)
    return sound


if __name__ == "__main__":
    sys.exit(main())
