"""`qiao clock`: the node's time, and the answer to what it asks about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="本机时间、与上级的偏差；时钟有待确认的问题时由管理员回答。无论怎样回答，工作照常。\n"
    "--confirm：按所问的办（采用上级的时间；或者本机时钟没错）。--keep：暂不改动。",
    epilog=examples(
        "qiao --dir D clock",
        "qiao --dir D --as STAFF clock --confirm",
        "qiao --dir D --as STAFF clock --keep",
    ),
)
def clock(
    context: typer.Context,
    confirm: Annotated[bool, typer.Option("--confirm", help="照所问的办")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="暂不改动")] = False,
) -> None:
    here = session(context)
    if confirm and keep:
        text = say("--confirm 与 --keep 只能给一个", "either --confirm or --keep")
        raise Usage(text, code="two_answers", hint="qiao clock --help")
    if confirm or keep:
        here.answer(here.do("clock", {"confirm": confirm}), lines)
        return
    from node import glance

    here.answer(glance.clock(here.directory), lines)


def lines(found: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"时间 {found['now']}", f"time {found['now']}"))
    yield line(say(f"已按上级校正 {found['offset_ms']} 毫秒", f"disciplined by {found['offset_ms']} ms"))
    if found["question"]:
        yield line(found["question"])
        yield line("qiao --as STAFF clock --confirm | --keep")
