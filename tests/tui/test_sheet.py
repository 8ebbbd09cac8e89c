from __future__ import annotations

import pytest
from rich.cells import cell_len

from node.matters.ticket import KIND
from tests.tui.standin import CITY, ticket
from tui.lines import Line
from tui.sheet import sheet, title, whole


def text(lines: list[Line]) -> str:
    return "\n".join("".join(part for part, _ in line) for line in lines)


@pytest.mark.parametrize("width", [44, 62, 78, 130])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    found = sheet(ticket(1, narrative="工资" * 900), KIND.matter, width)
    assert max(cell_len("".join(part for part, _ in line)) for line in found) <= width


def test_a_text_is_cut_with_a_mark_and_whole_in_the_reader() -> None:
    item = ticket(1, narrative="工" * 700 + "末")
    assert "共 701 字" in text(sheet(item, KIND.matter, 78)) and "末" not in text(
        sheet(item, KIND.matter, 78)
    )
    assert "末" in text(whole(item, KIND.matter, 78))


def test_a_clock_that_stands_with_its_assignment_isnt_told_twice() -> None:
    found = text(sheet(ticket(1), KIND.matter, 78))
    assert found.count("11-25 24:00") == 1


def test_what_is_suspended_says_so_and_a_decline_is_no_duty() -> None:
    clocks = [{"clock": name, "round": 1, "unit": CITY, "due": None, "done": done, "paused": True}
              for name, done in (("complete", None), ("accept", "2026-11-21T10:00:00+08:00"))]  # fmt: skip
    may = {"clock": "decline", "round": 1, "unit": CITY, "due": "2026-12-03T00:00:00+08:00", "done": None}
    place = {
        "unit": CITY,
        "unit_name": "青岛市总工会",
        "round": 1,
        "status": "accepted",
        "clocks": [*clocks, may],
    }
    found = text(sheet(ticket(1, assignments=[place], deadlines=[]), KIND.matter, 78))
    assert "办结：已挂起，不计时" in found and "受理  完成于" in found
    assert "退单：12-02 24:00 前可以退" in found and "应于" not in found


def test_what_was_recalled_ended_and_nobody_completed_it() -> None:
    clock = {"clock": "complete", "round": 1, "unit": CITY, "due": "2026-12-03T00:00:00+08:00",
             "done": "2026-11-21T10:00:00+08:00"}  # fmt: skip
    place = {"unit": CITY, "unit_name": "青岛市总工会", "round": 1, "status": "recalled", "clocks": [clock]}
    found = text(sheet(ticket(1, assignments=[place], deadlines=[]), KIND.matter, 78))
    assert "止于 11-21 10:00" in found and "完成于" not in found


def test_units_in_the_timeline_are_told_by_name() -> None:
    act = {
        "action": "assign",
        "unit": "370000",
        "unit_name": "省",
        "time": None,
        "data": {"unit": CITY, "round": 1},
    }
    assert "单位: 青岛市总工会" in text(sheet(ticket(1, timeline=[act]), KIND.matter, 78))


def test_what_waits_for_an_answer_stands_on_top_with_its_words() -> None:
    act = {**ticket(1)["timeline"][0], "change": "ef" * 32, "action": "supervise", "data": {"days": 3},
           "words": {"text": "三日内回复"}}  # fmt: skip
    told = [*ticket(1)["timeline"], act]
    found = text(
        sheet(ticket(1, timeline=told, waiting=[{"act": "ef" * 16, "for": "reply"}]), KIND.matter, 78)
    )
    place = found.index("待回复  督办  山东省总工会")
    assert place < found.index("三日内回复") < found.index("承办")


def test_a_record_of_an_unknown_matter_is_still_told() -> None:
    assert "note" in text(sheet(ticket(1), None, 78))


def test_nothing_at_all_is_told_without_a_fault() -> None:
    assert text(sheet({}, KIND.matter, 78)) and title({}).strip() == ""


def test_what_hasnt_all_arrived_says_so() -> None:
    assert "还有经过未收到" in text(sheet(ticket(1, incomplete=True), KIND.matter, 78))


def test_attachments_are_told_with_size_and_state_and_foreign_names_are_shown() -> None:
    names = {"type": "application/pdf", "hash": "ab" * 32}
    rows = [
        {"number": 1, "name": "工资\u202efdp.exe", "size": 2_500_000, "have": 0, "state": "missing", **names},
        {"number": 2, "name": "合同.pdf", "size": 100, "have": 50, "state": "partial", **names},
    ]
    found = text(sheet(ticket(1, attachments=rows), KIND.matter, 78))
    assert "1 工资‹U+202E›fdp.exe  2.4 MB  未到" in found and "2 合同.pdf  1 KB  传输中 1 KB" in found


def test_codes_are_told_in_words_in_the_fields_and_in_the_timeline() -> None:
    item = {
        "workplace_region": "370211",
        "topic": "legal/labour/wages",
        "call": "0a" * 16,
        "labels": {
            "370211": "山东省/青岛市/黄岛区", "legal/labour/wages": "劳动报酬", "0a" * 16: "2026-11-30 11:17  欠薪"},
        "timeline": [{"action": "amend", "unit": "370000", "actor": "op", "actor_name": "赵话务",
                      "time": "2026-11-30T11:17:00+08:00",
                      "data": {"workplace_region": "370211"}}],
    }  # fmt: skip
    told = "\n".join("".join(text for text, _ in line) for line in sheet(item, KIND.matter, 78))
    assert told.count("黄岛区") == 2 and "劳动报酬" in told and "欠薪" in told and "赵话务" in told
    assert "370211" not in told and "0a0a" not in told and "legal/" not in told


def test_records_that_are_linked_are_told_by_number() -> None:
    item = {
        "links": ["ab" * 16],
        "names": {"ab" * 16: "370000-20261130-0002"},
        "timeline": [{"action": "link", "unit": "370000", "data": {"links": ["ab" * 16]}}],
    }
    told = text(sheet(item, KIND.matter, 78))
    assert told.count("370000-20261130-0002") == 2 and "abab" not in told
