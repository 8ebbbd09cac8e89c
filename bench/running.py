"""Nodes as processes of the real program, for what is measured from outside: joined over HTTP, asked by the socket.

Backups are off unless asked for: Litestream is a process of its own, and no other peer of the bench has one.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from bench.lives import STAFF
from node.demo.office import PASSWORD, Office
from node.transport import local

ROLES = "operator dispatcher handler supervisor follow_up quality_checker"
TICK = os.sysconf("SC_CLK_TCK")


def office(
    folder: Path, code: str, *, backup: bool = False, place: Path | None = None, password: str = PASSWORD
) -> Office:
    """Nothing of it exists yet, or only its directory `place`, whose administrator has that password."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    off = {"QIAO_PASSWORD": password, **({} if backup else {"QIAO_BACKUP_ENABLED": "false"})}
    return Office(code, f"{code}总工会", None, place or folder / code, folder / "logs", off)


def founded(folder: Path, code: str = "370000", **how: Any) -> Office:
    """A root that runs, with its administrator."""
    made = office(folder, code, **how)
    made.call("init", "--unit", code, "--name", made.name, "--root", "--recovery", str(folder / "root.key"))
    made.start()
    made.add_staff(STAFF, "甲", ROLES, None)
    return made


def joined(made: Office, parent: Office, address: str = "") -> Office:
    """Another that runs, below `parent`. `address`: by which it calls it, if not its own."""
    words = ("--unit", made.code, "--name", made.name, "--address", address or parent.address)
    made.call("join", parent.call("invite", *words, staff=STAFF)["invitation"])
    made.start()
    made.add_staff(STAFF, "甲", ROLES, None)
    return made


@contextlib.contextmanager
def stopped_at_last(*offices: Office) -> Iterator[None]:
    try:
        yield
    finally:
        for one in offices:
            one.stop()


def act(one: Office, verb: str, record: str | None = None, **data: Any) -> dict[str, Any]:
    """At the desk of a node that runs, by the socket, as screens and commands act."""
    params = {"matter": "ticket", "verb": verb, "record": record, "data": data}
    return local.do(one.directory, "act", params, STAFF)


def one(made: Office, query: str) -> int:
    """A number that a node's database gives, read beside it; 0 for none."""
    db = driver.connect(f"file:{made.directory / 'node.db'}?mode=ro", uri=True)
    try:
        return int(db.execute(query).fetchone()[0] or 0)
    finally:
        db.close()


def cpu_seconds(pid: int) -> float:
    """Of a process, so far. Linux alone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mib(pid: int, what: str = "VmRSS") -> float:
    """`VmRSS` now, `VmHWM` at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) / 1024


def waited(what: Any, seconds: float, pause: float = 0.2) -> float:
    """Seconds until `what()` is true. Raises TimeoutError."""
    begun = time.monotonic()
    while not what():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - begun
