"""The task's text; whether Windows takes it can't be tried here."""

from __future__ import annotations

from pathlib import PurePosixPath
from xml.etree import ElementTree

import pytest

from node.service import windows
from node.service.unit import Service

SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_the_task_is_whole_xml_that_runs_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERDOMAIN", "OFFICE")
    monkeypatch.setenv("USERNAME", "A&B")
    service = Service("qiao-370211", PurePosixPath("/srv/桥 <1>"), ["qiao.exe"], "370211 & co")  # type: ignore[arg-type]
    task = ElementTree.fromstring(windows.text(service).encode(windows.CODING))
    found = {one.tag.removeprefix(SPACE): one.text for one in task.iter()}
    assert found["Command"] == "qiao.exe" and found["UserId"] == "OFFICE\\A&B"
    assert found["Arguments"] == '--dir "/srv/桥 <1>" run --no-tui'
    assert (found["ExecutionTimeLimit"], found["Interval"], found["LogonType"]) == ("PT0S", "PT1M", "S4U")
