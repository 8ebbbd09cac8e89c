"""A person at work: one `qiao batch` beside a running node, whose result lines are what was acknowledged."""

from __future__ import annotations

import json
import subprocess
import threading
from random import Random
from typing import Any

from tests.acceptance.office import Act, Office, act, register

# What a batch may say when the node dies under it, and nothing else.
DEATHS = frozenset({"daemon_gone", "no_daemon"})


class Writing:
    """A batch under way. `results` grows as its lines are printed."""

    def __init__(self, office: Office, asked: list[Act]) -> None:
        self.office = office
        self.asked = asked
        self.results: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []
        self._moved = threading.Condition()
        self._ended = False
        self._process = office.begin("batch", str(office.file(asked)), staff="op", stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def come_to(self, count: int) -> None:
        """Returns when so many lines were acknowledged, or there won't be more."""
        with self._moved:
            assert self._moved.wait_for(lambda: self._ended or len(self.results) >= count, 60)

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Returns when the command is over and all it printed is read."""
        self._reader.join(60)
        self._process.wait(60)
        unexpected = [one for one in self.errors if one["error"]["code"] not in DEATHS]
        assert not unexpected, (self.office.code, unexpected)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            # A line without its end was being printed when the command died: nobody could have read it.
            if line.endswith(b"\n"):
                self._take(json.loads(line))
        with self._moved:
            self._ended = True
            self._moved.notify_all()

    def _take(self, said: dict[str, Any]) -> None:
        with self._moved:
            (self.errors if "error" in said else self.results).append(said)
            self._moved.notify_all()


def work(random: Random, office: Office, below: str | None, records: list[str], name: str) -> list[Act]:
    """A batch of an office's: now and then a new ticket, given to the one below; else notes in what is open."""
    lines: list[Act] = []
    opened: list[str] = []
    for turn in range(random.randint(10, 45)):
        if below is not None and random.random() < 0.1:
            opened.append(f"${len(lines) + 1}")
            lines += [register(f"{name}-{turn}"), act("dispatch", opened[-1], lead=below)]
        else:
            text = f"{name}-{turn}" + "。" * random.choice((0, 0, 10, 2000))
            lines.append(act("note", random.choice(records + opened), text=text))
    return lines
