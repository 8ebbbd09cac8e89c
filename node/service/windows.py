"""A node as a task of Windows' scheduler: run at the machine's start, begun again when it fails. Written for Windows
and never tried there; nothing but `schtasks`, which every Windows has.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from node.errors import NotFound, QiaoError
from node.language import say
from node.transport import local

from .unit import Service

SECONDS = 60.0
CODING = "utf-16"  # as schtasks wants it, with its mark

_TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Qiao {unit}</Description></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>
  <Principals><Principal id="Author">
    <UserId>{user}</UserId><LogonType>S4U</LogonType><RunLevel>LeastPrivilege</RunLevel>
  </Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author"><Exec>
    <Command>{command}</Command><Arguments>{arguments}</Arguments><WorkingDirectory>{directory}</WorkingDirectory>
  </Exec></Actions>
</Task>
"""


def text(service: Service) -> str:
    program, *words = service.words
    user = "\\".join(filter(None, (os.environ.get("USERDOMAIN"), os.environ.get("USERNAME"))))
    return _TASK.format(
        unit=escape(service.unit_name),
        user=escape(user),
        command=escape(program),
        arguments=escape(subprocess.list2cmdline(words)),
        directory=escape(str(service.directory)),
    )


class Scheduler:
    """The same face as systemd.Manager."""

    def install(self, service: Service, *, start: bool = True) -> dict[str, Any]:
        """Raises NotFound `no_scheduler`, QiaoError `schtasks`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "task.xml"
            path.write_text(text(service), encoding=CODING)
            _call("/Create", "/TN", service.name, "/XML", str(path), "/F")
        if start:
            _call("/Run", "/TN", service.name)
        return {"service": service.name, "file": "", "started": start, "at_boot": True}

    def uninstall(self, service: Service) -> dict[str, Any]:
        """The node is asked to stop first: what the scheduler does to it is an end, not a stop."""
        if local.is_running(service.directory):
            local.do(service.directory, "stop")
        _call("/Delete", "/TN", service.name, "/F")
        return {"service": service.name, "file": "", "removed": True}

    def status(self, service: Service) -> dict[str, Any]:
        try:
            _call("/Query", "/TN", service.name)
            installed = True
        except QiaoError:
            installed = False
        active = "active" if local.is_running(service.directory) else "inactive"
        return {
            "service": service.name, "file": "", "installed": installed, "current": installed, "enabled": installed,
            "active": active, "state": "", "restarts": 0, "pid": None,
        }  # fmt: skip


def _call(*words: str) -> None:
    command: Sequence[str] = ["schtasks", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as fault:
        raise NotFound(
            say("没有任务计划程序 schtasks", "there is no schtasks"),
            code="no_scheduler",
            hint="qiao run --no-tui",
        ) from fault
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[:300]
        raise QiaoError(
            say(f"schtasks {words[0]} 没有成功：{said}", f"schtasks {words[0]} failed: {said}"),
            code="schtasks",
            hint="qiao service status",
        )
