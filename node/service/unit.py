"""The systemd unit of one node, as text. Pure.

What it must not break: Litestream, which the node starts in a session of its own and stops in its turn (so only the
main process is told to stop); SQLite, which writes beside its file; the drop folder and the backup on other disks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Behind the node's own bound (node/daemon.py, STOP_SECONDS): the manager kills only what that didn't end.
STOP_SECONDS = 120
WATCHDOG_SECONDS = 120
# Wrong words, no permission, no node, damaged: these don't get better by trying again.
FINAL = (2, 3, 4, 7)

# Need nothing but the kernel: good for a user's own unit, too.
PLAIN = (
    "NoNewPrivileges=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native",
    # Netlink is how the C library finds the machine's addresses.
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
)
# Need name spaces that only the system's manager may make.
CONFINED = (
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "ProtectProc=invisible",
    "RestrictNamespaces=yes",
)
LISTEN = "CAP_NET_BIND_SERVICE"
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))


@dataclass(frozen=True, slots=True)
class Service:
    """`command`: the program and its words, but for `--dir DIR run --no-tui`. `writes`: folders outside of the
    directory that the node writes to. `user`: None for a user's own unit."""

    name: str
    directory: Path
    command: Sequence[str]
    unit_name: str
    user: str | None = None
    writes: tuple[Path, ...] = ()
    low_port: bool = False  # it listens where else only root may

    @property
    def words(self) -> list[str]:
        return [*self.command, "--dir", str(self.directory), "run", "--no-tui"]


def text(service: Service) -> str:
    return "\n".join(
        (*_unit(service), "", *_service(service), "", "[Install]", f"WantedBy={_target(service)}", "")
    )


def _unit(service: Service) -> Iterable[str]:
    yield "# Written by `qiao service install`; what you add in a drop-in (systemctl edit) stays."
    yield "[Unit]"
    yield f"Description=Qiao {_plain(service.unit_name)}"
    yield "Wants=network-online.target"
    yield "After=network-online.target time-sync.target"
    yield f"RequiresMountsFor={' '.join(map(quoted_path, (service.directory, *service.writes)))}"
    yield "StartLimitIntervalSec=0"


def _service(service: Service) -> Iterable[str]:
    yield "[Service]"
    yield "Type=notify"
    yield "NotifyAccess=main"
    yield f"ExecStart={' '.join(map(quoted, service.words))}"
    yield f"WorkingDirectory={str(service.directory).replace('%', '%%')}"
    yield "Environment=LANG=C.UTF-8 PYTHONUNBUFFERED=1"
    if service.user is not None:
        yield f"User={service.user}"
    yield "UMask=0077"
    yield "Restart=on-failure"
    yield "RestartSec=10"
    yield f"RestartPreventExitStatus={' '.join(map(str, FINAL))}"
    # Projections of a large node are made anew after an upgrade, before it is ready.
    yield "TimeoutStartSec=infinity"
    yield f"TimeoutStopSec={STOP_SECONDS}"
    yield f"WatchdogSec={WATCHDOG_SECONDS}"
    yield "KillMode=mixed"
    yield "OOMPolicy=continue"
    yield "LimitNOFILE=8192"
    yield from PLAIN
    if service.user is not None:
        yield from CONFINED
        yield f"CapabilityBoundingSet={LISTEN if service.low_port else ''}"
        if service.low_port:
            yield f"AmbientCapabilities={LISTEN}"
        if not any(path.is_relative_to(one) for one in TEMPORARY for path in _places(service)):
            yield "PrivateTmp=yes"
        # What isn't there yet is no reason not to start.
        yield f"ReadWritePaths={quoted_path(service.directory)}"
        yield from (f"ReadWritePaths=-{quoted_path(path)}" for path in service.writes)


def _places(service: Service) -> Iterable[Path]:
    return (service.directory, *service.writes, Path(service.command[0]))


def _target(service: Service) -> str:
    return "default.target" if service.user is None else "multi-user.target"


def quoted(word: str) -> str:
    """One word of a command line, as systemd.service(5) reads it: specifiers and variables aren't expanded."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return plain if re.fullmatch(r"[\w@%+=:,./-]+", plain, re.ASCII) else f'"{plain}"'


def quoted_path(path: Path) -> str:
    plain = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return plain if re.fullmatch(r"[\w@%+=:,./-]+", plain, re.ASCII) else f'"{plain}"'


def _plain(text: str) -> str:
    return re.sub(r"[^\w /().-]", " ", text).replace("%", "%%").strip()
