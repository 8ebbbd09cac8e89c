from __future__ import annotations

import pytest

from conflict.declaration import Field, Type
from node.matters.ticket import KIND
from tui.form import Blank, Unfit, blanks, typed, values

MONEY = Blank(Field("amount_claimed", "诉求金额", type=Type.MONEY), False)
COUNT = Blank(Field("days", "天数", type=Type.INTEGER), True)


@pytest.mark.parametrize(
    ("text", "fen"), [("12", 1200), ("1200.50", 120050), ("1,200.5", 120050), ("-1", -100)]
)
def test_yuan_become_integer_fen(text: str, fen: int) -> None:
    assert values([MONEY], {"amount_claimed": text}) == {"amount_claimed": fen}
    assert values([MONEY], {"amount_claimed": typed(fen, MONEY.field)}) == {"amount_claimed": fen}


@pytest.mark.parametrize("text", ["1.005", "abc", "1e", "NaN", "Infinity", "--"])
def test_what_is_no_amount_is_refused_by_name(text: str) -> None:
    with pytest.raises(Unfit, match="诉求金额") as caught:
        values([MONEY], {"amount_claimed": text})
    assert caught.value.field == "amount_claimed"


def test_what_is_no_number_or_missing_is_refused_by_name() -> None:
    with pytest.raises(Unfit, match="天数"):
        values([COUNT], {"days": "三"})
    with pytest.raises(Unfit, match="缺少必填项：天数"):
        values([COUNT], {"days": "  "})


def test_empty_fields_are_left_out() -> None:
    assert values([MONEY], {}) == {}


def test_a_list_is_parted_at_blanks_and_all_commas() -> None:
    tags = Blank(Field("tags", "标签", type=Type.LIST), False)
    assert values([tags], {"tags": "欠薪、工地，农民工 急"}) == {"tags": ["欠薪", "工地", "农民工", "急"]}


def test_yes_and_no_are_booleans_both_ways() -> None:
    field = Field("sensitive", "敏感", type=Type.YES_NO)
    assert values([Blank(field, False)], {"sensitive": "no"}) == {"sensitive": False}
    assert typed(True, field) == "yes" and typed(None, field) == ""


@pytest.mark.parametrize("verb", KIND.verbs, ids=lambda verb: verb.name)
def test_every_verb_of_the_ticket_has_a_form_with_what_it_requires_first(verb: object) -> None:
    rows = blanks(verb.takes, verb.required)  # type: ignore[attr-defined]
    assert {row.field.name for row in rows if row.required} == set(verb.required)  # type: ignore[attr-defined]
    flags = [row.required for row in rows]
    assert flags == sorted(flags, reverse=True)
