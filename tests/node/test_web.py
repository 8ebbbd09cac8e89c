"""The door of `qiao web`: what it listens on, by which names it may be called, and TLS beyond this machine."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from node import config
from node.errors import Usage
from node.web import Door, door


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path


def opened(node: Path, *, self_signed: bool = False, **settings: str) -> Door:
    given = {f"web.{name}": value for name, value in settings.items()}
    found = door(config.load(node, given, {}), self_signed=self_signed)
    with contextlib.closing(found.listener):
        return found


def test_on_this_machine_it_takes_no_certificate_and_has_the_loopbacks_names(node: Path) -> None:
    found = opened(node, bind="127.0.0.1:0")
    port = found.listener  # closed by now; its number stands in the address
    assert found.tls is None and found.fingerprint == "" and not found.any_address and port is not None
    assert found.url.startswith("http://127.0.0.1:")
    number = found.url.rpartition(":")[2]
    assert {f"http://localhost:{number}", f"http://[::1]:{number}", found.url} == found.own


@pytest.mark.parametrize("bind", ["0.0.0.0:0", "[::]:0", ":0"])
def test_beyond_this_machine_it_needs_tls(node: Path, bind: str) -> None:
    with pytest.raises(Usage) as told:
        opened(node, bind=bind)
    assert told.value.code == "web_needs_tls" and "--self-signed" in told.value.hint


def test_with_a_certificate_of_its_own_it_listens_everywhere(node: Path) -> None:
    found = opened(node, self_signed=True, bind="0.0.0.0:0", url="https://Qiao.Example.org")
    assert found.tls is not None and found.any_address and found.scheme == "https" and found.fingerprint
    assert found.url == "https://Qiao.Example.org" and "https://qiao.example.org" in found.own
    assert (node / "keys/web.key").exists()


@pytest.mark.parametrize("given", [{"certificate": "a.pem"}, {"private_key": "a.pem"},
                                   {"certificate": "a.pem", "private_key": "b.pem"}])  # fmt: skip
def test_half_a_certificate_or_one_that_isnt_there_is_told(node: Path, given: dict[str, str]) -> None:
    with pytest.raises(Usage) as told:
        opened(node, bind="127.0.0.1:0", **given)
    assert told.value.code == "bad_certificate"
