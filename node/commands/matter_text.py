"""What a matter's commands print for a person: the receipt of an act, a list. One record whole: record_text.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from shutil import get_terminal_size
from typing import Any

from node.iso import limit
from node.language import say
from node.matters.draft import Kind

from .shown import line, table

_STATES = {
    "present": "已到", "partial": "传输中", "missing": "未到", "damaged": "收到的都不对",
}  # fmt: skip


def act(kind: Kind, result: Mapping[str, Any]) -> Iterator[str]:
    """One line: number, phase, record."""
    name = result.get("number") or result["record"]
    phase = named(kind, result.get("phase"))
    yield line(f"{name}  {phase}  {say('记录', 'record')} {result['record']}")
    if result.get("begun"):
        made = result["begun"]
        yield line(f"→ {made['number'] or made['record']}  {say('记录', 'record')} {made['record']}")
    for one in result.get("warnings", ()):
        yield line(f"{say('注意', 'note')}: {one['message']}")


def named(kind: Kind, code: Any) -> str:
    """A phase's or status's Chinese label, with its code in English."""
    return say(kind.matter.names.get(str(code), str(code)), str(code)) if code else ""


def width() -> int | None:
    """The terminal's, None where a pipe takes everything whole."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


def items(kind: Kind, page: Mapping[str, Any]) -> Iterator[str]:
    if not page["items"]:
        yield say("没有符合条件的记录", "nothing found")
        return
    heads = [
        say("编号", "number"),
        say("阶段", "phase"),
        say("状态", "status"),
        say("到期", "due"),
        say("标题", "title"),
    ]
    yield from table(heads, [_row(kind, item) for item in page["items"]], width())
    if page.get("next"):
        yield say(f"还有更多：--after {page['next']}", f"more: --after {page['next']}")


def alike(kind: Kind, page: Mapping[str, Any]) -> Iterator[str]:
    """Candidates for the same matter, each with why."""
    if not page["items"]:
        yield say("没有相似的记录", "nothing like it")
        return
    heads = [say("编号", "number"), say("阶段", "phase"), say("理由", "reason"), say("标题", "title")]
    rows = [[item["number"] or item["record"], named(kind, item["phase"]), item["reason"], item["title"]]
            for item in page["items"]]  # fmt: skip
    yield from table(heads, rows, width())


def suggestions(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["items"]:
        yield say("没有填写地区，或地区不在本单位之内", "no region is given, or it lies outside this unit")
    for item in found["items"]:
        yield line(f"{item['unit']}  {item['name']}  {item['reason']}")


def _row(kind: Kind, item: Mapping[str, Any]) -> list[str]:
    due = limit(item["due"]) if item.get("due") else _next(item)
    return [
        str(item.get("number") or item["record"]),
        named(kind, item.get("phase")),
        named(kind, item.get("status")),
        due + (say(" 超期", " overdue") if item.get("overdue") else ""),
        str(item.get("title") or ""),
    ]


def _next(item: Mapping[str, Any]) -> str:
    """Of what waits for its owner without a deadline: the day on which to take it up, and how often he tried."""
    day, attempts = item.get("next_day") or "", item.get("attempts") or 0
    return f"{day}{say(f' 已试 {attempts} 次', f' tried {attempts}x')}" if attempts else str(day)


def file_state(state: str) -> str:
    """How far an attachment is here, in the user's language."""
    return say(_STATES.get(state, state), state)
