"""`qiao reveal`: personal data in clear, with a reason, behind a signed act (design 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import line, table

app = subject()


LIST = "list"


@app.command(
    cls=Command,
    help="查看被遮住的个人信息：须写理由，本身是一项签署的操作，本单位和各上级都看得到。\n"
    "reveal list 看谁看过什么（不含内容）。",
    epilog=examples(
        "qiao --as STAFF reveal 370000-20261121-0001 worker_phone --reason 回访",
        "qiao --as STAFF reveal ID narrative --reason 核实用人单位 --json",
        "qiao --as STAFF reveal list --json",
    ),
)
def reveal(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID|list", help="记录号或编号；list：看谁看过")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="字段名，如 worker_phone")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="理由（必填）")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="list 至多几条")] = 50,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="list 上一页的 next")] = None,
) -> None:
    here = session(context)
    if id == LIST:
        here.person()
        page = here.node().notices("reveal", limit, after)
        here.answer({"items": page.items, "next": page.next}, _listed)
        return
    here.answer(here.do("reveal", {"record": id, "field": field, "reason": reason}), _told)


def _told(found: dict[str, Any]) -> Iterator[str]:
    for value in found["values"]:
        yield line(str(value))
    if len(found["values"]) > 1:
        yield say(f"（共 {len(found['values'])} 个值）", f"({len(found['values'])} values)")


def _listed(found: dict[str, Any]) -> Iterator[str]:
    titles = (("时间", "time"), ("单位", "unit"), ("工号", "staff"), ("编号", "number"), ("字段", "field"))
    heads = [say(*one) for one in titles]
    rows = [
        [one["time"][:16].replace("T", " "), one["unit_name"], one["actor"], one["number"] or one["record"],
         str(one["data"].get("field", ""))]
        for one in found["items"]
    ]  # fmt: skip
    yield from table(heads, rows, width())
    if found["next"]:
        yield say(f"还有更多：--after {found['next']}", f"more: --after {found['next']}")
