"""What the footer leaves out where there is no room: what matters least, and never the way out."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets._footer import FooterKey

from tests.tui.hand import Hand, press, settled
from tests.tui.seat import seated
from tui.foot import Foot, kept, named_by

NAMES = ["help", "inbox", "line", "sort", "urge", "back", "quit"]
CELLS = [7] * len(NAMES)


def test_all_are_shown_where_there_is_room() -> None:
    assert kept(NAMES, CELLS, 7 * 7 + 6) == NAMES


def test_the_places_go_first_then_the_last_of_the_screens_own_and_never_help_or_the_way_out() -> None:
    assert kept(NAMES, CELLS, 7 * 7 + 5) == ["help", "line", "sort", "urge", "back", "quit"]
    assert kept(NAMES, CELLS, 7 * 4 + 3) == ["help", "sort", "back", "quit"]
    assert kept(NAMES, CELLS, 0) == ["help", "back", "quit"]


def test_a_key_is_known_by_its_action() -> None:
    assert named_by("go('sort_back')") == "sort_back"


def _footer(hand: Hand) -> tuple[list[str], int]:
    keys = list(hand.app.screen.query(FooterKey))
    cells = sum(cell_len(f"{key.key_display} {key.description}") + 1 for key in keys)
    return [named_by(key.action) for key in keys], cells


@pytest.mark.parametrize("place", ["supervision", "board", "inbox", "exceptions", "line"])
async def test_no_footer_is_cut_at_eighty_columns(province: Path, place: str) -> None:
    async with seated(province, "all" if place != "board" else "sup") as hand:
        if place != "inbox":
            await press(hand, "colon", *place, "enter")
        await hand.pause()
        names, cells = _footer(hand)
        assert cells <= 80 and {"help", "quit"} <= set(names)


async def test_a_wider_terminal_shows_what_was_left_out(province: Path) -> None:
    async with seated(province, "sup") as hand:
        await press(hand, "colon", *"board", "enter")
        await hand.pause()
        narrow, _ = _footer(hand)
        await hand.resize_terminal(140, 45)
        for _ in range(50):  # a resize comes a moment later
            await settled(hand)
            await hand.pause(0.02)
            wide, _ = _footer(hand)
            if set(wide) != set(narrow):
                break
        assert set(narrow) < set(wide)


async def test_what_hands_a_call_in_is_never_left_out(province: Path) -> None:
    async with seated(province, "all") as hand:
        await press(hand, "f9")
        await hand.pause()
        names, cells = _footer(hand)
        assert cells <= 80 and {"lodge", "lodge_dispatch", "answer_call", "back"} <= set(names)


def _left(hand: Hand) -> int:
    """Keys of footers in memory that are on no screen any more."""
    gc.collect()
    made = [one for one in gc.get_objects() if isinstance(one, FooterKey) and one.app is hand.app]
    return sum(not one.is_attached for one in made)


async def test_a_day_of_opening_and_closing_leaves_no_keys_of_footers_behind(province: Path) -> None:
    async with seated(province, "op") as hand:
        await press(hand, "enter", "escape")
        first, left = list(hand.app.screen.query(FooterKey)), _left(hand)
        for _ in range(4):
            await press(hand, "enter", "escape")
        assert list(hand.app.screen.query(FooterKey)) == first, "the same keys are the same widgets"
        assert _left(hand) <= left
        hand.app.screen.query_one(Foot)._told = []  # other keys now
        await press(hand, "enter", "escape")
        assert list(hand.app.screen.query(FooterKey)) != first
        assert _left(hand) <= left + len(first)
