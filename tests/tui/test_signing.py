from __future__ import annotations

from node.errors import LineDown
from tests.tui.hand import desk, lines, press, settled, shown, signed_in
from tests.tui.standin import StandIn
from tui.screens.form import FormScreen
from tui.screens.inbox import InboxScreen
from tui.screens.ticket import TicketScreen


async def test_an_act_waits_and_can_be_undone_with_all_that_was_typed(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"已联系", "ctrl+s")
        assert isinstance(hand.app.screen, TicketScreen) and node.done == []
        assert "秒后签发" in lines(hand)[0]
        await press(hand, "ctrl+z")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.raw()["text"] == "已联系"
        assert node.done == [] and "未签发" in shown(hand)


async def test_f12_signs_at_once(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"已联系", "ctrl+s", "f12")
        assert len(node.done) == 1 and "已签发" in shown(hand)


async def test_it_is_signed_when_its_time_is_over(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"已联系", "ctrl+s")
        desk(hand).signer._until = 0.0
        await desk(hand).signer.tick()
        await settled(hand)
        assert len(node.done) == 1


async def test_a_second_act_has_the_first_signed_so_their_order_is_kept(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"一", "ctrl+s", "5", *"二", "ctrl+s")
        assert [params["data"]["text"] for _, params in node.done] == ["一"]
        await press(hand, "f12")
        assert [params["data"]["text"] for _, params in node.done] == ["一", "二"]


async def test_leaving_signs_what_waits(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"已联系", "ctrl+s")
        await hand.press("ctrl+q")
    assert len(node.done) == 1 and hand.app.return_code == 0


async def test_leaving_is_refused_while_what_waits_cant_be_signed(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"已联系", "ctrl+s")
        node.fault = LineDown("没有回应", code="daemon_gone", hint="qiao run")
        await press(hand, "ctrl+q")
        assert hand.app.is_running
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.raw()["text"] == "已联系"


async def test_an_act_that_fails_while_another_form_is_open_leaves_that_form_alone(node: StandIn) -> None:
    async with signed_in(node, undo_seconds=3600) as hand:
        await press(hand, "enter", "5", *"甲", "ctrl+s", "6")
        other = hand.app.screen
        node.fault = LineDown("没有回应", code="daemon_gone", hint="qiao run")
        await desk(hand).signer.now()
        await settled(hand)
        assert hand.app.screen is other and "未签发" in shown(hand) and "daemon_gone" in shown(hand)
        await press(hand, "escape", "5")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.raw()["text"] == "甲"


async def test_nothing_to_undo_does_nothing(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "ctrl+z", "f12")
        assert isinstance(hand.app.screen, InboxScreen) and node.done == []
