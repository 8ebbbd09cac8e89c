"""A day of follow-up (回访) and quality check (质检), by keys alone, at a real node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.face import Node
from tests.tui.hand import check_cells, commit, press, say, shown
from tests.tui.seat import PASSWORD, QINGDAO, act, seated


@pytest.fixture
def done(own: Path) -> tuple[Path, str]:
    """A ticket whose assignments are completed: it waits for the follow-up."""
    with Node.open(own) as node:
        who = node.login("all", PASSWORD)
        items = node.list("ticket", status="accepted").items
        record = str(items[0]["record"])
        data = {"result": "completed", "resolved": True, "text": "已付清", "behalf": QINGDAO}
        act(node, who, "ticket", "submit", record, data)
        act(node, who, "ticket", "review", record, {"unit": QINGDAO, "outcome": "pass"})
    return own, str(items[0]["number"])


def ticket(directory: Path, number: str) -> dict[str, Any]:
    with Node.open(directory) as node:
        return node.show("ticket", number)


async def test_a_satisfied_worker_sends_the_ticket_to_the_check(done: tuple[Path, str]) -> None:
    directory, number = done
    async with seated(directory, "fu") as hand:
        await say(hand, f"open {number}")
        await say(hand, "follow-up")
        await press(hand, "enter", *"satisfied", "enter", *["right"] * 5, "tab", *["right"] * 4)
        check_cells(hand)
        await press(hand, "ctrl+s")
    found = ticket(directory, number)
    assert found["phase"] == "quality_check" and found["satisfaction_result"] == 5


async def test_a_dissatisfied_one_has_it_done_again(done: tuple[Path, str]) -> None:
    directory, number = done
    async with seated(directory, "fu") as hand:
        await say(hand, f"open {number}")
        await say(hand, "回访")
        await press(hand, "enter", *"dissatisfied", "enter", "ctrl+s")
        await say(hand, "rework")
        await press(hand, "enter", *"not_solved", "enter")
        await commit(hand, "只付了一个月")
        await press(hand, "ctrl+s")
    found = ticket(directory, number)
    assert found["round"] == 2 and found["phase"] == "registered"


async def test_nobody_answering_is_an_attempt_and_no_more(done: tuple[Path, str]) -> None:
    directory, number = done
    async with seated(directory, "fu") as hand:
        await say(hand, f"open {number}")
        await say(hand, "follow-up")
        await press(hand, "enter", *"no_answer", "enter", "ctrl+s")
        assert ticket(directory, number)["phase"] == "follow_up"


async def test_a_passed_check_is_archived_after_asking(done: tuple[Path, str]) -> None:
    directory, number = done
    with Node.open(directory) as node:
        data = {"outcome": "satisfied", "result": 5, "attitude": 5}
        act(node, node.login("fu", PASSWORD), "ticket", "follow-up", number, data)
    async with seated(directory, "qc") as hand:
        await say(hand, f"open {number}")
        await say(hand, "quality-check")
        await press(hand, "enter", *"pass", "enter", "ctrl+s")
        await say(hand, "archive")
        await press(hand, "ctrl+s")
        assert "归档后不再办理" in shown(hand)
        await press(hand, "enter")
    assert ticket(directory, number)["phase"] == "archived"


async def test_a_failed_check_permits_rework_alone(done: tuple[Path, str]) -> None:
    directory, number = done
    with Node.open(directory) as node:
        act(node, node.login("fu", PASSWORD), "ticket", "follow-up", number, {"outcome": "satisfied"})
    async with seated(directory, "qc") as hand:
        await say(hand, f"open {number}")
        await say(hand, "质检")
        await press(hand, "enter", *"fail", "enter")
        await commit(hand, "没有付款凭证")
        await press(hand, "ctrl+s")
        names = [verb.name for verb in hand.app.screen.verbs]  # type: ignore[attr-defined]
        assert "archive" not in names and "rework" in names


async def test_whoever_handles_a_ticket_isnt_offered_to_ask_about_it(done: tuple[Path, str]) -> None:
    directory, number = done
    async with seated(directory, "hand") as hand:
        await say(hand, f"open {number}")
        assert "follow-up" not in [verb.name for verb in hand.app.screen.verbs]  # type: ignore[attr-defined]


async def test_what_waits_for_the_follow_up_stands_in_its_view(done: tuple[Path, str]) -> None:
    directory, number = done
    async with seated(directory, "fu") as hand:
        views = [view.id for view in hand.app.screen._views]  # type: ignore[attr-defined]
        hand.app.screen.query_one("#views").focus()
        await press(hand, "home", *["down"] * views.index("follow_up"), "enter")
        assert number in shown(hand)
