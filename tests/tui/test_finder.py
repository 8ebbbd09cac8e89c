"""The field that takes a code of a long list, by keys alone at the real counter."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.tui.hand import Hand, check_cells, press, shown
from tests.tui.seat import seated
from tui.finder import Finder, Finds, told
from tui.screens.intake import IntakeScreen
from tui.seek import Entry


async def at_topic(hand: Hand) -> Finder:
    await press(hand, "f9", *["tab"] * 4)
    assert isinstance(hand.app.focused, Finder) and hand.app.focused.id == "f-topic"
    return hand.app.focused


@pytest.mark.parametrize("key", ["enter", "tab"])
async def test_the_first_that_is_found_is_taken_and_the_next_field_comes(own: Path, key: str) -> None:
    async with seated(own, "op") as hand:
        box = await at_topic(hand)
        await press(hand, *"tqgz")
        assert "法律维权/劳动权益/工资报酬/拖欠工资" in shown(hand)
        check_cells(hand)
        await press(hand, key)
        assert box.raw == "legal/labour/wages/arrears" and "拖欠工资" in box.value
        assert hand.app.focused is not None and hand.app.focused.id == "f-employer_name"
        assert not hand.app.screen.query_one(Finds).has_class("-shown")


async def test_another_is_chosen_by_the_arrows(own: Path) -> None:
    async with seated(own, "op") as hand:
        box = await at_topic(hand)
        await press(hand, *"gz")
        first = box.found[0].code
        await press(hand, "down", "enter")
        assert box.raw not in ("", "gz", first)


async def test_escape_closes_what_was_found_and_then_leaves(own: Path) -> None:
    async with seated(own, "op") as hand:
        box = await at_topic(hand)
        await press(hand, *"gz", "escape")
        assert isinstance(hand.app.screen, IntakeScreen) and box.raw == "gz"
        await press(hand, "escape")
        assert not isinstance(hand.app.screen, IntakeScreen)


async def test_what_was_typed_and_not_taken_is_kept_and_refused_by_name(own: Path) -> None:
    async with seated(own, "op") as hand:
        box = await at_topic(hand)
        await press(hand, *"qqqq", "tab")
        assert box.raw == "qqqq"
        hand.app.screen.query_one("#f-class").value = "enquiry"  # type: ignore[attr-defined]
        hand.app.screen.query_one("#f-narrative").text = "问一问"  # type: ignore[attr-defined]
        await press(hand, "f12")
        assert "unknown_code" in shown(hand) and hand.app.focused is box


async def test_a_code_that_is_changed_by_hand_is_none_any_more(own: Path) -> None:
    async with seated(own, "op") as hand:
        box = await at_topic(hand)
        await press(hand, *"tqgz", "enter", "shift+tab", "backspace")
        assert box.code == "" and box.found[0].code == "legal/labour/wages/arrears"


@pytest.mark.parametrize("width", [10, 20, 40])
def test_a_long_way_shows_its_end_in_one_line(width: int) -> None:
    line = told(Entry("370211", "黄岛区", "山东省/青岛市/黄岛区"), width)
    assert cell_len(line) <= width and (width < 16 or "370211" in line)
    assert told(Entry("a/b", "乙", "甲甲甲甲甲甲甲甲/乙"), 12) == "../乙"
