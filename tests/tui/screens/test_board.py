"""The board on a real node, by keys alone: four pages, a table behind each picture, deeper and back, as of when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.errors import Damaged
from tests.tui.hand import SIZES, Hand, check_cells, desk, lines, press, shown
from tests.tui.seat import seated
from tui import panels
from tui.actions import keys_of, named
from tui.screens.board import PAGES, BoardScreen
from tui.screens.counted import CountedScreen
from tui.screens.ticket import TicketScreen


def key(name: str) -> str:
    action = named(name)
    assert action is not None
    return keys_of(action, {})[0]


async def at_board(hand: Hand) -> BoardScreen:
    await press(hand, "f11", *"kb", "enter")
    assert isinstance(hand.app.screen, BoardScreen)
    return hand.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_fits_as_picture_and_as_table(province: Path, size: tuple[int, int]) -> None:
    async with seated(province, "lead", size) as hand:
        await at_board(hand)
        for number in range(1, len(PAGES) + 1):
            for _ in range(2):
                await press(hand, str(number), key("table"))
                check_cells(hand)
                assert "截至 20" in shown(hand) and "读取中" not in shown(hand)


async def test_in_ascii_no_picture_has_a_block(province: Path) -> None:
    async with seated(province, "lead", (140, 45)) as hand:
        await desk(hand).prefer("ascii_borders", True)
        await at_board(hand)
        for number in "1234":
            await press(hand, number)
            assert not set("█▇▆▅▄▃▂▁│░▌▏") & set(shown(hand))
        await press(hand, "3")
        assert "####" in shown(hand)


async def test_today_s_volume_is_told_by_hour_and_as_a_table_of_the_same_figures(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        screen = await at_board(hand)
        assert "来电，按小时" in shown(hand) and "比较" in shown(hand)
        await press(hand, key("table"))
        [total] = [line.split() for line in shown(hand).split("\n") if line.split()[:1] == ["合计"]]
        assert total[1:3] == ["2", "4"]
        assert screen.copied().split("\n")[1] == "合计\t2\t4"


async def test_topics_open_level_by_level_down_to_their_tickets_and_back(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        await at_board(hand)
        await press(hand, "3")
        assert "> 法律维权" in shown(hand)
        await press(hand, "enter", "enter")
        assert "法律维权 > 劳动权益" in shown(hand) and "工资报酬" in shown(hand)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, CountedScreen)
        assert "主题 工资报酬" in shown(hand) and shown(hand).count("370000-2") == 4
        await press(hand, "enter")
        assert isinstance(hand.app.screen, TicketScreen)
        await press(hand, "escape", "escape", "escape")
        assert isinstance(hand.app.screen, BoardScreen) and "> 劳动权益" in shown(hand)
        await press(hand, "escape")
        assert "> 法律维权" in shown(hand)


async def test_units_are_ranked_by_a_figure_that_is_chosen_and_open_to_what_was_counted(
    province: Path,
) -> None:
    async with seated(province, "sup", (100, 30)) as hand:
        screen = await at_board(hand)
        await press(hand, key("figure"), *"cbjs", "enter")
        assert screen._page == "ranking" and "承办件数" in lines(hand)[1]
        [row] = [line for line in lines(hand) if "青岛市总工会" in line]
        assert row.split()[0] == "1" and " 2 " in row and "代办" in row
        await press(hand, "enter")
        assert isinstance(hand.app.screen, CountedScreen)
        assert shown(hand).count("370000-2") == 2


async def test_the_period_is_chosen_and_moved_by_keys_and_never_into_the_future(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        screen = await at_board(hand)
        assert screen._span is not None
        today = screen._span
        await press(hand, key("earlier"))
        assert screen._span == today.moved(-1) and today.moved(-1).label in shown(hand)
        await press(hand, key("later"), key("later"))
        assert screen._span == today
        kinds = []
        for _ in range(4):
            await press(hand, key("period"))
            kinds.append(screen._span.kind)
        assert kinds == ["week", "month", "year", "day"]


async def test_one_unit_is_looked_at_alone_and_esc_leads_back_to_the_whole(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        screen = await at_board(hand)
        await press(hand, key("of_unit"), *"qd", "enter")
        assert screen._scope == "370000/370200" and "青岛市总工会" in lines(hand)[1]
        await press(hand, key("table"))
        assert screen.copied().split("\n")[1] == "合计\t0\t0"
        await press(hand, "escape")
        assert screen._scope == "370000"
        await press(hand, "escape")
        assert not isinstance(hand.app.screen, BoardScreen)


async def test_what_changes_is_asked_for_once_in_a_while_and_what_is_shown_stays_meanwhile(
    province: Path,
) -> None:
    async with seated(province, "lead") as hand:
        screen = await at_board(hand)
        asked = count_looks(hand)
        before = lines(hand)[3:20]
        for _ in range(5):
            screen.changed()
        assert asked == [] and screen._seldom.waits
        assert lines(hand)[3:20] == before
        await press(hand, "f5")
        assert asked.count("stats") == 4 and not screen._seldom.waits


def count_looks(hand: Hand) -> list[str]:
    asked: list[str] = []
    look = desk(hand).gate.look

    async def counted(name: str, *args: Any, **how: Any) -> Any:
        if name != "line":
            asked.append(name)
        return await look(name, *args, **how)

    desk(hand).gate.look = counted  # type: ignore[method-assign]
    return asked


async def test_each_panel_says_that_it_is_loading_until_it_has_its_answer(province: Path) -> None:
    async with seated(province, "lead", (140, 45)) as hand:
        screen = await at_board(hand)
        width, height = screen._room
        nothing = panels.overview(screen.view, {}, width, height)
        assert sum(text == "读取中" for line in nothing for text, _ in line) == 4
        one = {panels.volume_ask(screen.view): screen._answers[panels.volume_ask(screen.view)]}
        assert (
            sum(
                text == "读取中"
                for line in panels.overview(screen.view, one, width, height)
                for text, _ in line
            )
            == 3
        )


async def test_figures_that_cant_be_read_are_told_and_the_last_ones_stay(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        await at_board(hand)
        before = lines(hand)[2:20]

        async def failing(name: str, *args: Any, **how: Any) -> Any:
            raise Damaged("读不出来", code="damaged")

        desk(hand).gate.look = failing  # type: ignore[method-assign]
        await press(hand, "f5")
        assert "读不出来 [damaged]" in lines(hand)[-2]
        assert lines(hand)[2:20] == before


@pytest.mark.parametrize(("staff", "may"), [("lead", True), ("aud", True), ("disp", True), ("hand", False)])
async def test_only_whom_it_is_for_is_offered_the_board(province: Path, staff: str, may: bool) -> None:
    async with seated(province, staff) as hand:
        await press(hand, "f11", *"kb")
        assert ("看板" in shown(hand)) is may


async def test_a_name_of_a_unit_cant_draw_on_the_screen(province: Path) -> None:
    async with seated(province, "lead", (100, 30)) as hand:
        screen = await at_board(hand)
        screen._names["370000/370200"] = "\x1b[2J[red]青岛"
        await press(hand, key("figure"), *"cbjs", "enter")
        check_cells(hand)
        assert "[red]青岛" in shown(hand) and "\x1b" not in shown(hand)
