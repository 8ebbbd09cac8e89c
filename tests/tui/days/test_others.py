"""The day of an administrator (管理员), an auditor (审计), a leader (领导) and a lawyer (律师), by keys alone, at a
real node. An operator's is in test_intake.py, a supervisor's in test_supervision.py."""

from __future__ import annotations

from pathlib import Path

from node.face import Node
from tests.tui.hand import SIZES, check_cells, commit, desk, press, say, settled, shown
from tests.tui.seat import PASSWORD, seated, sign_in
from tui.places import PLACES
from tui.screens.inbox import InboxScreen
from tui.screens.login import LoginScreen


async def test_an_administrators_day(own: Path) -> None:
    async with seated(own, "adm", (100, 30)) as hand:
        await say(hand, "settings")
        await press(hand, "down", "down", "enter", "f9")
        for text in ("n7", "新人", "handler", "quitelongword", "quitelongword"):
            await commit(hand, text)
            await press(hand, "tab")
        await press(hand, "ctrl+s")
        assert "新人" in shown(hand)
        ids = [item["id"] for item in (await hand.app.screen._page(None, 0)).items]  # type: ignore[attr-defined]
        await press(hand, "home", *["down"] * ids.index("n7"), "f6")
        assert "值班" in shown(hand)
        await press(hand, "f4")
        check_cells(hand)
        await say(hand, "审计")
        await press(hand, "f7")
        assert "完整无损" in shown(hand)
    with Node.open(own) as node:
        assert node.login("n7", "quitelongword").name == "新人"


async def test_an_auditors_day_signs_nothing(own: Path) -> None:
    with Node.open(own) as node:
        before = node.heads()
    async with seated(own, "aud", (100, 30)) as hand:
        for name in ("board", "audit", "exceptions", "line"):
            await say(hand, name)
            check_cells(hand)
        await say(hand, "audit")
        await press(hand, "f8")
        assert "完整无损" in shown(hand)
        await press(hand, "f2", "enter", "f8", *"123")
        assert hand.app.screen.verbs == []  # type: ignore[attr-defined]
        await press(hand, "escape", "f9", "ctrl+b")
        assert isinstance(hand.app.screen, InboxScreen)
    with Node.open(own) as node:
        assert node.heads() == before


async def test_a_leader_sees_the_pictures_and_signs_nothing(province: Path) -> None:
    async with seated(province, "lead", (140, 45)) as hand:
        await say(hand, "看板")
        check_cells(hand)
        await press(hand, "f7", "f7", "f7")
        check_cells(hand)
        await say(hand, "督办")
        await press(hand, "f9")
        assert desk(hand).signer.waiting is None and "[只读]" in shown(hand)


async def test_a_lawyer_answers_from_the_knowledge_base(own: Path) -> None:
    async with seated(own, "law", (140, 45)) as hand:
        await press(hand, "f9")
        check_cells(hand)
        assert hand.app.screen.kind == "intake"  # type: ignore[attr-defined]


async def test_the_places_offered_are_those_of_ones_roles(province: Path) -> None:
    for staff, wanted in (("op", {"inbox", "intake", "exceptions", "line", "settings"}),
                          ("aud", {"inbox", "exceptions", "line", "board", "audit", "settings"})):  # fmt: skip
        async with seated(province, staff) as hand:
            roles = desk(hand).person.roles  # type: ignore[union-attr]
            assert {place.name for place in PLACES if place.is_for(roles)} == wanted
            await press(hand, "f11")
            told = shown(hand)
            assert ("审计" in told) is ("audit" in wanted) and ("接听" in told) is ("intake" in wanted)


async def test_after_three_wrong_passwords_the_wait_is_told_and_nothing_shown(own: Path) -> None:
    async with seated(own, "op") as hand:
        await desk(hand).sign_out()
        await settled(hand)
        for _ in range(3):
            await commit(hand, "op")
            await press(hand, "enter")
            await commit(hand, "wrongwrong")
            await press(hand, "enter", "shift+tab", *["backspace"] * 2)
        assert isinstance(hand.app.screen, LoginScreen) and "370000-" not in shown(hand)
        assert "密码" in shown(hand)


async def test_one_seat_after_another_sees_nothing_of_the_first(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "enter")
        await say(hand, "note")
        await commit(hand, "只给自己看")
        await desk(hand)._save_drafts()
        await desk(hand).sign_out()
        await settled(hand)
        await sign_in(hand, "disp")
        assert "只给自己看" not in shown(hand) and len(desk(hand).drafts) == 0
        for size in SIZES:
            await hand.resize_terminal(*size)
            await settled(hand)
            check_cells(hand)
    with Node.open(own) as node:
        assert node.draft_list(node.login("hand", PASSWORD))
