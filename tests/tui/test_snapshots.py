"""Pictures of the screens as text, at three sizes in both languages: what changed in one is read in the diff.

`pytest tests/tui/test_snapshots.py --snapshot-update` writes them anew; then look at each with a clerk's eyes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.amber import AmberSnapshotExtension

from node import language
from tests.tui.hand import SIZES, Hand, check_cells, commit, lines, press, settled
from tests.tui.whole import NOW, PHONE, Whole
from tui.desk import QiaoApp
from tui.places import PLACES
from tui.screens.settings.menu import SECTIONS

# The album counts as the first test's time: 150 s by itself on a slow machine.
pytestmark = pytest.mark.timeout(900)
LANGUAGES = ("zh", "en")
SMALL = (40, 10)


@dataclass(frozen=True)
class Picture:
    """`steps` lead there from the inbox: a key each, `:command`, or `=text` that an input method commits."""

    name: str
    steps: Sequence[str] = ()


NARRATIVE = "=单位拖欠三个月工资"
PICTURES = (
    Picture("inbox"),
    Picture("ticket", ("enter",)),
    Picture("reader", ("enter", "f7")),
    Picture("cards", ("enter", "f9")),
    Picture("form", ("enter", ":note")),
    Picture("reveal", ("enter", "ctrl+x")),
    Picture("dispatch", ("enter", ":dispatch")),
    Picture("exceptions", ("f3",)),
    Picture("exception", ("f3", "enter")),
    Picture("line", ("f4",)),
    Picture("intake", ("ctrl+k",)),
    Picture("intake_all", ("ctrl+k", "f4")),
    Picture("supervision", (":supervision",)),
    Picture("supervision_cards", (":supervision", "4")),
    Picture("board_overview", (":board",)),
    Picture("board_ranking", (":board", "2")),
    Picture("board_topics", (":board", "3")),
    Picture("board_kline", (":board", "4")),
    Picture("board_table", (":board", "2", "ctrl+l")),
    Picture("audit", (":audit",)),
    Picture("settings", (":settings",)),
    *(
        Picture(f"settings_{one.name}", (":settings", *["down"] * at, "enter"))
        for at, one in enumerate(SECTIONS)
    ),
    Picture("handover", (":handover",)),
    Picture("help", ("f1",)),
    Picture("commands", ("ctrl+p",)),
    Picture("places", ("f11",)),
    Picture("tour", (":tour",)),
    Picture("inbox_marked", ("ctrl+t", "ctrl+t")),
    Picture("intake_typed", ("ctrl+k", f"={PHONE}", *["tab"] * 7, NARRATIVE, "wait")),
)


Album = Mapping[tuple[str, str, tuple[int, int]], str]  # of a picture's name, a language, a size


@pytest.fixture(scope="module")
def album() -> Album:
    """All of them, by one application a language that is made larger and smaller: a start costs more than a picture."""
    found = asyncio.run(taken())
    language.use("zh")
    return found


async def taken() -> Album:
    found: dict[tuple[str, str, tuple[int, int]], str] = {}
    for spoken in LANGUAGES:
        language.use(spoken)
        app = QiaoApp(lambda: Whole(), undo_seconds=60, pulse_seconds=3600, now=lambda: NOW)  # type: ignore[arg-type,return-value]
        app.moved_seconds = 0
        async with app.run_test(size=SIZES[0]) as hand:
            await settled(hand)
            await look(hand, found, "login", spoken)
            for text in ("zhang", "secret"):
                await commit(hand, text)
                await press(hand, "enter")
            for one in PICTURES:
                for step in one.steps:
                    await take(hand, step)
                await look(hand, found, one.name, spoken)
                app.go_to(PLACES[0])
                await settled(hand)
    return found


async def look(
    hand: Hand, found: dict[tuple[str, str, tuple[int, int]], str], name: str, spoken: str
) -> None:
    for size in (*((SMALL,) if name == "login" else ()), *SIZES[1:], SIZES[0]):
        await hand.resize_terminal(*size)
        await settled(hand)
        before: list[str] = []
        for _ in range(50):  # a resize comes a moment later, and what hangs on the width behind it
            await hand.pause(0.02)
            if len(before) == size[1] and lines(hand) == before:
                break
            if before:
                await settled(hand)
            before = lines(hand)
        found[name, spoken, size] = picture(hand)


async def take(hand: Hand, step: str) -> None:
    if step == "wait":
        await hand.pause(0.3)
        await settled(hand)
    elif step[0] == "=":
        await commit(hand, step[1:])
    elif step[0] == ":":
        await press(hand, "ctrl+p")
        await commit(hand, step[1:])
        await press(hand, "enter")
    else:
        await press(hand, step)


def picture(hand: Hand) -> str:
    """What stands there; that each line has all its cells is checked."""
    check_cells(hand)
    return "\n".join(line.rstrip() for line in lines(hand))


WANTED = [
    ("login", SMALL),
    *((name, size) for name in ("login", *(one.name for one in PICTURES)) for size in SIZES),
]


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "size"), WANTED, ids=lambda one: one if isinstance(one, str) else f"{one[0]}x{one[1]}"
)
def test_a_screen_looks_as_it_did(
    snapshot: SnapshotAssertion, album: Album, name: str, spoken: str, size: tuple[int, int]
) -> None:
    assert album[name, spoken, size] == snapshot.use_extension(AmberSnapshotExtension)
