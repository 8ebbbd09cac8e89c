"""`qiao retention`: personal data whose time is over; listed, and erased only where somebody says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import line, table

app = subject(help="保存期限届满的个人信息：看有哪些，依法删除")
_MATTER = typer.Option(metavar="MATTER", help="只看一种事项：ticket、call")


@app.command(
    "list",
    cls=Command,
    help="保存期限已届满的（本单位登记的）",
    epilog=examples("qiao --as ADMIN retention list"),
)
def listing(context: typer.Context, matter: Annotated[str, _MATTER] = "") -> None:
    here = session(context)
    here.answer(here.do("retention.list", {"matter": matter}), _listed)


@app.command(
    cls=Command,
    help="删除这些记录里的个人信息字段；不加 --yes 只列出，不删除。删除不可撤销，同一次写下的其他文字一并删除。",
    epilog=examples("qiao --as ADMIN retention apply", "qiao --as ADMIN retention apply --yes"),
)
def apply(
    context: typer.Context,
    matter: Annotated[str, _MATTER] = "",
    yes: Annotated[bool, typer.Option("--yes", help="真的删除")] = False,
) -> None:
    here = session(context)
    if not yes:
        found = here.do("retention.list", {"matter": matter})
        here.answer({**found, "dry_run": True, "count": 0}, _dry)
        return
    here.answer({**here.do("retention.apply", {"matter": matter}), "dry_run": False}, _applied)


def _listed(found: dict[str, Any]) -> Iterator[str]:
    kept = "  ".join(f"{name} {days}" for name, days in found["days"].items())
    yield line(say(f"保存期限（日）：{kept}", f"kept (days): {kept}"))
    yield from _items(found)


def _dry(found: dict[str, Any]) -> Iterator[str]:
    yield from _items(found)
    if found["items"]:
        yield say("只是列出，什么都没有删除；删除加 --yes", "listed only, nothing was erased; --yes erases")


def _applied(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(
            f"已下令删除 {found['count']} 条记录的个人信息",
            f"personal data of {found['count']} records erased",
        )
    )
    for one in found["refused"]:
        yield line(say("未能删除：", "not erased: ") + f"{one['number'] or one['record']} [{one['code']}]")
    if found["more"]:
        yield say("还有更多，请再执行一次", "there is more: run it again")


def _items(found: dict[str, Any]) -> Iterator[str]:
    if not found["items"]:
        yield say("没有届满的", "nothing is due")
        return
    heads = [
        say("事项", "matter"),
        say("编号", "number"),
        say("办结", "ended"),
        say("届满", "due"),
        say("字段", "fields"),
    ]
    rows = [
        [
            one["matter"],
            one["number"] or one["record"],
            one["ended"][:10],
            one["due"][:10],
            " ".join(one["fields"]),
        ]
        for one in found["items"]
    ]
    yield from table(heads, rows, width())
    if found["more"]:
        yield say("（只列出前 500 条）", "(the first 500)")
