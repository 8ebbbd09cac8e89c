"""The settings on a real node, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import language
from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, desk, press, settled, shown
from tests.tui.seat import PASSWORD, seated
from tui.places import PLACES

OWN, KEYS, STAFF, NODES, BACKUP, CALENDAR, POLICY = range(7)


async def settings(hand: Hand, section: int) -> None:
    await press(hand, "f11", *"sz", "enter", *["down"] * section, "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_each_section_is_shown_whole(province: Path, size: tuple[int, int]) -> None:
    async with seated(province, "adm", size) as hand:
        for section in range(7):
            await settings(hand, section)
            assert hand.app.screen.kind in ("setting", "staff", "calendar")  # type: ignore[attr-defined]
            check_cells(hand)
            desk(hand).go_to(PLACES[0])
            await settled(hand)


async def test_the_language_is_changed_at_once_and_kept(own: Path) -> None:
    async with seated(own, "op") as hand:
        await settings(hand, OWN)
        await press(hand, "enter", *"en", "enter")
        assert "Inbox" in shown(hand) and "收件" not in shown(hand)
    language.use("zh")
    async with seated(own, "op") as hand:
        assert "Inbox" in shown(hand)
    language.use("zh")
    async with seated(own, "hand") as hand:
        assert "收件" in shown(hand)


async def test_high_contrast_is_a_theme(own: Path) -> None:
    async with seated(own, "op") as hand:
        await settings(hand, OWN)
        await press(hand, "down", "enter", "end", "down", "down", "down", "enter")
        assert hand.app.theme == "contrast"
        check_cells(hand)


async def test_a_key_is_changed_and_works_at_once(own: Path) -> None:
    async with seated(own, "op") as hand:
        await settings(hand, KEYS)
        names = [action["id"] for action in (await hand.app.screen._page(None, 0)).items]  # type: ignore[attr-defined]
        await press(hand, *["down"] * names.index("line"), "enter")
        box = hand.app.screen.query_one("#typed")
        box.value = "ctrl+v"  # type: ignore[attr-defined]
        await press(hand, "enter")
        assert "自定" in shown(hand) and "^V" in shown(hand)
        await press(hand, "escape", "escape", "f4")
        assert hand.app.screen.kind != "line"  # type: ignore[attr-defined]
        await press(hand, "ctrl+v")
        assert hand.app.screen.kind == "line"  # type: ignore[attr-defined]


async def test_a_key_that_means_something_else_already_is_refused_by_name(own: Path) -> None:
    async with seated(own, "op") as hand:
        await settings(hand, KEYS)
        await press(hand, "down", "enter")
        hand.app.screen.query_one("#typed").value = "f3"  # type: ignore[attr-defined]
        await press(hand, "enter")
        assert (
            "f3 不能既是“收件”又是“异常”" in shown(hand)
            and "exceptions" not in shown(hand)[-400:]
            and desk(hand).preferences.keys == {}
        )


async def test_an_administrator_adds_somebody_who_can_sign_in(own: Path) -> None:
    async with seated(own, "adm", (100, 30)) as hand:
        await settings(hand, STAFF)
        await press(
            hand, "f9", *"new1", "tab", *"Wang", "tab", *"handler", "tab", *"longpassword", "tab", *"other"
        )
        await press(hand, "ctrl+s")
        assert "两次输入的密码不同" in shown(hand) and "longpassword" not in shown(hand)
        await press(hand, *["backspace"] * 5, *"longpassword", "ctrl+s")
        assert "Wang" in shown(hand)
    with Node.open(own) as node:
        assert node.login("new1", "longpassword").roles == {"handler"}


async def test_roles_are_marked_with_the_blank_key(own: Path) -> None:
    async with seated(own, "adm", (100, 30)) as hand:
        await settings(hand, STAFF)
        ids = [item["id"] for item in (await hand.app.screen._page(None, 0)).items]  # type: ignore[attr-defined]
        await press(hand, *["down"] * ids.index("aud"), "f7", "space", "enter")
    with Node.open(own) as node:
        assert node.login("aud", PASSWORD).roles == {"auditor", "operator"}


async def test_disabling_asks_first_and_the_last_administrator_stays(own: Path) -> None:
    async with seated(own, "adm", (100, 30)) as hand:
        await settings(hand, STAFF)
        ids = [item["id"] for item in (await hand.app.screen._page(None, 0)).items]  # type: ignore[attr-defined]
        await press(hand, *["down"] * ids.index("adm"), "f8", "enter")
        assert "last_admin" in shown(hand)
        await press(hand, "home", *["down"] * ids.index("op"), "f8", "escape", "f8", "enter")
        assert "已停用" in shown(hand)


async def test_ones_own_password_needs_the_present_one(own: Path) -> None:
    async with seated(own, "op", (100, 30)) as hand:
        await settings(hand, STAFF)
        ids = [item["id"] for item in (await hand.app.screen._page(None, 0)).items]  # type: ignore[attr-defined]
        await press(hand, *["down"] * ids.index("op"), "ctrl+x")
        await press(hand, *"wrongone", "tab", *"anotherlong", "tab", *"anotherlong", "ctrl+s")
        assert "auth" in shown(hand)
    with Node.open(own) as node:
        assert node.login("op", PASSWORD)


async def test_who_is_no_administrator_changes_nobody(province: Path) -> None:
    async with seated(province, "op") as hand:
        await settings(hand, STAFF)
        await press(hand, "f9", "f7", "f8", "enter")
        assert hand.app.screen.kind == "staff"  # type: ignore[attr-defined]


async def test_the_year_is_turned_and_an_unpublished_one_says_so(province: Path) -> None:
    async with seated(province, "op") as hand:
        await settings(hand, CALENDAR)
        assert "已公布" in shown(hand)
        await press(hand, "f9", "f9", "f9")
        assert "尚未公布" in shown(hand)
