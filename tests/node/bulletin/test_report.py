"""What a bulletin says: rates with their parts, ranks, changes, what was excluded, whose line was down, which issue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from node.bulletin.cells import Measured, text
from node.bulletin.content import NEVER, NO_LINE, Content
from node.bulletin.issues import Issue
from node.bulletin.report import Report, report
from node.bulletin.tables import Table, sentence
from node.bulletin.whole import Whole

from .made import CITY, COUNTY, P, content, issue, kept, province, sums, topic, unit


def table(made: Report, name: str) -> Table:
    return next(one for one in made.tables if one.name == name)


def told(made: Report, name: str) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in table(made, name).rows]


def test_cities_are_ranked_with_all_below_them_and_the_publisher_itself_isnt() -> None:
    one = content(
        unit(P, "山东省总工会", kept(1, 1), offline=NO_LINE),
        unit(CITY, "青岛市总工会", kept(1, 2)),
        unit(COUNTY, "黄岛区总工会", kept(8, 8)),
        unit("370000/370900", "泰安市总工会", kept(1, 1)),
        unit("370000/370300", "淄博市总工会"),
    )
    rows = told(report(one), "直属下级排名")
    assert [row[:4] for row in rows] == [
        ["1", "泰安市总工会", "1", "100.0% 1/1"],
        ["2", "青岛市总工会", "10", "90.0% 9/10"],
        ["–", "淄博市总工会", "0", "– 0/0"],
        ["–", "山东省总工会（本级，不排名）", "1", "100.0% 1/1"],
    ]
    assert [row[:3] for row in told(report(one), "再下一级排名")] == [["1", "黄岛区总工会", "青岛市总工会"]]


def test_the_rows_of_the_first_tier_add_up_to_the_whole() -> None:
    one = province()
    made = Whole(one)
    summed = sum((made.with_below(path) for path in made.tier(1)), made.rows[P].sums)
    assert summed == one.totals[0]


def test_a_tie_in_the_ranking_is_one_rank() -> None:
    one = content(
        unit("370000/1", "甲", kept(1, 2)),
        unit("370000/2", "乙", kept(5, 10)),
        unit("370000/3", "丙", kept(0, 3)),
    )
    assert [row[:2] for row in told(report(one), "直属下级排名")][:3] == [
        ["1", "甲"],
        ["1", "乙"],
        ["3", "丙"],
    ]


def test_beside_a_unit_s_rates_stands_how_old_its_numbers_are() -> None:
    one = content(unit(CITY, "青岛", kept(1, 1), offline=9), unit(COUNTY, "黄岛", offline=NEVER),
                  unit("370000/370900", "泰安", offline=0))  # fmt: skip
    rows = {row[1]: row[-1] for row in told(report(one), "直属下级排名")}
    assert (rows["青岛"], rows["泰安"]) == ("离线 9 天；下级 1 家离线", "")
    assert [row[:3] for row in told(report(one), "线路")] == [
        ["黄岛", "青岛", "从未同步"],
        ["青岛", "山东省总工会", "离线 9 天"],
    ]


@pytest.mark.parametrize(("days", "told"), [(0, ""), (NO_LINE, ""), (NEVER, "从未同步"), (1, "离线 1 天")])
def test_a_line_in_words(days: int, told: str) -> None:
    assert sentence(days) == told


def test_excluded_tickets_stand_apart_and_in_no_rate() -> None:
    numbers = sums(
        {"ticket_registered": 3, "ticket_complete_due": 1}, ticket_registered=7, ticket_complete_due=2
    )
    made = report(content(unit(CITY, "青岛", numbers)))
    assert ["工单量", "3", "–"] in told(made, "剔除") and ["按时办结率", "0", "1"] in told(made, "剔除")
    assert told(made, "剔除（按单位）") == [["青岛", "3", "0"]]
    overview = {row[0]: row[1] for row in told(made, "总体")}
    assert (overview["工单量"], overview["按时办结率"]) == ("7", "0.0% 0/2")


def test_each_figure_is_compared_with_last_month_and_the_same_month_last_year() -> None:
    now, before, year = kept(9, 10), kept(8, 10), sums()
    one = replace(content(), totals=(now, before, year))
    row = next(row for row in told(report(one), "总体") if row[0] == "按时办结率")
    assert row[1:] == ["90.0% 9/10", "80.0% 8/10", "+10.0 个百分点", "– 0/0", "–"]


def test_topics_are_added_up_by_level_and_a_workbook_has_them_one_by_one() -> None:
    one = content(topics=(
        topic("", "", (2, 0, 0)), topic("*", "", (1, 1, 1)), topic("legal", "法律维权", (0, 0, 0)),
        topic("legal/labour", "劳动权益", (0, 0, 0)), topic("legal/labour/wages", "工资", (5, 4, 0), (1, 2, 3)),
        topic("legal/labour/wages/arrears", "拖欠", (3, 1, 2)),
    ))  # fmt: skip
    made = report(one)
    assert told(made, "主题（工单）") == [
        ["（未填）", "2", "0", "+2", "0", "+2"],
        ["其他（合计）", "1", "1", "0", "1", "0"],
        ["法律维权", "8", "5", "+3（+60.0%）", "2", "+6（+300.0%）"],
        ["　劳动权益", "8", "5", "+3（+60.0%）", "2", "+6（+300.0%）"],
    ]
    assert told(made, "主题（来电）")[0] == ["法律维权", "1", "2", "-1（-50.0%）", "3", "-2（-66.7%）"]
    every = table(made, "主题明细")
    assert every.only_book
    assert [row[1] for row in every.rows] == ["", "*", "legal/labour/wages", "legal/labour/wages/arrears"]


def test_a_month_in_which_nothing_happened_is_a_bulletin_without_rankings() -> None:
    made = report(content())
    assert {one.name for one in made.tables} == {"总体"}
    assert all(cell is None or text(cell) in ("0", "– 0/0", "–", "0.00 元") for row in table(made, "总体").rows
               for cell in row[1:])  # fmt: skip


def test_a_figure_that_the_issue_doesnt_have_is_nothing_and_not_a_fault() -> None:
    few = tuple(one for one in content().figures if one.id in ("tickets", "completed"))
    made = report(
        replace(content(unit(CITY, "青岛", sums(ticket_completed=1, ticket_handled=2))), figures=few)
    )
    assert told(made, "直属下级排名")[0][3] == "– 0/0"


def test_a_figure_that_this_program_doesnt_know_is_called_by_its_id() -> None:
    old = replace(content().figures[0], id="given_up")
    made = report(replace(content(), figures=(old,), totals=(sums(call_registered=2), sums(), sums())))
    assert told(made, "总体") == [["given_up", "2", "0", "+2", "0", "+2"]]


def test_every_number_of_the_month_is_told_with_its_id_for_programs() -> None:
    made = report(content(unit(CITY, "青岛", kept(3, 4))))
    assert ("completed_in_time", Measured("percent", 3, 4), Measured("percent", 0, 0)) in made.figures


# Which issue


def _issues(*of: Content, **more: Any) -> list[Issue]:
    last = len(of)
    return [
        issue(at, "current" if at == last else "corrected", replace(one, issue=at), **more)
        for at, one in enumerate(of, 1)
    ]


def test_a_draft_says_so() -> None:
    made = report(content())
    assert (
        made.is_draft and made.state.startswith("草稿") and not any(one.name == "各期" for one in made.tables)
    )


def test_an_issue_that_was_corrected_says_which_is_to_be_read_instead_and_why() -> None:
    first, second = _issues(content(unit(CITY, "青岛", kept(1, 2))), content(unit(CITY, "青岛", kept(2, 2))),
                            text="泰安两区的数据已到")  # fmt: skip
    made = report(first.content, first, [first, second])
    assert made.state == "第 1 期：已被第 2 期更正（迟到的操作已到：泰安两区的数据已到），请以新的一期为准"
    assert not made.is_draft
    assert [row[0] for row in told(made, "各期")] == ["1", "2"]
    assert report(second.content, second, [first, second]).state == "第 2 期（更正）"


def test_a_correction_says_what_it_changed() -> None:
    first, second = _issues(content(unit(CITY, "青岛", kept(1, 2))), content(unit(CITY, "青岛", kept(2, 2))))
    made = report(second.content, second, [first, second])
    assert told(made, "更正内容") == [["按时办结率", "50.0% 1/2", "100.0% 2/2", "+50.0 个百分点"]]
    assert not any(one.name == "更正内容" for one in report(first.content, first, [first, second]).tables)


def test_one_that_lost_to_another_of_its_number_says_so() -> None:
    both = [issue(1, "corrected"), issue(2, "beside", change="a" * 64), issue(2, "current")]
    assert "同号" in report(both[1].content, both[1], both).state


def test_a_figure_that_is_new_is_no_change_of_one_that_wasnt_there() -> None:
    old = replace(content(), figures=content().figures[:3])
    first, second = _issues(old, content(unit(CITY, "青岛", sums(ticket_registered=1))))
    assert ["工单量", "– 0/0", "1", "–"] in told(report(second.content, second, [first, second]), "更正内容")


def test_a_county_whose_city_has_no_row_is_ranked_below_it_all_the_same() -> None:
    made = report(content(unit(COUNTY, "黄岛", kept(1, 1))))
    assert told(made, "直属下级排名")[0][1] == "370200"
    assert told(made, "再下一级排名")[0][1:3] == ["黄岛", "370200"]


def test_the_same_issue_is_told_alike_every_time() -> None:
    one = province()
    assert report(one, issue(of=one), [issue(of=one)]) == report(one, issue(of=one), [issue(of=one)])
