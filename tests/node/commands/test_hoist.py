import pytest

from node.commands.hoist import Call, hoist, wants_json
from node.errors import Usage


def test_json_and_as_are_taken_before_and_after_the_command() -> None:
    before = hoist(["--json", "--as", "li", "ticket", "list"])
    after = hoist(["ticket", "list", "--as=li", "--json"])
    assert before == after == Call(("ticket", "list"), None, True, "li")


def test_the_directory_is_taken_with_a_blank_or_an_equals_sign() -> None:
    assert hoist(["--dir", "D", "status"]).directory == hoist(["--dir=D", "status"]).directory == "D"


def test_nothing_behind_two_hyphens_is_taken() -> None:
    call = hoist(["ticket", "note", "ID", "--", "--json", "--as", "x"])
    assert call == Call(("ticket", "note", "ID", "--", "--json", "--as", "x"))
    assert not wants_json(["note", "--", "--json"])


def test_the_last_of_several_counts() -> None:
    assert hoist(["--as", "li", "list", "--as", "wang"]).staff == "wang"


@pytest.mark.parametrize("argv", [["--as"], ["list", "--dir"], ["--as", "--", "x"], ["--as", ""]])
def test_a_name_without_its_value_is_wrong_use(argv: list[str]) -> None:
    with pytest.raises(Usage) as caught:
        hoist(argv)
    assert caught.value.code == "missing_value" and caught.value.exit == 2


def test_decisions_about_units_stand_without_their_subject_too() -> None:
    assert hoist(["--as", "a", "move", "370211", "--to", "x"]).rest == (
        "registry",
        "move",
        "370211",
        "--to",
        "x",
    )
    assert hoist(["registry", "revoke", "370211"]).rest == ("registry", "revoke", "370211")
    assert hoist(["ticket", "note", "X", "move"]).rest == ("ticket", "note", "X", "move")
