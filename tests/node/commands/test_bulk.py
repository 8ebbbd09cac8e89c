"""One act on many records: chosen once, judged each alone."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from node.commands import bulk
from node.commands.session import Session
from node.errors import Forbidden, Usage
from node.matters import KINDS


class Desk:
    """Takes what is written; forbids the records that it is told to."""

    def __init__(self, *forbidden: str) -> None:
        self.forbidden = forbidden
        self.told: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []

    def act(self, params: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(params)
        if params["record"] in self.forbidden:
            raise Forbidden("不行", code="wrong_phase")
        return {"record": params["record"]}

    def write(self, lines: list[str]) -> None:
        self.told += [json.loads(one) for one in lines]


def _each(desk: Desk, names: list[str], keep_going: bool) -> int:
    here: Any = desk
    return bulk.each(names, {"matter": "ticket", "verb": "accept", "data": {}}, desk.act, here, keep_going)


def test_each_record_has_one_result_and_the_first_error_ends_it() -> None:
    desk = Desk("b")
    assert _each(desk, ["a", "b", "c"], keep_going=False) == 3
    assert [one["asked"] for one in desk.told] == ["a", "b"] and desk.told[1]["error"][
        "code"
    ] == "wrong_phase"


def test_with_keep_going_every_record_is_tried() -> None:
    desk = Desk("a", "c")
    assert _each(desk, ["a", "b", "c"], keep_going=True) == 3
    assert [("error" in one) for one in desk.told] == [True, False, True]
    assert all(one["verb"] == "accept" for one in desk.asked)


def test_ids_are_lines_json_or_a_list_s_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"items": [{"record": "c"}, {"record": "d"}], "next": None}
    text = f'\ufeffa  已办结\n\n{{"record": "b"}}\n{json.dumps(document)}\n'
    (tmp_path / "ids").write_text(text, encoding="utf-8")
    assert list(bulk._listed(str(tmp_path / "ids"))) == ["a", "b", "c", "d"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\ny\n"))
    assert list(bulk._listed("-")) == ["x", "y"]


@pytest.mark.parametrize("text", ['{"rec": 1}', "{cut", '{"items": 3}'])
def test_a_line_that_names_no_record_is_told(text: str) -> None:
    with pytest.raises(Usage):
        bulk._names(text)


def test_files_and_beginnings_are_no_bulk_acts() -> None:
    found = bulk.verbs(KINDS["ticket"])
    assert {"dispatch", "accept", "note", "archive"} <= set(found)
    assert not {"register", "attach"} & set(found)


@pytest.mark.parametrize("verb", list(bulk.verbs(KINDS["ticket"])))
def test_every_verb_s_command_takes_its_own_options_once(verb: str) -> None:
    command = bulk._command(KINDS["ticket"], KINDS["ticket"].verb(verb))  # type: ignore[arg-type]
    options = [name for one in command.params for name in one.opts if name.startswith("--")]
    assert len(options) == len(set(options)) and {"--ids", "--dry-run", "--view"} <= set(options)


def test_nothing_chosen_is_told_before_anything_is_done() -> None:
    with pytest.raises(Usage) as caught:
        bulk._chosen(object.__new__(Session), KINDS["ticket"], None, {})
    assert caught.value.code == "nothing_chosen"
