"""Nothing but a catalogued event with fitting fields is ever written."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator

import pytest

from node.errors import Usage
from node.logs.events import EVENTS, FIELDS, UNFIT, fitting, places, sentence, tell, told_of
from tests.house.project import ROOT, sources

SPOKEN = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in sources("node", "tui", "cli"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _tells() -> Iterator[tuple[str, str, set[str]]]:
    """(where, event, fields) of each event that the source writes."""
    for where, call in _calls():
        if isinstance(call.func, ast.Name) and call.func.id == "tell" and len(call.args) >= 3:
            events = [one.value for one in ast.walk(call.args[2]) if isinstance(one, ast.Constant)]
            for event in events:
                yield where, str(event), {keyword.arg or "**" for keyword in call.keywords}


def test_the_source_writes_catalogued_events_with_the_fields_that_they_have() -> None:
    wrong = [
        f"{where} {event} {sorted(fields - set(EVENTS.get(event, ('', ()))[1]))}"
        for where, event, fields in _tells()
        if event not in EVENTS or not fields <= set(EVENTS[event][1])
    ]
    assert wrong == []


def test_every_event_is_written_somewhere() -> None:
    written = {event for _, event, _ in _tells()}
    assert EVENTS.keys() - written - {"log_lost", "library_said"} == set()


def test_nothing_else_is_ever_logged() -> None:
    """A logger's own methods take any text."""
    said = [
        where
        for where, call in _calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in SPOKEN
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("log", "logger", "logging")
        and not where.startswith("node/logs/events.py")
    ]
    assert said == []


def test_every_field_of_an_event_has_a_form() -> None:
    assert {field for _, fields in EVENTS.values() for field in fields} == FIELDS.keys()


@pytest.mark.parametrize("value", ["张三", "13812345678 x", "a b", "x\n{}", "x" * 500, "密码", None, b"x"])
def test_a_value_that_isnt_of_its_fields_form_is_left_out(value: object) -> None:
    assert fitting("line_down", {"code": value})["code"] in (UNFIT, "None")


def test_a_field_that_the_event_doesnt_have_is_left_out() -> None:
    assert fitting("line_down", {"code": "line_slow", "name": "zhang"}) == {"code": "line_slow"}
    assert fitting("no such event", {"code": "x"}) == {}


def test_numbers_stay_numbers() -> None:
    assert fitting("exchange_taken", {"count": 3, "ms": "7", "bytes": "many"}) == {
        "count": 3,
        "bytes": UNFIT,
        "ms": 7,
    }


def _fails(words: str) -> BaseException:
    try:
        raise Usage(words, code="bad_value", hint=words)
    except Usage as fault:
        return fault


def test_of_an_exception_class_code_and_places_are_told_and_never_its_words() -> None:
    told = told_of(_fails("张三 13812345678"))
    assert (told["fault"], told["code"]) == ("Usage", "bad_value")
    assert str(told["where"]).startswith("logs.test_events:") and "张三" not in str(told)


def test_the_innermost_places_are_told_and_no_more_than_a_few() -> None:
    def deeper(turns: int) -> None:
        if turns:
            return deeper(turns - 1)
        raise ValueError

    try:
        deeper(50)
    except ValueError as fault:
        assert 1 < len(places(fault).split()) <= 6


def test_an_event_below_the_level_costs_nothing_and_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("qiao.test")
    with caplog.at_level(logging.WARNING, "qiao.test"):
        tell(log, logging.DEBUG, "line_up")
        tell(log, logging.WARNING, "line_down", code="line_slow")
    assert [one.getMessage() for one in caplog.records] == ["line_down code=line_slow"]
    assert sentence("line_up", {}) == "line_up"
