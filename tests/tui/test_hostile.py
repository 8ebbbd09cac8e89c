"""The corpus of hostile texts through every screen: nothing crashes, nothing fires, no line gets out of shape."""

from __future__ import annotations

import pytest

from node.errors import QiaoError
from tests.tui.hand import Hand, check_cells, desk, lines, press, settled, signed_in
from tests.tui.hostile import FORBIDDEN, HOSTILE
from tests.tui.standin import CITY, StandIn, conflict, row, ticket

GROUPS = [HOSTILE[at : at + 16] for at in range(0, len(HOSTILE), 16)]


def poisoned(texts: list[str]) -> StandIn:
    """A node in which everything that a person may write is hostile."""
    node = StandIn(rows=[])
    for index, text in enumerate(texts, 1):
        fields = {"title": text, "number": text, "lead_name": text, "owner_name": text, "due": text, "phase": text}
        act = {"action": text, "unit": CITY, "unit_name": text, "actor": text, "time": text, "verdict": text,
               "data": {text: text, "topic": text}, "words": {"text": text}}  # fmt: skip
        node.rows.append(row(index, **fields))
        node.tickets[f"{index:032x}"] = ticket(
            index, **fields, narrative=text, topic=text, employer_name=text, worker_name=text, timeline=[act],
            assignments=[{"unit": text, "unit_name": text, "status": text, "clocks": [{"clock": text}]}],
            exceptions=[{"kind": text, "sentence": text}], cards=[{"colour": text, "sentence": text}],
        )  # fmt: skip
        by = {"unit": text, "unit_name": text, "actor": text, "time": text}
        node.conflicts.append(
            conflict(index, id=f"e{index}", sentence=text, values=[text, text], by=by, against=by, kind="conflict",
                     words={"narrative": text}, number=text)
        )  # fmt: skip
    node.unit_name = texts[0]
    return node


def check(hand: Hand) -> None:
    check_cells(hand)
    found = "".join(lines(hand))
    assert not set(found) & set(FORBIDDEN)


@pytest.mark.slow
@pytest.mark.parametrize("texts", GROUPS, ids=range(len(GROUPS)))
@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_no_screen_is_harmed_by_what_others_wrote(texts: list[str], size: tuple[int, int]) -> None:
    node = poisoned(texts)
    async with signed_in(node, size) as hand:
        check(hand)
        for _ in texts:
            await press(hand, "enter")
            check(hand)
            await press(hand, "f7")
            check(hand)
            await press(hand, "escape", "escape", "down")
        await press(hand, "f3")
        for _ in texts:
            check(hand)
            await press(hand, "enter")
            check(hand)
            await press(hand, "escape", "down")
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


@pytest.mark.parametrize("text", [text for text in HOSTILE if len(text) < 200], ids=lambda text: ascii(text)[:20])
def test_a_hostile_error_is_told_without_harm(text: str) -> None:
    from tui.gate import sentence_of
    from tui.safe import block

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
    from textual import events

    async with signed_in(node) as hand:
        await press(hand, "enter", "5")
        focused = hand.app.focused
        assert focused is not None
        focused.post_message(events.Paste("前\x1b]52;c;eA==\x07\u202e后"))
        await settled(hand)
        check_controls = set("".join(lines(hand))) & set(FORBIDDEN)
        assert check_controls == set() and "前" in "".join(lines(hand))
        assert desk(hand).is_running
