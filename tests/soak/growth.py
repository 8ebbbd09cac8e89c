"""What grows in a node while it runs: files, memory, descriptors; each with the bound that it has to keep."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tests.acceptance.office import Office

MB = 1 << 20
LITESTREAM = ".node.db-litestream"  # what it keeps beside the database


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one node at one moment. Bytes, but for the last two; 0 where there is no process, or no /proc."""

    database: int
    wal: int
    log: int
    litestream: int
    replica: int
    leftovers: int  # files beside those that a node has: what a kill left behind
    memory: int
    descriptors: int
    threads: int

    def told(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Bounds:
    """`first` is of the same process, when it had begun to work."""

    wal: int
    log: int
    memory: int = 200 * MB  # beside what it had
    descriptors: int = 40  # beside what it had: connections come and go
    threads: int = 24

    def broken(self, first: Sizes, last: Sizes) -> list[str]:
        found = []
        for name, most in (("wal", self.wal), ("log", self.log), ("leftovers", 0)):
            if getattr(last, name) > most:
                found.append(f"{name}: {getattr(last, name):,} bytes, {most:,} at most")
        for name in ("memory", "descriptors", "threads"):
            grown = getattr(last, name) - getattr(first, name)
            if grown > getattr(self, name):
                found.append(f"{name}: grown by {grown:,}, {getattr(self, name):,} at most")
        return found


def measured(office: Office, replica: Path) -> Sizes:
    here = office.directory
    pid = office.process.pid if office.process is not None else 0
    return Sizes(
        database=_size(here / "node.db"),
        wal=_size(here / "node.db-wal"),
        log=_tree(here / "log"),
        litestream=_tree(here / LITESTREAM),
        replica=_tree(replica),
        leftovers=sum(_tree(path) for path in here.iterdir() if _is_left(path)),
        memory=_memory(pid),
        descriptors=len(_listed(Path(f"/proc/{pid}/fd"))),
        threads=len(_listed(Path(f"/proc/{pid}/task"))),
    )


def _is_left(path: Path) -> bool:
    """What is made under a name that is to go again."""
    return (
        path.name.startswith((".copy-", ".drill-", ".backup.json-", ".litestream.yml-"))
        or path.suffix == ".part"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _tree(path: Path) -> int:
    if path.is_file():
        return _size(path)
    return sum(_size(Path(folder, name)) for folder, _, names in os.walk(path) for name in names)


def _listed(path: Path) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def _memory(pid: int) -> int:
    """Resident, of the process alone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def table(rows: list[tuple[str, str, Sizes]]) -> str:
    """(when, unit, sizes) as a table; bytes in KB."""
    names = [one.name for one in fields(Sizes)]
    lines = ["| when | unit | " + " | ".join(names) + " |", "| --- | --- |" + " ---: |" * len(names)]
    for when, unit, sizes in rows:
        cells = [
            f"{value:,}" if name in ("descriptors", "threads") else f"{value >> 10:,}"
            for name, value in sizes.told().items()
        ]
        lines.append(f"| {when} | {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
