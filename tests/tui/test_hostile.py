"""The corpus of hostile texts through layouts, errors, toasts and fields. Every screen: test_hostile_screens.py."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual import events
from textual.widgets import Input

from node.errors import QiaoError
from node.matters.ticket import KIND
from tests.tui.hand import Hand, check_cells, desk, lines, press, settled, signed_in
from tests.tui.hostile import BIDI, C0, C1, FAMILIES, FORBIDDEN, HOSTILE, SHORT
from tests.tui.poison import spoilt
from tests.tui.standin import StandIn, conflict, row, ticket
from tests.tui.whole import shown
from tui.gate import sentence_of
from tui.safe import block
from tui.screens.exceptions import told
from tui.sheet import sheet

TYPED = "\u0301"  # who types an accent by itself sees it as his terminal shows it


def check(hand: Hand) -> None:
    check_cells(hand)
    found = "".join(lines(hand))
    assert set(found) & set(FORBIDDEN) - {TYPED} == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_no_layout_lets_a_control_through_or_gets_too_wide(family: str) -> None:
    for text in FAMILIES[family]:
        item, problem = spoilt(shown(1), [text]), spoilt(conflict(1), [text])
        for width in (44, 62, 120):
            for line in [*sheet(item, KIND.matter, width), *told(problem, width)]:
                flat = "".join(span for span, _ in line)
                assert cell_len(flat) <= width, (ascii(text[:80]), flat)
                assert not set(flat) & set(FORBIDDEN), (ascii(text[:80]), flat)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_error_is_told_without_harm(family: str) -> None:
    for text in FAMILIES[family]:
        found = block(sentence_of(QiaoError(text, code=text, hint=text)))
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


def test_the_corpus_has_every_control_and_hundreds_of_texts_none_twice() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) > 400 and len(SHORT) > 400
    assert {*C0, *C1, *BIDI} <= set("".join(HOSTILE))
    assert max(map(len, HOSTILE)) >= 100_000 and any(text.count("\u0301") == 10_000 for text in HOSTILE)


async def test_every_hostile_toast_is_shown_without_harm_and_none_waits_for_ever(node: StandIn) -> None:
    async with signed_in(node) as hand:
        for text in HOSTILE[::9]:
            desk(hand).tell(text, "error")
        await hand.pause()
        check(hand)
        desk(hand).clear_notifications()
        desk(hand).trouble(QiaoError("\x1b]0;x\x07", code="\u202e", hint="[@click=app.exit()]"))
        await hand.pause()
        check(hand)
        assert hand.app.is_running


@pytest.mark.parametrize("family", FAMILIES)
async def test_what_is_typed_or_pasted_is_harmless_on_the_screen(node: StandIn, family: str) -> None:
    """In a line and in an area, as an input method or a paste brings it."""
    async with signed_in(node) as hand:
        await press(hand, "f6")
        box = hand.app.focused
        assert isinstance(box, Input)
        for text in FAMILIES[family]:
            box.value = ""
            hand.app.post_message(events.Paste(text[:20_000]))
            await hand.pause()
            check(hand)
        assert node.done == [] and hand.app.is_running
