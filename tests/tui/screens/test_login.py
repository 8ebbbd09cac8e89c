from __future__ import annotations

from textual import events

from node.errors import NotFound
from tests.tui.hand import desk, press, settled, shown, started
from tests.tui.standin import StandIn
from tui.desk import QiaoApp
from tui.screens.inbox import InboxScreen
from tui.screens.login import LoginScreen


async def test_a_wrong_password_says_so_and_who_helps_and_keeps_the_staff_id(node: StandIn) -> None:
    async with started(node) as hand:
        await press(hand, *"zhang", "enter", *"wrong", "enter")
        assert "工号或密码不对" in shown(hand) and "管理员重设" in shown(hand)
        assert "QIAO" not in shown(hand)
        assert "zhang" in shown(hand)
        assert desk(hand).person is None


async def test_the_password_is_never_shown(node: StandIn) -> None:
    async with started(node) as hand:
        await press(hand, *"zhang", "enter", *"secret")
        assert "secret" not in shown(hand) and "******" in shown(hand)


async def test_a_password_that_is_typed_faster_than_the_focus_moves_never_stands_in_clear(
    node: StandIn,
) -> None:
    async with started(node) as hand:
        for key in [*"zhang", "enter", *"secret", "enter"]:
            hand.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settled(hand)
        assert isinstance(hand.app.screen, InboxScreen)


async def test_the_right_password_opens_the_inbox(node: StandIn) -> None:
    async with started(node) as hand:
        await press(hand, *"zhang", "enter", *"secret", "enter")
        assert isinstance(hand.app.screen, InboxScreen)
        assert "张三" in shown(hand) and "山东省总工会" in shown(hand)


async def test_a_directory_without_a_node_says_so_on_the_screen() -> None:
    def opener() -> StandIn:
        raise NotFound("里没有节点", code="no_node", hint="qiao init")

    app = QiaoApp(opener, pulse_seconds=3600)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as hand:
        await settled(hand)
        assert "里没有节点 [no_node]" in shown(hand) and "qiao init" in shown(hand)


async def test_the_node_is_never_called_on_the_event_loop(node: StandIn) -> None:
    async with started(node) as hand:
        await press(hand, *"zhang", "enter", *"secret", "enter", "enter", "f4", "f3", "f2")
    assert node.threads <= {"qiao-read", "qiao-act", "qiao-look"} and node.threads
    assert node.closed


async def test_whoever_is_disabled_is_back_at_the_login_at_once_and_nothing_of_his_stays(
    node: StandIn,
) -> None:
    async with started(node) as hand:
        await press(hand, *"zhang", "enter", *"secret", "enter")
        desk(hand).drafts.keep(("ticket", "note", "x"), {"text": "写到一半"})
        await desk(hand).watch_node.look()
        assert desk(hand).person is not None
        node.out, node.beat = True, node.beat + 1
        await desk(hand).watch_node.look()
        await settled(hand)
        assert isinstance(hand.app.screen, LoginScreen) and desk(hand).person is None
        assert "停用" in shown(hand) and "李敏" not in shown(hand)
        desk(hand).trouble(NotFound("没有", code="not_found"))  # of what was still being asked for him
        await settled(hand)
        assert "not_found" not in shown(hand)
        assert not len(desk(hand).drafts)
        node.out = False
        await press(hand, *"zhang", "enter", *"secret", "enter")
        assert isinstance(hand.app.screen, InboxScreen)
