"""The report of a verification (核验报告): as text, JSON, or PDF to be signed, by the ending of the file's name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from node import whole_file
from node.errors import Usage
from node.iso import CHINA, iso, minute
from node.language import say
from node.paper.sheet import Grid, Sheet

KINDS = (".txt", ".json", ".pdf")
MOST = 2_000  # findings of a sheet: a database with more isn't mended from paper; JSON has them all
_COUNTED = (
    ("commits", "提交", "commits"),
    ("signatures", "逐笔核验的签名", "signatures verified one by one"),
    ("records", "重新折叠的事项", "records folded anew"),
    ("absent", "正文不在本机（不在范围、已依法删除或不发来）", "bodies not here (out of scope, erased, withheld)"),
    ("rebuild_left", "升级后还没有重建，未比对", "waiting to be rebuilt after an upgrade, not compared"),
)  # fmt: skip


def refuse(path: Path, force: bool) -> None:
    """Before any work. Raises Usage `bad_value` for another ending, Stale `export_exists`."""
    if path.suffix.lower() not in KINDS:
        text = say(f"报告是 {'、'.join(KINDS)} 文件", f"a report is a file {', '.join(KINDS)}")
        raise Usage(text, code="bad_value", hint="qiao audit verify --report REPORT.pdf")
    whole_file.refuse_existing(path, force)


def write(path: Path, found: Mapping[str, Any], whose: str, now_ms: int, *, force: bool = False) -> None:
    """`found`: of verifying.verify. `whose`: unit and node. Raises as `refuse`, DiskTrouble."""
    refuse(path, force)
    kind = path.suffix.lower()
    with whole_file.beside(path, force) as file:
        if kind == ".pdf":
            from node.paper import pdf

            pdf.write(file, sheet(found, whose, now_ms), datetime.fromtimestamp(now_ms // 1000, CHINA))
        elif kind == ".json":
            told = {"of": whose, "at": iso(now_ms), **found}
            file.write(json.dumps(told, ensure_ascii=False, indent=1).encode())
        else:
            file.write("\n".join([*lines(found, whose, now_ms), ""]).encode())


def lines(found: Mapping[str, Any], whose: str, now_ms: int) -> Iterator[str]:
    yield say("核验报告", "Report of a verification")
    yield f"{whose}  {minute(iso(now_ms))}"
    yield _result(found)
    for name, zh, en in _COUNTED:
        yield say(f"  {zh}：{found[name]}", f"  {en}: {found[name]}")
    for one in found["problems"]:
        yield f"[{one['code']}] {one['sentence']}  {one['where']}"
        for name, value in one.get("evidence", {}).items():
            yield f"    {name}: {_said(value)}"
    yield say("检查点（签名）：", "checkpoint, signed:")
    yield from str(found["checkpoint"]).splitlines()


def sheet(found: Mapping[str, Any], whose: str, now_ms: int) -> Sheet:
    problems = found["problems"]
    kinds = Counter((one["code"], one["sentence"]) for one in problems)
    made = Sheet(
        title=say("核验报告", "Report of a verification"),
        number=str(found["root"])[:16],
        subtitle=f"{whose}  {minute(iso(now_ms))}",
        foot=say("由程序核验，结论以检查点为准", "verified by program; the checkpoint says of what"),
        signatures=(say("核验人", "verified by"), say("日期", "date")),
    )
    made.pairs = [(say(zh, en), str(found[name])) for name, zh, en in _COUNTED]
    made.texts = [
        (say("结论", "result"), _result(found)),
        (say("检查点", "checkpoint"), str(found["checkpoint"]).strip()),
    ]
    made.grids = [
        Grid(say("按种类", "by kind"), (say("代码", "code"), say("说明", "what it means"), say("件数", "count")),
             (26, 60, 14), [(code, sentence, str(count)) for (code, sentence), count in sorted(kinds.items())]),
        Grid(say("逐件", "one by one"), (say("代码", "code"), say("位置", "where"), say("证据", "evidence")),
             (20, 34, 46), [_row(one) for one in problems[:MOST]]),
    ]  # fmt: skip
    if len(problems) > MOST:
        left = len(problems) - MOST
        made.texts.append(
            (say("未列出", "not listed"), say(f"另有 {left} 件，见 JSON", f"{left} more: see JSON"))
        )
    return made


def _result(found: Mapping[str, Any]) -> str:
    count = len(found["problems"])
    if not count:
        return say("通过：没有发现问题", "sound: nothing was found")
    return say(f"不通过：{count} 件", f"not sound: {count} findings")


def _row(one: Mapping[str, Any]) -> tuple[str, str, str]:
    told = "\n".join(f"{name}: {_said(value)}" for name, value in one.get("evidence", {}).items())
    return str(one["code"]), str(one["where"]), told[:600]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
