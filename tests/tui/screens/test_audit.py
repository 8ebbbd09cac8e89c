"""The audit screen on a real node."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from node import author
from node.matters import KINDS
from tests.tui.hand import SIZES, Hand, check_cells, press, shown
from tests.tui.seat import seated
from tui.screens.audit import NOTICED


async def audit(hand: Hand) -> None:
    await press(hand, "g", *"audit", "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_an_untouched_node_is_whole(province: Path, size: tuple[int, int]) -> None:
    async with seated(province, "aud", size) as hand:
        await audit(hand)
        check_cells(hand)
        await press(hand, "f8")
        assert "完整无损" in shown(hand)
        check_cells(hand)


async def test_a_row_that_was_altered_behind_its_back_is_named(own: Path) -> None:
    with sqlite3.connect(own / "node.db") as db:
        db.execute(
            "UPDATE commit_ SET raw = CAST(substr(raw, 1, length(raw) - 1) || x'ff' AS BLOB) WHERE seq = 5"
        )
    async with seated(own, "aud") as hand:
        await audit(hand)
        await press(hand, "f8")
        assert "处问题" in shown(hand)


async def test_who_looked_at_personal_data_stands_there(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "enter", "ctrl+x")
        await press(hand, "right", "tab", *"check", "ctrl+s")
        assert "已留痕" in shown(hand)
        check_cells(hand)
    async with seated(own, "aud", (100, 30)) as hand:
        await audit(hand)
        assert "职工姓名" in shown(hand) and "查看原文" in shown(hand) and "hand" in shown(hand)


async def test_a_table_is_exported_masked_and_never_over_another(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    async with seated(own, "aud") as hand:
        await audit(hand)
        await press(hand, "f9", *str(file), "ctrl+s")
        assert "已导出 4 行" in shown(hand)
        await press(hand, "f9", *str(file), "ctrl+s")
        assert "export_exists" in shown(hand)
    text = file.read_text("utf-8-sig")
    assert "138****1111" in text and "13800001111" not in text


async def test_an_operator_has_no_audit_screen(province: Path) -> None:
    async with seated(province, "op") as hand:
        await press(hand, "g")
        assert "审计" not in shown(hand)


def test_it_lists_every_act_that_is_to_catch_the_eye_and_no_other() -> None:
    declared = [action for kind in KINDS.values() for action in kind.matter.actions]
    noted = {one.name for one in (*declared, *author.GENERIC.values()) if one.noted}
    assert set(NOTICED) == noted
