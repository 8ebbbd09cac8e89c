"""取附件: what the ticket names of files is laid where it can be opened, by keys alone at a real node."""

from __future__ import annotations

from pathlib import Path

from node.face import Node
from tests.tui.hand import Hand, commit, desk, lines, press, shown
from tests.tui.seat import PASSWORD, act, seated
from tui.folder import Folder
from tui.screens.taking import TakeOutScreen
from tui.screens.ticket import TicketScreen


def with_file(own: Path, name: str = "工资条.jpg", content: bytes = b"\xff\xd8\xffwages") -> None:
    """The newest ticket has one."""
    file = own.parent / name
    file.write_bytes(content)
    with Node.open(own) as node:
        person = node.login("all", PASSWORD)
        record = node.list("ticket", view="all", sort="-changed").items[0]["record"]
        act(node, person, "ticket", "attach", record, {"attachments": [str(file)]})


async def opened(hand: Hand) -> None:
    await press(hand, "enter")
    assert isinstance(hand.app.screen, TicketScreen)


async def test_a_file_is_saved_under_a_new_name_and_never_over_another(own: Path) -> None:
    with_file(own)
    target = own.parent / "out.jpg"
    async with seated(own, "hand") as hand:
        await opened(hand)
        await press(hand, "f6")
        assert isinstance(hand.app.screen, TakeOutScreen) and "工资条.jpg" in shown(hand)
        hand.app.screen.query_one("#f-file").value = str(target)  # type: ignore[attr-defined]
        await press(hand, "ctrl+s")
        assert "已取出 工资条.jpg" in shown(hand) and target.read_bytes() == b"\xff\xd8\xffwages"
        await press(hand, "f6")
        hand.app.screen.query_one("#f-file").value = str(target)  # type: ignore[attr-defined]
        await press(hand, "ctrl+s")
        assert "file_exists" in shown(hand)


async def test_without_a_file_the_key_isnt_offered(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await opened(hand)
        assert "取附件" not in lines(hand)[-1]
        await press(hand, "f6")
        assert isinstance(hand.app.screen, TicketScreen)


async def test_a_seat_in_a_browser_neither_takes_nor_gives_a_file_of_the_server(own: Path) -> None:
    with_file(own)
    async with seated(own, "hand") as hand:
        desk(hand).folder = Folder.of_seat(own, "")
        await opened(hand)
        await press(hand, "f6", "ctrl+s")
        assert "seat_files" in shown(hand) and not (own.parent / "out.jpg").exists()
        await press(hand, "escape", "ctrl+p", *"attach", "enter")
        await commit(hand, str(own / "keys" / "node.key"))
        await press(hand, "ctrl+s")
        assert "seat_files" in shown(hand)
    with Node.open(own) as node:
        record = node.list("ticket", view="all", sort="-changed").items[0]["record"]
        assert [one["name"] for one in node.show("ticket", record)["attachments"]] == ["工资条.jpg"]
