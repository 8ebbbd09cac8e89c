"""The telephone exchange's own record of its calls (话单, CDR), against which the ledger is held.

It is neither a record of a matter nor anybody's act: a machine wrote it, at one office, and nobody else needs it.
So it stands in a table of this node, isn't replicated, and has no number in clear: what a ledger row is matched
by is the blind token of node/alike.py, what a person sees is masked.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from conflict.declaration import Field, Type
from node import alike, people
from node.config import Config
from node.csv_file import Row
from node.errors import Forbidden, Usage
from node.language import say
from node.masking import masked
from node.matters import border
from node.matters.call import DIRECTIONS
from node.page import Person
from node.store import alike as index
from node.store import call_records
from node.store.alike import Token
from node.work import Work

RESULTS = {
    "answered": "已接", "no_answer": "未接", "busy": "忙线", "abandoned": "放弃", "failed": "失败",
}  # fmt: skip
LABELS = {
    "id": "流水号", "start": "开始时间", "end": "结束时间", "duration": "通话时长", "direction": "方向",
    "number": "号码", "extension": "分机", "operator": "话务员", "result": "结果",
}  # fmt: skip
NEEDED = ("start", "number")
ROLES = frozenset({"operator", "supervisor", "admin"})
CHUNK = 500  # rows of one transaction
LONGEST_MS = 24 * 3600 * 1000  # of a call
_START = Field("start", "开始时间", type=Type.MOMENT, past=True)
_END = Field("end", "结束时间", type=Type.MOMENT)
_NUMBER = Field("number", "号码", type=Type.PHONE, personal=True)
_SHORT = {name: Field(name, LABELS[name]) for name in ("id", "extension", "operator")}
MOST_SHORT = 64
# As exchanges write it; anything else is said in [values.result] or [values.direction] of a mapping.
_RESULTS = {
    **{label: code for code, label in RESULTS.items()}, **{code: code for code in RESULTS},
    "接通": "answered", "应答": "answered", "已接听": "answered", "成功": "answered", "未接听": "no_answer",
    "无人接听": "no_answer", "无应答": "no_answer", "占线": "busy", "用户挂断": "abandoned", "排队放弃": "abandoned",
    "answer": "answered", "no answer": "no_answer", "noanswer": "no_answer", "cancel": "abandoned",
    "abandon": "abandoned", "fail": "failed", "chanunavail": "failed", "congestion": "failed",
}  # fmt: skip
_DIRECTIONS = {
    **{label: code for code, label in DIRECTIONS.items()}, **{code: code for code in DIRECTIONS},
    "inbound": "in", "incoming": "in", "来电": "in", "outbound": "out", "outgoing": "out", "去电": "out",
}  # fmt: skip
_WITHHELD = frozenset({"", "anonymous", "unknown", "private", "withheld", "匿名", "未知", "隐藏"})


@dataclass(frozen=True, slots=True)
class Rejected:
    row: Row
    reason: str


def parsed(row: Row, known: border.Known) -> dict[str, Any]:
    """A row of the file as what the writer takes. Raises Usage that says what is wrong; no number is told."""
    if row.fault:
        raise Usage(row.fault, code="bad_row")
    cells = row.cells
    start = border.value(_START, cells.get("start", ""), known)
    began = _ms(start)
    ended = _ended(cells, began)
    number = cells.get("number", "")
    withheld = number.casefold() in _WITHHELD
    return {
        **{name: _short(field, cells.get(name, "")) for name, field in _SHORT.items()},
        "started_ms": began,
        "ended_ms": ended,
        "number": "" if withheld else border.value(_NUMBER, number),
        "direction": _meant("direction", _DIRECTIONS, cells.get("direction") or "in"),
        "result": _meant(
            "result", _RESULTS, cells.get("result") or ("answered" if ended > began else "no_answer")
        ),
    }


def _ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def _ended(cells: Mapping[str, str], began: int) -> int:
    end, duration = cells.get("end"), cells.get("duration")
    ended = _ms(border.value(_END, end)) if end else began + 1000 * _seconds(duration or "0")
    if not began <= ended <= began + LONGEST_MS:
        raise Usage(
            say("结束在开始之前，或长于一天", "it ends before it begins, or a day later"), code="bad_row"
        )
    return ended


def _seconds(text: str) -> int:
    """`75`, `1:15` or `00:01:15`."""
    parts = text.split(":")
    if not (len(parts) <= 3 and all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts)):
        raise Usage(
            say("通话时长应为秒数或 时:分:秒", "a duration is in seconds, or h:mm:ss"), code="bad_row"
        )
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds


def _short(field: Field, text: str) -> str:
    found = str(border.value(field, text))
    if len(found) > MOST_SHORT:
        raise Usage(
            say(f"{field.label}超过 {MOST_SHORT} 个字", f"{field.name} is over {MOST_SHORT} characters"),
            code="bad_row",
        )
    return found


def _meant(name: str, known: Mapping[str, str], text: str) -> str:
    found = known.get(text) or known.get(text.casefold().replace("_", " "))
    if found is None:
        codes = " ".join(dict.fromkeys(known.values()))
        zh = f"{LABELS[name]}看不懂；请在 --map 的 [values.{name}] 里对照到 {codes}"
        raise Usage(say(zh, f"{name} isn't known; map it in [values.{name}] to {codes}"), code="bad_row")
    return found


# At the writer


def bring(work: Work, params: Mapping[str, Any], person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: rows, as `parsed` gives them. Those that are here already are counted as skipped."""
    if person is None:
        raise people.refused()
    if not ROLES & person.roles:
        raise Forbidden(
            say("导入话单需要角色：话务员、督办或管理员", "it needs the role operator, supervisor or admin"),
            code="role", hint="qiao staff list",
        )  # fmt: skip
    rows = [_stored(work, row) for row in params.get("rows") or ()]
    new = call_records.add(work.db, rows)
    return {"imported": new, "skipped": len(rows) - new}


def _stored(work: Work, row: Mapping[str, Any]) -> dict[str, Any]:
    number = str(row.get("number") or "")
    found = alike.token(work.alike_key, "phone", number) if number else None
    what = (
        [row["id"]]
        if row["id"]
        else [row[name] for name in ("started_ms", "direction", "extension")] + [number]
    )
    key = hmac.digest(work.alike_key, "\0".join(map(str, ("call_record", *what))).encode(), "sha256")[:16]
    kept = {
        name: row[name] for name in ("started_ms", "ended_ms", "direction", "extension", "operator", "result")
    }
    return {**kept, "key": key, "token": found.token if found else None, "number": masked(number),
            "imported_ms": work.now_ms}  # fmt: skip


def forget(db: Connection, gone: Collection[Token]) -> None:
    """Numbers that an erasure took, and that no other record here has."""
    call_records.forget(db, [one.token for one in gone if one.key == "phone" and not index.is_used(db, one)])


OPERATIONS = {"call_record.import": bring}
