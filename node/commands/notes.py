"""`qiao note`: what one shift leaves to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject(help="给下一班的交班说明；只在本节点，三十天后消失")


@app.command(
    cls=Command,
    help="留一条说明给下一班；写明 --to 的，自己在办的事项同时全部交给他。",
    epilog=examples("qiao --as STAFF note leave '3 件等职工补材料' --to STAFF"),
)
def leave(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="说明")],
    taker: Annotated[str, typer.Option("--to", metavar="STAFF", help="接手的人")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看有哪些，不留也不移交")] = False,
) -> None:
    here = session(context)
    found = here.do("note.leave", {"text": text, "to": taker, "dry": dry_run})
    here.answer({**found, "dry_run": dry_run}, _left)


@app.command("list", cls=Command, help="留下的说明，新的在前", epilog=examples("qiao --as STAFF note list"))
def listing(context: typer.Context) -> None:
    here = session(context)
    here.answer({**here.do("note.list", {}), "next": None}, _listed)


@app.command(cls=Command, help="看过了，登录后不再显示", epilog=examples("qiao --as STAFF note read NAME"))
def read(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="说明的编号，见 note list")],
) -> None:
    here = session(context)
    here.answer(here.do("note.read", {"names": names}), lambda _found: [line(say("已读", "read"))])


def _left(found: dict[str, Any]) -> Iterator[str]:
    if found["to"]:
        count, taker = found["count"], found["to"]
        yield line(say(f"交给 {taker} 的在办事项 {count} 件", f"{count} open records go to {taker}"))
    for one in found["refused"]:
        yield line(
            say("未能移交：", "not handed over: ") + f"{one['number'] or one['record']} [{one['code']}]"
        )
    if found["note"]:
        yield line(say(f"已留交班说明 {found['note']}", f"note {found['note']} left"))


def _listed(found: dict[str, Any]) -> Iterator[str]:
    for one in found["items"]:
        state = "" if one["read"] else say("  [未读]", "  [unread]")
        yield line(f"{one['name']}  {one['at'][:16]}  {one['by_name']}{state}")
        yield line(f"  {one['text']}")
    if not found["items"]:
        yield line(say("没有交班说明", "no notes"))
