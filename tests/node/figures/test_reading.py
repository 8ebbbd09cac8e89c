"""Figures of real nodes: each of what it holds, the same where two hold the same, with the age of their numbers."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import NotFound, Usage
from tests.node.tree import PATHS, Tree

DAY = 86_400_000


def figure(tree: Tree, name: str, wanted: str, **how: Any) -> tuple[int, int | None]:
    [found] = tree.reader(name).stats(figures=[wanted], **how)["figures"]
    return found["numerator"], found["denominator"]


@pytest.fixture
def worked(tree: Tree) -> str:
    """A ticket that the county submitted and the city passed, and another that waits at the county."""
    record = tree.dispatched()
    tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "submit", record, result="completed", resolved="yes", text="已付清", recovered=1200)
    tree.quiet()
    tree.act("c", "review", record, unit="370211", outcome="pass")
    tree.quiet()
    tree.act("p", "review", record, unit="370200", outcome="pass")
    tree.quiet()
    return record


def test_each_node_counts_what_it_holds_and_all_count_it_alike(tree: Tree, worked: str) -> None:
    tree.register("p")
    assert [figure(tree, name, "tickets")[0] for name in "pckts"] == [3, 2, 2, 0, 0]
    assert [figure(tree, name, "resolved") for name in "pck"] == [(1, 1)] * 3
    assert figure(tree, "p", "completed") == (1, 3)
    assert figure(tree, "p", "accepted_in_time", unit="370211") == (1, 1)


def test_what_isnt_known_yet_counts_when_the_present_has_come(tree: Tree, worked: str) -> None:
    assert figure(tree, "p", "overdue") == (0, None)
    tree.later(6 * DAY)
    assert figure(tree, "p", "accepted_in_time", unit="370211") == (1, 2)
    assert figure(tree, "p", "overdue", unit="370211")[0] == 1
    [late] = tree.reader("p").overdue("370211")["items"]
    assert (late["unit"], late["clock"], late["cards"]) == (PATHS["k"], "accept", [])
    tree.at("p").tick()
    [late] = tree.reader("p").overdue("370211")["items"]
    assert late["cards"] and "黄岛区总工会" in late["evidence"]


def test_an_excluded_ticket_stands_beside_the_numbers(tree: Tree, worked: str) -> None:
    tree.act("p", "exclude", worked, text="诉求不合理")
    [found] = tree.reader("p").stats(figures=["resolved"])["figures"]
    assert (found["numerator"], found["denominator"]) == (0, 0)
    assert (found["excluded_numerator"], found["excluded_denominator"]) == (1, 1)
    tree.quiet()
    assert figure(tree, "k", "tickets") == (1, None)


def test_the_age_of_each_office_s_numbers_is_told(tree: Tree, worked: str) -> None:
    tree.later(9 * DAY)
    tree.sync("t", "p")
    offices = {one["unit"]: one for one in tree.reader("p").stats()["offices"]}
    assert set(offices) == {PATHS[name] for name in "ckts"}
    assert (offices[PATHS["c"]]["offline_days"], offices[PATHS["t"]]["offline_days"]) == (9, 0)
    assert offices[PATHS["k"]]["last_sync"] is None and offices[PATHS["k"]]["offline_days"] >= 9
    assert {one["unit"] for one in tree.reader("c").stats()["offices"]} == {PATHS["k"]}


def test_figures_of_a_unit_are_those_of_all_below_it(tree: Tree, worked: str) -> None:
    items = tree.reader("p").stats(by="unit", figures=["assignments"])["items"]
    counts = {item["key"]: item["figures"][0]["numerator"] for item in items}
    assert counts == {PATHS["c"]: 2, PATHS["k"]: 2}
    assert figure(tree, "p", "assignments", unit="370200") == (4, None)
    tiers = tree.reader("p").stats(by="tier", figures=["assignments"])["items"]
    assert [(item["key"], item["figures"][0]["numerator"]) for item in tiers] == [("2", 2), ("3", 2)]


def test_work_follows_a_unit_that_was_moved(tree: Tree, worked: str) -> None:
    tree.do("p", "staff.add", "a", id="root", name="甲", roles=["admin"], password="password1")
    tree.do("p", "registry.move", "a", unit="370211", to=f"{PATHS['t']}/370211")
    items = tree.reader("p").stats(by="unit", figures=["assignments"])["items"]
    counts = {item["key"]: item["figures"][0]["numerator"] for item in items}
    assert counts[f"{PATHS['t']}/370211"] == 2 and PATHS["k"] not in counts
    assert figure(tree, "p", "assignments", unit="370200") == (counts[PATHS["c"]], None)
    assert figure(tree, "p", "assignments", unit=f"{PATHS['t']}/370211") == (2, None)


def test_what_left_the_scope_isnt_counted(tree: Tree) -> None:
    record = tree.dispatched("370200")
    assert figure(tree, "c", "tickets") == (1, None)
    tree.act("p", "recall", record, unit="370200")
    tree.quiet()
    assert figure(tree, "c", "tickets") == (0, None)
    assert tree.verify("c") == []


def test_verify_finds_a_fact_that_was_tampered_with(tree: Tree, worked: str) -> None:
    with tree.sql("p") as db:
        db.execute("UPDATE fact SET value = 2 WHERE name = 'ticket.result.resolved'")
    assert tree.verify("p") == ["projection"]
    with tree.sql("p") as db:
        db.execute("UPDATE fact SET value = 1 WHERE name = 'ticket.result.resolved'")
        db.execute("UPDATE trait SET channel = 'web'")
    assert set(tree.verify("p")) == {"projection"}


def test_the_list_of_follow_ups_is_ordered_by_what_is_due(tree: Tree, worked: str) -> None:
    other = tree.dispatched()
    tree.act("k", "accept", other)
    tree.act("k", "submit", other, result="completed", resolved="no", text="调解不成")
    tree.quiet()
    tree.act("c", "review", other, unit="370211", outcome="pass")
    tree.quiet()
    tree.act("p", "review", other, unit="370200", outcome="pass")

    def listed() -> list[tuple[str, int]]:
        items = tree.reader("p").list("ticket", view="follow_up").items
        return [(one["record"], one["attempts"]) for one in items]

    assert listed() == [(worked, 0), (other, 0)]
    tree.act("p", "follow-up", worked, outcome="no_answer")
    assert listed() == [(other, 0), (worked, 1)]
    [_, late] = tree.reader("p").list("ticket", view="follow_up").items
    assert late["next_day"] > tree.reader("p").stats()["as_of"][:10]


def test_the_list_to_check_has_the_sample_alone(tree: Tree, worked: str) -> None:
    tree.act("p", "follow-up", worked, outcome="satisfied", result=5)
    assert [one["record"] for one in tree.reader("p").list("ticket", view="check").items] == [worked]
    known = tree.reader("p").policy()["record"]
    params = {"matter": "policy", "verb": "amend", "record": known, "data": {"check_sample_percent": 1}}
    tree.do("p", "staff.add", "a", id="adm", name="乙", roles=["admin"], password="password1")
    tree.at("p").do("act", params, "adm")
    tree.later(2 * DAY)
    expected = [worked] if bytes.fromhex(worked) < bytes.fromhex("028f5c28f5c28f5c28f5c28f5c28f5c2") else []
    assert [one["record"] for one in tree.reader("p").list("ticket", view="check").items] == expected


def test_a_unit_figure_or_period_that_isnt_known_is_named(tree: Tree) -> None:
    reader = tree.reader("p")
    for how, fault in (
        ({"unit": "999999"}, NotFound), ({"figures": ["x"]}, Usage), ({"by": "x"}, Usage), ({"period": "x"}, Usage),
    ):  # fmt: skip
        with pytest.raises(fault):
            reader.stats(**how)  # type: ignore[arg-type]
    with pytest.raises(Usage):
        reader.kline("hour")


def test_policy_and_calendar_tell_what_is_in_force(tree: Tree) -> None:
    told = tree.reader("k").policy()
    assert told["in_force"]["accept_days"] == 3 and told["record"]
    year = tree.reader("k").calendar(2026)
    assert year["published"] and year["days"]["2026-10-01"] == "rest" and 240 < year["working_days"] < 255
    assert tree.reader("k").calendar(2031) == {
        "year": 2031, "published": False, "days": {}, "working_days": 261, "record": None,
    }  # fmt: skip
