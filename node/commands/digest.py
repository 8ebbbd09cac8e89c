"""`qiao digest`: the fingerprint of what a unit is entitled to; `--code` for eight digits to read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Stale
from node.language import say

from .lazy import Command, examples, subject
from .session import session

app = subject()


@app.command(
    cls=Command,
    help="某单位应有数据的指纹；双方相同即一致。\n"
    "--code 给出电话里念的八位核对码；尚有未送达的内容时退出码为 5。",
    epilog=examples(
        "qiao --dir D digest", "qiao --dir D digest --for 370200 --code", "qiao --dir D digest --json"
    ),
)
def digest(
    context: typer.Context,
    unit: Annotated[
        str | None, typer.Option("--for", metavar="UNIT", help="单位代码或路径；默认本单位")
    ] = None,
    code: Annotated[bool, typer.Option("--code", help="只给八位核对码")] = False,
) -> None:
    here = session(context)
    found = here.node().digest(unit)
    here.answer(found, _code if code else lines)
    if found.get("undelivered_up") or found.get("undelivered_down"):
        here.exit = Stale.exit


def _code(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['code'][:4]} {found['code'][4:]}"


def lines(found: dict[str, Any]) -> Iterator[str]:
    yield say(f"核对码 {found['code']}", f"code {found['code']}")
    yield say(f"指纹 {found['digest']}", f"digest {found['digest']}")
    yield say(f"记录 {found['records']}", f"records {found['records']}")
    waiting = (found.get("undelivered_up"), found.get("undelivered_down"))
    if any(waiting):
        yield say(
            f"未送达：上行 {waiting[0]} 下行 {waiting[1]}", f"undelivered: up {waiting[0]}, down {waiting[1]}"
        )
