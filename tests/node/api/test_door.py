"""On this machine in clear; beyond it by TLS, or not at all."""

from __future__ import annotations

import datetime
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from node import certificate
from node.api import door
from node.config import Config
from node.errors import Usage


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "localhost:1", "[::1]:1"])
def test_on_this_machine_it_takes_no_certificate(tmp_path: Path, listen: str) -> None:
    config = Config(tmp_path, api_listen=listen)
    assert door.tls(config) is None and door.is_near(config)


@pytest.mark.parametrize("listen", ["0.0.0.0:1", ":1", "[::]:1", "192.168.1.2:1", "office.example:1"])
def test_beyond_it_the_two_files_are_asked_for_by_their_names(tmp_path: Path, listen: str) -> None:
    with pytest.raises(Usage) as fault:
        door.tls(Config(tmp_path, api_listen=listen))
    assert fault.value.code == "api_needs_tls" and "node.toml" in fault.value.hint
    assert "certificate" in fault.value.text and "private_key" in fault.value.text


def test_with_both_it_listens_anywhere(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    place, key = certificate.own(tmp_path, ["office.example"], datetime.datetime.now(datetime.UTC))
    config = Config(tmp_path, api_listen="0.0.0.0:1", api_certificate=str(place), api_private_key=str(key))
    context = door.tls(config)
    assert isinstance(context, ssl.SSLContext) and not door.is_near(config)


@pytest.mark.parametrize("given", [{"api_certificate": "a.pem"}, {"api_private_key": "a.pem"},
                                   {"api_certificate": "a.pem", "api_private_key": "b.pem"}])  # fmt: skip
def test_one_without_the_other_or_one_that_isnt_there_is_refused(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with pytest.raises(Usage) as fault:
        door.tls(Config(tmp_path, api_listen="127.0.0.1:1", **given))  # type: ignore[arg-type]
    assert fault.value.code == "bad_certificate"


def test_nobody_who_hasnt_turned_it_on_waits_for_its_library() -> None:
    """It takes a second to import; `qiao status` answers in half of one."""
    names = "cli, node.daemon, node.operations, node.writer, node.commands.api, node.api.serving"
    code = f"import sys, {names}; print([one for one in sys.modules if one.partition('.')[0] == 'fastapi'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
