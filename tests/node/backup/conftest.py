from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from node.backup import sealed
from node.config import Config
from node.config import load as load_config
from tests.cli.command import Province
from tests.node.backup.servers import Server, server

REGISTER = ("ticket", "register", "--channel", "phone", "--class", "resolution_request", "--topic", "legal")


@dataclass(frozen=True)
class Backed:
    directory: Path
    records: tuple[str, str]
    between_ms: int  # after the first, before the second

    @property
    def config(self) -> Config:
        return load_config(self.directory, environ={})

    @property
    def place(self) -> Path:
        return self.directory / "backup"


@pytest.fixture(scope="session")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server("sftp", tmp_path_factory.mktemp("sftp")) as found:
        yield found


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server("s3", tmp_path_factory.mktemp("s3")) as found:
        yield found


@pytest.fixture
def far(request: pytest.FixtureRequest) -> Callable[[str], Server]:
    """The server of a kind."""

    def found(kind: str) -> Server:
        served: Server = request.getfixturevalue(kind)
        return served

    return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its least: what is tried isn't how long it takes."""
    monkeypatch.setattr(sealed.Recipient.__init__, "__defaults__", (1, 64, 1))


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Backed:
    """A province with two tickets, an attachment at the first, and a replica of it; between the two a moment passed."""
    base = tmp_path_factory.mktemp("backed")
    node = Province(base / "node")
    node.ok(
        "init",
        "--unit",
        "370000",
        "--name",
        "山东省总工会",
        "--root",
        "--recovery",
        str(node.recovery),
        staff=None,
    )
    node.ok("staff", "add", "op", "--name", "赵", "--role", "operator", "--role", "dispatcher", staff=None)
    (base / "照片.pdf").write_bytes(b"%PDF-1.4\n" + bytes(3000))
    first = node.ok(*REGISTER, "--narrative", "一")["record"]
    node.ok("ticket", "attach", first, str(base / "照片.pdf"))
    node.ok("backup", "now", staff=None)
    between = int(time.time() * 1000) + 1
    time.sleep(1.1)  # an SFTP server keeps whole seconds
    second = node.ok(*REGISTER, "--narrative", "二")["record"]
    node.ok("backup", "now", staff=None)
    return Backed(node.directory, (first, second), between)


@pytest.fixture
def backed(kept: Backed, tmp_path: Path) -> Backed:
    """A copy to be spoilt."""
    shutil.copytree(kept.directory, tmp_path / "node")
    return replace(kept, directory=tmp_path / "node")
