"""The PDF: its text comes back, a table's head is on every page, a draft says so on each, the bytes are the issue's."""

from __future__ import annotations

import io
from datetime import datetime

from pypdf import PdfReader

from node.bulletin import pdf
from node.bulletin.report import Report, report
from node.iso import CHINA

from .made import CITY, candle, content, issue, kept, province, topic, unit

DATED = datetime(2026, 11, 5, 9, 31, tzinfo=CHINA)


def written(made: Report) -> bytes:
    file = io.BytesIO()
    pdf.write(file, made, DATED)
    return file.getvalue()


def pages(made: Report) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(written(made))).pages]


def test_a_province_of_260_offices_has_the_head_of_its_table_on_every_page() -> None:
    one = province()
    found = pages(report(one, issue(of=one), [issue(of=one)]))
    ranked = [text for text in found if "街道" in text and "再下一级" not in text and "按时受理率" in text]
    assert len(ranked) >= 4 and all("名次" in text and "按时办结率" in text for text in ranked)
    assert len(found) < 40


def test_a_long_name_is_wrapped_and_kept_whole() -> None:
    name = "某某市某某区某某街道联合总工会职工服务中心" * 3
    text = "".join(pages(report(content(unit(CITY, name, kept(1, 1))))))
    assert name in text.replace("\n", "")


def test_a_draft_says_so_on_every_page_and_an_issue_on_none() -> None:
    one = province(4, 12)
    assert all("草　稿" in text for text in pages(report(one)))
    assert not any("草　稿" in text for text in pages(report(one, issue(of=one), [issue(of=one)])))


def test_the_same_issue_gives_the_same_bytes() -> None:
    one = province(3, 3)
    made = report(one, issue(of=one), [issue(of=one)])
    assert written(made) == written(made)


def test_nothing_to_draw_and_nothing_to_rank_is_a_page_all_the_same() -> None:
    found = pages(report(content()))
    assert found and "总体情况" in found[0]


def test_the_pictures_are_drawn_with_their_scales() -> None:
    one = content(candles=tuple(candle(day, volume=day) for day in range(1, 32)), hours=(0,) * 23 + (999,))
    text = "\n".join(pages(report(one)))
    assert "来电 K 线" in text and "1,000" in text and "23" in text


def test_what_the_font_lacks_or_turns_text_is_shown_by_its_number() -> None:
    text = "".join(
        pages(report(content(unit(CITY, "青\u202e岛", kept(1, 1)), topics=(topic("x", "\U000e0041"),))))
    )
    assert "〔U+202E〕" in text
