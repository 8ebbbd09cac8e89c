from __future__ import annotations

import asyncio

import pytest

from node.clock import MOVED_BY
from tests.tui.hand import beat, check_cells, desk, lines, press, settled, signed_in
from tests.tui.standin import StandIn


async def test_a_moved_clock_is_said_on_every_screen(node: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MOVED_BY, "86400")
    async with signed_in(node) as hand:
        assert "时钟被移动 86400 秒" in lines(hand)[0]
        await press(hand, "f4")
        assert "时钟被移动 86400 秒" in lines(hand)[0]


@pytest.mark.parametrize("width", [80, 140])
async def test_the_bar_leaves_the_person_s_name_whole_whatever_else_it_says(
    node: StandIn, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv(MOVED_BY, "1987200")
    node.unit_name = "新疆维吾尔自治区巴音郭楞蒙古自治州总工会"
    node.standing = {"fault": "line_down"}
    async with signed_in(node, (width, 24)) as hand:
        await desk(hand).watch_node.look()
        await desk(hand)._tick()
        await settled(hand)
        bar = lines(hand)[0]
        assert bar.rstrip().endswith("张三") and "收件" in bar
        assert "时钟被移动 1987200 秒" in bar and "线路断" in bar
        check_cells(hand)


async def test_nothing_is_read_again_while_nothing_changes(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await beat(hand, node)
        asked = len(node.asked)
        await desk(hand).watch_node.look()
        assert len(node.asked) == asked


async def test_an_action_that_isnt_offered_here_isnt_done(node: StandIn) -> None:
    async with signed_in(node) as hand:
        app = desk(hand)
        assert app.check_action("go", ("filter",)) is True
        assert app.check_action("go", ("settle",)) is False
        assert app.check_action("go", ("undo",)) is False


async def test_the_inbox_is_one_key_away_from_anywhere(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "f3", "enter", "f4", "f2")
        assert desk(hand).screen.kind == "inbox"  # type: ignore[attr-defined]


async def test_it_rings_once_for_what_came_from_elsewhere_and_not_for_what_was_registered_here(
    node: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    async with signed_in(node, bell=True) as hand:
        monkeypatch.setattr(desk(hand), "bell", lambda: rung.append(1))
        node.told.append(
            {"event": "new", "unit": "370211", "number": "1"}
        )  # before it was asked: nothing is new
        await beat(hand, node)
        assert rung == []
        node.told += [{"event": "new", "unit": "370211"}, {"event": "card", "unit": "370000"}]
        await beat(hand, node)
        assert rung == [1]
        node.told.append({"event": "new", "unit": desk(hand).unit.rpartition("/")[2]})
        await beat(hand, node)
        assert rung == [1]


async def test_nothing_rings_where_no_bell_is_wanted(node: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    async with signed_in(node) as hand:
        monkeypatch.setattr(desk(hand), "bell", lambda: rung.append(1))
        await beat(hand, node)
        node.told.append({"event": "card", "unit": "370211"})
        await beat(hand, node)
        assert rung == []


async def test_what_comes_while_the_application_ends_brings_nothing_down(node: StandIn) -> None:
    """Its screens lose their widgets before they go themselves."""
    come = asyncio.Event()
    async with signed_in(node) as hand:
        screen = desk(hand).screen

        async def late() -> None:
            await come.wait()
            screen.query_one("#of-a-screen-taken-down")

        screen.begin_work(late, "late")  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
        hand.app._running = False  # as the first thing that ends it does
        come.set()
        await asyncio.sleep(0.01)
