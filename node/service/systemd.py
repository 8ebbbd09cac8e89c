"""A node as a service of systemd: installing, taking away, asking how it stands. Of the system where we are root,
else of the user."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.errors import DiskTrouble, NotFound, QiaoError, Stale
from node.language import say

from . import unit
from .unit import Service

SYSTEM_FOLDER = Path("/etc/systemd/system")
BOOTED = Path("/run/systemd/system")  # as sd_booted(3) looks
SECONDS = 150.0  # a stop takes up to unit.STOP_SECONDS
_ASKED = ("ActiveState", "SubState", "UnitFileState", "NRestarts", "MainPID")


def user_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "systemd" / "user"


@dataclass(frozen=True, slots=True)
class Manager:
    """`system`: the system's own, else this user's."""

    system: bool

    @property
    def folder(self) -> Path:
        return SYSTEM_FOLDER if self.system else user_folder()

    def path(self, service: Service) -> Path:
        return self.folder / f"{service.name}.service"

    def check(self) -> None:
        """Raises NotFound `no_systemd`."""
        if shutil.which("systemctl") and BOOTED.is_dir():
            return
        raise NotFound(
            say(
                "这台机器没有 systemd。可以把 --print 打印的内容交给别的服务管理器，或者直接运行节点",
                "there is no systemd on this machine; take what --print prints to another manager, or run the node",
            ),
            code="no_systemd",
            hint="qiao --dir DIR run --no-tui",
        )

    def install(self, service: Service, *, start: bool = True) -> dict[str, Any]:
        """Raises NotFound `no_systemd`, Stale `service_taken`, DiskTrouble, QiaoError `systemctl`."""
        self.check()
        path, text = self.path(service), unit.text(service)
        if path.exists() and not _is_of(path, service.directory):
            raise _taken(path)
        _write(path, text)
        self.call("daemon-reload")
        self.call("enable", path.name)
        if start:
            self.call("restart", path.name)
        lingers = self.system or _linger()
        return {"service": path.name, "file": str(path), "started": start, "at_boot": lingers}

    def uninstall(self, service: Service) -> dict[str, Any]:
        """Nothing to take away is no fault. Raises as `install`."""
        self.check()
        path = self.path(service)
        if not path.exists():
            return {"service": path.name, "file": str(path), "removed": False}
        if not _is_of(path, service.directory):
            raise _taken(path)
        self.call("disable", "--now", path.name)
        try:
            path.unlink()
        except OSError as fault:
            raise _not_written(path, fault) from fault
        self.call("daemon-reload")
        return {"service": path.name, "file": str(path), "removed": True}

    def status(self, service: Service) -> dict[str, Any]:
        """Raises NotFound `no_systemd`."""
        self.check()
        path = self.path(service)
        installed = path.exists() and _is_of(path, service.directory)
        found = self.show(path.name) if installed else {}
        return {
            "service": path.name,
            "file": str(path),
            "installed": installed,
            "current": installed and _read(path) == unit.text(service),
            "enabled": found.get("UnitFileState") == "enabled",
            "active": found.get("ActiveState", "inactive"),
            "state": found.get("SubState", ""),
            "restarts": int(found.get("NRestarts") or 0),
            "pid": int(found.get("MainPID") or 0) or None,
        }

    def show(self, name: str) -> Mapping[str, str]:
        told = self.call("show", name, *(f"--property={one}" for one in _ASKED))
        return dict(line.partition("=")[::2] for line in told.splitlines())

    def call(self, *words: str) -> str:
        """Raises QiaoError `systemctl` with what it said."""
        command = ["systemctl", *([] if self.system else ["--user"]), "--no-ask-password", *words]
        done = _run(command)
        if done.returncode == 0:
            return done.stdout
        said = " ".join(done.stderr.split())[:300]
        raise QiaoError(
            say(f"systemctl {words[0]} 没有成功：{said}", f"systemctl {words[0]} failed: {said}"),
            code="systemctl",
            hint=" ".join(["systemctl", *([] if self.system else ["--user"]), "status", words[-1]]),
        )


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as fault:
        return subprocess.CompletedProcess(list(command), 1, "", type(fault).__name__)


def _linger() -> bool:
    """A user's services run without him being logged in only where that is switched on. Whether it is now."""
    with contextlib.suppress(OSError):
        return _run(["loginctl", "enable-linger"]).returncode == 0
    return False


def program() -> list[str]:
    """The command as it runs now: the script beside Python, else the module."""
    script = Path(sys.executable).with_name("qiao")
    return [str(script)] if script.exists() else [sys.executable, "-m", "cli"]


def _is_of(path: Path, directory: Path) -> bool:
    return f" --dir {unit.quoted(str(directory))} run --no-tui\n" in _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        aside.chmod(0o644)
        os.replace(aside, path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise _not_written(path, fault) from fault


def _not_written(path: Path, fault: OSError) -> DiskTrouble:
    return DiskTrouble(
        say(f"写不了 {path}：{fault.strerror}", f"{path} can't be written: {fault.strerror}"),
        code="read_only",
        hint=f"ls -ld {path.parent}",
    )


def _taken(path: Path) -> Stale:
    return Stale(
        say(f"{path} 是另一个目录的节点", f"{path} is another directory's node"),
        code="service_taken",
        hint="qiao --dir DIR service install --name NAME",
    )
