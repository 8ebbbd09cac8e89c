from __future__ import annotations

from datetime import date
from typing import Any

from tui import figures
from tui.figures import Sum
from tui.periods import of

P, C, K, T = "370000", "370000/370200", "370000/370200/370211", "370000/370900"
NAMES = {P: "山东省总工会", C: "青岛市总工会", K: "黄岛区总工会", T: "泰安市总工会"}


def item(key: str, numerator: int, denominator: int | None, id: str = "completed_in_time") -> dict[str, Any]:
    unit = "count" if denominator is None else "percent"
    one = {"id": id, "unit": unit, "numerator": numerator, "denominator": denominator}
    return {"key": key, "label": key, "figures": [one]}


ANSWER = {
    "items": [item(P, 1, 1), item(C, 1, 4), item(K, 3, 4), item(T, 9, 10)],
    "offices": [
        {"unit": C, "name": "青岛市总工会", "offline_days": 0, "last_sync": "2026-11-30T08:00:00+08:00"},
        {"unit": T, "name": "泰安市总工会", "offline_days": 9, "last_sync": None},
        {"unit": K, "name": "黄岛区总工会", "offline_days": None},
    ],
}  # fmt: skip


def test_a_city_is_ranked_with_all_below_it_by_numerators_and_denominators() -> None:
    rows = figures.ranks(ANSWER, P, P, NAMES)
    assert [(row["path"], row["rank"], row["sum"].text) for row in rows] == [
        (P, 1, "100.0%"), (T, 2, "90.0%"), (C, 3, "50.0%")
    ]  # fmt: skip
    assert rows[2]["sum"].rest == "4/8"


def test_a_unit_s_own_figures_stand_beside_those_below_it() -> None:
    rows = figures.ranks({"items": [item(C, 1, 4), item(K, 3, 4)]}, C, P, NAMES)
    assert [(row["path"], row["name"]) for row in rows] == [(K, "黄岛区总工会"), (C, "青岛市总工会（本级）")]


def test_what_a_node_holds_of_units_beside_it_is_nobody_s_below() -> None:
    rows = figures.ranks({"items": [item(C, 1, 4), item(P, 9, 9), item(T, 9, 9)]}, C, C, NAMES)
    assert [(row["path"], row["sum"].rest) for row in rows] == [(C, "1/4")]


def test_the_age_of_each_office_s_numbers_stands_beside_them() -> None:
    ages = {row["path"]: (row["age"], row["stale"]) for row in figures.ranks(ANSWER, P, P, NAMES)}
    assert ages == {P: ("本机数据", False), T: ("离线 9 天", True), C: ("今日有数", False)}
    assert figures.offline(ANSWER) == ["黄岛区总工会 从未同步", "泰安市总工会 离线 9 天"]


def test_who_has_nothing_to_divide_by_stands_last_and_two_alike_have_one_rank() -> None:
    rows = figures.ranks({"items": [item(C, 0, 0), item(T, 2, 2), item(P, 5, 5)]}, P, P, NAMES)
    assert [(row["path"], row["rank"], row["sum"].text) for row in rows] == [
        (P, 1, "100.0%"), (T, 1, "100.0%"), (C, 3, "无")
    ]  # fmt: skip


def test_every_unit_of_a_figure_is_told_as_people_write_it() -> None:
    told = [
        Sum("count", 1200),
        Sum("percent", 1, 3),
        Sum("mean", 185, 2),
        Sum("fen", 123456),
        Sum("seconds", 7300),
    ]
    assert [one.text for one in told] == ["1,200", "33.3%", "92.5", "1,234.56", "2 小时"]


TOPICS = {
    "items": [
        {"key": key, "figures": [{"id": "tickets", "numerator": tickets}, {"id": "calls", "numerator": calls}]}
        for key, tickets, calls in (
            ("legal/labour/wages/arrears", 5, 50), ("legal/labour/wages", 1, 0), ("legal/labour/hours", 2, 9),
            ("help", 3, 1), ("", 1, 1),
        )
    ]
}  # fmt: skip
LABELS = {"legal": "法律维权", "legal/labour": "劳动权益", "legal/labour/wages": "工资报酬"}


def levels(prefix: str) -> list[tuple[str, int, int, bool]]:
    rows = figures.topics(TOPICS, prefix, LABELS, ("tickets", "calls"))
    return [(row["name"], row["first"], row["second"], row["deeper"]) for row in rows]


def test_topics_are_told_level_by_level_and_nothing_is_lost_on_the_way() -> None:
    assert levels("") == [("法律维权", 8, 59, True), ("help", 3, 1, False), ("（未填主题）", 1, 1, False)]
    assert levels("legal") == [("劳动权益", 8, 59, True)]
    assert levels("legal/labour") == [("工资报酬", 6, 50, True), ("hours", 2, 9, False)]
    assert levels("legal/labour/wages") == [("arrears", 5, 50, False), ("（未再细分）", 1, 0, False)]


def test_a_course_knows_what_hasnt_begun_from_what_is_none() -> None:
    answer = {"items": [item("08", 4, None, "calls"), item("09", 7, None, "tickets")]}
    keys = [("08", True), ("09", True), ("10", False)]
    assert figures.course(answer, "calls", keys) == [4, 0, None]
    assert figures.total([4, 0, None]) == 4


def test_a_day_and_a_week_stand_among_those_before_them() -> None:
    day = date(2026, 11, 30)
    assert figures.kline_of(of("day", day)) == ("day", "2026-11-01..2026-11-30")
    assert figures.kline_of(of("week", day))[0] == "week"
    assert figures.kline_of(of("year", day)) == ("week", "2026")
    [one] = figures.candles_of({"bucket": "week", "items": [
        {"bucket": "2026-W44", "first": 1, "highest": 9, "lowest": 0, "last": 2, "volume": 30, "complete": False}
    ]})  # fmt: skip
    assert (one.label, one.sign, one.volume) == ("26-W44", "~", 30)
