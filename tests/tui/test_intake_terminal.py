"""A call is being typed in a real terminal, and the program is killed: the text is there again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from node.face import Node
from tests.tui.seat import PASSWORD
from tests.tui.terminal import Terminal

SAID = "工地拖欠三个月工资，老板说没钱、不给；该怎么办？"


def signed_in(directory: Path) -> Terminal:
    terminal = Terminal(directory)
    terminal.wait_for("Ctrl+Q")
    terminal.settle()
    for keys in ("op", "\r", PASSWORD, "\r"):
        terminal.type(keys)
    terminal.wait_for("370000-")
    return terminal


@pytest.mark.processes
def test_what_was_typed_survives_a_kill_and_is_offered_again(province: Path, tmp_path: Path) -> None:
    directory = tmp_path / "node"
    shutil.copytree(province, directory)
    terminal = signed_in(directory)
    terminal.type("\x1b[20~")  # F9
    terminal.wait_for("联系电话")
    terminal.type("１３９１１１１２２２２")
    terminal.type("\t" * 7)
    terminal.type(SAID)
    terminal.settle(quiet=1.6, seconds=4)  # longer than the second in which a draft is kept
    terminal.type("后半句")
    time.sleep(0.05)
    os.kill(terminal.pid, signal.SIGKILL)
    os.waitpid(terminal.pid, 0)
    with Node.open(directory) as node:
        [draft] = node.draft_list(node.login("op", PASSWORD))
    assert draft["data"]["narrative"].startswith(SAID) and draft["data"]["worker_phone"].startswith("１３９")
    again = signed_in(directory)
    again.type("\x1b[20~")
    again.wait_for("1 13911..")
    again.type("\x1bOQ")  # F2
    again.wait_for("该怎么办")
    assert again.close() == 0
