from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from tests.tui.hostile import FAMILIES, FORBIDDEN
from tui.counter import ANSWERS, Found, is_asked, open_ticket, panel, summary


def ticket(**more: Any) -> dict[str, Any]:
    return {"matter": "ticket", "record": "ab", "number": "370000-20261121-0001", "phase": "dispatched",
            "status": None, "title": "拖欠工资", "created": "2026-11-21T10:00:00+08:00", **more}  # fmt: skip


def text(found: Found, width: int = 60, first: str = "") -> str:
    return "\n".join(line for row in panel(found, width, first) for line, _ in row.lines)


def test_every_section_says_what_would_be_there_and_then_that_there_is_nothing() -> None:
    assert "输入号码后" in text(Found()) and "选了工作地后" in text(Found())
    nothing = text(Found([], [], [], []))
    assert "没有以前的来电和工单" in nothing and "知识库里没有合适的答复" in nothing


def test_the_section_that_is_asked_about_goes_first() -> None:
    assert text(Found(), first=ANSWERS).startswith("参考答复") and text(Found()).startswith("以前来过")


def test_one_record_in_two_sections_is_two_rows() -> None:
    found = Found(earlier=[ticket()], duplicates=[ticket(reason="同一来电号码")])
    assert [row.key for row in panel(found, 60) if row.key] == ["earlier:ab", "duplicates:ab"]
    assert "同一来电号码" in text(found)


def test_a_long_answer_is_cut_with_a_mark() -> None:
    told = text(
        Found(answers=[{"matter": "article", "record": "q", "question": "问", "answer": "答" * 400}]), 40
    )
    assert told.splitlines()[-3].endswith("..") or ".." in told


def test_what_was_chosen_and_linked_is_marked_without_colour() -> None:
    answer = {"matter": "article", "record": "q", "question": "问", "answer": "答"}
    found = Found(earlier=[ticket()], answers=[answer], chosen=["q"], linked="ab")
    assert "[x] 问" in text(found) and "[+] 370000" in text(found)
    assert "引用 1" in summary(found, 80) and "登记时关联" in summary(found, 80)


def test_an_odd_number_is_told_once_the_number_is_left() -> None:
    found = Found(earlier=[], phone="1380000")
    assert "! 不像手机号" in text(found) and "! 不像手机号" not in text(found, first="earlier")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("width", [20, 60])
def test_what_others_wrote_is_safe_and_keeps_its_cells(family: str, width: int) -> None:
    for hostile in FAMILIES[family]:
        answer = {"matter": "article", "record": "q", "question": hostile, "answer": hostile}
        unit = {"unit": "u", "name": hostile, "reason": hostile}
        rows = [ticket(title=hostile, number=hostile, lead_name=hostile, phase=hostile, reason=hostile)]
        found = Found(rows, rows, [answer], [unit])
        for line in [*text(found, width).splitlines(), summary(found, width)]:
            assert cell_len(line) <= width and not set(line) & set(FORBIDDEN), ascii(hostile[:80])


def test_a_number_is_asked_about_once_it_may_be_one() -> None:
    assert is_asked("１３８－００００") and not is_asked("138") and not is_asked("13a000000")


def test_an_open_ticket_is_urged_the_one_under_the_cursor_first() -> None:
    other = ticket(record="cd")
    found = Found(earlier=[{"matter": "call", "record": "c", "phase": "open"}, ticket(phase="closed"), other])
    assert open_ticket(found, None) == other
    assert open_ticket(found, ticket(record="ef")) == ticket(record="ef")
    assert open_ticket(found, {"matter": "call", "record": "c", "phase": "open"}) is None
    assert open_ticket(Found(), None) is None
