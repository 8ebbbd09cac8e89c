from typing import Any

from node.demo.account import Account, lines


def _good() -> Account:
    return Account(
        tickets=2,
        phases={"archived": 1, "closed": 1},
        verified={"370000": True},
        agreements=[
            {
                "unit": "370200",
                "parent": "370000",
                "code": "12345678",
                "parent_code": "12345678",
                "equal": True,
            }
        ],
    )


def test_an_account_is_good_when_all_is_ended_verified_and_equal() -> None:
    assert _good().ok


def test_whatever_is_off_makes_it_not_good() -> None:
    changes: list[dict[str, Any]] = [
        {"phases": {"archived": 1, "registered": 1}},
        {"verified": {"370000": False}},
        {"verified": {}},
        {"agreements": []},
        {"refused": {"370211 accept": 1}},
        {"open_conflicts": 1},
    ]
    for change in changes:
        account = _good()
        for name, value in change.items():
            setattr(account, name, value)
        assert not account.ok, change


def test_the_account_is_told_with_its_figures() -> None:
    account = _good()
    account.messages = {"read": 725, "through": 720, "wrong": {"bad_text": 5}, "odd": {"no_region": 725}}
    account.conflicts = [{"unit": "370200", "id": "aa", "sentence": "两个数"}]
    text = "\n".join(lines(account.as_json()))
    for part in ("12345678", "725", "bad_text", "两个数", "archived 1"):
        assert part in text
