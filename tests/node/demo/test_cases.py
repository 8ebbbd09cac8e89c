import json
from pathlib import Path

import pytest

from node.demo.cases import BESIDE, DAY, read, spread
from node.demo.stage import TREE
from node.errors import Usage

UNITS = frozenset(one["code"] for one in json.loads(TREE.read_text("utf-8")))


def test_the_shipped_day_is_read_whole_and_nothing_beside_a_tickets_fields_goes_into_it() -> None:
    cases = read(DAY, UNITS, "370000")
    assert len(cases) >= 60
    assert not any(BESIDE & set(case.fields) for case in cases)
    assert all(case.answer or case.target or case.owner != "370000" for case in cases)


def test_a_unit_that_isnt_in_the_tree_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text('{"narrative": "甲"}\n{"narrative": "乙", "target": "110000"}\n', "utf-8")
    with pytest.raises(Usage) as caught:
        read(file, UNITS, "370000")
    assert caught.value.code == "bad_input" and "more.jsonl:2" in caught.value.text


def test_matters_without_a_target_go_to_the_counties_in_turn(tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text('{"narrative": "甲"}\n' * 3 + '{"narrative": "乙", "answer": "可以"}\n', "utf-8")
    cases = read(file, UNITS, "370000")
    spread(cases, ["370211", "370902"], "370000")
    assert [case.target for case in cases] == ["370211", "370902", "370211", None]
