"""`qiao heads`: the frontier, log by log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import table

app = subject()


@app.command(
    cls=Command,
    help="本机所存各日志的最后一笔提交。",
    epilog=examples("qiao --dir D heads", "qiao --dir D heads --json"),
)
def heads(context: typer.Context) -> None:
    here = session(context)
    found = here.node().heads()
    here.answer(found if isinstance(found, dict) else {"items": found, "next": None}, lines)


def lines(found: dict[str, Any]) -> Iterator[str]:
    keys = ("unit", "seq", "log", "id")
    titles = [say("单位", "unit"), say("序号", "seq"), say("日志", "log"), say("提交", "commit")]
    yield from table(titles, [[str(one.get(key) or "") for key in keys] for one in found["items"]], width())
