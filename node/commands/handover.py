"""`qiao handover`: a colleague's open work goes to another (design 4)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import Session, session
from .shown import line, table

app = subject()


@app.command(
    cls=Command,
    help="把一位同事经手的在办事项，全部交给本单位另一位；逐件签署，条件与单件“交办”相同。\n"
    "交自己的谁都可以；交他人的须为管理员、派单员或督办。",
    epilog=examples(
        "qiao --as li handover --from li --to wang --text '夜班：3 件等职工补材料'",
        "qiao --as ADMIN handover --from li --to wang --dry-run",
    ),
)
def handover(
    context: typer.Context,
    giver: Annotated[str, typer.Option("--from", metavar="STAFF", help="交出的人（已停用的也行）")],
    taker: Annotated[str, typer.Option("--to", metavar="STAFF", help="接手的人")],
    text: Annotated[str, typer.Option(metavar="TEXT", help="交接说明，记在每一件上")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看有哪些，不移交")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="在终端里不再询问")] = False,
) -> None:
    here = session(context)
    params = {"from": giver, "to": taker, "text": text}
    if dry_run or _asks(yes):
        found = here.do("handover", {**params, "dry": True})
        if dry_run:
            here.answer({**found, "dry_run": True}, _preview)
            return
        _confirm(here, found)
    here.answer({**here.do("handover", params), "dry_run": False}, _done)


def _asks(yes: bool) -> bool:
    return not yes and sys.stdin.isatty() and sys.stderr.isatty()


def _confirm(here: Session, found: dict[str, Any]) -> None:
    for one in _preview(found):
        here.narrate(one)
    here.narrate(say("确定请输入 yes：", "Type yes:"))
    if sys.stdin.readline().strip().lower() != "yes":
        text = say("没有确认，什么都没有移交", "not confirmed; nothing was handed over")
        raise Usage(text, code="not_confirmed", hint="qiao handover --from STAFF --to STAFF --yes")


def _preview(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"{found['from']} 经手的在办事项 {found['count']} 件，交给 {found['to']}：",
            f"{found['count']} open records of {found['from']} go to {found['to']}:")
    )  # fmt: skip
    yield from _items(found["items"])


def _done(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"已移交 {found['count']} 件给 {found['to']}", f"{found['count']} handed over to {found['to']}")
    )
    yield from _items(found["items"])
    for one in found["refused"]:
        yield line(
            say("未能移交：", "not handed over: ") + f"{one['number'] or one['record']} [{one['code']}]"
        )


def _items(items: list[dict[str, Any]]) -> Iterator[str]:
    rows = [[one["number"] or one["record"], one["title"]] for one in items]
    if rows:
        yield from table([say("编号", "number"), say("标题", "title")], rows, width())
