"""通报: the issues that have come, one of them whole, and its file."""

from __future__ import annotations

from pathlib import Path

from node.errors import Stale
from tests.tui.hand import Hand, check_cells, commit, desk, press, settled, shown, signed_in
from tests.tui.standin import Bulletins, Person, StandIn
from tui.lines import Lines
from tui.screens.bulletins import BulletinScreen, BulletinsScreen

LEADER = frozenset({"leader"})


class Reading(StandIn):
    def login(self, staff: str, password: str) -> Person:
        super().login(staff, password)
        return Person(roles=LEADER)

    def person(self, staff: str) -> Person:
        return Person(roles=LEADER)


async def at_bulletins(hand: Hand) -> None:
    await press(hand, "ctrl+p")
    await commit(hand, "board")
    await press(hand, "enter", "ctrl+b")
    assert isinstance(hand.app.screen, BulletinsScreen)


async def test_each_issue_says_how_it_stands_and_why_it_was_made() -> None:
    async with signed_in(Reading(), (100, 30)) as hand:
        await at_bulletins(hand)
        text = shown(hand)
        assert "2026-10" in text and "现行" in text and "已被更正" in text
        check_cells(hand)


async def test_an_issue_is_read_whole_and_fits_a_small_terminal() -> None:
    async with signed_in(Reading(), (80, 24)) as hand:
        await at_bulletins(hand)
        await press(hand, "enter")
        assert isinstance(hand.app.screen, BulletinScreen)
        assert "第 2 期（更正）" in shown(hand)
        text = hand.app.screen.query_one("#sheet", Lines).text
        assert "总体情况" in text and "直属下级单位排名" in text and "25.0% 1/4" in text
        check_cells(hand)
        await press(hand, "escape")
        assert isinstance(hand.app.screen, BulletinsScreen)


async def test_an_earlier_issue_says_that_it_was_corrected() -> None:
    async with signed_in(Reading(), (100, 30)) as hand:
        await at_bulletins(hand)
        await press(hand, "down", "enter")
        assert "已被第 2 期更正" in shown(hand)


async def test_a_key_writes_it_into_a_file_that_is_asked_for() -> None:
    node = Reading()
    async with signed_in(node, (100, 30)) as hand:
        await at_bulletins(hand)
        await press(hand, "enter", "f9")
        await commit(hand, "october.pdf")
        await press(hand, "ctrl+s")
        await settled(hand)
        [(path, month, which)] = node.bulletins.files
        assert (Path(path).name, month, which["number"]) == ("october.pdf", "2026-10", 2)
        assert "october.pdf" in shown(hand) and isinstance(hand.app.screen, BulletinScreen)


class Full(Bulletins):
    def write(self, path: Path, month: str, **how: object) -> dict[str, object]:
        raise Stale("已存在", code="export_exists")


async def test_a_file_that_cant_be_written_is_told_and_the_issue_stays_open() -> None:
    async with signed_in(Reading(bulletins=Full()), (100, 30)) as hand:
        await at_bulletins(hand)
        await press(hand, "enter")
        await desk(hand).action_go("export", "x.pdf")
        await settled(hand)
        assert "export_exists" in shown(hand) and isinstance(hand.app.screen, BulletinScreen)


async def test_where_none_has_come_it_is_said() -> None:
    async with signed_in(Reading(bulletins=Bulletins(())), (100, 30)) as hand:
        await at_bulletins(hand)
        assert "还没有通报" in shown(hand)
