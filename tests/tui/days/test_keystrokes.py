"""How many keys the commonest jobs take beside the text itself: docs/clerk.md says so, and it is counted here."""

from __future__ import annotations

import re
from pathlib import Path

from node.face import Node
from tests.tui.hand import Hand, commit, press, shown
from tests.tui.screens.test_intake import filled
from tests.tui.seat import PASSWORD, WAGES, act, seated
from tui.screens.ticket import TicketScreen

CLERK = Path(__file__).parents[3] / "docs" / "clerk.md"


def told(job: str) -> int:
    """The figure of the manual."""
    found = re.search(rf"^\| {job} \| (\d+) \|", CLERK.read_text("utf-8"), re.MULTILINE)
    assert found, job
    return int(found[1])


def office(own: Path, *verbs: str) -> Path:
    """The newest ticket is this office's own, registered and more."""
    with Node.open(own) as node:
        who = node.login("all", PASSWORD)
        made = act(node, who, "ticket", "register", data={**WAGES, "narrative": "食堂拖欠工资"})
        for verb in verbs:
            act(node, who, "ticket", verb, made["record"], {"lead": "370000"} if verb == "dispatch" else {})
    return own


async def counted(hand: Hand, *keys: str) -> int:
    await press(hand, *keys)
    return len(keys)


async def begun(hand: Hand, verb: str) -> int:
    """From the list into the form of a verb of the ticket below the cursor."""
    keys = await counted(hand, "enter")
    screen = hand.app.screen
    assert isinstance(screen, TicketScreen)
    names = [one.name for one in screen.verbs]
    return keys + await counted(hand, str(names.index(verb) + 1))


async def test_a_call_is_registered_as_a_ticket(own: Path) -> None:
    async with seated(own, "op") as hand:
        keys = await counted(hand, "f9") + await filled(hand) + await counted(hand, "f12")
        assert "已签发：来电登记工单" in shown(hand)
    assert keys == told("接听并登记工单")


async def test_a_ticket_is_dispatched(own: Path) -> None:
    async with seated(office(own), "disp") as hand:
        keys = await begun(hand, "dispatch") + await counted(hand, *"qd", "enter", "ctrl+s", "enter")
        assert "已签发：派单" in shown(hand)
    assert keys == told("派单")


async def test_a_ticket_is_accepted(own: Path) -> None:
    async with seated(office(own, "dispatch"), "hand") as hand:
        keys = await begun(hand, "accept") + await counted(hand, "ctrl+s")
        assert "已签发：受理" in shown(hand)
    assert keys == told("受理")


async def test_a_note_is_written(own: Path) -> None:
    async with seated(office(own, "dispatch", "accept"), "hand") as hand:
        keys = await begun(hand, "note")
        await commit(hand, "已到工地，三人在场；下周二付清")
        keys += await counted(hand, "ctrl+s")
        assert "已签发：备注" in shown(hand)
    assert keys == told("备注")


async def test_a_result_is_submitted(own: Path) -> None:
    async with seated(office(own, "dispatch", "accept"), "hand") as hand:
        keys = await begun(hand, "submit") + await counted(hand, "right", "tab", "right", "tab")
        await commit(hand, "已付清三个月工资")
        keys += await counted(hand, "ctrl+s")
        assert "已签发：提交" in shown(hand)
    assert keys == told("提交（报结）")
