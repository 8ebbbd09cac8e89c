"""The workbook: numbers are numbers, texts stay texts, the same issue gives the same bytes."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from openpyxl import load_workbook

from node.bulletin import workbook
from node.bulletin.report import Report, report
from node.iso import CHINA

from .made import CITY, candle, content, issue, kept, province, topic, unit

DATED = datetime(2026, 11, 5, 9, 31, tzinfo=CHINA)


def written(made: Report, dated: datetime = DATED) -> bytes:
    file = io.BytesIO()
    workbook.write(file, made, dated)
    return file.getvalue()


def opened(made: Report) -> Any:
    return load_workbook(io.BytesIO(written(made)))


def rows(book: Any, name: str) -> list[tuple[Any, ...]]:
    return list(book[name].iter_rows(values_only=True))


def test_a_rate_is_three_columns_of_numbers() -> None:
    book = opened(report(content(unit(CITY, "青岛市总工会", kept(39, 40)))))
    head, row = rows(book, "直属下级排名")[:2]
    assert head[:6] == ("名次", "单位", "承办", "按时办结率", "按时办结率 分子", "按时办结率 分母")
    assert row[:6] == (1, "青岛市总工会", 40, 0.975, 39, 40)
    assert book["直属下级排名"].cell(2, 4).number_format == "0.0%"


def test_a_rate_of_nothing_is_an_empty_cell_beside_its_zeros() -> None:
    book = opened(report(content(unit(CITY, "青岛"))))
    assert rows(book, "直属下级排名")[1][3:6] == (None, 0, 0)


def test_money_is_in_yuan_and_a_duration_is_shown_as_hours() -> None:
    one = content(
        unit(CITY, "青岛", kept(1, 1, ticket_recovered=12_345, ticket_claimed=99, ticket_line=43_200))
    )
    found = {row[0]: row[1] for row in rows(opened(report(one)), "总体")}
    assert (found["追回金额"], found["在途时间"]) == (123.45, timedelta(hours=12))


def test_a_name_never_becomes_a_formula() -> None:
    evil = '=HYPERLINK("http://x","y")'
    book = opened(
        report(content(unit(CITY, evil, kept(1, 1)), topics=(topic("=1+1", "@SUM(A1)"),), name="+cmd"))
    )
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(cell.value == evil for cell in found)
    assert {cell.data_type for cell in found} <= {"s", "n"}


def test_control_signs_of_a_name_are_shown_and_dont_spoil_the_file() -> None:
    book = opened(report(content(unit(CITY, "青\x07岛\u202e", kept(1, 1)))))
    assert rows(book, "直属下级排名")[1][1] == "青‹U+0007›岛‹U+202E›"


def test_the_pictures_are_charts_over_their_numbers() -> None:
    book = opened(report(content(candles=(candle(1), candle(2)), hours=tuple(range(24)))))
    assert rows(book, "来电K线")[1] == ("2026-10-01", 0, 9, 0, 3, 60)
    assert [len(book[name]._charts) for name in ("来电K线", "来电时段")] == [2, 1]
    assert rows(book, "来电时段")[24] == ("23", 23)


def test_all_topics_stand_in_a_sheet_of_their_own() -> None:
    assert len(rows(opened(report(province())), "主题明细")) == 151


def test_the_same_issue_gives_the_same_bytes_whenever_it_is_written() -> None:
    one = province()
    made = report(one, issue(of=one), [issue(of=one)])
    assert written(made) == written(report(one, issue(of=one), [issue(of=one)]))
    assert written(made) != written(made, datetime(2026, 11, 6, tzinfo=CHINA))


def test_a_month_in_which_nothing_happened_is_a_workbook_too() -> None:
    assert "总体" in opened(report(content())).sheetnames


def test_the_cover_says_which_issue_it_is() -> None:
    one = content()
    found = rows(opened(report(one, issue(of=one), [issue(of=one)])), "说明")
    assert found[1][0] == "第 1 期" and ("签署", "1" * 32) in found
