"""The border: what a person or a file hands in, checked against the declaration before it becomes an act.

Raises Usage that names the field: `bad_text`, `unknown_field` and `unknown_code` (with the nearest known
one), `bad_value`, `missing_field`. Receivers check none of this (protocol 3, head).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from conflict.declaration import Field, Type
from node.attachments import reference
from node.errors import Usage
from node.iso import CHINA, iso
from node.language import say
from sync_protocol.errors import BadText
from sync_protocol.text import clean

from . import codes, identifiers, spans
from .codes import CodeList
from .draft import Kind, Verb

YES = frozenset({"yes", "true", "是"})
NO = frozenset({"no", "false", "否"})
MOST_INTEGER = 2**53 - 1  # a JSON number that every program reads alike
MOST_TEXT = 60_000  # characters: with four bytes each below what a change may hold
MOST_ELEMENTS = 500
MOST_FILES = 20  # attachments of one act
TOPIC_LEVELS = 4
_DIVISIONS = Path(__file__).with_name("data") / "divisions.csv"
_LEVEL = re.compile(r"[\w-]{1,64}")
_EARLIEST = 1949  # year of the oldest moment that is taken
_AHEAD_MS = 10 * 60 * 1000  # by which a caller's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Known:
    """What the border knows beside the declaration. Without it, of a coded list only the shape is looked at,
    and no day is in the future."""

    now_ms: int | None = None
    lists: Mapping[str, CodeList] = field(default_factory=dict)

    @property
    def today(self) -> str:
        """ISO; far ahead where nobody says."""
        return "9999-12-31" if self.now_ms is None else iso(self.now_ms)[:10]


NOTHING = Known()


def check(kind: Kind, verb: Verb, params: Mapping[str, Any], known: Known = NOTHING) -> dict[str, Any]:
    """The verb's parameters by their own names, each as its type. An empty value counts as not given, but
    for texts of `amend`, which it clears."""
    fields = {field.name: field for field in verb.takes}
    found: dict[str, Any] = {}
    for given, raw in params.items():
        name = verb.aliases.get(given, given)
        field = fields.get(name)
        if field is None:
            raise _unknown_field(kind, verb, given, (*fields, *verb.aliases))
        cleared = raw == "" and verb.name == "amend" and field.type in _TEXTS
        if cleared or raw not in (None, "", []):
            found[name] = _of_verb(kind, verb, field, raw, known)
    require(kind, verb, found)
    return found


def faults(
    kind: Kind, verb: Verb, params: Mapping[str, Any], known: Known = NOTHING, *, whole: bool = True
) -> list[Usage]:
    """Everything that `check` would refuse, one for each field. `whole` False: what must be given may be missing."""
    fields = {field.name: field for field in verb.takes}
    found: list[Usage] = []
    good: dict[str, Any] = {}
    for given, raw in params.items():
        field = fields.get(verb.aliases.get(given, given))
        try:
            if field is None:
                raise _unknown_field(kind, verb, given, (*fields, *verb.aliases))
            if raw not in (None, "", []):
                good[field.name] = _of_verb(kind, verb, field, raw, known)
        except Usage as fault:
            found.append(fault)
            if field is not None:
                good[field.name] = raw  # it was given, though not as it must be
    if whole:
        try:
            require(kind, verb, good)
        except Usage as fault:
            found.append(fault)
    return found


def _of_verb(kind: Kind, verb: Verb, field: Field, raw: Any, known: Known) -> Any:
    """One value of a verb's; what is wrong with it says where to read what may be given."""
    try:
        return value(field, raw, known)
    except Usage as fault:
        fault.field = field.name
        fault.hint = fault.hint or f"qiao {kind.matter.name} {verb.name} --help"
        raise


def require(kind: Kind, verb: Verb, found: Mapping[str, Any]) -> None:
    """Raises Usage `missing_field` that names what is still to be given."""
    required = {*verb.required, *needed(verb, found)}
    missing = [field for field in verb.takes if field.name in required and field.name not in found]
    if missing:
        names = "、".join(f"{field.name}（{field.label}）" for field in missing)
        raise Usage(
            say(f"还缺：{names}", f"missing: {', '.join(field.name for field in missing)}"),
            code="missing_field", hint=f"qiao {kind.matter.name} {verb.name} --help", field=missing[0].name,
        )  # fmt: skip
    spans.check(kind, verb, found)
    if verb.name == "amend" and not found:
        raise Usage(say("没有要更正的内容", "nothing to amend"), code="missing_field",
                    hint=f"qiao {kind.matter.name} {verb.name} --help")  # fmt: skip


def needed(verb: Verb, found: Mapping[str, Any]) -> list[str]:
    """What must be given because of what was: of a ticket transferred, the outside number."""
    told = ((found.get(name), values, then) for name, values, then in verb.needs)
    return [then for value, values, then in told if isinstance(value, str) and value in values]


def _unknown_field(kind: Kind, verb: Verb, name: object, known: Iterable[str]) -> Usage:
    near = _nearest(name, known)
    return Usage(
        say(f"“{verb.label}”没有 {_shown(name)} 这一项" + (f"，是否 {near}？" if near else ""),
            f"{verb.name} takes no {_shown(name)}" + (f"; did you mean {near}?" if near else "")),
        code="unknown_field", hint=f"qiao {kind.matter.name} {verb.name} --help", field=str(name)[:64],
    )  # fmt: skip


def value(field: Field, raw: Any, known: Known = NOTHING) -> Any:
    """One value as the field's type. Raises Usage."""
    found = _CHECKS[field.type](field, raw)
    if field.listed in known.lists and found:
        found = _listed(field, found, known.lists[field.listed], known.today)
    if field.past and known.now_ms is not None:
        _not_ahead(field, found, known.now_ms)
    return found


def _listed(field: Field, text: str, codelist: CodeList, today: str) -> str:
    """A code of the list, or what the list calls by this label."""
    named = codelist.named(text)
    if named is not None and codelist.is_offered(named.code, today):
        return named.code
    near = codelist.nearest(text, today)
    zh = "" if near is None else f"，是否 {near.code}（{near.label}）？"
    en = "" if near is None else f"; did you mean {near.code}?"
    hint = f"qiao list show {codelist.name}"
    if named is not None:
        shown = f"{_named(field)}的代码 {_shown(named.code)} 现在不用{zh}"
        raise Usage(
            say(shown, f"{field.name} {named.code} isn't in use now{en}"), code="retired_code", hint=hint
        )
    shown = f"{_named(field)}没有 {_shown(text)} 这个代码{zh}"
    raise Usage(say(shown, f"{field.name} has no code {_shown(text)}{en}"), code="unknown_code", hint=hint)


def _not_ahead(field: Field, found: str, now_ms: int) -> None:
    """ISO texts of one offset compare as the moments do."""
    if found > iso(now_ms + _AHEAD_MS)[: len(found)]:
        raise _bad(
            field,
            found,
            f"在将来（现在是 {iso(now_ms)[:16]}）",
            f"is in the future (now: {iso(now_ms)[:16]})",
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is odd about a value that was let through. The sentence doesn't tell the value."""

    field: str
    sentence: str


def doubts(fields: Iterable[Field], data: Mapping[str, Any]) -> list[Doubt]:
    """Of checked data: numbers that may have been misheard."""
    found = []
    for one in fields:
        asked, text = _DOUBTS.get(one.type), data.get(one.name)
        odd = asked(text) if asked is not None and isinstance(text, str) else None
        if odd is not None:
            found.append(Doubt(one.name, say(f"{_named(one)}：{odd[0]}", f"{one.name}: {odd[1]}")))
    return found


_DOUBTS = {
    Type.PHONE: identifiers.phone_doubt,
    Type.ID_NUMBER: identifiers.id_doubt,
    Type.CREDIT_CODE: identifiers.credit_doubt,
}
_TEXTS = frozenset({Type.TEXT, *_DOUBTS})


def _text(field: Field, raw: Any) -> str:
    if type(raw) is int:  # a number or code that a file holds unquoted
        raw = str(raw)
    if type(raw) is not str:
        raise _bad(field, raw, "应为文字", "must be text")
    if len(raw) > MOST_TEXT:
        raise _bad(field, raw, f"不得超过 {MOST_TEXT} 个字", f"must be at most {MOST_TEXT} characters")
    try:
        cleaned = clean(field.name, raw)
    except BadText as fault:
        raise Usage(
            say(
                f"{_named(field)}里有不能使用的字符 {fault.character}",
                f"{field.name} has a character that may not be used: {fault.character}",
            ),
            code="bad_text",
        ) from fault
    return cleaned if field.words else cleaned.strip()


def _code(field: Field, raw: Any) -> str:
    """A code, or the Chinese label that names one."""
    text = _text(field, raw)
    if text in field.codes:
        return text
    labelled = [code for code, label in field.codes.items() if label == text]
    if len(labelled) == 1:
        return labelled[0]
    near = _nearest(text, field.codes)
    known = " ".join(field.codes)
    raise Usage(
        say(f"{_named(field)}没有 {_shown(text)} 这个代码" + (f"，是否 {near}？" if near else "；") + f"可用：{known}",
            f"{field.name} has no code {_shown(text)}; " + (f"did you mean {near}? " if near else "")
            + f"known: {known}"),
        code="unknown_code",
    )  # fmt: skip


def _path(field: Field, raw: Any) -> str:
    text = _text(field, raw)
    levels = text.split("/")
    if len(levels) > TOPIC_LEVELS or not all(_LEVEL.fullmatch(level) for level in levels):
        zh = f"应为至多 {TOPIC_LEVELS} 级代码，以 / 相连"
        raise _bad(field, raw, zh, f"must be up to {TOPIC_LEVELS} codes joined by /")
    return text


def _yes_no(field: Field, raw: Any) -> bool:
    if type(raw) is bool:
        return raw
    text = raw.strip().lower() if type(raw) is str else ""
    if text in YES | NO:
        return text in YES
    raise _bad(field, raw, "应为 yes 或 no", "must be yes or no")


def _integer(field: Field, raw: Any) -> int:
    found = _whole(raw)
    if found is None or not 0 <= found <= MOST_INTEGER:
        raise _bad(field, raw, "应为非负整数", "must be a whole number of 0 or more")
    return found


def _money(field: Field, raw: Any) -> int:
    found = _whole(raw)
    if found is None or not 0 <= found <= MOST_INTEGER:
        raise _bad(field, raw, "应为非负整数，单位为分", "must be whole fen, 0 or more")
    return found


def _score(field: Field, raw: Any) -> int:
    found = _whole(raw)
    if found is None or not 1 <= found <= 5:
        raise _bad(field, raw, "应为 1 至 5", "must be 1 to 5")
    return found


def _whole(raw: Any) -> int | None:
    if type(raw) is int:
        return raw
    text = raw.strip() if type(raw) is str else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None


def _region(field: Field, raw: Any) -> str:
    """A GB/T 2260 code of six digits, or one of a township (nine) or a village (twelve) within it."""
    text = _text(field, raw)
    digits = text.isascii() and text.isdigit() and len(text) in (6, 9, 12)
    if digits and text[:6] in divisions():
        return text
    if not digits:
        raise _bad(field, raw, "应为六位行政区划代码", "must be a division code of six digits")
    near = _nearest(text[:6], _neighbours(text[:6]))
    also = f"{near} {divisions()[near]}" if near else ""
    raise Usage(
        say(f"{_named(field)}没有 {text} 这个行政区划代码" + (f"，是否 {also}？" if near else ""),
            f"{field.name}: there is no division {text}" + (f"; did you mean {also}?" if near else "")),
        code="unknown_code",
    )  # fmt: skip


def _neighbours(code: str) -> list[str]:
    """The divisions that share the most digits from the left."""
    for length in range(5, -1, -1):
        found = [one for one in divisions() if one.startswith(code[:length])]
        if found:
            return found
    return []


@lru_cache(maxsize=1)
def divisions() -> Mapping[str, str]:
    """Code → name: provinces, cities and counties of GB/T 2260 as of 2023-06-30."""
    with _DIVISIONS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _date(field: Field, raw: Any) -> str:
    text = _text(field, raw)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _bad(field, raw, "应为日期，如 2026-11-21", "must be a date such as 2026-11-21") from None


def _moment(field: Field, raw: Any) -> str:
    """`2026-11-21 09:30`, also with seconds and another offset: ISO 8601 with ours."""
    text = _padded(_text(field, raw))
    try:
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(CHINA)
    except (ValueError, OverflowError):
        found = datetime.min.replace(tzinfo=CHINA)
    if found.year < _EARLIEST:
        raise _bad(field, raw, "应为时刻，如 2026-11-21 09:30", "must be a moment such as 2026-11-21 09:30")
    return found.replace(microsecond=0).isoformat()


_DAY_AND_TIME = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2}):(\d{2})(.*)")


def _padded(text: str) -> str:
    """`2026/1/5 9:30`, as spreadsheets write it, with all its digits."""
    found = _DAY_AND_TIME.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, minute, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}{rest}"


def _phone(field: Field, raw: Any) -> str:
    text = identifiers.plain(_text(field, raw))
    if text and identifiers.phone_key(text) is None:
        zh = "应为一个电话号码：数字，可有空格、横线、+86 和“转”分机"
        raise _bad(field, raw, zh, "must be one telephone number: digits, blanks, hyphens, +86, an extension")
    return text


def _id_number(field: Field, raw: Any) -> str:
    text = identifiers.plain(_text(field, raw)).upper().replace(" ", "")
    if text and identifiers.id_key(text) is None:
        zh = "应为 18 位（或旧 15 位）身份证号，或以字母开头的其他证件号"
        raise _bad(
            field, raw, zh, "must have 18 digits (15 of old), or begin with letters as other documents do"
        )
    return text


def _credit_code(field: Field, raw: Any) -> str:
    text = identifiers.plain(_text(field, raw)).upper().replace(" ", "")
    if text and identifiers.credit_key(text) is None:
        zh = "应为 18 位统一社会信用代码（没有字母 I O S V Z），或旧的 15 位注册号、9 位机构代码"
        raise _bad(field, raw, zh, "must have 18 characters (no I O S V Z), or 15 or 9 of an older number")
    return text


def _rows(field: Field, raw: Any) -> dict[str, list[Any]]:
    """Of a coded list: code → row."""
    rows = raw if isinstance(raw, Mapping) and len(raw) <= MOST_ELEMENTS else {}
    found = {_path(field, name): codes.from_row(str(name), row) for name, row in rows.items()}
    if not found or None in found.values():
        zh = f"应为至多 {MOST_ELEMENTS} 个代码的对照表"
        raise _bad(field, raw, zh, f"must be an object of at most {MOST_ELEMENTS} codes")
    return {name: one.row() for name, one in found.items() if one is not None}


def _list(field: Field, raw: Any) -> list[str]:
    """Texts, or codes where the field has some; each once, in the order given."""
    listed = [raw] if type(raw) is str else raw
    if not isinstance(listed, list | tuple) or len(listed) > MOST_ELEMENTS:
        zh = f"应为至多 {MOST_ELEMENTS} 项的列表"
        raise _bad(field, raw, zh, f"must be a list of at most {MOST_ELEMENTS}")
    one = _code if field.codes else _text
    return list(dict.fromkeys(one(field, each) for each in listed))


def _ids(field: Field, raw: Any) -> list[bytes]:
    listed = raw if isinstance(raw, list | tuple) else [raw]
    return [_id(field, one) for one in listed]


def _id(field: Field, raw: Any) -> bytes:
    try:
        found = raw if type(raw) is bytes else bytes.fromhex(str(raw))
    except ValueError:
        found = b""
    if len(found) < 16:
        raise _bad(field, raw, "应为十六进制编号", "must be an id in hex")
    return found[:16]


def _map(field: Field, raw: Any) -> dict[str, Any]:
    """Of a field with codes: day → code, as a calendar's; of one without: name → whole number. As an option of
    the command line, `name=number,name=number`."""
    pairs = _pairs(field, raw) if type(raw) is str else raw
    if not isinstance(pairs, Mapping) or len(pairs) > MOST_ELEMENTS:
        raise _bad(field, raw, "应为对照表", "must be an object")
    if field.codes:
        return {_date(field, name): _code(field, one) for name, one in pairs.items()}
    return {_text(field, name): _integer(field, one) for name, one in pairs.items()}


def _pairs(field: Field, raw: str) -> dict[str, str]:
    """Each name once."""
    found: dict[str, str] = {}
    for one in raw.replace("，", ",").replace("＝", "=").split(","):
        name, separator, value = (part.strip() for part in one.partition("="))
        if not separator or not name or name in found:
            raise _bad(field, raw, "应写作 名称=值,名称=值", "must be name=value,name=value")
        found[name] = value
    return found


def _files(field: Field, raw: Any) -> list[dict[str, Any]]:
    """Attachments whose bytes are in the node's keeping already, each content once."""
    listed = raw if isinstance(raw, list | tuple) else [raw]
    found = [reference.read(one) for one in listed]
    if len(found) > MOST_FILES or None in found:
        zh = f"应为至多 {MOST_FILES} 个附件（hash、size、type、name）"
        raise _bad(field, raw, zh, f"must be at most {MOST_FILES} attachments (hash, size, type, name)")
    return list({one.hash: one.as_data() for one in found if one is not None}.values())


_CHECKS: Mapping[Type, Callable[[Field, Any], Any]] = {
    Type.TEXT: _text,
    Type.CODE: _code,
    Type.PATH: _path,
    Type.YES_NO: _yes_no,
    Type.INTEGER: _integer,
    Type.MONEY: _money,
    Type.REGION: _region,
    Type.SCORE: _score,
    Type.DATE: _date,
    Type.UNIT: _text,
    Type.IDS: _ids,
    Type.LIST: _list,
    Type.MAP: _map,
    Type.FILES: _files,
    Type.PHONE: _phone,
    Type.ID_NUMBER: _id_number,
    Type.CREDIT_CODE: _credit_code,
    Type.MOMENT: _moment,
    Type.CODES: _rows,
}


def _nearest(name: object, known: Iterable[str]) -> str | None:
    found = get_close_matches(str(name)[:64], sorted(known), n=1, cutoff=0.5)
    return found[0] if found else None


def _named(field: Field) -> str:
    return f"{field.label}（{field.name}）"


def _shown(raw: object) -> str:
    text = str(raw)
    return ascii(text[:40] + ("…" if len(text) > 40 else "")) if not text.isprintable() else f"“{text[:40]}”"


def _bad(field: Field, raw: object, zh: str, en: str) -> Usage:
    """Words aren't told: an error's text goes further than a form."""
    shown = "" if field.words or field.personal else _shown(raw)
    return Usage(
        say(
            f"{_named(field)}的值{f' {shown} ' if shown else ''}不对，{zh}",
            f"{field.name} {shown}: {en}".replace(" :", ":"),
        ),
        code="bad_value",
    )
