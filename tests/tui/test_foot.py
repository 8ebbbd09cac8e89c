"""What the footer leaves out where there is no room: what matters least, and never the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.hand import Hand, lines, press, settled, signed_in
from tests.tui.seat import seated
from tests.tui.standin import StandIn
from tui.foot import Foot, kept, named_by
from tui.screens.line import LineScreen

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
    keys = hand.app.screen.query_one(Foot).keys
    return [one.name for one in keys], sum(one.cells + 1 for one in keys)


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


async def test_a_key_of_the_footer_is_pressed_by_the_mouse(node: StandIn) -> None:
    async with signed_in(node) as hand:
        foot = hand.app.screen.query_one(Foot)
        line = next(one for one in foot.keys if one.name == "line")
        assert lines(hand)[-1].startswith(" ".join(f"{one.display} {one.label}" for one in foot.keys[:2]))
        await hand.hover(Foot, offset=(line.x, 0))
        assert foot.hovered == "line"
        await hand.mouse_down(Foot, offset=(line.end, 0))  # the blank between two
        await settled(hand)
        assert not isinstance(hand.app.screen, LineScreen)
        await hand.mouse_down(Foot, offset=(line.end - 1, 0))
        await settled(hand)
        assert isinstance(hand.app.screen, LineScreen)


async def test_however_often_the_keys_change_at_a_time_the_footer_asks_once(
    node: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with signed_in(node) as hand:
        asked = []
        ask = Foot._ask
        monkeypatch.setattr(Foot, "_ask", lambda foot: (asked.append(1), ask(foot)))
        for _ in range(5):
            hand.app.screen.refresh_bindings()
        await settled(hand)
        assert len(asked) <= 2  # one more where the first came in between
