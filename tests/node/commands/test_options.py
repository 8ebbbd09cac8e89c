import pytest

from conflict.declaration import Field, Type
from node.commands.options import codes_as_flags, data, spelled, typed
from node.errors import Usage

OUTCOME = Field("outcome", "结论", type=Type.CODE, codes={"pass": "通过", "back": "退回"})
FINAL = Field("final", "终局", type=Type.YES_NO)
TEXT = Field("text", "说明")
CO = Field("co", "协办", type=Type.LIST)
MONEY = Field("recovered", "追回", type=Type.MONEY)
REASON = Field("reason", "理由", type=Type.CODE, codes={"a": "甲", "b": "乙", "c": "丙"})
TAKES = (OUTCOME, FINAL, TEXT, CO, MONEY, REASON)


def test_a_parameter_with_two_codes_is_given_as_a_flag() -> None:
    assert codes_as_flags(TAKES) == {"pass": "outcome", "back": "outcome"}
    assert spelled(["ID", "--pass", "--text", "--back"], TAKES) == [
        "ID",
        "--outcome=pass",
        "--text",
        "--back",
    ]


def test_yes_may_be_said_or_left_out() -> None:
    assert spelled(["--final", "--text", "x"], TAKES) == ["--final=yes", "--text", "x"]
    assert spelled(["--final", "no"], TAKES) == ["--final", "no"]
    assert spelled(["--text", "x", "--final"], TAKES) == ["--text", "x", "--final=yes"]


def test_nothing_behind_two_hyphens_is_spelled_out() -> None:
    assert spelled(["ID", "--", "--pass"], TAKES) == ["ID", "--", "--pass"]


def test_values_become_the_types_that_the_declaration_names() -> None:
    assert typed(FINAL, "是") is True and typed(FINAL, "NO") is False
    assert typed(MONEY, "1066000") == 1066000
    assert typed(CO, ["370211,370212", "370213"]) == ["370211", "370212", "370213"]


@pytest.mark.parametrize(
    ("field", "value"), [(MONEY, "10.5"), (MONEY, "１２"), (MONEY, "9" * 30), (FINAL, "maybe")]
)
def test_a_value_of_another_type_is_named(field: Field, value: str) -> None:
    with pytest.raises(Usage) as caught:
        typed(field, value)
    assert f"--{field.name}" in caught.value.text


def test_a_number_that_is_too_large_isnt_called_no_number() -> None:
    with pytest.raises(Usage) as caught:
        typed(MONEY, "9" * 30)
    assert "太大" in caught.value.text


def test_an_option_goes_over_the_files_field_and_what_wasnt_given_stays_out() -> None:
    given = {"text": "口头", "recovered": None, "co": []}
    assert data(TAKES, given, {"text": "文件", "narrative": "事由"}) == {"text": "口头", "narrative": "事由"}
