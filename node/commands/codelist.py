"""`qiao list`: the coded lists (代码表), which every node holds and the root keeps up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import line, table

app = subject(help="代码表：主题、职业等字段可用的代码")
_COLUMNS = {
    "code": "代码", "label": "名称", "parent": "上级代码", "from": "起始日", "until": "截止日", "order": "顺序",
}  # fmt: skip


@app.command(
    cls=Command,
    help="一个代码表现在可用的代码；--all 连同停用的和尚未启用的。",
    epilog=examples("qiao --as STAFF list show topic", "qiao --as STAFF list show topic --all --json"),
)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="代码表的名字，如 topic")],
    every: Annotated[bool, typer.Option("--all", help="连同不再使用的")] = False,
) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().codes(name, every=every), _codes)


@app.command(
    "import",
    cls=Command,
    help="由最上级单位的管理员发布或修订代码表；只签有变化的代码。\n"
    "首行为列名：code label，可有 parent from until order（或 代码 名称 上级代码 起始日 截止日 顺序）；\n"
    "UTF-8 或 GBK。文件里没有的代码保持不变，除非 --retire-missing。",
    epilog=examples(
        "qiao --as STAFF list import topics.csv --name topic",
        "qiao --as STAFF list import 职业.csv --name occupation --label 职业 --retire-missing",
    ),
)
def bring(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="一行一个代码")],
    name: Annotated[str, typer.Option(metavar="NAME", help="代码表的名字，即字段名")] = "topic",
    label: Annotated[str, typer.Option(metavar="TEXT", help="代码表的中文名")] = "",
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="文件里没有的，自今日起停用")
    ] = False,
    map: Annotated[Path | None, typer.Option("--map", metavar="MAP.toml", help="列名对照")] = None,
) -> None:
    from node import csv_file
    from node.errors import Usage

    here = session(context)
    here.acting()
    sheet = csv_file.read(file, _COLUMNS, ("code", "label"), csv_file.mapping(map))
    for row in sheet.rows:
        if row.fault:
            where = say(f"{file} 第 {row.line} 行：", f"{file} line {row.line}: ")
            raise Usage(where + row.fault, code="bad_code_row", hint=f"sed -n '{row.line}p' {file}")
    rows = [{**row.cells, "line": row.line} for row in sheet.rows]
    params = {"name": name, "label": label, "rows": rows, "retire_missing": retire_missing}
    here.answer(here.do("list.import", params), _brought)


def _codes(found: dict[str, Any]) -> Iterator[str]:
    yield line(f"{found['name']}  {found['label']}")
    heads = [say("代码", "code"), say("名称", "label"), say("起始日", "from"), say("截止日", "until")]
    rows = [[one["code"], one["label"], one["from"], one["until"]] for one in found["items"]]
    yield from table(heads, rows, width())


def _brought(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(
            f"{found['name']}：{found['codes']} 个代码，变更 {found['changed']} 个",
            f"{found['name']}: {found['codes']} codes, {found['changed']} changed",
        )
    )
