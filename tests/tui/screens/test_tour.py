"""The tour: five steps at a person's first login, each beside what it speaks of, and never again by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.widget import Widget

from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, desk, press, settled, shown
from tests.tui.seat import PASSWORD, seated
from tui.desk import QiaoApp
from tui.foot import Foot
from tui.screens.handover import NotesScreen
from tui.screens.inbox import InboxScreen
from tui.screens.tour import STEPS, TourScreen, spot


@asynccontextmanager
async def first_login(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hand]:
    app = QiaoApp(lambda: Node.open(directory), pulse_seconds=3600, tour=True)  # type: ignore[arg-type,return-value]
    async with app.run_test(size=size, notifications=True) as hand:
        await settled(hand)
        await hand.press(*"hand", "enter", *PASSWORD, "enter")
        await settled(hand)
        yield hand


def pointed(screen: Screen[object]) -> list[Widget]:
    return [*screen.query(".-pointed"), *(foot for foot in screen.query(Foot) if foot.pointed)]


@pytest.mark.parametrize("size", SIZES)
async def test_it_leads_through_five_steps_and_shows_the_keys_it_speaks_of(
    own: Path, size: tuple[int, int]
) -> None:
    async with first_login(own, size) as hand:
        told = []
        for at in range(len(STEPS)):
            assert isinstance(hand.app.screen, TourScreen)
            for _ in range(20):  # the footer beneath is made anew by itself
                if f"{at + 1}/5" in shown(hand) and "F4" in shown(hand).splitlines()[-1]:
                    break
                await settled(hand)
            assert f"{at + 1}/5" in shown(hand) and "F4" in shown(hand).splitlines()[-1]
            assert len(pointed(hand.app.screen_stack[-2])) == 1
            check_cells(hand)
            told.append(shown(hand))
            await press(hand, "enter")
        assert len(set(told)) == 5
        assert isinstance(hand.app.screen, InboxScreen)
        assert not pointed(hand.app.screen)


@pytest.mark.parametrize("keys", [["escape"], ["enter", "escape"], ["enter"] * 5])
async def test_seen_or_left_it_doesnt_come_again(own: Path, keys: list[str]) -> None:
    async with first_login(own) as hand:
        await press(hand, *keys)
        assert desk(hand).preferences.toured and isinstance(hand.app.screen, InboxScreen)
        await press(hand, "down")
        assert hand.app.screen.focused is hand.app.screen.query_one("#rows")
    async with first_login(own) as hand:
        assert isinstance(hand.app.screen, InboxScreen)


async def test_at_a_first_login_the_note_of_the_shift_before_is_read_before_the_tour_begins(
    own: Path,
) -> None:
    with Node.open(own) as node:
        node.do("note.leave", {"text": "先看这条", "to": ""}, node.login("op", PASSWORD))
    async with first_login(own) as hand:
        assert isinstance(hand.app.screen, NotesScreen) and "先看这条" in shown(hand)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, TourScreen)


async def test_it_comes_again_by_its_command_from_anywhere(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "f4", "ctrl+p", *"tour", "enter")
        assert isinstance(hand.app.screen, TourScreen) and "1/5" in shown(hand)
        await press(hand, "right", "right", "left")
        assert "2/5" in shown(hand)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize(
    "target", [Region(0, 0, 80, 1), Region(0, 2, 17, 21), Region(17, 2, 63, 21), Region(30, 23, 8, 1)]
)
def test_the_box_stays_on_the_screen_and_off_what_it_points_at(target: Region, size: tuple[int, int]) -> None:
    box = Size(48, 6)
    found = spot(target, Size(*size), box)
    place = Region(found.x, found.y, *box)
    assert Region(0, 0, *size).contains_region(place)
    assert target.width == 63 or not place.overlaps(target)
