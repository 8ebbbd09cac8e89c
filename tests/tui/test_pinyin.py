from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tui.pinyin import letters, matches


@pytest.mark.parametrize(
    ("typed", "name"),
    [("qd", "青岛市总工会"), ("QD", "青岛市"), ("ls", "崂山区"), ("sx", "单县"), ("cq", "长清区"),
     ("jn", "莒南县"), ("青d", "青岛市"), ("zgh", "泰安市总工会"), ("yz", "兖州区"), ("", "任何")],
)  # fmt: skip
def test_initials_find_a_unit(typed: str, name: str) -> None:
    assert matches(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"), [("qz", "青岛市"), ("qdd", "青岛"), ("x", "青岛"), ("dq", "青岛")]
)
def test_other_letters_dont(typed: str, name: str) -> None:
    assert not matches(typed, name)


def test_a_character_that_isnt_listed_answers_to_itself() -> None:
    assert letters("𪚥") == "𪚥" and matches("𪚥", "𪚥镇") and letters("A") == "a"


def test_every_character_in_the_names_of_divisions_has_an_initial(data: Path) -> None:
    for file in (data / "divisions").glob("*.csv"):
        with file.open(encoding="utf-8") as lines:
            names = "".join(row["name"] for row in csv.DictReader(lines))
        unknown = {char for char in names if "\u4e00" <= char <= "\u9fff" and letters(char) == char}
        assert unknown == set()
