from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult

from tests.tui.standin import Page, row
from tui.rows import KEPT, PAGE, Column, Rows

COLUMNS = (
    Column("number", 20, lambda item: str(item["number"])),
    Column("title", 0, lambda item: str(item["title"])),
)


class Listing:
    """A source of any length that makes each row when it is asked for."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.asked: list[str | None] = []

    async def page(self, after: str | None, limit: int) -> Page:
        self.asked.append(after)
        start = int(after or 0)
        end = min(start + limit, self.length)
        return Page([row(index) for index in range(start, end)], str(end) if end < self.length else None)


class Shelf(App[None]):
    def __init__(self, source: Any) -> None:
        super().__init__()
        self._rows = Rows(COLUMNS, source)

    def compose(self) -> ComposeResult:
        yield self._rows


async def shown(app: Shelf, hand: Any) -> Rows:
    rows = app.query_one(Rows)
    rows.focus()
    rows.reload()
    await settled(app, hand)
    return rows


async def settled(app: Shelf, hand: Any) -> None:
    for _ in range(2):
        await hand.pause()
        await app.workers.wait_for_complete()


async def test_a_list_of_a_million_is_shown_by_one_page() -> None:
    source = Listing(1_000_000)
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        assert source.asked == [None]
        assert rows.known == PAGE


async def test_going_down_asks_for_the_next_page_by_its_cursor_and_keeps_a_few() -> None:
    source = Listing(1_000_000)
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        for _ in range(KEPT + 5):
            rows.action_move(10**9)
            await settled(app, hand)
        assert source.asked[1] == str(PAGE)
        assert rows.pages_held <= KEPT
        assert rows.highlighted is not None and rows.item_at(0) is None
        rows.action_move(-(10**9))
        await settled(app, hand)
        assert rows.highlighted == row(0)


async def test_the_end_of_a_short_list_is_the_end() -> None:
    source = Listing(130)
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        for _ in range(3):
            rows.action_move(10**9)
            await settled(app, hand)
        assert rows.known == 130 and rows.cursor == 129
        assert source.asked == [None, str(PAGE)]


async def test_an_empty_list_says_so_and_opens_nothing() -> None:
    app = Shelf(Listing(0).page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_open()
        assert rows.known == 0 and rows.highlighted is None
        assert "没有内容" in rows.render_line(1).text


async def test_a_row_that_goes_leaves_the_cursor_within_the_list() -> None:
    source = Listing(3)
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_move(2)
        source.length = 1
        rows.renew()
        await settled(app, hand)
        assert rows.known == 1 and rows.cursor == 0


async def test_a_source_that_fails_leaves_the_list_as_it_was() -> None:
    async def failing(_after: str | None, _limit: int) -> None:
        return None

    app = Shelf(failing)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        assert rows.known == 0


async def test_an_answer_to_an_older_question_is_dropped() -> None:
    source = Listing(500)
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        await rows._load(0, rows._age - 1)
        assert rows.known == PAGE


async def test_every_line_has_the_cells_of_the_list() -> None:
    app = Shelf(Listing(500).page)
    async with app.run_test(size=(61, 24)) as hand:
        rows = await shown(app, hand)
        assert {rows.render_line(y).cell_length for y in range(24)} == {rows.size.width}


class Shelved(Listing):
    """Rows of which some go, or come."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(len(numbers))
        self.numbers = numbers

    async def page(self, after: str | None, limit: int) -> Page:
        """As SQL pages by key: what comes behind `after`, whatever was there before."""
        self.asked.append(after)
        behind = [one for one in self.numbers if after is None or one > int(after)]
        items = [row(one) for one in behind[:limit]]
        return Page(items, str(behind[limit - 1]) if len(behind) > limit else None)


async def test_the_cursor_stays_on_its_record_when_its_page_comes_back_shorter() -> None:
    source = Shelved(list(range(80)))
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_move(70)
        source.numbers = list(range(50, 75))
        rows.renew()
        await settled(app, hand)
        assert rows.highlighted == row(70) and rows.known == 25


async def test_the_cursor_follows_its_record_to_the_next_page() -> None:
    source = Shelved([*range(0, 2000, 10)])
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_move(95)
        source.numbers = sorted([*source.numbers, *range(1, 10)])
        rows.renew()
        await settled(app, hand)
        await settled(app, hand)
        assert rows.highlighted == row(950) and rows.cursor == 104


async def test_a_record_that_is_gone_is_not_looked_for_behind_the_next_page() -> None:
    source = Shelved(list(range(1000)))
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_move(50)
        source.numbers.remove(50)
        source.asked.clear()
        rows.renew()
        await settled(app, hand)
        await settled(app, hand)
        assert rows.cursor == 50 and rows.highlighted == row(51)
        assert len(source.asked) <= 2


async def test_who_moves_on_meanwhile_is_not_pulled_back() -> None:
    source = Shelved([*range(0, 2000, 10)])
    app = Shelf(source.page)
    async with app.run_test(size=(80, 24)) as hand:
        rows = await shown(app, hand)
        rows.action_move(95)
        rows._sought = "something"
        rows.action_move(-5)
        assert rows._sought == ""
