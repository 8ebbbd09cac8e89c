from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.standin import CITY, COUNTY, ROOT
from tui.hands import AHEAD, HAND, LINE, Span, cells, spans

START = datetime.fromisoformat("2026-11-02T08:00:00+08:00")


def at(hours: float) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def act(action: str, by: str, hours: float, verdict: str = "stands", /, **data: Any) -> dict[str, Any]:
    return {"action": action, "unit": by, "time": at(hours), "received": at(hours + 5), "verdict": verdict,
            "data": {"round": 1, **data}}  # fmt: skip


def told(*acts: dict[str, Any], until: float, own: str = COUNTY, done: float | None = None) -> list[Span]:
    item = {
        "owner": ROOT, "timeline": list(acts),
        "assignments": [{"unit": CITY, "assigner": ROOT}, {"unit": COUNTY, "assigner": CITY}],
    }  # fmt: skip
    clock = {"unit": COUNTY, "round": 1, "start": at(0), "due": at(100), "done": done and at(done)}
    return spans(item, clock, own, START + timedelta(hours=until))


DOWN = (
    act("register", ROOT, 0), act("assign", ROOT, 1, unit=CITY), act("receive", CITY, 3),
    act("assign", CITY, 4, unit=COUNTY), act("receive", COUNTY, 80),
)  # fmt: skip


def test_each_hand_and_each_stretch_of_line_has_its_time() -> None:
    assert told(*DOWN, until=81) == [
        Span(HAND, ROOT, 3600), Span(LINE, CITY, 7200), Span(HAND, CITY, 3600), Span(LINE, COUNTY, 76 * 3600),
        Span(HAND, COUNTY, 3600), Span(AHEAD, "", 19 * 3600),
    ]  # fmt: skip


def test_together_they_are_the_time_from_start_to_end() -> None:
    assert sum(one.seconds for one in told(*DOWN, until=81)) == 100 * 3600
    assert sum(one.seconds for one in told(*DOWN, until=130)) == 130 * 3600


def test_what_was_submitted_is_with_the_one_who_reviews_it() -> None:
    found = told(*DOWN, act("submit", COUNTY, 82), until=90)
    assert found[-2:] == [Span(HAND, CITY, 8 * 3600), Span(AHEAD, "", 10 * 3600)]


def test_of_what_came_to_us_the_way_up_is_known() -> None:
    found = told(*DOWN, act("submit", COUNTY, 82), until=90, own=CITY)
    assert found[-3:-1] == [Span(LINE, CITY, 5 * 3600), Span(HAND, CITY, 3 * 3600)]


def test_what_was_sent_back_is_on_the_line_until_the_unit_acts() -> None:
    back = act("review", CITY, 84, unit=COUNTY, outcome="back")
    found = told(*DOWN, act("submit", COUNTY, 82), back, act("submit", COUNTY, 86), until=90, done=86)
    assert found[-1] == Span(LINE, COUNTY, 2 * 3600)


def test_an_act_that_doesnt_stand_moves_nothing() -> None:
    recalled = act("recall", CITY, 81, "overtaken", unit=COUNTY)
    assert told(*DOWN, recalled, until=90) == told(*DOWN, until=90)


def test_another_branch_and_another_round_are_none_of_its_business() -> None:
    other = act("assign", CITY, 81, unit=f"{CITY}/370212")
    later = act("assign", ROOT, 82, unit=CITY) | {"data": {"round": 2, "unit": CITY}}
    assert told(*DOWN, other, later, until=90) == told(*DOWN, until=90)


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=9), st.integers(9, 120))
def test_a_bar_has_all_its_cells_and_each_part_at_least_one(seconds: list[float], width: int) -> None:
    found = cells([Span(HAND, str(index), one) for index, one in enumerate(seconds)], width)
    assert sum(found) == width and min(found) >= 1


@pytest.mark.parametrize("missing", ["start", "timeline"])
def test_a_record_that_lacks_something_is_no_fault(missing: str) -> None:
    item: dict[str, Any] = {"owner": ROOT, "assignments": None}
    clock = {"unit": COUNTY, "round": 1, "start": "" if missing == "start" else at(0), "due": None}
    assert spans(item, clock, ROOT, START) == []
