"""A calendar year from a file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from node.errors import Usage
from node.matters import workdays


def test_only_the_days_that_differ_are_kept() -> None:
    text = "日期,类型\n2027-01-01,休息\n2027/2/7,上班\n2027年2月8日,放假\n20270209,上班\n\n"
    found = workdays.read(text.encode("gb18030"), "2027.csv")
    assert found.year == 2027 and not found.full
    assert found.days == {"2027-01-01": "rest", "2027-02-07": "work", "2027-02-08": "rest"}


def whole_year(year: int, off: set[date]) -> str:
    days = (date(year, 1, 1) + timedelta(days=at) for at in range(366))
    rows = [
        f"{day},{'rest' if day in off or day.weekday() > 4 else 'work'}" for day in days if day.year == year
    ]
    return "\n".join(["date,day", *rows])


def test_a_file_may_have_every_day() -> None:
    off = {date(2028, 1, 3), date(2028, 5, 1)}
    found = workdays.read(whole_year(2028, off).encode("utf-8-sig"), "all.csv")
    assert found.full and found.days == {"2028-01-03": "rest", "2028-05-01": "rest"}


def test_of_several_years_one_is_chosen() -> None:
    text = b"date,day\n2027-01-01,rest\n2028-01-03,rest\n"
    assert workdays.read(text, "f", 2028).days == {"2028-01-03": "rest"}
    with pytest.raises(Usage, match="--year"):
        workdays.read(text, "f")
    with pytest.raises(Usage, match="2029"):
        workdays.read(text, "f", 2029)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "date,day"),
        ("day\nx", "date,day"),
        ("date,day\n2027-02-30,rest\n", "2"),
        ("date,day\n2027-01-01,rest\n2027-01-02,maybe\n", "3"),
        ("date,day\n2027-01-01\n", "2"),
        ("date,day\n2027-01-04,rest\n2027-01-04,work\n", "3"),
        ("date,day\n１２,rest\n", "2"),
        ("date,day\n=cmd()|x,rest\n", "2"),
        ("date,day\n2027-01-01,rest\0\n", "文本"),
        (whole_year(2027, set()).replace("2027-03-03,work\n", ""), "2027-03-03"),
    ],
)
def test_a_line_that_cant_be_is_named(text: str, where: str) -> None:
    with pytest.raises(Usage) as refused:
        workdays.read(text.encode(), "2027.csv")
    assert refused.value.code == "bad_calendar" and where in refused.value.text


def test_bytes_that_are_no_text_are_refused() -> None:
    for raw in (b"\xff\xfe\x00\x01" * 8, b"date,day\n" + b"x" * (2 << 20)):
        with pytest.raises(Usage) as refused:
            workdays.read(raw, "x")
        assert refused.value.code == "bad_calendar"


def test_a_year_unlike_any_other_is_taken_with_a_word() -> None:
    odd = workdays.read(b"date,day\n2027-02-08,rest\n", "f")
    assert len(workdays.doubts(odd)) == 2
    usual = workdays.read(
        whole_year(2027, {date(2027, 1, 1), *(date(2027, 10, at) for at in range(1, 8))}).encode(), "f"
    )
    assert workdays.doubts(usual) == []
