"""An office as a program outside sees it: a directory, a process of `qiao run`, and commands given to it.

Everything that a node does, it does in processes of its own. What it shows is read by its commands where
the command is what is tried, else from its directory by `Node`, as the commands do, without a process for
each look.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from node import glance
from node.face import Node
from tests.cli.command import ROOT, Done, run

PASSWORD = "geheim-1"
EVERYBODY = ["operator", "lawyer", "dispatcher", "supervisor", "handler", "follow_up", "quality_checker"]
NAMES = {
    "370000": "山东省总工会",
    "370200": "青岛市总工会",
    "370211": "黄岛区总工会",
    "370212": "崂山区总工会",
}
Act = dict[str, Any]


class Office:
    """Who acts is `op`, who has every role."""

    def __init__(self, base: Path, code: str) -> None:
        self.code = code
        self.name = NAMES.get(code, code)
        self.base = base
        self.directory = base / code
        self.log = base / f"{code}.log"
        self.environment = {"QIAO_PASSWORD": PASSWORD, "QIAO_NEW_PASSWORD": PASSWORD}
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._files = 0

    # Its life

    def found(self) -> None:
        """The root of a tree."""
        recovery = str(self.base / "recovery.pem")
        self.ok(
            "init", "--unit", self.code, "--name", self.name, "--root", "--recovery", recovery, staff=None
        )

    def invite(self, code: str, address: str | None = None, **more: str) -> str:
        words = ["--unit", code, "--name", NAMES.get(code, code), "--address", address or self.address]
        return str(self.ok("invite", *words)["invitation"])

    def hire(self) -> None:
        roles = [word for role in EVERYBODY for word in ("--role", role)]
        self.ok("staff", "add", "op", "--name", "赵", *roles, staff=None)

    def start(self, listen: str | None = None) -> None:
        """Returns when it says that it is ready."""
        mark = self.log.stat().st_size if self.log.exists() else 0
        words = ["run", "--no-tui", "--listen", listen or f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as sink:
            self.process = self.begin(*words, stdout=sink, stderr=sink)
        until(lambda: b"\nready " in b"\n" + self._told(mark) or self.process.poll() is not None)
        ready = [line for line in self._told(mark).splitlines() if line.startswith(b"ready ")]
        assert ready, self._told(mark).decode(errors="replace")
        self.port = int(ready[0].rpartition(b":")[2])

    def _told(self, mark: int) -> bytes:
        """What the process has printed since, in whole lines."""
        return self.log.read_bytes()[mark:].rpartition(b"\n")[0]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(30) == 0
        self.process = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self.process = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # Commands

    def __call__(self, *words: str, staff: str | None = "op", **more: str) -> Done:
        acting = ["--as", staff] if staff else []
        place = ["--dir", str(self.directory), "--json"]
        return run(*place, *acting, *words, environment={**self.environment, **more})

    def ok(self, *words: str, staff: str | None = "op") -> Any:
        done = self(*words, staff=staff)
        assert done.code == 0, (self.code, words, done)
        return done.json

    def begin(
        self, *words: str, staff: str | None = None, before: Callable[[], None] | None = None, **how: Any
    ) -> subprocess.Popen[bytes]:
        """A command that isn't waited for. `before` runs in its process first."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QIAO_")}
        path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
        acting = ["--as", staff] if staff else []
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "cli", "--dir", str(self.directory), *acting, *words],
            stdin=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": path, **self.environment},
            preexec_fn=before,
            **how,
        )

    def file(self, content: str | bytes | Sequence[Act]) -> Path:
        """A new file; acts are written one a line."""
        self._files += 1
        path = self.base / f"{self.code}-{self._files}.jsonl"
        if not isinstance(content, str | bytes):
            content = "".join(json.dumps(act, ensure_ascii=False) + "\n" for act in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def batch(self, content: str | bytes | Sequence[Act], *words: str) -> tuple[int, list[Any]]:
        """(exit code, one result a line)."""
        done = self("batch", str(self.file(content)), *words)
        return done.code, [json.loads(line) for line in done.out.splitlines()]

    def acts(self, *acts: Act) -> list[Any]:
        """All of them done."""
        code, results = self.batch(acts)
        assert code == 0, (self.code, results[-1])
        return results

    def status(self) -> Mapping[str, Any]:
        return glance.status(self.directory)

    def show(self, record: str) -> Any:
        with Node.open(self.directory) as node:
            return node.show("ticket", record)

    def listed(self) -> Sequence[Any]:
        """Every ticket in its scope."""
        with Node.open(self.directory) as node:
            return node.list("ticket", limit=1000).items

    def heads(self) -> Sequence[Any]:
        with Node.open(self.directory) as node:
            return node.heads()

    def digest(self, unit: str | None = None) -> Any:
        with Node.open(self.directory) as node:
            return node.digest(unit)

    def exceptions(self, kind: str | None = None) -> Sequence[Any]:
        with Node.open(self.directory) as node:
            return node.exceptions(kind, limit=500).items

    def problems(self) -> Any:
        """What a verification of everything finds."""
        with Node.open(self.directory) as node:
            return node.verify(every_signature=True)["problems"]

    def health(self) -> tuple[int, Any]:
        """Without the backup's colour, which is red for a node that has just begun."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request("GET", "/health")
        answer = line.getresponse()
        try:
            told = json.loads(answer.read())
            del told["backup"]
            return answer.status, told
        finally:
            line.close()

    def exchange(self, path: str, body: bytes, **headers: str) -> tuple[int, str, bytes]:
        """(status, code of a refusal, body of the answer)."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        try:
            return answer.status, answer.headers.get("qiao-code", ""), answer.read()
        finally:
            line.close()


class Tree:
    """Province, city and the counties asked for; each joined over HTTP and running."""

    def __init__(self, base: Path, *counties: str, dial: Callable[[str, int], int] | None = None) -> None:
        """`dial`: the port at which a county reaches its city, given its code and the city's port."""
        self.province, self.city = Office(base, "370000"), Office(base, "370200")
        self.counties = [Office(base, code) for code in counties]
        self._dial = dial or (lambda _code, port: port)

    def build(self) -> None:
        self.province.found()
        self.province.start()
        self.province.hire()
        self.join(self.province, self.city)
        at_once(lambda county: self.join(self.city, county), self.counties)

    def join(self, upper: Office, office: Office) -> None:
        port = self._dial(office.code, upper.port)
        invitation = upper.invite(office.code, f"http://127.0.0.1:{port}")
        office.ok("join", invitation, staff=None)
        office.start()
        office.hire()

    @property
    def offices(self) -> list[Office]:
        return [self.province, self.city, *self.counties]

    @property
    def links(self) -> list[tuple[Office, Office]]:
        """Each parent with its child."""
        return [(self.province, self.city), *((self.city, county) for county in self.counties)]

    def quiet(self, *but: Office) -> None:
        """Returns when nothing waits on a line; those of `but` are cut."""
        asked = [one for one in self.offices if one not in but]
        codes = {one.code for one in asked}
        until(lambda: not any(_pending(one.status(), codes) for one in asked))

    def agree(self) -> None:
        """Each child's digest of its own is its parent's for it, and nothing is undelivered."""
        for upper, child in self.links:
            mine, theirs = child.digest(), upper.digest(child.code)
            for key in ("digest", "code", "records"):
                assert mine[key] == theirs[key], (mine, theirs)
            assert (mine["undelivered_up"], theirs["undelivered_down"]) == (0, 0)

    def stop(self) -> None:
        for office in reversed(self.offices):
            if office.process is not None:
                office.process.kill()
                office.process.wait()


def _pending(status: Mapping[str, Any], codes: set[str]) -> int:
    told = status["pending_down"].items()
    down = sum(one["commits"] for unit, one in told if unit.split("/")[-1] in codes)
    return int(status["pending_up"] + down)


def at_once(do: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
    """One for each, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(do, things))


def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it didn't come to hold"
        time.sleep(0.05)


# Acts as lines of a batch


def act(action: str, record: str | None = None, **data: Any) -> Act:
    line = {"matter": "ticket", "action": action, "data": data}
    return line if record is None else {**line, "record": record}


def register(narrative: str, **more: Any) -> Act:
    """A worker's wish that wants handling."""
    fields = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages/arrears"}
    return act("register", **fields, narrative=narrative, **more)


def submit(record: str, text: str = "已办理。") -> Act:
    return act("submit", record, result="completed", resolved=True, text=text)


def given(tree: Tree, narrative: str, county: Office, **more: Any) -> str:
    """A ticket registered in the province and sent down to `county`, where it has come."""
    made = tree.province.acts(register(narrative, **more), act("dispatch", "$1", lead=tree.city.code))
    record = str(made[0]["record"])
    tree.quiet()
    tree.city.acts(act("dispatch", record, lead=county.code))
    tree.quiet()
    return record
