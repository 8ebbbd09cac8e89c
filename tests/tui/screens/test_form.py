from __future__ import annotations

import pytest

from node.errors import LineDown
from tests.tui.hand import SIZES, Hand, beat, check_cells, commit, desk, press, settled, shown, signed_in
from tests.tui.standin import StandIn
from tui.screens.form import FormScreen
from tui.screens.ticket import TicketScreen


async def opened(hand: Hand, verb: str) -> FormScreen:
    """The form of one verb of the first ticket."""
    await press(hand, "enter")
    screen = hand.app.screen
    assert isinstance(screen, TicketScreen)
    screen._begin(next(one for one in screen.verbs if one.name == verb))
    await settled(hand)
    assert isinstance(hand.app.screen, FormScreen)
    return hand.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_form_has_a_row_for_each_thing_the_verb_takes(node: StandIn, size: tuple[int, int]) -> None:
    async with signed_in(node, size) as hand:
        form = await opened(hand, "submit")
        assert [row.field.name for row in form.rows][:3] == ["result", "resolved", "text"]
        assert "*办理结果" in shown(hand) and "追回金额（元）" in shown(hand)
        check_cells(hand)


async def test_what_is_filled_in_is_handed_to_the_node_as_the_verb_takes_it(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "submit")
        await press(hand, "right", "tab", "right", "tab", *"已付清", "tab", *"1200.50", "ctrl+s")
        [(operation, params)] = node.done
        assert operation == "act" and params["verb"] == "submit" and params["record"] == f"{1:032x}"
        assert params["data"] == {
            "result": "completed", "resolved": True, "text": "已付清", "recovered": 120050
        }  # fmt: skip
        assert isinstance(hand.app.screen, TicketScreen) and "已签发" in shown(hand)


async def test_a_missing_field_is_named_and_gets_the_focus(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "decline")
        await press(hand, "right", "ctrl+s")
        assert "缺少必填项：说明" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-text"
        assert node.done == []


async def test_a_list_opens_and_is_searched_by_initials(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "decline")
        await press(hand, "enter", *"cf", "enter")
        assert form.raw()["reason"] == "duplicate"
        assert hand.app.focused is not None and hand.app.focused.id != "f-reason", "on to the next field"


async def test_a_word_that_no_choice_answers_to_is_said_and_chooses_nothing(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "decline")
        await press(hand, "enter")
        await commit(hand, "没有的原因")
        assert "没有这一项" in shown(hand)
        await press(hand, "enter")
        assert "没有这一项" in shown(hand), "it stays open"
        await press(hand, "escape")
        assert form.raw()["reason"] == ""


async def test_leaving_a_form_keeps_what_was_typed(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "note")
        await press(hand, *"已联系", "escape")
        assert isinstance(hand.app.screen, TicketScreen)
        await press(hand, "5")
        assert isinstance(hand.app.screen, FormScreen) and hand.app.screen.raw()["text"] == "已联系"
        assert "内容已留存" in shown(hand)


async def test_a_refresh_never_moves_a_focused_form(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "submit")
        await press(hand, "tab", "tab", *"半句话")
        focused, regions = hand.app.focused, [child.region for child in form.query("*")]
        await beat(hand, node)
        assert hand.app.focused is focused and hand.app.screen is form
        assert [child.region for child in form.query("*")] == regions
        assert form.raw()["text"] == "半句话" and "您填写的内容未动" in shown(hand)


async def test_a_daemon_gone_in_mid_form_loses_nothing_of_what_was_typed(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "note")
        await press(hand, *"很长的说明")
        node.fault = LineDown("后台进程没有回应", code="daemon_gone", hint="qiao run")
        await press(hand, "ctrl+s")
        form = hand.app.screen
        assert isinstance(form, FormScreen) and form.raw()["text"] == "很长的说明"
        assert "后台进程没有回应 [daemon_gone]" in shown(hand) and "qiao run" in shown(hand)
        node.fault = None
        await press(hand, "ctrl+s")
        assert node.done[-1][1]["data"] == {"text": "很长的说明"}


async def test_an_amendment_sends_only_what_differs(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "amend")
        assert form.raw()["worker_phone"] == "138****1111"
        form.query_one("#f-employer_name").focus()
        await press(hand, "end", *"二", "ctrl+s")
        assert node.done[-1][1]["data"] == {"employer_name": "某某建筑公司二"}


async def test_an_amendment_of_nothing_isnt_sent(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "amend")
        await press(hand, "ctrl+s")
        assert "没有改动" in shown(hand) and node.done == []


async def test_archiving_asks_first(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await opened(hand, "archive")
        await press(hand, "ctrl+s")
        assert "归档后不再办理" in shown(hand) and node.done == []
        await press(hand, "escape")
        assert node.done == []
        await press(hand, "f12", "enter")
        assert node.done[-1][1]["verb"] == "archive"


async def test_the_terminal_becoming_too_small_says_so_and_loses_nothing(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "note")
        await press(hand, *"半句")
        await hand.resize_terminal(40, 10)
        await settled(hand)
        assert "终端太小：40x10" in shown(hand)
        await hand.resize_terminal(80, 24)
        await settled(hand)
        assert hand.app.screen is form and form.raw()["text"] == "半句"
        assert hand.app.focused is not None and hand.app.focused.id == "f-text"


async def test_chinese_that_an_input_method_commits_arrives_whole(node: StandIn) -> None:
    async with signed_in(node) as hand:
        form = await opened(hand, "note")
        await press(hand, *"拖欠工资三个月𠮷")
        assert form.raw()["text"] == "拖欠工资三个月𠮷"
        assert desk(hand).screen is form
