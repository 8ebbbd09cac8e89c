from __future__ import annotations

from tui.requests import told, waiting

COUNTY = "370000/370200/370211"


def act(action: str, by: str = COUNTY, **data: object) -> dict[str, object]:
    return {"action": action, "unit": by, "unit_name": "黄岛区总工会", "time": "2026-11-30T15:40:18+08:00",
            "verdict": "stands", "data": data, "words": {"text": "正在核对\n工资表"}}  # fmt: skip


def test_a_request_waits_until_its_unit_was_answered() -> None:
    asked = act("ask", **{"for": "extend", "days": 5})
    other = act("ask", "370000/370900", **{"for": "extend", "days": 3})
    assert set(waiting({"timeline": [asked, other]}, "extend")) == {COUNTY, "370000/370900"}
    answered = act("extend", "370000/370200", unit=COUNTY, outcome="deny")
    assert set(waiting({"timeline": [asked, other, answered]}, "extend")) == {"370000/370900"}
    assert waiting({"timeline": [asked, answered, asked]}, "extend") == {COUNTY: asked}


def test_what_does_not_stand_or_asks_for_something_else_is_no_request() -> None:
    asked = act("ask", **{"for": "extend"})
    assert waiting({"timeline": [asked | {"verdict": "denied"}]}, "extend") == {}
    assert waiting({"timeline": [asked]}, "suspend") == waiting({"timeline": [asked]}, "note") == {}
    assert waiting({}, "extend") == {}


def test_it_is_told_in_one_line() -> None:
    assert told(act("ask", **{"for": "extend", "days": 5})).endswith("请求：5 天 正在核对 工资表")
