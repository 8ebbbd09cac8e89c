"""What stands on a record's sheet, and what doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Usage
from node.matters import KINDS
from node.paper import sheet as paper
from node.paper.sheet import HIDDEN, Sheet, sheet
from tests.node.tree import NARRATIVE, Tree

TICKET = KINDS["ticket"]
NOW = "2026-11-21T16:10:00+08:00"


def _sheet(tree: Tree, record: str, *hidden: str, **change: Any) -> Sheet:
    return sheet(TICKET, {**tree.show("p", record), **change}, "山东省总工会", "甲", NOW, hidden)


def test_fields_assignments_deadlines_and_acts_stand_on_it_and_personal_ones_masked(tree: Tree) -> None:
    record = tree.register(amount_claimed=1066001, confidential=False)
    tree.act("p", "dispatch", record, lead="370211")
    tree.act("p", "note", record, text="已约谈包工头\n核对欠条")
    made = _sheet(tree, record)
    pairs, texts = dict(made.pairs), dict(made.texts)
    assert pairs["渠道"] == "电话" and pairs["联系电话"] == "138****1111" and pairs["职工姓名"] == "王*明"
    assert (
        pairs["诉求金额"] == "10,660.01 元" and pairs["保密"] == "否" and pairs["工作地"].endswith("370211")
    )
    assert {**pairs, **texts}["诉求内容"] == NARRATIVE
    titles = {grid.title: grid.rows for grid in made.grids}
    assert any("青岛市总工会" in row[1] for row in titles["承办情况"]) and titles["时限"]
    assert ("备注", "已约谈包工头 核对欠条") in {row[2:] for row in titles["办理过程"]}
    assert "13800001111" not in repr(made) and "王小明" not in repr(made)
    assert (
        made.number.startswith("370000-")
        and "打印 甲 2026-11-21 16:10" in made.foot
        and len(made.signatures) == 4
    )


def test_what_is_asked_to_be_hidden_is_visibly_left_out_of_fields_and_acts(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "amend", record, narrative="更正后的秘密内容")
    made = _sheet(tree, record, "narrative", "topic")
    assert dict(made.pairs)["诉求内容"] == HIDDEN and dict(made.pairs)["主题"] == HIDDEN
    assert "秘密" not in repr(made) and NARRATIVE not in repr(made)


def test_a_field_that_there_is_not_is_told(tree: Tree) -> None:
    with pytest.raises(Usage, match="narrative"):
        _sheet(tree, tree.register(), "narratif")


def test_a_long_timeline_is_cut_in_the_middle_and_says_so(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "MOST_ACTS", 4)
    record = tree.register()
    for number in range(9):
        tree.act("p", "note", record, text=f"第{number}次")
    rows = next(grid.rows for grid in _sheet(tree, record).grids if grid.title == "办理过程")
    assert len(rows) == 5 and "6" in rows[2][3] and rows[-1][3] == "第8次"


def test_an_act_that_did_not_stand_is_marked_as_such(tree: Tree) -> None:
    record = tree.register()
    shown = tree.show("p", record)
    denied = {
        **shown["timeline"][0],
        "action": "note",
        "label": "备注",
        "verdict": "denied",
        "words": {"text": "x" * 200},
    }
    rows = _sheet(tree, record, timeline=[denied]).grids[-1].rows
    assert rows[0][2] == "备注（不成立）" and len(rows[0][3]) == paper.SHORT and rows[0][3].endswith("…")
