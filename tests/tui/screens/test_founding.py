"""The first run, by keys alone, with a real node at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from node import beginning
from node.beginning import Beginning
from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, press, settled, shown
from tui.founding import FoundingApp

PASSWORD = "secretsecret"


@asynccontextmanager
async def started(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hand]:
    async with FoundingApp(directory).run_test(size=size, notifications=True) as hand:
        await settled(hand)
        yield hand


async def fill(hand: Hand, **typed: str) -> None:
    """As an input method commits it: whole."""
    for name, text in typed.items():
        widget = hand.app.screen.query_one(f"#f-{name}")
        widget.focus()
        await hand.pause()
        if isinstance(widget, TextArea):
            widget.text = text
        elif isinstance(widget, Input):
            widget.value = text
    await settled(hand)


def flat(hand: Hand) -> str:
    """What is shown, without the breaks of lines."""
    return "".join(line.strip() for line in shown(hand).splitlines())


async def test_a_root_is_founded_with_its_first_person(tmp_path: Path) -> None:
    async with started(tmp_path / "node") as hand:
        assert "还没有节点" in shown(hand)
        await press(hand, "1")
        await fill(hand, unit="370000", name="山东省总工会", recovery=str(tmp_path / "key.pem"))
        await press(hand, "ctrl+s")
        assert "根单位已建立" in shown(hand) and "锁起来" in flat(hand)
        await press(hand, "enter")
        await fill(hand, staff_id="001", staff_name="陈管理", password=PASSWORD, again=PASSWORD)
        assert PASSWORD not in shown(hand)
        await press(hand, "f12")
        assert hand.app.return_code == 0
    assert hand.app.begun  # type: ignore[attr-defined]
    with Node.open(tmp_path / "node") as node:
        assert "admin" in node.login("001", PASSWORD).roles and node.unit_name == "山东省总工会"


async def test_each_field_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "old.pem").write_text("")
    async with started(tmp_path / "node") as hand:
        await press(hand, "1")
        assert "如 370000" in shown(hand)
        for recovery, told in ((tmp_path / "node/x", "同一个目录"), (tmp_path / "old.pem", "不会覆盖"),
                               (tmp_path, "这是文件夹"), (tmp_path / "no/x", "没有文件夹")):  # fmt: skip
            await fill(hand, unit="37 00", recovery=str(recovery))
            assert "不能有 / 和空格" in shown(hand) and told in flat(hand)
        await press(hand, "ctrl+s")
        assert hand.app.screen.focused is hand.app.screen.query_one("#f-unit")
        await fill(hand, unit="ABC", recovery=str(tmp_path / "key.pem"))
        assert "行政区划代码" in shown(hand)
        await press(hand, "ctrl+s")
        assert "还没有填" in shown(hand)  # the name
    assert not (tmp_path / "node").exists()


async def test_what_was_typed_is_there_again_after_going_back_but_no_password(tmp_path: Path) -> None:
    node = Beginning(tmp_path / "node")
    node.root("370000", "山东省总工会", tmp_path / "key.pem")
    async with started(node.directory) as hand:
        await press(hand, "enter")
        await fill(hand, staff_id="001", staff_name="陈管理", password=PASSWORD, again="other")
        assert "两次输入的不一样" in shown(hand)
        await press(hand, "ctrl+s", "escape", "enter")
        assert "001" in shown(hand) and "陈管理" in shown(hand)
        assert hand.app.screen.query_one("#f-password", Input).value == ""
    assert not hand.app.begun  # type: ignore[attr-defined]
    assert node.standing() == beginning.UNSTAFFED


async def test_an_invitation_is_told_whom_it_invites_and_a_line_that_is_down_can_be_tried_again(
    tmp_path: Path,
) -> None:
    root = Beginning(tmp_path / "root")
    root.root("370000", "山东省总工会", tmp_path / "key.pem")
    root.staff("adm", "陈管理", PASSWORD, works=False)
    with Node.open(root.directory) as node:
        params = {"unit": "370200", "name": "青岛市总工会", "address": "http://127.0.0.1:9"}
        line = str(node.do("invite", params, node.login("adm", PASSWORD))["invitation"])
    async with started(tmp_path / "child") as hand:
        await press(hand, "2")
        await fill(hand, invitation=line[:-4])
        assert "邀请不完整或抄错了" in shown(hand)
        await fill(hand, invitation=f"{line[:60]}\n{line[60:]}")
        assert "青岛市总工会（370000/370200）" in flat(hand) and "根指纹" in flat(hand)
        await press(hand, "ctrl+s")
        assert "line_down" in shown(hand)
        await press(hand, "escape")
        assert "凭邀请加入上级" in shown(hand) and "建立根单位" not in shown(hand)
        await press(hand, "2")
        await fill(hand, invitation=line, request=str(tmp_path / "request"))
        await press(hand, "ctrl+s")
        assert "交给上级" in shown(hand) and (tmp_path / "request").exists()
        assert "收下上级的回执文件" in shown(hand)


async def test_a_directory_that_cant_be_written_is_told_and_nothing_is_offered(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with started(tmp_path / "file" / "node") as hand:
        assert "[disk]" in shown(hand) and "建立根单位" not in shown(hand)
        await press(hand, "ctrl+q")
    assert not hand.app.begun  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_has_its_cells(tmp_path: Path, size: tuple[int, int]) -> None:
    node = Beginning(tmp_path / "node")
    async with started(node.directory, size) as hand:
        check_cells(hand)
        for way in ("1", "2", "3"):
            await press(hand, way)
            check_cells(hand)
            await press(hand, "escape")
    node.root("370000", "工会" * 40, tmp_path / "key.pem")
    async with started(node.directory, size) as hand:
        await press(hand, "1")
        check_cells(hand)
