"""The unit's text: what systemd reads it as, and what it must not break."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from node import daemon
from node.service import unit
from node.service.unit import Service

HERE = Path("/srv/qiao")


def _service(**more: object) -> Service:
    given = {
        "name": "qiao-370211",
        "directory": HERE,
        "command": ["/bin/sh"],
        "unit_name": "370211",
        "user": "qiao",
    }
    return Service(**{**given, **more})  # type: ignore[arg-type]


def _lines(service: Service) -> list[str]:
    return unit.text(service).splitlines()


def test_the_manager_waits_longer_than_the_node_takes() -> None:
    assert daemon.STOP_SECONDS < unit.STOP_SECONDS
    assert f"TimeoutStopSec={unit.STOP_SECONDS}" in _lines(_service())


def test_only_the_node_is_told_to_stop_and_it_stops_litestream() -> None:
    assert {"KillMode=mixed", "OOMPolicy=continue", "Type=notify"} <= set(_lines(_service()))


def test_what_a_new_try_doesnt_mend_isnt_tried_again() -> None:
    lines = _lines(_service())
    assert "Restart=on-failure" in lines and "RestartPreventExitStatus=2 3 4 7" in lines


def test_the_directory_and_what_stands_apart_from_it_can_be_written() -> None:
    lines = _lines(_service(writes=(Path("/mnt/b backup"),)))
    assert "ReadWritePaths=/srv/qiao" in lines and 'ReadWritePaths=-"/mnt/b backup"' in lines
    assert "StateDirectory" not in unit.text(_service())


def test_a_users_own_unit_asks_for_nothing_that_only_the_system_may() -> None:
    text = unit.text(_service(user=None))
    assert "ProtectSystem" not in text and "User=" not in text and "NoNewPrivileges=yes" in text
    assert text.endswith("WantedBy=default.target\n")


def test_a_temporary_folder_of_its_own_would_hide_a_node_in_the_shared_one() -> None:
    assert "PrivateTmp=yes" in _lines(_service())
    assert "PrivateTmp=yes" not in _lines(_service(directory=Path("/tmp/qiao")))


def test_a_low_port_takes_the_one_right_that_it_needs() -> None:
    assert "CapabilityBoundingSet=" in _lines(_service())
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in _lines(_service(low_port=True))


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/srv/qiao", "/srv/qiao"),
        ("/srv/桥 节点", '"/srv/桥 节点"'),
        ("100%", "100%%"),
        ("$HOME", '"$$HOME"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("", '""'),
    ],
)
def test_a_word_is_quoted_so_that_nothing_in_it_is_expanded(word: str, written: str) -> None:
    assert unit.quoted(word) == written


@pytest.mark.parametrize("user", ["root", None])
@pytest.mark.parametrize("directory", [HERE, Path("/srv/桥 100% $x")])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, user: str | None, directory: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine")
    path = tmp_path / "qiao-370211.service"
    service = _service(user=user, directory=directory, writes=(Path("/mnt/backup"),), low_port=True)
    path.write_text(unit.text(service), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, timeout=60
    )
    about = [line for line in done.stderr.splitlines() if path.name in line or str(path) in line]
    assert (done.returncode, about) == (0, []), done.stderr
