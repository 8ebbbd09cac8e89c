"""A record and its exceptions as a county clerk reads them: in Chinese, by names and numbers, with what to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from node.commands import exception_text, record_text
from node.language import use
from node.matters import KINDS
from tests.node.tree import Tree


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    use("zh")
    yield
    use("zh")


def runs(words: str) -> str:
    return f"qiao --as li {words}"


def told(tree: Tree, name: str, record: str) -> str:
    found = {**tree.show(name, record), "allowed": ["accept", "follow-up"]}
    return "\n".join(record_text.record(KINDS["ticket"], found, runs))


def test_every_act_says_for_whom_and_with_which_outcome(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "submit", record, result="completed", resolved=False, recovered=1066000, text="已办")
    tree.quiet()
    text = told(tree, "c", record)
    assert "系统 派单 黄岛区总工会" in text and "指定主办 黄岛区总工会" in text
    assert "提交 办结 是否解决 否 追回金额 10660.00元 已办" in text
    assert "受理 accept、回访 follow-up" in text


def test_nothing_of_it_is_in_the_programs_own_codes(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    text = told(tree, "c", record)
    name = tree.reader("c").exceptions().items[0]["id"]
    assert "受理 [未生效：以上级为准]" in text and "收回 黄岛区总工会" in text
    assert f"如应以它为准，采纳：qiao --as li exceptions adopt {name}" in text
    assert not {"overtaken", "conflict", "system", "T00:00", "+08:00"} & set(text.replace("[", " ").split())
    assert "+08:00" not in text and "24:00" in text


def test_an_adoption_says_what_it_stands_for(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    tree.do("c", "adopt", id=tree.reader("c").exceptions().items[0]["id"])
    [line] = [one for one in told(tree, "c", record).splitlines() if " 采纳" in one]
    assert "采纳 黄岛区总工会 20" in line and line.endswith("的“受理”")


def test_what_no_one_here_can_restore_says_who_may() -> None:
    row = {"id": "ab", "kind": "conflict", "reason": "overtaken", "open": True, "remedy": ""}
    assert list(exception_text.remedies(row, runs)) == ["本单位不能采纳；如应以它为准，请上级单位采纳"]
    assert list(exception_text.remedies({**row, "open": False}, runs)) == []


def test_an_earlier_rounds_work_is_marked(tree: Tree) -> None:
    kind = KINDS["ticket"]
    found: dict[str, Any] = {"record": "0" * 32, "number": "n", "phase": "registered", "round": 2, "assignments": [
        {"unit": "u", "unit_name": "甲", "status": "completed", "round": 1},
        {"unit": "v", "unit_name": "乙", "status": "sent", "round": 2},
    ]}  # fmt: skip
    lines = list(record_text.record(kind, found, runs))
    assert lines[0].endswith("（第2轮）")
    assert [line for line in lines if "甲" in line][0].endswith("（第1轮）")
    assert not [line for line in lines if "乙" in line][0].endswith("）")


def test_a_row_is_shown_whole_with_both_values_and_who_wrote_them(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("c", "recall", record, unit="370211")
    tree.quiet()
    one = tree.reader("c").exception(tree.reader("c").exceptions().items[0]["id"])
    lines = list(exception_text.whole(one, runs))
    assert lines[0].startswith("冲突  370000-")
    assert any(line.startswith("  1. 已受理  黄岛区总工会 a ") for line in lines)
    assert any(line.startswith("  2. 已收回  青岛市总工会 a ") for line in lines)


def test_money_in_a_row_is_told_in_yuan(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "amend", record, amount_claimed=100)
    tree.act("c", "amend", record, amount_claimed=200)
    tree.quiet()
    one = tree.reader("c").exception(tree.reader("c").exceptions().items[0]["id"])
    shown = {line.split()[1] for line in exception_text.whole(one, runs) if line[:5] in ("  1. ", "  2. ")}
    assert shown == {"1.00元", "2.00元"}
