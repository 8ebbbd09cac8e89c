"""`qiao sync`: one full round with the parent now, through the running daemon or by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node import glance
from node.errors import Damaged
from node.language import say

from .lazy import Command, examples, subject
from .session import session

app = subject()


@app.command(
    cls=Command,
    help="立即与上级同步一轮，直到双方都没有新内容。",
    epilog=examples("qiao --dir D sync", "qiao --dir D sync --once --json", "qiao --dir D sync --verify"),
)
def sync(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="一轮即止（默认）")] = True,
    verify: Annotated[bool, typer.Option("--verify", help="同步后与上级逐桶对账，补上差异")] = False,
    parent: Annotated[str | None, typer.Option(metavar="URL", help="上级地址，仅此一次")] = None,
) -> None:
    here = session(context)
    if parent is not None:
        os.environ["QIAO_PARENT"] = parent  # over node.toml, as every setting's variable is
    done = here.do("sync", {"parent": parent, "verify": verify}, by_person=False)
    here.answer({**done, "exceptions": glance.status(here.directory)["exceptions"]}, lines)
    if done.get("verified") and not done["verified"]["equal"]:
        raise typer.Exit(Damaged.exit)


def lines(done: dict[str, Any]) -> Iterator[str]:
    yield say(
        f"发出 {done['sent']} 收到 {done['received']}（提交），{done['rounds']} 轮，"
        f"上行 {done['bytes_up']} 下行 {done['bytes_down']} 字节",
        f"sent {done['sent']}, received {done['received']} commits in {done['rounds']} rounds, "
        f"{done['bytes_up']} bytes up, {done['bytes_down']} down",
    )
    if done.get("exceptions"):
        yield say(f"待处理异常 {done['exceptions']} 条", f"{done['exceptions']} exceptions")
    if done.get("verified"):
        yield from compared(done["verified"])
    if not done.get("complete", True):
        yield say("尚未收完", "not complete yet")


def compared(found: dict[str, Any]) -> Iterator[str]:
    """What comparing the link found."""
    if found["equal"] and not found["differed"]:
        yield say("与上级对账：一致", "compared with the parent: equal")
    elif found["equal"]:
        yield say(
            f"与上级对账：{found['differed']} 处不同，已补齐，现在一致",
            f"compared with the parent: {found['differed']} changes differed, repaired, equal now",
        )
    else:
        yield say(
            f"与上级对账：{found['differed']} 处不同，{found['left']} 处没能补上",
            f"compared with the parent: {found['differed']} changes differed, {found['left']} couldn't be repaired",
        )
