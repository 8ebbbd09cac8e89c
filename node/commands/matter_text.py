"""What a matter's commands print for a person: the receipt of an act, a list, one record whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from shutil import get_terminal_size
from typing import Any

from conflict.declaration import Action, Type
from node.language import say
from node.matters.draft import Kind

from .shown import line, shown, table

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
    due = str(item.get("due") or "")[:16].replace("T", " ") or _next(item)
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


def record(kind: Kind, found: Mapping[str, Any]) -> Iterator[str]:
    """Fields, assignments, deadlines, timeline, exceptions; foreign text with its controls shown."""
    yield line(f"{found.get('number') or found['record']}  {named(kind, found.get('phase'))}")
    if found.get("ruling"):
        who = found["ruling_name"]
        yield line(f"!! {say(f'下级多次退单，待{who}裁定', f'declined below: {who} is to rule')}")
    yield from _fields(kind, found)
    yield from _section(
        say("承办", "assignments"), map(lambda one: _assignment(kind, one), found.get("assignments") or ())
    )
    yield from _section(say("附件", "attachments"), map(_attachment, found.get("attachments") or ()))
    yield from _section(
        say("时限", "deadlines"), (_deadline(kind, one) for one in found.get("deadlines") or ())
    )
    yield from _section(say("督办牌", "cards"), map(_card, found.get("cards") or ()))
    yield from _section(
        say("经过", "timeline"), map(lambda one: _act(kind, one), found.get("timeline") or ())
    )
    yield from _section(say("异常", "exceptions"), map(_exception, found.get("exceptions") or ()))
    yield from _section(say("可办", "allowed"), [" ".join(found["allowed"])] if found.get("allowed") else [])


def _fields(kind: Kind, found: Mapping[str, Any]) -> Iterator[str]:
    for field in kind.matter.fields:
        value = found.get(field.name)
        if value not in (None, "", []) and field.type is not Type.FILES:
            told = _value(value, field.codes)
            name = found.get(f"{field.name}_name")
            yield f"  {say(field.label, field.name)}: {_indented(say(f'{told} {name}', told) if name else told)}"


def _value(value: Any, codes: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, list):
        return " ".join(_value(one, codes) for one in value)
    return say(codes.get(str(value), str(value)), str(value))


def _indented(text: str) -> str:
    return shown(text).replace("\n", "\n    ")


def _section(title: str, rows: Any) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield f"{title}:"
        yield from (f"  {_indented(row)}" for row in listed)


def _assignment(kind: Kind, one: Mapping[str, Any]) -> str:
    name = one.get("unit_name") or ""
    return f"{one.get('unit', '')} {name} {named(kind, one.get('status'))}".rstrip()


def _attachment(one: Mapping[str, Any]) -> str:
    size = say(f"{one['size']} 字节", f"{one['size']} bytes")
    return f"{one['number']} {one['name']}  {size}  {file_state(str(one['state']))}"


_CARDS = {"yellow": "黄牌", "red": "红牌", "standing": "有效", "cleared": "已销", "rescinded": "已撤回"}


def file_state(state: str) -> str:
    """How far an attachment is here, in the user's language."""
    return say(_STATES.get(state, state), state)


def _deadline(kind: Kind, one: Mapping[str, Any]) -> str:
    done = one.get("done")
    late = say(" 超期", " overdue") if one.get("overdue") else ""
    due = one.get("due") or say("挂起", "suspended")
    clock = str(one.get("clock", ""))
    return f"{say(kind.clocks.get(clock, clock), clock)} {one.get('unit', '')} {due}{late}" + (
        f" ({done})" if done else ""
    )


def _card(one: Mapping[str, Any]) -> str:
    colour, standing = (say(_CARDS[str(one[name])], str(one[name])) for name in ("colour", "standing"))
    return f"{colour} {standing} {one['evidence']}"


def _act(kind: Kind, one: Mapping[str, Any]) -> str:
    action = kind.matter.action(str(one.get("action", "")))
    label = say(action.label, action.name) if action is not None else str(one.get("action", ""))
    verdict = one.get("verdict", "stands")
    mark = "" if verdict == "stands" else f" [{verdict} {one.get('reason') or ''}]"
    coded = _coded(action, one.get("data") or {}) if action is not None else ()
    words = " ".join([*coded, *map(_told, (one.get("words") or {}).values())])
    who = one.get("unit_name") or one.get("unit", "")
    return f"{str(one.get('time', ''))[:19]} {who} {one.get('actor', '')} {label}{mark} {words}".rstrip()


def _coded(action: Action, data: Mapping[str, Any]) -> Iterator[str]:
    """What it decided: reasons and outcomes. An act that begins a record is told by its fields."""
    for field in () if action.first else action.data:
        if field.codes and field.name in data:
            yield _value(data[field.name], field.codes)


def _told(words: Any) -> str:
    """What an act says; of an attachment, its name."""
    if isinstance(words, list):
        return " ".join(map(_told, words))
    return str(words.get("name", words)) if isinstance(words, Mapping) else str(words)


def _exception(one: Mapping[str, Any]) -> str:
    return f"[{one.get('kind', '')}] {one.get('sentence', '')} ({one.get('id', '')})"
