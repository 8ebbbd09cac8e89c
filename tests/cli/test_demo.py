"""The demo, once: the whole story over seven real processes; and that nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import ROOT, run

pytestmark = [pytest.mark.processes, pytest.mark.slow]


@pytest.mark.timeout(400)
def test_the_day_goes_down_the_tree_and_comes_back_and_everyone_agrees(tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    done = run("demo", "--keep", str(keep), "--json", seconds=380)
    told = done.json
    assert done.code == 0 and told["ok"] and told["converged"], done.err
    assert told["tickets"] >= 60 and set(told["phases"]) == {"archived", "closed"}
    assert len(told["nodes"]) == 7 and all(
        {"dir", "pid", "port", "unit"} <= set(one) for one in told["nodes"]
    )
    assert len(told["conflicts"]) >= 3 and told["open_conflicts"] == 0
    assert not any(_alive(one["pid"]) for one in told["nodes"])
    kept = {one["unit"]: one["dir"] for one in told["nodes"]}
    assert run("--dir", kept["370211"], "verify", "--json").json["ok"]
    mine = run("--dir", kept["370211"], "digest", "--json").json
    theirs = run("--dir", kept["370200"], "digest", "--for", "370211", "--json").json
    assert mine["digest"] == theirs["digest"] and mine["code"] == theirs["code"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process_behind(tmp_path: Path, sign: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-P", "-m", "cli", "demo", "--keep", str(tmp_path / "keep")]
    with subprocess.Popen(words, stderr=subprocess.PIPE, env=environment, start_new_session=True) as demo:
        assert demo.stderr is not None
        pids = []
        for line in demo.stderr:
            if b"pid " in line:
                pids.append(int(line.split(b"pid ")[1].split()[0]))
                break
        demo.send_signal(sign)
        demo.stderr.read()
        assert demo.wait(60) == 130
    assert pids and not any(_alive(pid) for pid in pids)


def test_a_folder_that_isnt_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("demo", "--keep", str(tmp_path), "--json")
    assert (done.code, done.error) == (2, "not_empty")


def _alive(pid: int) -> bool:
    """Whether the process still runs, after the moment that its end may take."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
