"""`qiao audit export`: the log for outsiders, or the tables for auditors (design 4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from . import audit_stats
from .auditing import may_look, progress
from .lazy import Command, examples
from .session import Session, session
from .shown import dumps, line, table

LOG = "log"
FORMATS = (LOG, "parquet", "csv", "xlsx", "jsonl")


def add(app: typer.Typer) -> None:
    app.command(cls=Command, help=_HELP, epilog=_EXAMPLES)(export)
    app.command(cls=Command, help=_SQL_HELP, epilog=_SQL_EXAMPLES)(sql)
    audit_stats.add(app)


_HELP = """导出：全部提交，任何人可据此自行核验；或审计表，给审计自己的工具。
log：一个文件，不需要 --as。parquet、csv、jsonl：一个文件夹，一张表一个文件；xlsx：一个工作簿，一张表一页。
表里没有个人信息和自由文字；--words 才有，须另一人复核并写明理由，签署留痕。
每一行写明它所依据的提交；同样的数据，文件逐字节相同。"""
_EXAMPLES = examples(
    "qiao --dir D audit export --format log all.qlog",
    "qiao --dir D --as STAFF audit export --format parquet tables",
    "qiao --dir D --as STAFF audit export --format xlsx tables.xlsx",
    "qiao --dir D --as STAFF audit export --format csv tables --words --reason 专项审计",
)


def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="写到哪里；已有的不覆盖")],
    format: Annotated[str, typer.Option("--format", metavar="log|parquet|csv|xlsx|jsonl", help="格式")] = LOG,
    words: Annotated[
        bool, typer.Option("--words", help="带个人信息和文字：要另一人输入密码，并写明理由")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="带文字的理由")] = "",
) -> None:
    here = session(context)
    if format not in FORMATS:
        text = say(f"没有格式 {ascii(format[:20])}；可写：{' '.join(FORMATS)}",
                   f"there is no format {ascii(format[:20])}; one of {' '.join(FORMATS)}")  # fmt: skip
        raise Usage(text, code="bad_value", hint="qiao audit export --format parquet FOLDER")
    if format == LOG and words:
        zh, en = (
            "--words 是表的选项；log 里本来就有全部文字",
            "--words is for tables; a log holds all words anyway",
        )
        raise Usage(say(zh, en), code="bad_value", hint="qiao audit export --help")
    if format == LOG:
        here.answer(here.node().export_log(path) or {"path": str(path)}, _exported)
        return
    here.answer(_tables(here, path, format, words, reason), _told)


def _tables(here: Session, path: Path, format: str, words: bool, reason: str) -> dict[str, Any]:
    from node.audit.tables import export as tables

    may_look(here)
    tables.refuse_existing(path)
    if words:
        _agreed(here, reason)
    found = here.node().audit.export_tables(path, format, progress(here), words=words)
    here.node().do("exported", {"path": str(path.resolve())})
    return found


def _agreed(here: Session, reason: str) -> None:
    """By a second person, signed for each matter whose words are told. Raises as face.disclose."""
    from node.audit.tables import words

    from . import second

    agreed = second.person(here)
    for matter, fields in words.told().items():
        count = here.node().audit.count_records(matter)
        here.node().disclose(matter, fields, count, reason, agreed, here.person())


_SQL_HELP = """用 SQL（DuckDB）查询审计表：calls tickets assignments acts cards follow_ups quality_checks exceptions
units people。只许一条 SELECT，读不到别的文件。--from 查以前导出的 Parquet 文件夹，不需要节点，也快得多。"""
_SQL_EXAMPLES = examples(
    'qiao --as STAFF audit sql "SELECT owner, count(*) FROM tickets GROUP BY ALL"',
    'qiao audit sql --from tables --format csv "SELECT * FROM exceptions ORDER BY time"',
)
MOST = 1_000_000  # rows told


def sql(
    context: typer.Context,
    select: Annotated[str, typer.Argument(metavar="SELECT", help="一条 SELECT")],
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="以前导出的 Parquet 文件夹")
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="table|csv|jsonl", help="怎样写出")] = "table",
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="至多几行")] = 1000,
) -> None:
    from node.audit import scratch
    from node.audit import sql as asking

    here = session(context)
    if format not in _SHOWN:
        text = say(f"没有格式 {ascii(format[:20])}；可写：{' '.join(_SHOWN)}",
                   f"there is no format {ascii(format[:20])}; one of {' '.join(_SHOWN)}")  # fmt: skip
        raise Usage(text, code="bad_value", hint="qiao audit sql --format csv SELECT")
    if source is None:
        may_look(here)
        found = here.node().audit.sql(select, limit, progress(here))
    else:
        scratch.exported(source)
        found = asking.asked(source, select, limit)
    items = [dict(zip(_names(found.columns), row, strict=True)) for row in found.rows]
    here.answer(
        {"columns": found.columns, "items": items, "next": None, "more": found.more},
        lambda _: _SHOWN[format](found.columns, found.rows),
    )
    if found.more:
        here.narrate(say(f"只列出前 {limit} 行；更多：--limit", f"the first {limit} rows; more: --limit"))


def _names(columns: list[str]) -> list[str]:
    """Each its own: a second of one name is numbered."""
    seen: dict[str, int] = {}
    for one in columns:
        seen[one] = seen.get(one, 0) + 1
    left = dict(seen)
    names = []
    for one in columns:
        nth = seen[one] - left[one]
        left[one] -= 1
        names.append(one if nth == 0 else f"{one}_{nth}")
    return names


def _as_table(columns: list[str], rows: list[list[Any]]) -> Iterator[str]:
    from .matter_text import width

    yield from table(columns, [[_cell(one) for one in row] for row in rows], width())


def _as_csv(columns: list[str], rows: list[list[Any]]) -> Iterator[str]:
    import csv
    import io

    from node.tables.harmless import harmless

    for row in (columns, *rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([harmless(_cell(one)) if type(one) is str else _cell(one)
                                                      for one in row])  # fmt: skip
        yield line(text.getvalue())


def _as_lines(columns: list[str], rows: list[list[Any]]) -> Iterator[str]:
    names = _names(columns)
    return (dumps(dict(zip(names, row, strict=True))) for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dumps(value)


_SHOWN = {"table": _as_table, "csv": _as_csv, "jsonl": _as_lines}


def _exported(found: dict[str, Any]) -> Iterator[str]:
    yield say(f"已写入 {found.get('path')}", f"written to {found.get('path')}")
    for key in ("items", "commits", "bytes"):
        if key in found:
            yield f"  {key} {found[key]}"


def _told(found: dict[str, Any]) -> Iterator[str]:
    zh, en = (
        ("含个人信息和文字，已记名", "with words, signed") if found["words"] else ("不含个人信息", "no words")
    )
    yield line(say(f"已写入 {found['path']}（{zh}）", f"written to {found['path']} ({en})"))
    for name, rows in found["tables"].items():
        yield f"  {name} {rows}"
