from __future__ import annotations

import pytest

from tests.tui.hand import check_cells, desk, lines, press, shown, signed_in
from tests.tui.standin import StandIn
from tui.actions import offered, shown_key
from tui.places import place
from tui.screens.line import LineScreen


@pytest.mark.parametrize("key", ["f1", "question_mark", "fullwidth_question_mark"])
async def test_help_lists_every_key_of_the_screen_it_is_asked_on(node: StandIn, key: str) -> None:
    async with signed_in(node) as hand:
        await press(hand, key)
        await press(hand, "home")
        seen = shown(hand)
        await press(hand, "end")
        seen += shown(hand)
        may = [one for one in offered("inbox") if (at := place(one.name)) is None or desk(hand).may_see(at)]
        assert len(may) > 20
        for action in may:
            assert action.label in seen and shown_key(action, {}) in seen
        check_cells(hand)


@pytest.mark.parametrize("key", ["ctrl+p", "colon", "fullwidth_colon"])
async def test_commands_are_found_by_pinyin_initials(node: StandIn, key: str) -> None:
    async with signed_in(node) as hand:
        await press(hand, key, *"tb", "enter")
        assert isinstance(hand.app.screen, LineScreen)


async def test_esc_leaves_the_commands_alone(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "ctrl+p", "escape")
        assert hand.app.screen.kind == "inbox"  # type: ignore[attr-defined]


async def test_a_command_has_its_key_on_its_own_line(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "ctrl+p")
        [row] = [line for line in lines(hand) if "exceptions" in line]
        assert "异常" in row and "F3" in row
