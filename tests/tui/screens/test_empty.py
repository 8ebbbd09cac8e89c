"""An empty list says what would be here and which key fills it; and what was typed outlives the program's end."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.face import Node
from node.founding import init
from tests.tui.hand import SIZES, check_cells, desk, press, settled, shown
from tests.tui.seat import PASSWORD, seated
from tui.screens.dispatch import DispatchScreen
from tui.screens.inbox import InboxScreen


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with one person and no work at all."""
    place = tmp_path_factory.mktemp("fresh")
    init(place / "node", "370000", "山东省总工会", clock=SystemClock(), entropy=SystemEntropy(), root=True,
         recovery=place / "key.pem")  # fmt: skip
    with Node.open(place / "node") as node:
        roles = ["operator", "dispatcher", "handler"]
        node.do("staff.add", {"id": "all", "name": "全能", "roles": roles, "password": PASSWORD})
    return place / "node"


@pytest.mark.parametrize("size", SIZES)
async def test_an_empty_inbox_names_the_key_that_fills_it(fresh: Path, size: tuple[int, int]) -> None:
    async with seated(fresh, "all", size) as hand:
        assert "还没有工单" in shown(hand) and "按 F9 登记第一件" in shown(hand)
        check_cells(hand)


async def test_each_view_says_what_would_be_in_it(fresh: Path) -> None:
    async with seated(fresh, "all") as hand:
        screen = hand.app.screen
        assert isinstance(screen, InboxScreen)
        told = set()
        for view in screen._views:
            screen._view = view.id
            told.add(screen._nothing())
        assert len(told) == len(screen._views)


async def test_a_filter_that_finds_nothing_says_how_to_clear_it(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "f6", *"nowhere", "enter")
        assert "没有含“nowhere”的工单" in shown(hand).replace('"nowhere"', "“nowhere”") and "Esc" in shown(
            hand
        )


async def test_no_exceptions_and_no_unit_found_are_told_too(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "f3")
        assert "没有待处理的异常" in shown(hand)
        await press(hand, "f7")
        assert "F7 换类别" in shown(hand)
        await press(hand, "f2", "enter")
        verbs = await desk(hand).ask("allowed", "ticket", hand.app.screen.record, desk(hand).person)  # type: ignore[attr-defined]
        verb = next((one for one in verbs if one.name == "dispatch"), None)
        if verb is None:
            pytest.skip("this ticket can't be dispatched")
        hand.app.push_screen(DispatchScreen(verb, "ticket", hand.app.screen.record, {}))  # type: ignore[attr-defined]
        await settled(hand)
        await press(hand, *"zzzz")
        assert "没有单位叫" in shown(hand) and "拼音首字母" in shown(hand)


async def test_what_was_typed_within_the_last_second_is_kept_when_the_program_is_ended(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        form = hand.app.screen
        form.query_one("#f-narrative").text = "刚写到一半"  # type: ignore[attr-defined]
        hand.app.exit(0)
        await settled(hand)
    with Node.open(own) as node:
        found = node.draft_list(node.login("op", PASSWORD))
    assert [one["data"]["narrative"] for one in found] == ["刚写到一半"]
