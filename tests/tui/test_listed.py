from __future__ import annotations

from textual.app import App, ComposeResult

from tests.tui.hand import check_cells, lines
from tui.listed import HEADING, Drawn, Figure, Listed
from tui.rows import Column

ROWS = [
    {"id": "h", HEADING: "青岛市总工会 \x1b[2J 两项"},
    *({"id": str(n), "name": f"工单{n}", "n": n} for n in range(40)),
]


class Held(App[None]):
    CSS = "Screen { layout: vertical; }"

    def compose(self) -> ComposeResult:
        yield Listed(
            (
                Column("title", 0, lambda row: str(row["name"])),
                Drawn("bar", 10, lambda _row: "", draw=lambda row, cells: "█" * min(cells, row["n"])),
                Figure("number", 6, lambda row: str(row["n"])),
            ),
            id="held", empty="会列在这里",
        )  # fmt: skip


async def test_headings_pictures_and_figures_have_their_cells() -> None:
    async with Held().run_test(size=(60, 12)) as hand:
        held = hand.app.query_one(Listed)
        held.fill(ROWS)
        await hand.pause()
        check_cells(hand)  # type: ignore[arg-type]
        found = lines(hand)  # type: ignore[arg-type]
        assert "青岛市总工会" in found[1] and "\x1b" not in found[1]
        assert found[4].rstrip().endswith("2") and "██ " in found[4]


async def test_it_says_that_it_waits_then_what_would_be_here() -> None:
    async with Held().run_test(size=(60, 12)) as hand:
        held = hand.app.query_one(Listed)
        await hand.pause()
        assert "读取中" in lines(hand)[1]  # type: ignore[arg-type]
        held.fill([])
        await hand.pause()
        assert "会列在这里" in lines(hand)[1]  # type: ignore[arg-type]


async def test_the_cursor_stays_on_its_record_when_it_is_filled_anew() -> None:
    async with Held().run_test(size=(60, 12)) as hand:
        held = hand.app.query_one(Listed)
        held.fill(ROWS)
        held.focus()
        await hand.press("down", "down", "down")
        assert held.highlighted == ROWS[3]
        held.fill([ROWS[5], ROWS[3], ROWS[0]])
        await hand.pause()
        assert held.highlighted == ROWS[3] and held.cursor == 1
        held.wait()
        held.fill(ROWS)
        await hand.pause()
        assert held.cursor == 0


async def test_columns_that_dont_fit_are_announced_and_harm_nothing() -> None:
    async with Held().run_test(size=(16, 12)) as hand:
        hand.app.query_one(Listed).fill(ROWS)
        await hand.pause()
        assert lines(hand)[0].rstrip().endswith(">")  # type: ignore[arg-type]
