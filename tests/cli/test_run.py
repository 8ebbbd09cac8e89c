"""A node that runs, and commands beside it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Province, run

pytestmark = pytest.mark.processes


def _start(directory: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-P", "-m", "cli", "--dir", str(directory), "run", "--no-tui"]
    return subprocess.Popen([*words, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, env=environment)


def _ready(node: "subprocess.Popen[bytes]") -> str:
    """HOST:PORT of the line that says so."""
    assert node.stderr is not None
    for line in node.stderr:
        found = re.fullmatch(rb"ready (127\.0\.0\.1:\d+)\n", line)
        if found:
            return found[1].decode()
    raise AssertionError("it never was ready")


@pytest.fixture(scope="module")
def running(province: Province) -> Iterator[str]:
    with _start(province.directory) as node:
        yield _ready(node)
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0


def test_a_second_run_is_refused_at_once(province: Province, running: str) -> None:
    done = run("--dir", str(province.directory), "run", "--no-tui", "--listen", "127.0.0.1:0", "--json")
    assert (done.code, done.error) == (8, "locked")


def test_screens_beside_a_running_node_need_a_terminal_and_a_node(
    province: Province, running: str, tmp_path: Path
) -> None:
    done = run("--dir", str(province.directory), "run", "--beside", "--json")
    assert done.code == 2 and "--beside" in done.json["error"]["message"]


def test_commands_act_through_the_running_node(province: Province, running: str, tmp_path: Path) -> None:
    words = [
        "--channel",
        "phone",
        "--class",
        "enquiry",
        "--topic",
        "legal/labour",
        "--narrative",
        "年休假怎么算",
    ]
    made = province.ok("ticket", "register", *words)
    assert province.ok("ticket", "answer", made["record"], "--text", "满一年五天")["phase"] == "closed"
    assert province("--json", "ticket", "note", made["record"], "x", staff="nobody").error == "auth"
    assert province.ok("status", staff=None)["running"]


def test_its_log_and_metrics_are_shown_beside_it(province: Province, running: str) -> None:
    events = [one["event"] for one in province.ok("log", staff=None)["items"]]
    assert {"node_started", "node_ready"} <= set(events)
    assert "node_ready" in province("log", "--lines", "5", staff=None).out
    text = province("metrics", staff=None).out
    assert "qiao_health 1.0" in text and "# TYPE qiao_act_seconds histogram" in text


def test_a_child_joins_over_http_and_both_agree(province: Province, running: str, tmp_path: Path) -> None:
    words = ["--unit", "370200", "--name", "青岛市总工会", "--address", f"http://{running}"]
    invitation = province.ok("invite", *words)["invitation"]
    child = str(tmp_path / "child")
    done = run("--dir", child, "join", invitation, "--json")
    joined = done.json
    assert done.code == 0 and joined["enrolled"], done
    assert joined["unit"] == "370000/370200" and joined["parent"] == "370000"
    assert run("--dir", child, "sync", "--once", "--json").json["complete"]
    again = run("--dir", child, "sync", "--once", "--json").json
    assert (again["sent"], again["received"]) == (0, 0) and "exceptions" in again
    mine = run("--dir", child, "digest", "--json").json
    theirs = province.ok("digest", "--for", "370200", staff=None)
    assert mine["digest"] == theirs["digest"] and mine["undelivered_up"] == theirs["undelivered_down"] == 0
    used = run("--dir", str(tmp_path / "other"), "join", invitation, "--json")
    assert used.code == 6 and used.error == "invitation_used" and used.json["error"]["hint"]
    assert run("--dir", str(tmp_path / "third"), "join", invitation[:-9], "--json").code == 2


def test_where_nothing_listens_the_line_is_down(province: Province, tmp_path: Path) -> None:
    words = ["--unit", "370900", "--name", "泰安", "--address", "http://127.0.0.1:9"]
    invitation = province.ok("invite", *words)["invitation"]
    done = run("--dir", str(tmp_path / "n"), "join", invitation, "--json")
    assert (done.code, done.error) == (6, "line_down")
