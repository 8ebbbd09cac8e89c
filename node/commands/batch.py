"""`qiao batch FILE.jsonl`: one act a line, one result a line, by one person, in one node opened once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.errors import QiaoError, Usage
from node.language import say

from .failure import explain
from .lazy import Command, examples, subject
from .reading import parse, split
from .session import Session, session
from .shown import dumps

app = subject()
Act = Callable[[dict[str, Any]], dict[str, Any]]
_KEYS = frozenset({"matter", "action", "record", "data"})


@app.command(
    cls=Command,
    help='批量办理：每行一个操作 {"matter": "ticket", "action": "accept", "record": "…", "data": {…}}。\n'
    '每行输出一份结果；"record": "$3" 指第 3 行建立的记录；遇错即停，除非 --keep-going；\n'
    "退出码为第一个错误的退出码。",
    epilog=examples(
        "qiao --dir D --as li batch day.jsonl",
        "qiao --dir D --as li batch day.jsonl --keep-going > results.jsonl",
    ),
)
def batch(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="UTF-8，每行一个 JSON 对象")],
    keep_going: Annotated[bool, typer.Option("--keep-going", help="出错的行记下错误，继续下一行")] = False,
) -> None:
    here = session(context)
    here.acting()

    def act(params: dict[str, Any]) -> dict[str, Any]:
        return here.do("act", params)

    here.exit = run(file, act, lambda result: _put(here, result), keep_going)


def run(path: Path, act: Act, put: Callable[[dict[str, Any]], None], keep_going: bool) -> int:
    """Runs every line; returns the exit code of the first error, else 0."""
    made: dict[int, str] = {}
    first = 0
    for number, params in _requests(path, made, keep_going):
        try:
            if isinstance(params, QiaoError):
                raise params
            result = act(params)
            made[number] = result["record"]
            put({**result, "line": number})
        except Exception as error:
            told = explain(error)
            put({**told.as_json(), "line": number})
            first = first or told.exit
            if not keep_going:
                break
    return first


def _requests(
    path: Path, made: dict[int, str], keep_going: bool
) -> Iterator[tuple[int, dict[str, Any] | QiaoError]]:
    """Line by line, so `$3` finds what line 3 has made by then; a faulty line is yielded as its error."""
    for number, raw in split(path):
        try:
            yield number, request(number, parse(raw, path, number), made)
        except QiaoError as error:
            yield number, error


def request(line: int, item: dict[str, Any], made: dict[int, str]) -> dict[str, Any]:
    """The line as parameters of the operation `act`. Raises Usage (`bad_line`, `no_such_line`)."""
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise _bad(line, say(f"有未知的键 {unknown[0]!r}", f"has an unknown key {unknown[0]!r}"))
    if not isinstance(item.get("action"), str):
        raise _bad(line, say("缺少 action", "has no action"))
    record, data = item.get("record"), item.get("data", {})
    if not isinstance(item.get("matter", "ticket"), str) or not isinstance(record, str | None):
        raise _bad(line, say("matter 与 record 应为文字", "must have text in matter and record"))
    if not isinstance(data, dict):
        raise _bad(line, say("data 应为对象", "must have an object in data"))
    verb = item["action"].replace("_", "-")
    return {
        "matter": item.get("matter", "ticket"),
        "verb": verb,
        "record": _record(line, record, made),
        "data": data,
    }


def _record(line: int, record: str | None, made: dict[int, str]) -> str | None:
    if record is None or not record.startswith("$"):
        return record
    number = record[1:]
    if number.isascii() and number.isdigit() and int(number) in made:
        return made[int(number)]
    text = say(f"第 {line} 行的 {record} 没有建立记录", f"line {line}: {record} made no record")
    raise Usage(text, code="no_such_line")


def _bad(line: int, what: str) -> Usage:
    return Usage(say(f"第 {line} 行{what}", f"line {line} {what}"), code="bad_line")


def _put(here: Session, result: dict[str, Any]) -> None:
    """One JSON document a line, with or without --json: programs read it."""
    here.write([dumps(result)])
