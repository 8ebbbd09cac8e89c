"""What stands on a record's sheet (办理单), from the account of it that `show` gives. Pure: no fonts, no pages.

Personal fields come masked from there; what is asked for besides is left out, visibly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from conflict.declaration import Field, Type
from node.errors import Usage
from node.iso import limit, minute
from node.language import say
from node.matters.border import divisions
from node.matters.draft import Kind

HIDDEN = "（不打印）"
LONG = 16  # letters: a value with more has a line of its own
SHORT = 80  # letters of a text in the timeline
MOST_ACTS = 200  # of the timeline; those between are counted
_LEFT_OUT = (Type.FILES, Type.IDS, Type.MAP)
_UNSAID = frozenset({"number", "excluded", "external_id", "call"})
_QUIET = frozenset({"receive", "advance", "lead"})  # what a node signs by itself says nothing on paper


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its title, its columns with their share of the width, its rows."""

    title: str
    heads: tuple[str, ...]
    shares: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(slots=True)
class Sheet:
    title: str
    number: str
    subtitle: str
    pairs: list[tuple[str, str]] = field(default_factory=list)  # label, value
    texts: list[tuple[str, str]] = field(default_factory=list)  # label, long value
    grids: list[Grid] = field(default_factory=list)
    signatures: tuple[str, ...] = ()
    foot: str = ""


def sheet(
    kind: Kind, found: Mapping[str, Any], unit: str, by: str, now: str, hidden: Sequence[str] = ()
) -> Sheet:
    """`found`: of Node.show. `unit`: who prints; `by`: name of the person; `now`: ISO. `hidden`: fields to leave out.
    Raises Usage `bad_columns` for a field that there isn't."""
    _check_hidden(kind, hidden)
    names = kind.matter.names
    made = Sheet(
        say(kind.paper, kind.matter.name),
        str(found.get("number") or found["record"]),
        f"{say('登记单位', 'registered by')}：{found['owner_name']}    "
        f"{say('阶段', 'phase')}：{_named(names, found.get('phase'))}    {say('轮次', 'round')}：{found['round']}",
    )
    for label, value in _fields(kind, found, frozenset(hidden)):
        (made.texts if len(value) > LONG or "\n" in value else made.pairs).append((label, value))
    made.pairs += [(say("登记时间", "registered"), minute(found["created"]))]
    made.grids = [
        _assignments(names, found),
        _deadlines(kind, found),
        _timeline(found, kind, frozenset(hidden)),
    ]
    made.signatures = (
        say("经办人", "handled by"), say("审核人", "reviewed by"), say("负责人", "responsible"), say("日期", "date"),
    )  # fmt: skip
    masked = say("个人信息已打码", "personal data masked")
    made.foot = f"{made.number}    {unit}    {say('打印', 'printed by')} {by} {minute(now)}    {masked}"
    return made


def _check_hidden(kind: Kind, hidden: Iterable[str]) -> None:
    known = [one.name for one in kind.matter.fields]
    for name in hidden:
        if name not in known:
            near = get_close_matches(name, known, 1, 0)[0]
            zh, en = (
                f"没有“{name}”这一项，最接近的是“{near}”",
                f"there is no field '{name}'; the nearest is '{near}'",
            )
            raise Usage(say(zh, en), code="bad_columns", hint=f"qiao {kind.matter.name} print --help")


def _fields(kind: Kind, found: Mapping[str, Any], hidden: frozenset[str]) -> Iterable[tuple[str, str]]:
    for one in kind.matter.fields:
        if one.type in _LEFT_OUT or one.name in _UNSAID:
            continue
        value = str(found.get(f"{one.name}_name") or _value(one, found.get(one.name)))  # of a list: its label
        if value:
            yield one.label, HIDDEN if one.name in hidden else value


def _value(declared: Field, raw: Any) -> str:
    if raw is None or raw == "" or raw == []:
        return ""
    if declared.type is Type.MONEY:
        return f"{int(raw) // 100:,}.{int(raw) % 100:02d} {say('元', 'yuan')}"
    if declared.type is Type.YES_NO:
        return say("是", "yes") if raw else say("否", "no")
    if declared.type is Type.REGION:
        return f"{divisions().get(str(raw)[:6], '')} {raw}".strip()
    if isinstance(raw, list):
        return "、".join(declared.codes.get(str(one), str(one)) for one in raw)
    return declared.codes.get(str(raw), str(raw))


def _named(names: Mapping[str, str], code: Any) -> str:
    return say(names.get(str(code), str(code)), str(code)) if code else ""


def _assignments(names: Mapping[str, str], found: Mapping[str, Any]) -> Grid:
    rows = [
        (str(one["round"]), one["unit_name"], say("主办", "lead") if one["lead"] else say("协办", "co"),
         _named(names, one["status"]), minute(one["since"]))
        for one in found["assignments"]
    ]  # fmt: skip
    heads = (
        say("轮次", "round"),
        say("承办单位", "unit"),
        say("主协办", "as"),
        say("状态", "status"),
        say("时间", "since"),
    )
    return Grid(say("承办情况", "assignments"), heads, (10, 42, 14, 16, 26), rows)


def _deadlines(kind: Kind, found: Mapping[str, Any]) -> Grid:
    units = {one["unit"]: one["unit_name"] for one in found["assignments"]}
    units[found["owner"]] = found["owner_name"]
    rows = [
        (say(kind.clocks.get(one["clock"], one["clock"]), one["clock"]), units.get(one["unit"], one["unit"]),
         say("挂起", "paused") if one["paused"] else limit(one["due"]), minute(one["done"]),
         say("超期", "overdue") if one["overdue"] else "")
        for one in found["deadlines"]
    ]  # fmt: skip
    heads = (
        say("时限", "limit"),
        say("单位", "unit"),
        say("到期", "due"),
        say("完成", "done"),
        say("是否超期", "overdue"),
    )
    return Grid(say("时限", "deadlines"), heads, (14, 38, 24, 24, 14), rows)


def _timeline(found: Mapping[str, Any], kind: Kind, hidden: frozenset[str]) -> Grid:
    acts = [one for one in found["timeline"] if one["action"] not in _QUIET]
    rows = [_act(one, kind, hidden) for one in acts]
    if len(rows) > MOST_ACTS:
        half = MOST_ACTS // 2
        left_out = say(f"（其间 {len(rows) - MOST_ACTS} 项略）", f"({len(rows) - MOST_ACTS} more)")
        rows = [*rows[:half], ("", "", "", left_out), *rows[-half:]]
    heads = (say("时间", "time"), say("单位与人员", "by"), say("操作", "act"), say("摘要", "in short"))
    return Grid(say("办理过程", "timeline"), heads, (22, 30, 14, 48), rows)


def _act(one: Mapping[str, Any], kind: Kind, hidden: frozenset[str]) -> tuple[str, ...]:
    verdict = {"overtaken": say("未采用", "overtaken"), "denied": say("不成立", "denied"), "held": say("暂扣", "held"),
               "quarantined": say("隔离", "quarantined")}.get(one["verdict"], "")  # fmt: skip
    told = "" if one["action"] == "register" else _told(one["words"], kind, hidden)  # the fields stand above
    return (
        minute(one["time"]), f"{one['unit_name']} {one['actor']}", one["label"] + (f"（{verdict}）" if verdict else ""),
        told,
    )  # fmt: skip


def _told(words: Mapping[str, Any], kind: Kind, hidden: frozenset[str]) -> str:
    personal = {field.name for field in kind.matter.fields if field.type in _LEFT_OUT} | hidden
    text = " ".join(str(one) for name, one in words.items() if name.partition("@")[0] not in personal and one)
    text = " ".join(text.split())
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
