"""`qiao call`: the ledger's verbs, who has called before, and the exchange's own record held against it."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.errors import DiskTrouble
from node.language import say

from .lazy import Command, examples
from .matter import app_for as verbs_of
from .matter_text import width
from .session import session
from .shown import line, table

if TYPE_CHECKING:
    from node.call_records import Rejected
    from node.csv_file import Sheet


def app_for(name: str) -> typer.Typer:
    app = verbs_of(name)
    app.command(
        "history", cls=Command,
        help="来电人以前的来电和工单：按电话或身份证号（给 - 则从标准输入读），显示时打码",
        epilog=examples("qiao --as STAFF call history --phone 13800001111", "qiao --as STAFF call history --id -"),
    )(history)  # fmt: skip
    app.command(
        "import", cls=Command,
        help="导入交换机话单。首行为列名：start number，可有 id end duration direction extension operator result\n"
        "（或 开始时间 号码 流水号 结束时间 通话时长 方向 分机 话务员 结果，或用 --map 对照）；UTF-8 或 GBK。\n"
        "再导一次不会重复；不合格的行写入 FILE.rejects.csv，附原因。",
        epilog=examples("qiao --as STAFF call import 话单.csv", "qiao --as STAFF call import cdr.csv --map MAP.toml"),
    )(bring)  # fmt: skip
    app.command(
        "unmatched", cls=Command,
        help="话单里已接听而台账没有登记的来电（默认为最近一天）",
        epilog=examples("qiao --as STAFF call unmatched --day 2026-11-21"),
    )(unmatched)  # fmt: skip
    return app


def history(
    context: typer.Context,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="电话，- 为标准输入")] = None,
    id: Annotated[str | None, typer.Option("--id", metavar="NUMBER", help="身份证号，- 为标准输入")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="至多几条")] = 50,
) -> None:
    here = session(context)
    here.person()
    page = here.node().earlier(_typed(phone), _typed(id), limit)
    here.answer({"items": page.items, "next": page.next}, _earlier)


def _typed(given: str | None) -> str | None:
    """`-`: a line of standard input, so that the number isn't in the list of processes."""
    return sys.stdin.readline().strip() if given == "-" else given


def _earlier(page: dict[str, Any]) -> Iterator[str]:
    if not page["items"]:
        yield say("没有以前的来电或工单", "nothing earlier")
        return
    heads = [
        say("登记", "made"),
        say("事项", "matter"),
        say("编号", "number"),
        say("阶段", "phase"),
        say("标题", "title"),
    ]
    rows = [
        [one["created"][:16].replace("T", " "), one["matter"], one["number"] or one["record"],
         say(one["phase_name"], one["phase"]), one["title"]]
        for one in page["items"]
    ]  # fmt: skip
    yield from table(heads, rows, width())


def bring(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="CDR.csv", help="交换机导出的话单")],
    map: Annotated[Path | None, typer.Option("--map", metavar="MAP.toml", help="列名与取值的对照")] = None,
) -> None:
    from node import call_records, csv_file
    from node.clock import SystemClock
    from node.errors import Usage
    from node.matters.border import Known

    here = session(context)
    here.acting()
    sheet = csv_file.read(file, call_records.LABELS, call_records.NEEDED, csv_file.mapping(map))
    known = Known(SystemClock().now_ms())
    rows: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    for row in sheet.rows:
        try:
            rows.append(call_records.parsed(row, known))
        except Usage as fault:
            rejected.append(call_records.Rejected(row, fault.text))
    done = {"imported": 0, "skipped": 0}
    for start in range(0, len(rows), call_records.CHUNK):
        part = here.do("call_record.import", {"rows": rows[start : start + call_records.CHUNK]})
        done = {name: done[name] + part[name] for name in done}
    told = {**done, "rejected": len(rejected), "rejects_file": _rejects(file, sheet, rejected)}
    here.answer(told, _brought)


def _rejects(file: Path, sheet: Sheet, rejected: Sequence[Rejected]) -> str | None:
    """Beside the file, a new one each time, for its owner alone: there are numbers in it. Raises DiskTrouble."""
    if not rejected:
        return None
    path = next(one for one in _names(file) if not one.exists())
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["line", "reason", *sheet.header])
            writer.writerows([one.row.line, line(one.reason), *one.row.raw] for one in rejected)
    except OSError as fault:
        raise DiskTrouble(say(f"写不了 {path}：{fault}", f"{path} can't be written: {fault}")) from fault
    return str(path)


def _names(file: Path) -> Iterator[Path]:
    yield file.with_name(f"{file.name}.rejects.csv")
    number = 1
    while True:
        number += 1
        yield file.with_name(f"{file.name}.rejects-{number}.csv")


def _brought(done: dict[str, Any]) -> Iterator[str]:
    yield say(
        f"新增 {done['imported']} 条，已有 {done['skipped']} 条，不合格 {done['rejected']} 条",
        f"{done['imported']} new, {done['skipped']} known, {done['rejected']} rejected",
    )
    if done["rejects_file"]:
        yield line(say(f"不合格的行：{done['rejects_file']}", f"rejected rows: {done['rejects_file']}"))


def unmatched(
    context: typer.Context,
    day: Annotated[str | None, typer.Option(metavar="DATE", help="哪一天，如 2026-11-21")] = None,
) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().unmatched(day), _unmatched)


def _unmatched(found: dict[str, Any]) -> Iterator[str]:
    counts = found["counts"]
    yield line(
        say(
            f"{found['day']} 呼入 {counts['incoming']} 个，接听 {counts['answered']} 个，未接 {counts['missed']} 个；"
            f"台账有登记 {counts['in_ledger']} 个，缺 {counts['not_in_ledger']} 个，"
            f"台账有而话单没有 {counts['ledger_alone']} 个",
            f"{found['day']}: {counts['incoming']} in, {counts['answered']} answered, {counts['missed']} missed; "
            f"{counts['in_ledger']} in the ledger, {counts['not_in_ledger']} lacking, "
            f"{counts['ledger_alone']} in the ledger alone",
        )
    )
    heads = [
        say("开始", "start"),
        say("秒", "seconds"),
        say("号码", "number"),
        say("分机", "extension"),
        say("话务员", "operator"),
    ]
    names = ("start", "seconds", "number", "extension", "operator")
    if found["items"]:
        yield from table(heads, [[str(one[name]) for name in names] for one in found["items"]], width())
