"""`qiao api`: tokens by which auditors' own programs read over HTTP (docs/api.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import line, table

app = subject(help="给程序用的只读接口（docs/api.md）；node.toml 里写 [api] listen 才开")
token = subject(help="接口令牌：发放、清单、收回（管理员）")
app.add_typer(token, name="token")
_NAME = typer.Argument(metavar="NAME", help="令牌名：小写字母、数字、点、横线；不写人名")


@token.command(
    cls=Command,
    help="发放令牌：密钥只显示这一次，本机只存它的摘要；签署留痕，上级看得到",
    epilog=examples(
        "qiao --as ADMIN api token add pandas", "qiao --as ADMIN api token add excel --days 30 --scope 370200"
    ),
)
def add(
    context: typer.Context,
    name: Annotated[str, _NAME],
    days: Annotated[int, typer.Option(metavar="N", help="有效天数，1 至 366")] = 90,
    scope: Annotated[str, typer.Option(metavar="UNIT", help="只看这个单位及其下级的记录")] = "",
) -> None:
    here = session(context)
    here.answer(here.do("api.token.add", {"name": name, "days": days, "scope": scope}), _added)


@token.command(
    "list",
    cls=Command,
    help="令牌清单：范围、期限、最近使用日",
    epilog=examples("qiao --as ADMIN api token list"),
)
def listing(context: typer.Context) -> None:
    here = session(context)
    here.answer(here.do("api.token.list", {}), _table)


@token.command(
    cls=Command,
    help="收回令牌，立即失效；签署留痕",
    epilog=examples("qiao --as ADMIN api token revoke pandas"),
)
def revoke(context: typer.Context, name: Annotated[str, _NAME]) -> None:
    here = session(context)
    here.answer(here.do("api.token.revoke", {"name": name}), _revoked)


def _added(found: dict[str, Any]) -> Iterator[str]:
    yield line(found["secret"])
    until = found["until"][:10]
    yield line(
        say(
            f"只显示这一次，有效到 {until}。用法见 docs/api.md",
            f"shown this once, good until {until}: docs/api.md",
        )
    )


def _revoked(found: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"已收回：{found['name']}", f"revoked: {found['name']}"))


def _table(found: dict[str, Any]) -> Iterator[str]:
    heads = [say("令牌", "token"), say("现状", "standing"), say("范围", "scope"), say("发放人", "by"),
             say("有效到", "until"), say("最近使用", "last used")]  # fmt: skip
    states = {
        "stands": say("有效", "stands"), "expired": say("已到期", "expired"), "revoked": say("已收回", "revoked"),
        "void": say("已作废", "void"),
    }  # fmt: skip
    rows = [
        [one["name"], states[one["standing"]], one["scope"] or "-", one["by"], one["until"][:10],
         one["last_used"] or "-"]
        for one in found["items"]
    ]  # fmt: skip
    yield from table(heads, rows, width())
