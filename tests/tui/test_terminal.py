"""The application in a real pseudo-terminal, on a real node that holds hostile texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import founding
from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.face import Node
from tests.tui.terminal import Terminal

ROLES = ["operator", "dispatcher", "handler", "supervisor"]
SENT = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages"}
EVIL = "拖欠[/工伤][@click=app.exit()]\u202e倒\u200b\u2066\u00ad\ufeff写"

# Everything that Textual itself sends: CSI sequences, the two-byte ones, device strings it asks with.
OWN = re.compile(
    rb"\x1b\]22;[a-z-]*\x07|"  # the shape of the pointer
    rb"\x1b\[[0-9;:<>?=$]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x1b[=>78M]|\x1bP[^\x1b]*\x1b\\|\x1b_[^\x1b]*\x1b\\"
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with one person and two tickets; the newer one is hostile."""
    place = tmp_path_factory.mktemp("terminal")
    node_directory = place / "node"
    founding.init(
        node_directory, "370000", "山东省总工会", clock=SystemClock(), entropy=SystemEntropy(), root=True,
        recovery=place / "recovery.pem",
    )  # fmt: skip
    with Node.open(node_directory) as node:
        person = {"id": "zhang", "name": "张三", "password": "secretsecret", "roles": ROLES}
        node.do("staff.add", person)
        zhang = node.login("zhang", "secretsecret")
        for unit, name in (("370200", "青岛市总工会"), ("370900", "泰安市总工会")):
            node.do("invite", {"unit": unit, "name": name, "role": "hosted"}, zhang)
        for narrative in ("工地拖欠三个月工资", EVIL):
            data = {**SENT, "narrative": narrative}
            node.do("act", {"matter": "ticket", "verb": "register", "record": None, "data": data}, zhang)
    return node_directory


@pytest.fixture
def terminal(directory: Path) -> Iterator[Terminal]:
    one = Terminal(directory)
    one.wait_for("Ctrl+Q")
    one.settle()
    for keys in ("zhang", "\r", "secretsecret", "\r"):
        one.type(keys)
    one.wait_for("370000-")
    yield one


@pytest.mark.processes
def test_no_control_reaches_the_terminal_but_textuals_own(terminal: Terminal) -> None:
    terminal.type("\r")
    terminal.wait_for("登记内容")
    terminal.type("v")
    terminal.wait_for("全文")
    assert terminal.close() == 0
    text = OWN.sub(b"", terminal.seen).decode()
    odd = {char for char in text if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0} - {"\r", "\n"}
    assert odd == set()
    assert not set(text) & set("\u202e\u2066\u200b\u00ad\ufeff")
    assert "‹U+202E›" in text and "[@click=app.exit()]" in text


@pytest.mark.processes
def test_the_terminal_isnt_asked_to_report_every_key(terminal: Terminal) -> None:
    """Else iTerm2, WezTerm and xterm.js lose what an input method commits."""
    assert terminal.close() == 0
    assert not re.search(rb"\x1b\[>\d+u", terminal.seen)


@pytest.mark.processes
def test_what_an_input_method_commits_is_signed_and_shown(terminal: Terminal, directory: Path) -> None:
    terminal.type("\r")
    terminal.wait_for("登记内容")
    with Node.open(directory) as node:
        zhang = node.login("zhang", "secretsecret")
        record = node.list("ticket", limit=1).items[0]["record"]
        at = [verb.name for verb in node.allowed("ticket", record, zhang)].index("note") + 1
    terminal.type(str(at))
    terminal.wait_for("说明")
    terminal.type("已联系：三个月？／、")
    terminal.wait_for("、")
    terminal.type("\x13")
    terminal.wait_for("秒后签发")
    assert terminal.close() == 0
    with Node.open(directory) as node:
        last = node.show("ticket", record)["timeline"][-1]
    assert (
        last["action"] == "note"
        and last["words"] == {"text": "已联系：三个月？／、"}
        and last["actor"] == "zhang"
    )


@pytest.mark.processes
def test_a_dispatch_goes_from_the_keys_to_the_signed_act(terminal: Terminal, directory: Path) -> None:
    terminal.type("\x1b[B\r")
    terminal.wait_for("登记内容")
    with Node.open(directory) as node:
        zhang = node.login("zhang", "secretsecret")
        record = node.list("ticket", limit=2).items[1]["record"]
        at = [verb.name for verb in node.allowed("ticket", record, zhang)].index("dispatch") + 1
    terminal.type(str(at))
    terminal.wait_for("泰安市")
    terminal.type("qd")
    terminal.wait_for("370200")
    terminal.type("\r")
    terminal.wait_for("主办：青岛市总工会")
    terminal.type("\x13")
    terminal.wait_for("请确认")
    terminal.type("\r")
    terminal.wait_for("秒后签发")
    terminal.type("\x1b[24~")
    terminal.wait_for("已签发")
    assert terminal.close() == 0
    with Node.open(directory) as node:
        assert node.show("ticket", record)["lead"] == "370000/370200"


@pytest.mark.processes
def test_a_terminal_that_is_set_so_signs_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAO_SCREEN_READ_ONLY", "true")
    one = Terminal(directory)
    one.wait_for("Ctrl+Q")
    one.settle()
    for keys in ("zhang", "\r", "secretsecret", "\r"):
        one.type(keys)
    one.wait_for("[只读]")
    assert one.close() == 0
