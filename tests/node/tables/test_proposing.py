"""A MAP proposed from a file that nobody has seen before."""

from __future__ import annotations

import pytest

from node.errors import Usage
from node.matters import KINDS
from node.tables import mapping
from node.tables.proposing import Proposal, propose, text_of
from node.tables.reading import Row

TICKET = KINDS["ticket"]
HEADINGS = ["留言编号", "留言人电话", "留言详情", "涉及金额", "诉求类别", "留言时间", '怪"名\n']
ROWS = [
    Row(
        n,
        {
            "留言编号": f"T{n}",
            "留言人电话": "13800001111",
            "留言详情": "拖欠工资三个月，包工头电话不接",
            "涉及金额": "12.5",
            "诉求类别": "投诉" if n % 2 else "咨询",
            "留言时间": "2020/1/9 10:00:00" if n % 2 else "2020-01-09",
        },
    )
    for n in range(2, 12)
]


def test_headings_and_values_say_most_of_it() -> None:
    found = propose(TICKET, HEADINGS, ROWS)
    assert found.id == "留言编号"
    assert found.columns == {
        "留言人电话": "worker_phone",
        "留言详情": "narrative",
        "涉及金额": "amount_claimed",
        "诉求类别": "class",
        "留言时间": "",
        '怪"名\n': "",
    }
    assert found.yuan == ["涉及金额"] and found.values == {"class": {"投诉": "?"}}
    assert found.fixed == {"channel": "?", "topic": "?"}
    assert found.dates == {"留言时间": ["%Y-%m-%d", "%Y/%m/%d %H:%M:%S"]}


def test_what_is_proposed_is_a_map_once_the_question_marks_are_filled_in() -> None:
    text = text_of(TICKET, propose(TICKET, HEADINGS, ROWS))
    with pytest.raises(Usage, match="还是“\\?”"):
        mapping.parse(TICKET, text, "m.toml")
    filled = text.replace('channel = "?"', 'channel = "web"').replace('topic = "?"', 'topic = "legal/labour"')
    given = mapping.parse(TICKET, filled.replace('"投诉" = "?"', '"投诉" = "feedback"'), "m.toml")
    assert not mapping.unmapped(given, HEADINGS) and not mapping.missing(given, HEADINGS)


def test_a_file_without_rows_is_proposed_as_well() -> None:
    assert "?" in text_of(TICKET, propose(TICKET, ["甲", "乙"], [])) and Proposal().id == "?"
