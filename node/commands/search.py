"""`qiao search`: full text, also for words of two letters; personal fields aren't in the index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import table

app = subject()


@app.command(
    cls=Command,
    help="全文检索（两个字的词也查得到；个人信息不入索引）。",
    epilog=examples("qiao --as STAFF search 工伤", "qiao --as STAFF search 欠薪 --in ticket,call --json"),
)
def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="要查的文字")],
    matters: Annotated[str, typer.Option("--in", metavar="MATTER,…", help="在哪些事项里查")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="至多几条")] = 50,
) -> None:
    here = session(context)
    here.person()
    page = here.node().search(text, [name for name in matters.split(",") if name], limit)
    here.answer({"items": page.items, "next": page.next}, lines)


def lines(page: dict[str, Any]) -> Iterator[str]:
    if not page["items"]:
        yield say("没有查到", "nothing found")
        return
    heads = [say("事项", "matter"), say("编号", "number"), say("标题", "title")]
    rows = [[str(one.get(key) or "") for key in ("matter", "number", "title")] for one in page["items"]]
    yield from table(heads, rows, width())
