"""Bringing a coded list (代码表) up to date: what differs is signed, in one transaction (product 1.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from node import author, facts, people, reactions
from node.config import Config
from node.errors import Usage
from node.iso import iso
from node.language import say
from node.matters import KINDS, border, codelist
from node.matters.codes import MOST_CODES, Code, CodeList
from node.matters.draft import Draft
from node.page import Person
from node.store import reading
from node.work import Work

_NAME = re.compile(r"[a-z][a-z_]{1,31}")


def bring(work: Work, params: Mapping[str, Any], person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: name, label, rows ({code, label, order, parent, from, until}), retire_missing. Raises Usage that
    names the row, Forbidden where this unit isn't the root."""
    if person is None:
        raise people.refused()
    name = str(params.get("name") or "")
    if not _NAME.fullmatch(name):
        raise Usage(
            say(f"代码表的名字 {name!r} 应为小写字母", f"a list's name is lower-case letters, not {name!r}"),
            code="bad_value", hint="qiao list import FILE.csv --name topic",
        )  # fmt: skip
    before = facts.lists(work).get(name)
    row = reading.find(work.db, name)
    record = row.name if row is not None and row.matter == facts.LIST else None
    wanted = _wanted(params, before)
    label = str(params.get("label") or (before.label if before else name))
    if params.get("retire_missing"):
        wanted |= _retired(before, wanted, iso(work.now_ms - 24 * 3600 * 1000)[:10])
    if record is None and before is not None:  # the shipped one becomes the root's
        wanted = {**before.codes, **wanted}
    known = before.codes if before is not None and record is not None else {}
    changed = [one for code, one in wanted.items() if known.get(code) != one]
    new_label = record is None or before is None or before.label != label
    made = ""
    for data in _acts(name, label, changed, begun=record is not None, relabelled=new_label):
        written = author.write(
            work, KINDS[facts.LIST], record, [Draft("set" if record is None else "amend", data)],
            actor=person.id, roles=person.roles,
        )  # fmt: skip
        record, made = written.record, written.commit.hex()
        reactions.settle(work)
    return {"name": name, "record": record.hex() if record else "", "commit": made,
            "codes": len(wanted), "changed": len(changed)}  # fmt: skip


def _retired(before: CodeList | None, wanted: Mapping[str, Code], last_day: str) -> dict[str, Code]:
    left = before.codes.items() if before is not None else ()
    return {code: replace(one, until=last_day) for code, one in left if code not in wanted and not one.until}


def _wanted(params: Mapping[str, Any], before: CodeList | None) -> dict[str, Code]:
    """Each row as a code, its order that of the file where it says none."""
    rows = params.get("rows") or []
    if not rows or len(rows) > MOST_CODES:
        raise Usage(
            say(f"代码表应有 1 至 {MOST_CODES} 个代码", f"a list has 1 to {MOST_CODES} codes"),
            code="bad_value",
        )
    found: dict[str, Code] = {}
    for at, row in enumerate(rows, 1):
        one = _code(row, at)
        if one.code in found:
            raise _at(row, say(f"代码 {one.code} 重复", f"{one.code} stands twice"))
        found[one.code] = one
    everything = {*found, *(before.codes if before else ())}
    for row, one in zip(rows, found.values(), strict=True):
        if one.above and one.above not in everything:
            raise _at(row, say(f"上级代码 {one.above} 不存在", f"its parent {one.above} doesn't exist"))
    return found


def _code(row: Mapping[str, Any], at: int) -> Code:
    def text(name: str, check: Callable[..., Any], field: Any) -> str:
        raw = str(row.get(name) or "")
        if not raw:
            return ""
        try:
            return str(check(field, raw))
        except Usage as fault:
            raise _at(row, fault.text) from fault

    code = text("code", border.value, codelist.A_CODE)
    label = text("label", border.value, codelist.A_LABEL)
    if not code or not label:
        raise _at(row, say("缺少 code 或 label", "code or label is missing"))
    order = str(row.get("order") or at)
    if not (order.isascii() and order.isdigit() and len(order) < 10):
        raise _at(row, say(f"顺序 {order!r} 应为整数", f"order {order!r} must be a whole number"))
    since, until = (text(name, border.value, codelist.A_DAY) for name in ("from", "until"))
    if since and until and until < since:
        raise _at(row, say("止于起始之前", "it ends before it begins"))
    return Code(code, label, int(order), text("parent", border.value, codelist.A_CODE), since, until)


def _at(row: Mapping[str, Any], what: str) -> Usage:
    line = row.get("line")
    where = say(f"第 {line} 行：", f"line {line}: ") if line else ""
    return Usage(where + what, code="bad_code_row", hint="qiao list import --help")


def _acts(
    name: str, label: str, changed: list[Code], *, begun: bool, relabelled: bool
) -> Iterator[dict[str, Any]]:
    """Data of the acts, each within what one body may hold."""
    for start in range(0, len(changed), border.MOST_ELEMENTS):
        rows = {one.code: one.row() for one in changed[start : start + border.MOST_ELEMENTS]}
        if begun or start:
            yield {"codes": rows, **({"label": label} if relabelled and not start else {})}
        else:
            yield {"number": name, "label": label, "codes": rows}
    if begun and relabelled and not changed:
        yield {"label": label}
