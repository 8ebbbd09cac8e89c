"""One record whole, as a person reads it: fields, assignments, deadlines, timeline, and what didn't simply apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from conflict.declaration import Action, Field, Matter, Type
from conflict.order import QUOTES
from conflict.sentence import mark
from node.iso import limit, minute
from node.language import say, used
from node.matters.draft import Kind

from . import exception_text
from .matter_text import file_state, named
from .shown import line, shown

Runs = Callable[[str], str]  # words of a command → the command as it can be run here
_CARDS = {"yellow": "黄牌", "red": "红牌", "standing": "有效", "cleared": "已销", "rescinded": "已撤回"}
WAITS = {"reply": ("待回复", "to be replied to"), "close": ("待了结", "to be closed"),
         "decision": ("待答复", "to be decided")}  # fmt: skip
_PLUMBING = frozenset({"round", "score", "due"})  # of the workflow, or told by what stands beside it


def record(kind: Kind, found: Mapping[str, Any], runs: Runs) -> Iterator[str]:
    """Foreign text with its controls shown. `runs`: how a command is called here."""
    teller = _Teller(kind, found)
    yield line(
        f"{found.get('number') or found['record']}  {named(kind, found.get('phase'))}{teller.round(found)}"
    )
    if found.get("ruling"):
        who = found["ruling_name"]
        yield line(f"!! {say(f'下级多次退单，待{who}裁定', f'declined below: {who} is to rule')}")
    yield from teller.fields()
    for title, rows in teller.sections(runs):
        listed = list(rows)
        if listed:
            yield f"{title}:"
            yield from (f"  {_indented(row)}" for row in listed)


def _indented(text: str) -> str:
    return shown(text).replace("\n", "\n    ")


class _Teller:
    """One record's lines. `found`: of Node.show, with `allowed`."""

    def __init__(self, kind: Kind, found: Mapping[str, Any]) -> None:
        self.kind = kind
        self.found = found
        self.names: Mapping[str, str] = found.get("names") or {}
        self.acts = {str(one["change"])[:32]: one for one in found.get("timeline") or () if one.get("change")}

    def sections(self, runs: Runs) -> Iterator[tuple[str, Iterable[str]]]:
        found = self.found
        yield say("待答复", "waiting"), self._waiting()
        yield say("承办", "assignments"), map(self._assignment, found.get("assignments") or ())
        yield say("附件", "attachments"), map(_attachment, found.get("attachments") or ())
        yield say("时限", "deadlines"), map(self._deadline, found.get("deadlines") or ())
        yield say("督办牌", "cards"), map(_card, found.get("cards") or ())
        yield say("经过", "timeline"), map(self._act, found.get("timeline") or ())
        yield say("异常", "exceptions"), exception_text.of_record(found.get("exceptions") or (), runs)
        yield say("可办", "allowed"), [self._allowed()] if found.get("allowed") else []

    def _waiting(self) -> Iterator[str]:
        for one in self.found.get("waiting") or ():
            act = self.acts.get(str(one["act"]))
            if act is not None:
                yield f"{say(*WAITS[one['for']])}: {self._act(act)}"

    def round(self, one: Mapping[str, Any]) -> str:
        number = one.get("round") or 1
        return say(f"（第{number}轮）", f" (round {number})") if number != 1 else ""

    def _past(self, one: Mapping[str, Any]) -> str:
        """Of an assignment or clock of a round that is over."""
        number = one.get("round") or 1
        over = number != (self.found.get("round") or 1)
        return say(f"（第{number}轮）", f" (round {number})") if over else ""

    def fields(self) -> Iterator[str]:
        for field in self.kind.matter.fields:
            value = self.found.get(field.name)
            if value in (None, "", []) or field.type is Type.FILES or field.name == "number":
                continue
            told, name = self.value(field, value), self.found.get(f"{field.name}_name")
            yield f"  {say(field.label, field.name)}: {_indented(say(f'{told} {name}', told) if name else told)}"

    def value(self, field: Field, value: Any) -> str:
        if isinstance(value, bool):
            return say("是", "yes") if value else say("否", "no")
        if isinstance(value, list):
            return " ".join(self.value(field, one) for one in value)
        if field.type is Type.MONEY and isinstance(value, int):
            return say(f"{value / 100:.2f}元", f"{value / 100:.2f}")
        known = self.names.get(str(value))
        return known or say(field.codes.get(str(value), str(value)), str(value))

    def _assignment(self, one: Mapping[str, Any]) -> str:
        lead = say("主办", "lead") if one.get("lead") else ""
        words = [one.get("unit", ""), one.get("unit_name") or "", named(self.kind, one.get("status")), lead]
        return " ".join(filter(None, words)) + self._past(one)

    def _deadline(self, one: Mapping[str, Any]) -> str:
        clock = str(one.get("clock", ""))
        name = say(self.kind.clocks.get(clock, clock), clock)
        due = limit(one["due"]) if one.get("due") else say("挂起", "suspended")
        done = (
            say(f"已于 {minute(one['done'])} 完成", f"done {minute(one['done'])}") if one.get("done") else ""
        )
        late = say("超期", "overdue") if one.get("overdue") else ""
        words = [name, one.get("unit_name") or one.get("unit", ""), due, late, done]
        return " ".join(filter(None, words)) + self._past(one)

    def _act(self, one: Mapping[str, Any]) -> str:
        action = self.kind.matter.action(str(one.get("action", "")))
        label = say(str(one.get("label") or one.get("action", "")), str(one.get("action", "")))
        coded = self._coded(action, one) if action is not None else self._quoted(one)
        words = " ".join([*coded, *map(_told, (one.get("words") or {}).values())])
        who = one.get("unit_name") or one.get("unit", "")
        actor = say("系统", "the node") if one.get("actor") == "system" else one.get("actor", "")
        return (
            f"{minute(one.get('time'))} {who} {actor} {label}{_mark(self.kind.matter, one)} {words}".rstrip()
        )

    def _quoted(self, one: Mapping[str, Any]) -> Iterator[str]:
        """Of an adoption: whose acts it stands for."""
        for name in (one.get("data") or {}).get(QUOTES) or ():
            act = self.acts.get(str(name))
            if act is not None:
                label = say(str(act.get("label", "")), str(act.get("action", "")))
                who = act.get("unit_name") or act.get("unit", "")
                yield say(
                    f"{who} {minute(act.get('time'))}的“{label}”",
                    f"“{label}” by {who}, {minute(act.get('time'))}",
                )

    def _coded(self, action: Action, one: Mapping[str, Any]) -> Iterator[str]:
        """What it decided: for whom, why, with which outcome. An act that begins a record is told by its fields."""
        data = one.get("data") or {}
        for field in () if action.first else action.data:
            value = data.get(field.name)
            if field.name not in _PLUMBING and self._is_told(field, value, one):
                told = self.value(field, value)
                yield (
                    told
                    if field.codes or field.type is Type.UNIT
                    else f"{say(field.label, field.name)} {told}"
                )

    def _is_told(self, field: Field, value: Any, one: Mapping[str, Any]) -> bool:
        """Another unit than its author's; records that have a number here."""
        if value in (None, "", [], {}):
            return False
        if field.type is Type.IDS:
            return any(str(each) in self.names for each in (value if isinstance(value, list) else [value]))
        if field.type is Type.UNIT:
            return bool(value != one.get("unit"))
        return bool(field.codes) or field.type in (
            Type.INTEGER,
            Type.MONEY,
            Type.SCORE,
            Type.YES_NO,
            Type.LIST,
        )

    def _allowed(self) -> str:
        verbs = [self.kind.verb(name) for name in self.found["allowed"]]
        return say("、", ", ").join(
            say(f"{one.label} {one.name}", one.name) for one in verbs if one is not None
        )


def _mark(matter: Matter, one: Mapping[str, Any]) -> str:
    standing = str(one.get("verdict") or "stands")
    if standing == "stands":
        return ""
    return f" [{mark(standing, str(one.get('reason') or ''), used(), matter.codes)}]"


def _attachment(one: Mapping[str, Any]) -> str:
    size = say(f"{one['size']} 字节", f"{one['size']} bytes")
    return f"{one['number']} {one['name']}  {size}  {file_state(str(one['state']))}"


def _card(one: Mapping[str, Any]) -> str:
    colour, standing = (say(_CARDS[str(one[name])], str(one[name])) for name in ("colour", "standing"))
    return f"{colour} {standing} {one['evidence']}"


def _told(words: Any) -> str:
    """What an act says; of an attachment, its name."""
    if isinstance(words, list):
        return " ".join(map(_told, words))
    return str(words.get("name", words)) if isinstance(words, Mapping) else str(words)
