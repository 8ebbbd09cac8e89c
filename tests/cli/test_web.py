"""`qiao web` by the command line: what it refuses, the links it hands out, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Province, run
from tests.cli.test_run import _ready, _start

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def running(province: Province) -> Iterator[None]:
    with _start(province.directory) as node:
        _ready(node)
        yield
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0


@contextmanager
def web(directory: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The process, what it printed on stdout first, and on stderr until it was ready. Ends it by SIGTERM."""
    command = [sys.executable, "-P", "-m", "cli", "--dir", str(directory), "web", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None and process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if line.startswith("ready "):
            break
    try:
        yield process, process.stdout.readline().strip() if told else "", told
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def test_without_a_node_or_without_one_that_runs_it_says_so(province: Province, tmp_path: Path) -> None:
    assert run("--dir", str(tmp_path), "web", "--json").error == "no_node"
    done = run("--dir", str(province.directory), "web", "--json")
    assert (done.code, done.error) == (6, "no_daemon") and "run" in done.json["error"]["hint"]


def test_a_link_needs_the_server_and_a_seat_must_be_there_to_be_ended(province: Province) -> None:
    assert province("--json", "web", "--seat", "op1", staff=None).error == "no_web"
    assert province("--json", "web", "--end", "nobody", staff=None).error == "no_seat"


def test_beyond_this_machine_it_is_refused_without_a_certificate(province: Province, running: None) -> None:
    done = province("--json", "web", "--listen", "0.0.0.0:0", staff=None)
    assert (done.code, done.error) == (2, "web_needs_tls")
    assert "--self-signed" in done.json["error"]["hint"]


def test_it_prints_one_link_and_the_command_others(province: Province, running: None) -> None:
    with web(province.directory, "--listen", "127.0.0.1:0") as (_, link, _told):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/seat#[0-9a-f]{64}", link)
        made = province.ok("web", "--seat", "op1", "--seat", "op2", staff=None)["items"]
        assert [one["seat"] for one in made] == ["op1", "op2"]
        assert all(one["url"].startswith(link.partition("#")[0]) for one in made)
        assert len(province.ok("web", "--everyone", staff=None)["items"]) >= 1
        listed = province.ok("web", "--list", staff=None)["items"]
        assert {"1", "op1", "op2"} <= {one["seat"] for one in listed} and not any(
            one["opened"] for one in listed
        )
        left = province.ok("web", "--end", "op1", staff=None)["items"]
        assert "op1" not in {one["seat"] for one in left}
    assert province("--json", "web", "--seat", "op1", staff=None).error == "no_web"


def test_a_self_signed_certificate_serves_tls_and_its_fingerprint_is_printed(
    province: Province, running: None
) -> None:
    with web(province.directory, "--listen", "127.0.0.1:0", "--self-signed") as (_, link, told):
        mark = re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", told)
        assert mark and link.startswith("https://127.0.0.1:")
        origin = link.partition("/seat")[0]
        trusting = ssl.create_default_context(cafile=str(province.directory / "keys/web.crt"))
        with urllib.request.urlopen(origin + "/seat", context=trusting, timeout=20) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        body = json.dumps({"token": link.partition("#")[2]}).encode()
        asked = urllib.request.Request(origin + "/enter", body, {"Origin": origin})
        with urllib.request.urlopen(asked, context=trusting, timeout=20) as answer:
            assert answer.status == 204 and "Secure" in answer.headers["Set-Cookie"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, context=trusting, timeout=20)
        assert refused.value.code == 403
