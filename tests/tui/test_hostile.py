"""The corpus of hostile texts through every screen: nothing crashes, nothing fires, no line gets out of shape."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from textual import events

from node.errors import QiaoError
from node.matters.ticket import KIND
from tests.tui.hand import Hand, check_cells, desk, lines, press, settled, signed_in
from tests.tui.hostile import FORBIDDEN, HOSTILE
from tests.tui.standin import CITY, StandIn, conflict, row, ticket
from tui.gate import sentence_of
from tui.safe import block
from tui.screens.exceptions import told
from tui.sheet import sheet

GROUPS = [HOSTILE[at : at + 16] for at in range(0, len(HOSTILE), 16)]


def poisoned(texts: list[str]) -> StandIn:
    """A node with one ticket and one exception a text in which everything that a person may write is
    hostile, and a first ticket whose timeline has them all."""
    node = StandIn(rows=[], conflicts=[])
    for index, text in enumerate(texts, 1):
        fields = {
            "title": text,
            "number": text,
            "lead_name": text,
            "owner_name": text,
            "due": text,
            "phase": text,
        }
        node.rows.append(row(index, **fields))
        node.tickets[f"{index:032x}"] = told_ticket(index, text, texts if index == 1 else [text], fields)
        by = {"unit": text, "unit_name": text, "actor": text, "time": text}
        node.conflicts.append(
            conflict(index, id=f"e{index}", sentence=text, values=[text, text], by=by, against=by, kind="conflict",
                     words={"narrative": text}, number=text)
        )  # fmt: skip
    node.unit_name = texts[0]
    return node


def told_ticket(index: int, text: str, texts: list[str], fields: dict[str, Any]) -> dict[str, Any]:
    timeline = [{"action": one, "unit": CITY, "unit_name": one, "actor": one, "time": one, "verdict": one,
                 "data": {one: one, "topic": one}, "words": {"text": one}} for one in texts]  # fmt: skip
    assignments = [
        {"unit": one, "unit_name": one, "status": one, "clocks": [{"clock": one}]} for one in texts
    ]
    return ticket(
        index, **fields, narrative=text, topic=text, employer_name=text, worker_name=text, timeline=timeline,
        assignments=assignments, exceptions=[{"kind": one, "sentence": one} for one in texts],
        cards=[{"colour": one, "sentence": one} for one in texts],
    )  # fmt: skip


def check(hand: Hand) -> None:
    check_cells(hand)
    found = "".join(lines(hand))
    assert not set(found) & set(FORBIDDEN)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", [44, 62, 120])
def test_no_layout_lets_a_control_through_or_gets_too_wide(text: str, width: int) -> None:
    item = poisoned([text]).tickets[f"{1:032x}"]
    found = [*sheet(item, KIND.matter, width), *told(poisoned([text]).conflicts[0], width)]
    for line in found:
        flat = "".join(span for span, _ in line)
        assert cell_len(flat) <= width
        assert not set(flat) & set(FORBIDDEN)


@pytest.mark.slow
@pytest.mark.parametrize("texts", GROUPS, ids=range(len(GROUPS)))
async def test_no_screen_is_harmed_by_what_others_wrote(texts: list[str]) -> None:
    node = poisoned(texts)
    async with signed_in(node, (100, 60)) as hand:
        check(hand)
        for keys in (["enter"], ["end"], ["f7"], ["end"], ["escape", "escape", "f3"], ["enter"], ["f8"]):
            await press(hand, *keys)
            check(hand)
        assert hand.app.is_running and node.done == []


@pytest.mark.slow
@pytest.mark.parametrize("texts", GROUPS, ids=range(len(GROUPS)))
async def test_no_form_dispatch_or_line_is_harmed(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    node = poisoned(texts)
    units = [{"path": f"370000/{index}", "code": text[:50], "name": text[:5000], "hosted_by": text[:50]}
             for index, text in enumerate(texts)]  # fmt: skip
    status = node.status() | {"unit_name": texts[0], "pending_down": {text[:200]: 1 for text in texts}}
    monkeypatch.setattr(StandIn, "units", lambda _self: units)
    monkeypatch.setattr(StandIn, "status", lambda _self: status)
    monkeypatch.setattr(StandIn, "digest", lambda _self, unit: {"code": unit})
    async with signed_in(node) as hand:
        await press(hand, "enter", "2")
        check(hand)
        await press(hand, "down", "enter", "ctrl+s")
        check(hand)
        await press(hand, "escape", "escape", "escape", "f4")
        check(hand)


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if len(text) < 200], ids=lambda text: ascii(text)[:20]
)
def test_a_hostile_error_is_told_without_harm(text: str) -> None:
    found = block(sentence_of(QiaoError(text, code="odd", hint=text)))
    assert not set(found) & set(FORBIDDEN) - {"\n"}


async def test_a_hostile_toast_and_a_hostile_refusal_in_a_form_are_plain_text(node: StandIn) -> None:
    node.fault = QiaoError("[@click=app.close()]\x1b]0;x\x07[/工伤]\u202e", code="odd", hint="[bold]")
    async with signed_in(node) as hand:
        await press(hand, "enter", "5", *"说明", "ctrl+s")
        check(hand)
        assert any("[@click=app.close()]" in line for line in lines(hand))


async def test_a_click_on_a_link_in_a_text_does_nothing(node: StandIn) -> None:
    node.rows = [row(1, title="[@click=app.exit()]点我[/]" * 3)]
    node.tickets[f"{1:032x}"] = ticket(1, narrative="[@click=app.exit()]点我[/]" * 3)
    async with signed_in(node) as hand:
        await press(hand, "enter")
        at = next(index for index, line in enumerate(lines(hand)) if "[@click" in line)
        await hand.click(offset=(30, at))
        await settled(hand)
        assert hand.app.is_running


async def test_what_is_pasted_into_a_field_reaches_the_terminal_without_its_controls(node: StandIn) -> None:
    async with signed_in(node) as hand:
        await press(hand, "enter", "5")
        focused = hand.app.focused
        assert focused is not None
        focused.post_message(events.Paste("前\x1b]52;c;eA==\x07\u202e后"))
        await settled(hand)
        check_controls = set("".join(lines(hand))) & set(FORBIDDEN)
        assert check_controls == set() and "前" in "".join(lines(hand))
        assert desk(hand).is_running
