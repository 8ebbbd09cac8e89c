"""A ticket laid out as lines: pure, from the node's answer (design 4, `ticket show`) and a width in cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from conflict.declaration import Matter, Type

from . import moments, safe
from .cells import cut, pad, wrap
from .face import Item
from .hands import AHEAD, HAND, LINE, Span, cells, spans
from .labels import action_label, actor_name, field_label, name_label, value_text
from .lines import Line
from .texts import known, t

LONGEST = 600  # characters of one text shown here; the reader shows all of it
NAME = 14  # cells of a field's name
_SHOWN = frozenset({"accept", "complete", "rework", "forward"})  # clocks whose hands are told
# Of the workflow, or told by what stands beside it.
_PLUMBING = frozenset({"round", "from", "submission", "replaces", "number", "due"})
_STANDING = {"stands": "", "overtaken": "warn", "denied": "bad", "held": "warn", "quarantined": "bad"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and when: `own` is his unit; `longest` the characters of one text that are shown."""

    own: str = ""
    now: datetime | None = None  # without it nothing is told that depends on the present
    longest: int = LONGEST


def sheet(item: Item, matter: Matter | None, width: int, reader: Reader = Reader()) -> list[Line]:
    """Everything of a ticket but its title: what concerns the reader now comes first."""
    parts = (_now, _waiting, _exceptions, _assignments, _deadlines, _cards, _attachments, _fields, _timeline)
    return [line for part in parts for line in part(item, matter, width, reader)]


def whole(item: Item, matter: Matter | None, width: int, reader: Reader = Reader()) -> list[Line]:
    """The same with every text in full."""
    return sheet(item, matter, width, replace(reader, longest=1_000_000))


def title(item: Item) -> str:
    number = safe.cell(item.get("number") or item.get("record") or "")
    return (
        f"{number}  {safe.cell(item.get('title') or item.get('topic_name') or _field(item, 'topic') or '')}"
    )


def _field(item: Item, name: str) -> Any:
    """A field, wherever the answer has it."""
    fields = item.get("fields")
    return fields.get(name) if isinstance(fields, Mapping) else item.get(name)


def _listed(item: Item, name: str) -> Sequence[Item]:
    found = item.get(name) or []
    if isinstance(found, Mapping):
        return [{"unit": key, **value} for key, value in found.items() if isinstance(value, Mapping)]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _head(name: str, width: int) -> Iterator[Line]:
    yield [("", "")]
    yield [(cut(t(f"ticket.{name}"), width), "head")]


def unit_of(item: Item, name: str = "unit") -> str:
    """A unit by name, else by path."""
    return safe.cell(item.get(f"{name}_name") or item.get(name) or "")


def text_lines(text: str, width: int, indent: int, style: str, longest: int) -> Iterator[Line]:
    """A foreign text, safe already, wrapped; what isn't shown is announced."""
    if len(text) > longest:
        text = f"{text[:longest]}{t('cut', total=len(text))}"
    for piece in wrap(text, width - indent):
        yield [(" " * indent + piece, style)]


def _now(item: Item, matter: Matter | None, width: int, _reader: Reader) -> Iterator[Line]:
    round_ = t("ticket.round", round=safe.cell(item.get("round") or 1))
    words = [name_label(matter, item.get("phase")), round_]
    if _field(item, "urgency") == "urgent":
        words.append(t("urgent"))
    if item.get("overdue"):
        words.append(t("overdue"))
    yield [(cut("  ".join(words), width), "bad" if item.get("overdue") else "bold")]
    if item.get("ruling"):
        yield [(cut(t("ticket.ruling", unit=unit_of(item, "ruling")), width), "warn")]
    if item.get("incomplete"):
        yield [(cut(t("ticket.incomplete"), width), "warn")]


def _waiting(item: Item, matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    """What was asked and has no answer yet, with its words: it would stand far below, among all that was done."""
    acts = {str(one.get("change"))[:32]: one for one in _listed(item, "timeline")}
    found = [
        (one, acts[str(one.get("act"))]) for one in _listed(item, "waiting") if str(one.get("act")) in acts
    ]
    if found:
        yield from _head("waiting", width)
    names = _words(item) if found else {}
    for one, act in found:
        wanted = known(f"waits.{one.get('for')}", safe.cell(one.get("for") or ""))
        name = action_label(matter, str(act.get("action") or ""))
        words = (wanted, name, unit_of(act), moments.short(act.get("time")))
        yield [(cut("  ".join(words), width), "warn")]
        yield from _told(act, matter, names, width, reader.longest)


def _exceptions(item: Item, _matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    rows = _listed(item, "exceptions")
    if rows:
        yield from _head("exceptions", width)
    for row in rows:
        kind = known(f"kind.{row.get('kind')}", safe.cell(row.get("kind") or ""))
        told = safe.block(row.get("sentence") or row.get("reason") or "")
        yield from text_lines(f"[{kind}] {told}", width, 0, "warn", reader.longest)


def _assignments(item: Item, matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    rows = _listed(item, "assignments")
    if rows:
        yield from _head("assignments", width)
    lead = item.get("lead")
    for row in rows:
        is_lead = row.get("lead") is True or (lead is not None and row.get("unit") == lead)
        status = name_label(matter, row.get("status"))
        words = [pad(unit_of(row), min(28, width // 2)), status, t("ticket.lead") if is_lead else ""]
        yield [(cut("  ".join(filter(None, words)), width), "bold" if is_lead else "")]
        for clock in _clocks(row):
            yield _clock(clock, matter, width, 2, taken=row.get("status") in TAKEN)
            yield from _hands(item, clock, width, reader)


def _clocks(row: Item) -> Sequence[Item]:
    found = row.get("clocks") or row.get("deadlines") or []
    if isinstance(found, Mapping):
        return [one if isinstance(one, dict) else {"due": one} | {"clock": key} for key, one in found.items()]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def clock_key(clock: Item) -> tuple[str, ...]:
    """What tells one clock of a ticket from another."""
    return tuple(str(clock.get(name)) for name in ("clock", "round", "unit", "due"))


def _clock(clock: Item, matter: Matter | None, width: int, indent: int, *, taken: bool = False) -> Line:
    """`taken`: away from its unit, which has done nothing."""
    name = known(f"clock.{clock.get('clock')}", name_label(matter, clock.get("clock")))
    done = clock.get("done")
    may = clock.get("clock") == "decline" and not done  # nobody owes a decline
    ended = "ticket.ended" if taken else "ticket.done"
    state = t(ended, time=moments.short(done)) if done else "" if may else t("ticket.open")
    if clock.get("due"):
        due = t("ticket.until" if may else "ticket.due", clock=name, due=moments.limit(clock.get("due")))
    else:  # suspended: when it falls due isn't known before it is resumed
        due, state = (name, state) if done else (t("ticket.paused", clock=name), "")
    words = [due, t("overdue") if clock.get("overdue") else "", state, _line_time(clock)]
    style = "bad" if clock.get("overdue") else "dim" if done else ""
    return [(cut(" " * indent + "  ".join(filter(None, words)), width), style)]


TAKEN = ("recalled", "declined")  # an assignment whose clocks ended without being kept
_SIGNS = {HAND: "#", LINE: "~", AHEAD: "."}  # each of one cell everywhere
_BAR = 40  # cells


def _hands(item: Item, clock: Item, width: int, reader: Reader) -> Iterator[Line]:
    """Of a deadline that runs, or ran out: the bar of whose hands it was in, and beneath it how long each."""
    if clock.get("done") and not clock.get("overdue") or clock.get("clock") not in _SHOWN:
        return
    if reader.now is None:
        return
    found = spans(item, clock, reader.own, reader.now)
    room = min(_BAR, width - 6)
    if not any(one.kind != AHEAD for one in found) or room < len(found):
        return
    styles = {HAND: "bold", LINE: "warn", AHEAD: "dim"}
    parts = zip(found, cells(found, room), strict=True)
    yield [
        ("    [", "dim"),
        *((_SIGNS[one.kind] * count, styles[one.kind]) for one, count in parts),
        ("]", "dim"),
    ]
    names = {str(item.get("owner")): unit_of(item, "owner"), **_unit_names(item), reader.own: t("hands.own")}
    yield from text_lines("  ".join(_spent(one, names) for one in found), width, 4, "dim", LONGEST)


def _spent(one: Span, names: Mapping[str, str]) -> str:
    """`青岛市总工会 40 分钟`, `途中 3 天 2 小时`, `尚余 2 天`."""
    sign, time = _SIGNS[one.kind], moments.spent(one.seconds)
    if one.kind == AHEAD:
        return f"{sign} {t('hands.ahead', time=time)}"
    if one.kind == LINE:
        return f"{sign} {t('hands.line', time=time)}"
    return f"{sign} {t('hands.with', unit=safe.cell(names.get(one.unit, one.unit)), time=time)}"


def _line_time(clock: Item) -> str:
    line_ms = clock.get("line_ms")
    if not line_ms and isinstance(clock.get("line_seconds"), int | float):
        line_ms = clock["line_seconds"] * 1000
    if not isinstance(line_ms, int | float) or line_ms <= 0:
        return ""
    return t("ticket.line", time=moments.span(line_ms / 1000))


def _deadlines(item: Item, matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    beside = {clock_key(clock) for row in _listed(item, "assignments") for clock in _clocks(row)}
    rows = [row for row in _listed(item, "deadlines") if "clock" in row and clock_key(row) not in beside]
    names = _unit_names(item)
    if rows:
        yield from _head("deadlines", width)
    for row in rows:
        line = _clock(row, matter, width, 0)
        unit = names.get(str(row.get("unit")), unit_of(row))
        yield [(cut(f"{line[0][0]}  {unit}", width), line[0][1])]
        yield from _hands(item, row, width, reader)


def _cards(item: Item, _matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    rows = _listed(item, "cards")
    if rows:
        yield from _head("cards", width)
    for row in rows:
        standing = str(row.get("standing") or "standing")
        told = safe.block(row.get("evidence") or row.get("clock") or "")
        head = f"[{card_colour(row)}] {known(f'card.{standing}', safe.cell(standing))} {unit_of(row)}"
        style = "bad" if standing == "standing" else "dim"
        yield from text_lines(f"{head}  {told}", width, 0, style, reader.longest)


def card_colour(row: Item) -> str:
    return known(f"card.{row.get('colour')}", safe.cell(row.get("colour") or ""))


def _attachments(item: Item, _matter: Matter | None, width: int, _reader: Reader) -> Iterator[Line]:
    rows = [one for one in _listed(item, "attachments") if "state" in one]
    if rows:
        yield from _head("attachments", width)
    for row in rows:
        state = known(f"attachment.{row['state']}", safe.cell(row["state"]))
        come = _bytes(row.get("have")) if row["state"] == "partial" else ""
        words = [f"{safe.cell(row.get('number') or '')} {safe.cell(row.get('name') or '')}"]
        words += [_bytes(row.get("size")), f"{state} {come}".rstrip()]
        style = {"present": "", "damaged": "bad"}.get(str(row["state"]), "dim")
        yield [(cut("  ".join(words), width), style)]


def _bytes(count: object) -> str:
    """As people say a size."""
    if not isinstance(count, int):
        return ""
    return f"{count / 1048576:.1f} MB" if count >= 1048576 else f"{-(-count // 1024)} KB"


def _fields(item: Item, matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    yield from _head("fields", width)
    names = _words(item)
    for field in matter.fields if matter else ():
        text = value_text(field, _worded(names, _field(item, field.name)))
        if text and field.name != "number" and field.type is not Type.FILES:
            yield from named(field_label(field), text, width, reader.longest)


def _words(item: Item) -> dict[str, Any]:
    """Code, path of a unit, id of a record or act → how people call it, as far as the node tells."""
    acts = {str(one.get("change"))[:32]: _act_name(one) for one in _listed(item, "timeline")}
    return {**acts, **_mapping(item.get("names")), **_unit_names(item), **_mapping(item.get("labels"))}


def _act_name(act: Item) -> str:
    """An act that another names: whose it is, and when."""
    return f"{unit_of(act)} {moments.short(act.get('time'))}"


def _worded(words: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_worded(words, one) for one in value]
    return words.get(value, value) if isinstance(value, str) else value


def named(name: str, text: str, width: int, longest: int = LONGEST) -> Iterator[Line]:
    """`name   text`, the text wrapped beside or, where it is narrow, below the name."""
    cells = min(NAME, width // 3)
    for index, line in enumerate(text_lines(text, width, cells + 1, "", longest)):
        if index == 0:
            yield [(pad(name, cells), "dim"), (line[0][0][cells:], "")]
        else:
            yield line


def _timeline(item: Item, matter: Matter | None, width: int, reader: Reader) -> Iterator[Line]:
    yield from _head("timeline", width)
    names = _words(item)
    for act in _listed(item, "timeline"):
        verdict = str(act.get("verdict") or "stands")
        name = action_label(matter, str(act.get("action") or ""))
        who = f"{unit_of(act)} {actor_name(act)}"
        yield [
            (pad(moments.short(act.get("time")), 11) + "  ", "dim"),
            (pad(name, 10) + "  ", "bold"),
            (cut(who, max(4, width - 37)), ""),
            ("  " + cut(known(f"verdict.{verdict}", safe.cell(verdict)), 10), _STANDING.get(verdict, "warn")),
        ]  # fmt: skip
        yield from _told(act, matter, names, width, reader.longest)


def _unit_names(item: Item) -> dict[str, str]:
    """Path → name of the units that this ticket names."""
    told = (*_listed(item, "assignments"), *_listed(item, "timeline"))
    return {str(one["unit"]): unit_of(one) for one in told if one.get("unit")}


def _told(
    act: Item, matter: Matter | None, names: Mapping[str, str], width: int, longest: int
) -> Iterator[Line]:
    """What an act says: why it doesn't stand, and its data and words."""
    if act.get("sentence"):
        yield from text_lines(safe.block(act["sentence"]), width, 4, "warn", longest)
    action = matter.action(str(act.get("action"))) if matter else None
    arguments = {field.name: field for field in action.data} if action else {}
    data = {**_mapping(act.get("data")), **_mapping(act.get("words"))}
    if act.get("text"):
        data["text"] = act["text"]
    for key, value in data.items():
        field = arguments.get(key) or (matter.field(key) if matter else None)
        text = "" if key in _PLUMBING else value_text(field, _worded(names, value))
        if text:
            label = field_label(field) if field else safe.line(key)
            yield from text_lines(f"{label}: {text}", width, 4, "", longest)


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}
