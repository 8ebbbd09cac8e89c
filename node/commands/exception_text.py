"""What didn't simply apply, as a person reads it: the sentence, and the command that ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from conflict.declaration import Type
from node.iso import minute
from node.language import say
from node.matters import KINDS

from .shown import line, shown

Runs = Callable[[str], str]  # words of a command → the command as it can be run here
_BY_OTHERS = frozenset({"overtaken", "overtaken_wider", "overtaken_narrower"})
KINDS_SHOWN = {
    "conflict": "冲突", "held": "暂扣", "quarantine": "隔离", "denied": "被拒", "incomplete": "不完整",
    "left": "已移出",
}  # fmt: skip


def kind_of(one: Mapping[str, Any]) -> str:
    return say(KINDS_SHOWN.get(str(one.get("kind")), str(one.get("kind"))), str(one.get("kind")))


def listed(page: Mapping[str, Any], runs: Runs) -> Iterator[str]:
    """Each with its number and id, its sentence whole, and what ends it."""
    if not page["items"]:
        yield say("没有待处理的异常", "no exceptions")
    for one in page["items"]:
        yield _head(one)
        yield line(f"  {one['sentence']}")
        yield from (f"  {line(told)}" for told in remedies(one, runs))
    if page.get("next"):
        yield say(f"还有更多：--after {page['next']}", f"more: --after {page['next']}")


def of_record(rows: Iterable[Mapping[str, Any]], runs: Runs) -> Iterator[str]:
    """The same beside the record, which is named there already."""
    for one in rows:
        closed = "" if one.get("open", True) else say("（已了结）", " (closed)")
        told = f"[{kind_of(one)}]{closed} {one.get('sentence', '')} ({one.get('id', '')})"
        yield "\n".join([told, *remedies(one, runs)])


def remedies(one: Mapping[str, Any], runs: Runs) -> Iterator[str]:
    """What may be done here, as a command."""
    name = one.get("id")
    if one.get("remedy") == "adopt":
        command = runs(f"exceptions adopt {name}")
        yield say(f"如应以它为准，采纳：{command}", f"if it should hold after all: {command}")
    elif one.get("open", True) and one.get("reason") in _BY_OTHERS and one.get("kind") == "conflict":
        yield say(
            "本单位不能采纳；如应以它为准，请上级单位采纳", "an office above may adopt it, this one can't"
        )
    if one.get("remedy") == "settle":
        yield say("看两个值：", "both values: ") + runs(f"exceptions show {name}")
        yield say("选定其一：", "choose one: ") + runs(f"exceptions settle {name} --value N")


def _head(one: Mapping[str, Any]) -> str:
    name = one.get("number") or one.get("record") or "—"
    return line(f"{kind_of(one)}  {name}  {say('异常号', 'id')} {one['id']}")


def whole(one: Mapping[str, Any], runs: Runs) -> Iterator[str]:
    """One of them with everything that is known of it."""
    yield _head(one)
    yield line(str(one["sentence"]))
    yield from map(line, _sides(one))
    for name in ("words", "words_against"):
        yield from _words(one, name)
    yield from map(line, remedies(one, runs))
    for name in ("record", "commit", "act"):
        if one.get(name):
            yield line(f"{say(*_LABELS[name])}: {one[name]}")


_LABELS = {
    "record": ("记录号", "record"), "commit": ("提交", "commit"), "act": ("操作", "act"),
    "words": ("未生效一方的文字", "its words"), "words_against": ("生效一方的文字", "the other's words"),
}  # fmt: skip


def _sides(one: Mapping[str, Any]) -> Iterator[str]:
    """Both values, numbered as `settle` has them; who did which."""
    actors = (one.get("by"), one.get("against"))
    for number, value in enumerate(one.get("values") or (), 1):
        who = actors[number - 1] if number <= len(actors) else None
        yield f"  {number}. {_value(one, value)}" + (f"  {_who(who)}" if who else "")


def _who(side: Mapping[str, Any]) -> str:
    actor = say("系统", "the node") if side["actor"] == "system" else side["actor"]
    return f"{side['unit_name']} {actor} {minute(side['time'])}"


def _value(one: Mapping[str, Any], value: Any) -> str:
    kind = KINDS.get(str(one.get("matter")))
    field = kind.matter.field(str(one.get("place")).partition("@")[0]) if kind else None
    if field is not None and field.type is Type.MONEY and isinstance(value, int):
        return say(f"{value / 100:.2f}元", f"{value / 100:.2f}")
    codes = field.codes if field else kind.matter.names if kind else {}
    return say(codes.get(str(value), str(value)), str(value))


def _words(one: Mapping[str, Any], name: str) -> Iterator[str]:
    found = one.get(name) or {}
    if found:
        yield say(*_LABELS[name]) + say("：", ":")
        yield from ("  " + shown(str(text)).replace("\n", "\n  ") for text in found.values())
