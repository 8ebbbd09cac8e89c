from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.cells import cell_len

from node.clock import BEYOND, QUESTION, Question
from node.errors import LineDown
from node.face import Node
from node.page import Person
from node.store import settings
from tests.tui.hand import SIZES, check_cells, commit, press, shown, signed_in
from tests.tui.seat import seated
from tests.tui.standin import CITY, ROOT, StandIn
from tui.screens.line import neighbours, told
from tui.watch import Watch

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("size", SIZES)
async def test_both_directions_are_shown_honestly(node: StandIn, size: tuple[int, int]) -> None:
    async with signed_in(node, size) as hand:
        await press(hand, "f4")
        found = shown(hand)
        assert "还没有过" in found and "3 件" in found and "23 天" in found
        assert "1234 5678" in found
        check_cells(hand)


async def test_sync_now_says_what_went_both_ways(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "f4", "f7")
        assert node.done == [("sync", {})]
        assert "同步完成：上送 3，收到 1" in shown(hand)


async def test_a_line_that_is_down_is_told_with_its_hint(node: StandIn) -> None:
    async with signed_in(node) as hand:
        node.fault = LineDown("上级没有回应", code="line_down", hint="qiao sync")
        await press(hand, "f4", "s")
        assert "上级没有回应 [line_down]" in shown(hand)


def test_the_parent_and_every_child_has_its_code() -> None:
    assert neighbours(StandIn().status(), ROOT) == [ROOT, CITY]
    assert neighbours({"parent": None, "pending_down": {}}, ROOT) == []


@pytest.mark.parametrize("width", [30, 78, 200])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    status = StandIn().status() | {"unit_name": "名" * 300, "pending_down": {"\x1b[2J": 3}}
    for line in told(status, {}, ROOT, NOW, width, {}):
        assert cell_len("".join(text for text, _ in line)) <= width


def test_what_never_was_and_what_is_unknown_is_said() -> None:
    found = "\n".join(
        "".join(text for text, _ in line) for line in told({"parent": "a"}, {}, ROOT, NOW, 78, {})
    )
    assert "还没有过" in found and "不详" in found and "都已送达" in found


async def test_what_the_node_asks_about_its_clock_is_told_and_answered(own: Path) -> None:
    with Node.open(own) as node, node._writer().work() as work:
        asked = Question(BEYOND, work.now_ms - 100 * 86_400_000)  # as after a clock was set far ahead
        settings.put(work.db, QUESTION, asked.packed())
    async with seated(own, "adm", (100, 30)) as hand:
        assert "晚九十天以上" in shown(hand)
        await press(hand, "f4")
        assert "管理员按 Ctrl+A 回答" in shown(hand)
        check_cells(hand)
        await press(hand, "ctrl+a", *"yes", "enter", "f5")
        assert "管理员按 Ctrl+A 回答" not in shown(hand)


async def test_a_bundle_is_written_for_nobody_where_there_is_nobody(province: Path) -> None:
    async with seated(province, "all") as hand:
        await press(hand, "f4", "f8")
        assert "没有上级，也没有下级节点" in shown(hand)


async def test_a_file_that_is_no_bundle_is_refused_by_name(own: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "x.qiao"
    wrong.write_bytes(b"PK\x03\x04 not a bundle")
    async with seated(own, "all") as hand:
        await press(hand, "f4", "f9")
        await commit(hand, str(wrong))
        await press(hand, "ctrl+s")
        assert "not_a_bundle" in shown(hand)


def test_a_child_is_told_by_name_and_why_the_line_is_cut_in_words() -> None:
    status = {
        "parent": "a",
        "line": {"fault": "line_down"},
        "pending_down": {"370000/370200": {"commits": 2}},
    }
    names = {"370000/370200": "青岛市总工会"}
    found = "\n".join("".join(text for text, _ in line) for line in told(status, {}, ROOT, NOW, 78, names))
    assert found.count("下级 青岛市总工会") == 2 and "370000/370200" not in found
    assert "连不上" in found and "line_down" not in found


@pytest.mark.parametrize(("colour", "style"), [("red", "bad"), ("yellow", "warn"), ("green", ""), (None, "")])
def test_a_backup_is_told_with_its_last_proof_and_its_colour(colour: str | None, style: str) -> None:
    status = {"backup_age_seconds": 30, "backup_verified_seconds": 3 * 86400, "backup_colour": colour}
    lines = [line for line in told(status, {}, ROOT, NOW, 78, {}) if any("备份" in text for text, _ in line)]
    assert len(lines) == 1 and "3 天前验证过" in "".join(text for text, _ in lines[0])
    assert {one for _, one in lines[0]} - {"", "dim"} == ({style} if style else set())


@pytest.mark.parametrize(
    ("roles", "colour", "is_told"),
    [({"admin"}, "red", True), ({"operator"}, "red", False), ({"admin"}, "yellow", False)],
)
def test_a_red_backup_is_told_in_the_bar_to_an_administrator_alone(
    roles: set[str], colour: str, is_told: bool
) -> None:
    watch = Watch(cast(Any, SimpleNamespace(person=Person("a", "甲", frozenset(roles)))))
    assert bool(watch._backup({"backup_colour": colour})) is is_told
