from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.errors import DiskTrouble, Locked, NotFound
from node.lock import Lock, holder

HOLD = """
import sys, time
from pathlib import Path
from node.lock import Lock
lock = Lock.take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
lock.release()
print("released", flush=True)
sys.stdin.readline()
"""


def _holder(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_node_held_by_another_process_is_locked_at_once_without_waiting(tmp_path: Path) -> None:
    other = _holder(tmp_path)
    with other:
        with pytest.raises(Locked) as caught:
            Lock.take(tmp_path, 0)
        assert caught.value.exit == 8
        assert str(other.pid) in caught.value.text and "status" in caught.value.hint
        assert holder(tmp_path) == other.pid
        other.kill()


def test_a_waiting_command_gets_the_node_when_the_other_lets_go(tmp_path: Path) -> None:
    with _holder(tmp_path) as other:
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
        with Lock.take(tmp_path, 10):
            assert holder(tmp_path) == os.getpid()
        other.kill()


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with _holder(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        Lock.take(tmp_path, 0).release()


def test_a_released_lock_can_be_taken_again_and_released_twice(tmp_path: Path) -> None:
    lock = Lock.take(tmp_path, 0)
    lock.release()
    lock.release()
    with Lock.take(tmp_path, 0):
        pass


def test_the_lock_is_not_inherited_by_a_child_process(tmp_path: Path) -> None:
    with Lock.take(tmp_path, 0):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
        )
    with child:
        Lock.take(tmp_path, 0).release()
        child.kill()


def test_a_directory_that_is_not_there_holds_no_node(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        Lock.take(tmp_path / "gone", 0)
    assert caught.value.code == "no_node"


def test_a_lock_file_that_cannot_be_opened_is_a_disk_fault(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(DiskTrouble):
        Lock.take(tmp_path, 0)


def test_no_holder_is_known_where_nothing_was_locked(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
