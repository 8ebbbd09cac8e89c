"""接听, by keys alone, at a real node."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from node.face import Node
from tests.tui.hand import SIZES, Hand, check_cells, commit, desk, press, settled, shown
from tests.tui.seat import PASSWORD, seated
from tui import asking, intake
from tui.screens.dialogs import PickScreen
from tui.screens.form import FormScreen
from tui.screens.inbox import InboxScreen
from tui.screens.intake import IntakeScreen
from tui.screens.login import LoginScreen
from tui.screens.ticket import TicketScreen

PHONE, NARRATIVE = "13800001111", "工地拖欠三个月工资，老板说没钱、不给；该怎么办？"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "DEBOUNCE", 0.0)


def call(hand: Hand) -> IntakeScreen:
    assert isinstance(hand.app.screen, IntakeScreen)
    return hand.app.screen


async def typed(hand: Hand, text: str) -> None:
    """Text, not keys that mean something; a long one at once, as a terminal hands over what is pasted."""
    if len(text) > 4 and hand.app.focused is not None:
        hand.app.post_message(events.Paste(text))
    else:
        await hand.press(*text)
    await settled(hand)


async def filled(hand: Hand) -> int:
    """A request, from the caller's number to the narrative. The number of keys beside the text."""
    keys = 0
    for text, after in (
        (PHONE, ["tab", "tab"]), ("王建国", ["tab", "right", "right", "tab"]), ("gzbc", ["enter"]),
        ("青岛建筑公司", ["tab"]), ("hdq", ["enter"]), (NARRATIVE, []),
    ):  # fmt: skip
        await typed(hand, text)
        await press(hand, *after)
        keys += len(after)
    return keys + len("gzbc") + len("hdq")  # what is typed to find a code isn't the text itself


def newest(own: Path, matter: str) -> dict[str, Any]:
    with Node.open(own) as node:
        [item] = node.list(matter, sort="-created", limit=1).items
        return node.show(matter, item["record"])


def count(own: Path, matter: str) -> int:
    with Node.open(own) as node:
        return len(node.list(matter, limit=100).items)


@pytest.mark.parametrize("size", SIZES)
async def test_the_caller_is_known_as_soon_as_his_number_is_typed(own: Path, size: tuple[int, int]) -> None:
    async with seated(own, "op", size) as hand:
        await press(hand, "f9")
        assert "这里列出他以前的来电和工单" in shown(hand)
        check_cells(hand)
        await typed(hand, "１３８-００００-１１１１")
        assert "以前来过 6" in shown(hand) and "问加班费怎么算" in shown(hand)
        check_cells(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-worker_phone"


async def test_a_caller_who_is_new_has_no_earlier_matter(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, "13911112222")
        assert "没有以前的来电和工单" in shown(hand)


async def test_a_request_is_registered_in_under_forty_keys_beside_the_text(own: Path) -> None:
    async with seated(own, "op") as hand:
        before = count(own, "call")
        await press(hand, "f9")
        keys = 1 + await filled(hand)
        await press(hand, "f12")
        assert isinstance(hand.app.screen, InboxScreen) and "已签发：来电登记工单" in shown(hand)
        assert keys + 1 < 40
    ticket, row = newest(own, "ticket"), newest(own, "call")
    assert (ticket["class"], ticket["topic"]) == ("resolution_request", "legal/labour/wages")
    assert ticket["workplace_region"] == "370211" and ticket["channel"] == "phone"
    assert ticket["narrative"] == NARRATIVE and ticket["employer_name"] == "青岛建筑公司"
    assert row["ticket"] == ticket["record"] and ticket["call"] == row["record"]
    assert count(own, "call") == before + 1


async def test_a_request_is_registered_and_dispatched_in_under_forty_keys(own: Path) -> None:
    async with seated(own, "all") as hand:
        await press(hand, "f9")
        keys = 1 + await filled(hand)
        await press(hand, "f8")
        assert "主办：青岛市总工会" in shown(hand)  # suggested for 黄岛区
        await press(hand, "ctrl+s")
        assert "派单给 青岛市总工会" in shown(hand)
        await press(hand, "enter")
        assert keys + 3 < 40 and isinstance(hand.app.screen, InboxScreen)
    ticket = newest(own, "ticket")
    assert (ticket["phase"], ticket["lead"]) == ("dispatched", "370000/370200")
    assert newest(own, "call")["ticket"] == ticket["record"]


async def test_leaving_the_dispatch_signs_nothing_and_the_call_is_as_it_was(own: Path) -> None:
    async with seated(own, "all") as hand:
        before = count(own, "ticket")
        await press(hand, "f9")
        await filled(hand)
        await press(hand, "f8", "escape")
        assert call(hand).raw()["narrative"] == NARRATIVE
        assert count(own, "ticket") == before
        assert [key[1] for key in list(desk(hand).drafts.keys())] == ["register"]


async def test_an_enquiry_is_answered_on_the_spot_as_a_row_of_the_ledger(own: Path) -> None:
    with Node.open(own) as node:
        admin = node.login("adm", PASSWORD)
        row = {"external_id": "q1", "kind": "question", "question": "拖欠工资怎么办", "answer": "先保存证据"}
        taken = {"matter": "article", "rows": [row], "items": [row]}
        article = _article(node, admin, taken)
    async with seated(own, "op") as hand:
        tickets = count(own, "ticket")
        await press(hand, "f9")
        await typed(hand, "13911112222")
        await press(hand, *["tab"] * 7)
        await typed(hand, "公司拖欠工资怎么办")
        assert "[ ] 拖欠工资怎么办" in shown(hand) and "先保存证据" in shown(hand)
        await press(hand, "f5", "enter")
        assert "Enter 引用这条答复" in shown(hand)
        await press(hand, "enter")
        assert (
            "引用 1" in shown(hand) and hand.app.focused is not None and hand.app.focused.id == "f-narrative"
        )
        await press(hand, "f9")
        assert "已签发：来电当场答复" in shown(hand)
    found = newest(own, "call")
    assert found["answered_on_the_spot"] is True and found["articles"] == [article]
    assert (found["phase"], count(own, "ticket")) == ("answered", tickets)


def _article(node: Node, admin: Any, taken: dict[str, Any]) -> str:
    """Published, as an import brings it."""
    [row] = taken["rows"]
    return str(
        node.do("act", {"matter": "article", "verb": "import", "record": None, "data": row}, admin)["record"]
    )


async def test_what_only_a_ticket_holds_isnt_lost_in_a_call(own: Path) -> None:
    async with seated(own, "op") as hand:
        before = count(own, "call")
        await press(hand, "f9")
        await typed(hand, PHONE)
        screen = call(hand)
        await press(hand, "f4")
        screen.query_one("#f-urgency").focus()
        await press(hand, "right", "right", "f9")
        assert "只有工单才有这一项" in shown(hand) and count(own, "call") == before
        assert hand.app.focused is not None and hand.app.focused.id == "f-urgency"


async def test_every_field_of_the_ticket_is_reached_behind_one_key(own: Path) -> None:
    asked = {row.field.name for row in intake.rows()}
    takes = {field.name for field in intake.verb_of("ticket", "register").takes}
    assert takes - asked == {"articles", "external_id"}  # chosen in the panel; an import's own
    async with seated(own, "op", (140, 45)) as hand:
        await press(hand, "f9")
        assert "f-urgency" not in [widget.id for widget in call(hand).focus_chain]
        await press(hand, "f4")
        assert {f"f-{name}" for name in asked} <= {widget.id for widget in call(hand).focus_chain}
        check_cells(hand)


async def test_a_missing_field_is_named_and_gets_the_focus(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f12")
        assert "缺少必填项：诉求类别" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-class"


async def test_a_channel_that_needs_an_outside_number_asks_for_it_behind_the_fold(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await filled(hand)
        call(hand).query_one("#f-channel").value = "transferred"  # type: ignore[attr-defined]
        await press(hand, "f12")
        assert "outside_number" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-outside_number"


async def test_an_odd_number_is_told_before_it_is_signed(own: Path) -> None:
    async with seated(own, "op") as hand:
        before = count(own, "call")
        await press(hand, "f9")
        await typed(hand, "1380000")
        await press(hand, "tab")
        assert "! 不像手机号" in shown(hand)
        await press(hand, "f9")
        assert "仍要照此签发吗" in shown(hand) and count(own, "call") == before
        await press(hand, "escape")
        assert call(hand).raw()["worker_phone"] == "1380000" and count(own, "call") == before
        await press(hand, "f9", "enter")
        assert count(own, "call") == before + 1


# Repeat callers


async def test_a_repeat_caller_urges_his_open_ticket_with_one_key(own: Path) -> None:
    async with seated(own, "op") as hand:
        tickets = count(own, "ticket")
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f6")
        assert "已签发：来电催单 370000-" in shown(hand)
    row = newest(own, "call")
    with Node.open(own) as node:
        urged = node.show("ticket", row["ticket"])
    assert urged["timeline"][-1]["action"] == "urge" and count(own, "ticket") == tickets


async def test_the_ticket_under_the_cursor_is_opened_and_esc_leads_back(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f5", "down", "down", "enter")
        assert isinstance(hand.app.screen, TicketScreen)
        await press(hand, "escape", "escape")
        assert call(hand).raw()["worker_phone"] == PHONE
        assert hand.app.focused is not None and hand.app.focused.id == "f-worker_phone"


async def test_an_earlier_call_is_opened_in_full(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f5", "enter")
        assert "来电内容       问加班费怎么算" in shown(hand) and "138****1111" in shown(hand)


async def test_a_new_ticket_is_linked_with_the_earlier_one(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await filled(hand)
        await press(hand, "f7")
        assert "登记时将与 370000-" in shown(hand) and "登记时关联" in shown(hand)
        linked = call(hand).found.linked
        await press(hand, "f12")
    with Node.open(own) as node:
        item = node.list("ticket", sort="-created", limit=1).items[0]
        assert linked in str(node.show("ticket", item["record"])["links"])


async def test_nobody_is_urged_where_nothing_is_open(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9", "f6")
        assert "没有可以催办或关联的在办工单" in shown(hand)


# Several calls, drafts, undo


async def test_a_second_call_is_opened_while_the_first_is_a_draft(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f3")
        assert "1 13800..  [2 新]" in shown(hand) and call(hand).raw()["worker_phone"] == ""
        await typed(hand, "13911112222")
        await press(hand, "f2")
        assert "[1 13800..]  2 13911.." in shown(hand) and call(hand).raw()["worker_phone"] == PHONE
        assert "以前来过 6" in shown(hand)
        await press(hand, "f9")
        assert "[1 13911..]" in shown(hand) and call(hand).raw()["worker_phone"] == "13911112222"
    assert newest(own, "call")["worker_phone"] == "138****1111"
    with Node.open(own) as node:
        [kept] = node.draft_list(node.login("op", PASSWORD))
    assert kept["data"]["worker_phone"] == "13911112222" and kept["record"].startswith("call-")


async def test_what_was_typed_is_there_again_at_the_next_login(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await filled(hand)
        await press(hand, "escape")
        assert "内容已留存" in shown(hand)
        await desk(hand).drafts.save()
    async with seated(own, "op") as hand:
        assert "草稿有 1 份" in shown(hand)
        await press(hand, "f9")
        assert "还有 1 个电话没写完" in shown(hand) and call(hand).raw()["narrative"] == ""
        await press(hand, "f2")
        raw = call(hand).raw()
        assert raw["narrative"] == NARRATIVE and raw["topic"] == "legal/labour/wages"
        assert "法律维权/劳动权益/工资报酬" in shown(hand)


async def test_a_call_can_be_undone_for_ten_seconds_and_comes_back_whole(own: Path) -> None:
    async with seated(own, "op", undo_seconds=60) as hand:
        before = count(own, "call")
        await press(hand, "f9")
        await filled(hand)
        await press(hand, "f12")
        assert "秒后签发" in shown(hand) and isinstance(hand.app.screen, InboxScreen)
        await press(hand, "ctrl+z")
        assert call(hand).raw()["narrative"] == NARRATIVE and count(own, "call") == before


async def test_a_call_is_undone_from_the_next_one_which_stays_open(own: Path) -> None:
    async with seated(own, "op", undo_seconds=60) as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f3")
        await typed(hand, "13911112222")
        await press(hand, "f2", "f9")
        assert call(hand).raw()["worker_phone"] == "13911112222" and "秒后签发" in shown(hand)
        await press(hand, "ctrl+z")
        assert call(hand).raw()["worker_phone"] == PHONE and len(call(hand).calls) == 2
        assert "13911.." in shown(hand)


async def test_a_refused_call_keeps_its_text(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from node.errors import LineDown

    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        gate = desk(hand).gate

        async def down(*_: Any, **__: Any) -> None:
            raise LineDown("后台进程没有回应", code="daemon_gone", hint="qiao run")

        with monkeypatch.context() as patched:
            patched.setattr(gate, "act", down)
            await press(hand, "f9")
            assert "daemon_gone" in shown(hand) and call(hand).raw()["worker_phone"] == PHONE
        await press(hand, "f9")
        assert "已签发" in shown(hand)


async def test_who_is_disabled_in_the_middle_of_a_call_finds_it_again(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, NARRATIVE)
        call(hand).keep_draft()
        await desk(hand).drafts.save()
        admin = await desk(hand).gate.ask("login", "adm", PASSWORD)
        await desk(hand).watch_node.look()
        await desk(hand).gate.act("do", "staff.disable", {"id": "op"}, admin)
        await desk(hand).watch_node.look()
        await settled(hand)
        assert isinstance(hand.app.screen, LoginScreen) and NARRATIVE not in shown(hand)
        await desk(hand).gate.act("do", "staff.enable", {"id": "op"}, admin)
        await press(hand, *"op", "enter", *PASSWORD, "enter")
        await settled(hand)
        await press(hand, "f9", "f2")
        assert call(hand).raw()["worker_phone"] == NARRATIVE


async def test_a_call_that_was_none_is_dropped_after_a_question(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f11", "escape")
        assert call(hand).raw()["worker_phone"] == PHONE
        await press(hand, "f11", "enter")
        assert isinstance(hand.app.screen, InboxScreen) and len(desk(hand).drafts) == 0


async def test_the_newest_answer_wins_and_never_takes_the_focus(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        gate, asked = desk(hand).gate, desk(hand).gate.ask

        async def slow(name: str, *args: Any, **named: Any) -> Any:
            if name == "earlier" and named["phone"] == "1380000":
                await asyncio.sleep(0.3)  # its answer comes after that about the whole number
            return await asked(name, *args, **named)

        monkeypatch.setattr(gate, "ask", slow)
        await hand.press(*"1380000")
        await hand.pause(0.05)
        await typed(hand, "1111")
        assert "以前来过 6" in shown(hand)
        assert hand.app.focused is not None and hand.app.focused.id == "f-worker_phone"


async def test_new_data_moves_nothing_and_leaves_the_panels_cursor(own: Path) -> None:
    async with seated(own, "op") as hand:
        await press(hand, "f9")
        await typed(hand, PHONE)
        await press(hand, "f5", "down")
        screen = call(hand)
        kept = screen.query_one("#panel").item  # type: ignore[attr-defined]
        screen.changed()
        screen.answered("answers", [])
        await settled(hand)
        assert screen.query_one("#panel").item == kept  # type: ignore[attr-defined]


# Roles


async def test_a_lawyer_answers_and_notes_but_registers_no_ticket(own: Path) -> None:
    async with seated(own, "law") as hand:
        tickets = count(own, "ticket")
        await press(hand, "i")
        await typed(hand, PHONE)
        await press(hand, "f8")
        assert isinstance(hand.app.screen, IntakeScreen)
        await press(hand, "f12")
        assert "已签发：来电登记（未办）" in shown(hand)
    assert newest(own, "call")["phase"] == "open" and count(own, "ticket") == tickets


@pytest.mark.parametrize("staff", ["disp", "qc", "lead", "aud"])
async def test_whoever_takes_no_calls_isnt_led_there(province: Path, staff: str) -> None:
    async with seated(province, staff) as hand:
        await press(hand, "i", "ctrl+k")
        assert isinstance(hand.app.screen, InboxScreen)


async def test_a_ticket_is_the_only_matter_that_begins_with_a_call(own: Path) -> None:
    async with seated(own, "op") as hand:
        desk(hand).matter = "call"
        await press(hand, "f5", "f9")
        assert isinstance(hand.app.screen, FormScreen) and not isinstance(hand.app.screen, IntakeScreen)


async def test_what_an_input_method_commits_over_a_choice_narrows_one_list(own: Path) -> None:
    """It comes as a key a character, faster than a list opens: each opened one of its own."""
    async with seated(own, "op") as hand:
        await press(hand, "f9", "tab", "tab", "tab")
        for char in "求决":
            hand.app.post_message(events.Key(char, char))
        await settled(hand)
        assert sum(isinstance(one, PickScreen) for one in hand.app.screen_stack) == 1
        assert hand.app.screen.query_one("#typed", Input).value == "求决"
        await press(hand, "enter")
        assert call(hand).raw()["class"] == "resolution_request"
        await press(hand, "shift+tab")  # it had led on to the next field
        await commit(hand, "咨询")
        await press(hand, "enter")
        assert call(hand).raw()["class"] == "enquiry"


async def test_what_is_typed_before_the_form_is_there_stands_in_it(own: Path) -> None:
    async with seated(own, "op") as hand:
        hand.app.post_message(events.Key("f9", None))
        while not isinstance(hand.app.screen, IntakeScreen):
            await asyncio.sleep(0)
        assert not hand.app.screen.is_ready
        for key in PHONE:
            hand.app.post_message(events.Key(key, key))
        await settled(hand)
        assert call(hand).raw()["worker_phone"] == PHONE
