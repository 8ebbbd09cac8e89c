"""The demo's acts as lines of a batch file: what a person at each desk would type."""

from __future__ import annotations

from typing import Any

from .cases import Case


def _act(action: str, record: str | None, **data: Any) -> dict[str, Any]:
    line: dict[str, Any] = {"matter": "ticket", "action": action, "data": data}
    return line if record is None else {**line, "record": record}


def register(case: Case) -> dict[str, Any]:
    return _act("register", None, **case.fields)


def answer(record: str, text: str) -> dict[str, Any]:
    return _act("answer", record, text=text)


def dispatch(record: str, lead: str, *co: str) -> dict[str, Any]:
    return _act("dispatch", record, lead=lead, **({"co": list(co)} if co else {}))


def accept(record: str) -> dict[str, Any]:
    return _act("accept", record)


def decline(record: str, reason: str, text: str) -> dict[str, Any]:
    return _act("decline", record, reason=reason, text=text)


def note(record: str, text: str) -> dict[str, Any]:
    return _act("note", record, text=text)


def submit(case: Case, unit: str) -> dict[str, Any]:
    """The result of one handler; the money is the lead's to report."""
    data = {"result": "completed", "resolved": True, "text": case.result or "已联系职工本人核实并办理。"}
    if case.recovered is not None and case.handlers[:1] == [unit]:
        data["recovered"] = case.recovered
    return _act("submit", case.record, **data)


def review(record: str, unit: str) -> dict[str, Any]:
    return _act("review", record, unit=unit, outcome="pass")


def recall(record: str, unit: str) -> dict[str, Any]:
    return _act("recall", record, unit=unit)


def amend(record: str, **fields: Any) -> dict[str, Any]:
    return _act("amend", record, **fields)


def satisfied(record: str) -> dict[str, Any]:
    return _act("follow-up", record, outcome="satisfied", result=5, attitude=5, text="职工表示满意。")


def dissatisfied(record: str, text: str) -> dict[str, Any]:
    return _act("follow-up", record, outcome="dissatisfied", result=2, attitude=4, text=text)


def rework(record: str, text: str) -> dict[str, Any]:
    return _act("rework", record, reason="dissatisfied", text=text)


def check(record: str) -> dict[str, Any]:
    return _act("quality-check", record, outcome="pass")


def archive(record: str) -> dict[str, Any]:
    return _act("archive", record)
