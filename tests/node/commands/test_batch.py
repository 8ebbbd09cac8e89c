from pathlib import Path
from typing import Any

import pytest

from node.commands.batch import request, run
from node.errors import Forbidden, Usage


class Desk:
    """Stands in for the node: makes records, and forbids what is asked to fail."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []

    def act(self, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(params)
        if params["data"].get("fail"):
            raise Forbidden("不行", code="not_allowed")
        return {"record": params["record"] or f"{len(self.asked):032x}"}


def _batch(tmp_path: Path, content: bytes, keep_going: bool = False) -> tuple[int, Desk]:
    file = tmp_path / "batch.jsonl"
    file.write_bytes(content)
    desk = Desk()
    return run(file, desk.act, desk.told.append, keep_going), desk


REGISTER = b'{"matter": "ticket", "action": "register", "data": {}}\n'
FAIL = b'{"action": "accept", "record": "$1", "data": {"fail": true}}\n'


def test_a_dollar_number_is_the_record_that_line_made(tmp_path: Path) -> None:
    code, desk = _batch(
        tmp_path, REGISTER + b"\n" + b'{"action": "quality_check", "record": "$1", "data": {}}\n'
    )
    assert code == 0 and desk.asked[1]["record"] == desk.told[0]["record"]
    assert desk.asked[1]["verb"] == "quality-check"
    assert [one["line"] for one in desk.told] == [1, 3]


def test_it_stops_at_the_first_error_with_that_errors_exit(tmp_path: Path) -> None:
    code, desk = _batch(tmp_path, REGISTER + FAIL + REGISTER)
    assert code == 3 and len(desk.told) == 2 and desk.told[1]["error"]["code"] == "not_allowed"


def test_keep_going_tells_each_error_and_exits_with_the_first(tmp_path: Path) -> None:
    code, desk = _batch(tmp_path, REGISTER + FAIL + b"{bad\n" + REGISTER, keep_going=True)
    assert code == 3 and [("error" in one) for one in desk.told] == [False, True, True, False]
    assert desk.told[2]["line"] == 3 and "3" in desk.told[2]["error"]["message"]


def test_gbk_is_named_with_the_command_that_helps(tmp_path: Path) -> None:
    code, desk = _batch(tmp_path, REGISTER + '{"action": "note", "data": {"text": "工资"}}\n'.encode("gbk"))
    error = desk.told[1]["error"]
    assert code == 2 and error["code"] == "not_utf8" and error["hint"].startswith("iconv -f GB18030")


def test_a_line_cut_in_the_middle_of_a_letter_is_named(tmp_path: Path) -> None:
    whole = '{"action": "note", "data": {"text": "工资'.encode()
    for content in (whole, whole[:-1]):
        code, desk = _batch(tmp_path, REGISTER + content)
        assert code == 2 and len(desk.asked) == 1
        assert "2" in desk.told[1]["error"]["message"] and desk.told[1]["error"]["hint"]


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"action": 1},
        {"action": "note", "data": []},
        {"action": "note", "record": 5},
        {"action": "note", "x": 1},
    ],
)
def test_a_line_of_another_shape_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(Usage) as caught:
        request(7, item, {})
    assert caught.value.code == "bad_line" and "7" in caught.value.text


def test_a_dollar_number_of_a_line_that_made_nothing_is_refused() -> None:
    with pytest.raises(Usage) as caught:
        request(2, {"action": "note", "record": "$9"}, {3: "aa"})
    assert caught.value.code == "no_such_line"


def test_nan_is_no_json(tmp_path: Path) -> None:
    code, desk = _batch(tmp_path, b'{"action": "note", "data": {"n": NaN}}')
    assert code == 2 and desk.told[0]["error"]["code"] == "bad_json"
