"""Installing and taking away, beside a systemctl that writes down what it was asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from node.errors import NotFound, QiaoError, Stale
from node.service import systemd, unit
from node.service.systemd import Manager
from node.service.unit import Service

SHOWN = "ActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=2\nMainPID=77\n"
FAKE = """#!/bin/sh
echo "$*" >> "$0.asked"
case "$*" in *show*) printf '%s' "{shown}";; esac
test -e "$0.fails" && {{ echo "Job failed. See journal." >&2; exit 1; }}
exit 0
"""


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user's manager."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("systemctl", "loginctl"):
        (programs / name).write_text(FAKE.format(shown=SHOWN))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(systemd, "BOOTED", tmp_path)
    return programs / "systemctl"


def _asked(systemctl: Path) -> list[str]:
    path = systemctl.with_name("systemctl.asked")
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service("qiao-370211", tmp_path / "node", ["/usr/bin/qiao"], "370211")


def test_installing_writes_the_unit_and_starts_it(systemctl: Path, service: Service) -> None:
    done = Manager(False).install(service)
    path = Path(done["file"])
    assert path.read_text() == unit.text(service) and done["at_boot"]
    assert _asked(systemctl) == [
        "--user --no-ask-password daemon-reload",
        "--user --no-ask-password enable qiao-370211.service",
        "--user --no-ask-password restart qiao-370211.service",
    ]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_installing_again_takes_the_newest_form(systemctl: Path, service: Service) -> None:
    manager = Manager(False)
    manager.install(service, start=False)
    changed = replace(service, command=["/opt/qiao"])
    assert not manager.status(changed)["current"]
    manager.install(changed, start=False)
    assert manager.status(changed)["current"]
    assert not any("restart" in line for line in _asked(systemctl))


def test_another_directorys_service_of_that_name_isnt_touched(systemctl: Path, service: Service) -> None:
    manager = Manager(False)
    path = Path(manager.install(service)["file"])
    other = replace(service, directory=service.directory.with_name("other"))
    for job in (manager.install, manager.uninstall):
        with pytest.raises(Stale) as fault:
            job(other)
        assert fault.value.code == "service_taken" and "--name" in fault.value.hint
    assert path.read_text() == unit.text(service) and not manager.status(other)["installed"]


def test_taking_away_stops_it_and_may_be_said_twice(systemctl: Path, service: Service) -> None:
    manager = Manager(False)
    path = Path(manager.install(service)["file"])
    assert manager.uninstall(service)["removed"] and not path.exists()
    assert not manager.uninstall(service)["removed"]
    assert _asked(systemctl)[-2:] == [
        "--user --no-ask-password disable --now qiao-370211.service",
        "--user --no-ask-password daemon-reload",
    ]


def test_how_it_stands_is_asked_of_the_manager(systemctl: Path, service: Service) -> None:
    manager = Manager(False)
    assert manager.status(service)["installed"] is False
    manager.install(service)
    found = manager.status(service)
    assert (found["active"], found["enabled"], found["restarts"], found["pid"]) == ("active", True, 2, 77)


def test_what_the_manager_refuses_is_told_with_its_words(systemctl: Path, service: Service) -> None:
    systemctl.with_name("systemctl.fails").touch()
    with pytest.raises(QiaoError) as fault:
        Manager(False).install(service)
    assert fault.value.code == "systemctl" and "Job failed" in fault.value.text
    assert fault.value.hint.startswith("systemctl --user status")


def test_without_systemd_it_refuses_and_says_what_to_do(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "BOOTED", tmp_path / "none")
    for job in (Manager(True).install, Manager(True).uninstall, Manager(True).status):
        with pytest.raises(NotFound) as fault:
            job(service)
        assert fault.value.code == "no_systemd" and "run --no-tui" in fault.value.hint
