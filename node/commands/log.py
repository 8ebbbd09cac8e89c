"""`qiao log`: what the running node has written into its log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .session import Session, no_node, session
from .shown import dumps, line

app = subject()


@app.command(
    cls=Command,
    help="运行日志的最后几行：一行一件事，没有个人信息。",
    epilog=examples(
        "qiao --dir D log", "qiao --dir D log --level warning --lines 200", "qiao --dir D log --follow"
    ),
)
def log(
    context: typer.Context,
    lines: Annotated[int, typer.Option("--lines", metavar="N", min=0, max=100_000, help="最后几行")] = 50,
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="debug、info、warning、error 起")
    ] = "debug",
    follow: Annotated[bool, typer.Option("--follow", help="接着显示新写的，Ctrl-C 停")] = False,
) -> None:
    from node.logs import reading, writing

    here = session(context)
    if not here.directory.is_dir():
        raise no_node(here)
    if level not in writing.LEVELS:
        text = say(f"没有级别 {level!r}", f"there is no level {level!r}")
        raise Usage(text, code="bad_value", hint="qiao log --level warning")
    items = reading.newest(here.directory, lines, level)
    if follow:
        here.write(_shown(here, one) for one in items)
        for one in reading.follow(writing.path_of(here.directory), level):
            here.write([_shown(here, one)])
    here.answer({"items": items, "next": None}, lambda found: (_shown(here, one) for one in found["items"]))


def _shown(here: Session, one: Mapping[str, Any]) -> str:
    from node.logs import reading

    return dumps(dict(one)) if here.json else line(reading.told(one))
