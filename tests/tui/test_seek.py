from __future__ import annotations

import pytest

from node.matters.codes import shipped
from node.regions import named
from tui.seek import Entry, Index, of_codes, of_divisions, readings

DIVISIONS = of_divisions([{"code": code, **one} for code, one in named().items()], "370000/370200")
TOPICS = of_codes(
    [{"code": one.code, "label": one.label, "parent": one.above} for one in shipped()["topic"].codes.values()]
)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("青岛", "370200"), ("qd", "370200"), ("370211", "370211"), ("黄岛", "370211"), ("hdq", "370211"),
        ("qdhd", "370211"), ("青岛黄岛", "370211"), ("bj", "110000"), ("重庆", "500000"),
        ("ＱＤ", "370200"), ("青d", "370200"), ("３７０２１１", "370211"),
    ],
)  # fmt: skip
def test_a_division_is_found_by_name_way_initials_and_code(typed: str, code: str) -> None:
    assert DIVISIONS.find(typed)[0].code == code


def test_of_divisions_of_one_name_the_nearest_goes_first() -> None:
    """There is a 市中区 in eight cities; three of them are in this province."""
    found = [one.code[:2] for one in DIVISIONS.find("szq", 4)]
    assert found[0] == "37"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("拖欠工资", "legal/labour/wages/arrears"), ("tqgz", "legal/labour/wages/arrears"),
        ("legal/labour/wages", "legal/labour/wages"), ("工资报酬", "legal/labour/wages"),
    ],
)  # fmt: skip
def test_a_topic_is_found_by_label_initials_and_code(typed: str, code: str) -> None:
    assert TOPICS.find(typed)[0].code == code


def test_an_entry_is_found_by_what_stands_above_it() -> None:
    assert "legal/labour/wages/arrears" in [one.code for one in TOPICS.find("工资报酬", 20)]
    assert TOPICS.named("legal/labour/wages").path == "法律维权/劳动权益/工资报酬"  # type: ignore[union-attr]


def test_nothing_typed_finds_nothing_and_what_fits_nothing_neither() -> None:
    assert TOPICS.find("  ") == [] and TOPICS.find("qqqqqq") == [] and len(Index([])) == 0


def test_a_character_of_two_readings_answers_to_both() -> None:
    assert set(readings("重庆")) == {"cq", "zq"} or set(readings("重庆")) == {"zq", "cq"}


def test_a_list_that_names_itself_as_its_parent_ends() -> None:
    assert of_codes([{"code": "a", "label": "甲", "parent": "a"}]).named("a") == Entry(
        "a", "甲", "/".join("甲" * 8)
    )
