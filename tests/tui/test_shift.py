from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.tui.hostile import FORBIDDEN, HOSTILE
from tui.shift import beginning, in_hand, notes, question

DRAFT = ("ticket", "register", "call-1")


def test_nothing_in_hand_is_said_and_more_than_is_listed_too() -> None:
    assert in_hand([], False, [], 60)[1][0][0] == "没有在办的工单"
    assert "100+" in in_hand([{"number": "1"}] * 100, True, [], 60)[0][0][0]


def test_a_draft_is_told_by_what_tells_it_from_others() -> None:
    assert beginning({"channel": "phone", "worker_phone": "13800001111", "narrative": "问"}) == "13800..  问"
    assert beginning({"lead": "370200"}) == "370200" and beginning({}) == ""
    assert in_hand([], False, [(DRAFT, "138")], 60)[-1][0][0] == "登记  138"


def test_what_goes_over_what_cant_and_what_stays_is_asked_in_one_sentence() -> None:
    found = {"to": "li", "count": 3, "refused": [{"number": "N-1", "code": "wrong_phase"}]}
    asked = question(found, "李四", 2)
    assert "在办工单 3 件交给 李四" in asked and "N-1 [wrong_phase]" in asked and "草稿 2 份" in asked
    assert question({"to": "", "count": 0, "refused": []}, "", 0) == "留下交班说明"


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_what_others_wrote_is_safe_and_keeps_its_cells(hostile: str) -> None:
    left = [{"by_name": hostile, "text": hostile, "to": hostile, "count": 1, "at": hostile}]
    item = {"number": hostile, "title": hostile, "phase": hostile, "due": hostile}
    for line in [*notes(left, 40), *in_hand([item], False, [(DRAFT, hostile)], 40)]:
        assert cell_len(line[0][0]) <= 40 and not set(line[0][0]) & set(FORBIDDEN)
