"""`qiao bundle`: the exchange with the parent or a child as a file, by stick or courier."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.bundles import courier
from node.language import say

from .lazy import Command, examples, subject
from .session import Session, session
from .shown import line

EVERY_SECONDS = 2.0  # between two lines of progress

app = subject(help="用 U 盘与上级、直接下级交换数据包：没有线路时，或线路太慢时。与联网同步可以随意混用。")


@app.command(
    cls=Command,
    help="把要给上级或直接下级 UNIT 的内容写成数据包 FILE。读回核对之后才说可以拔出。",
    epilog=examples("qiao --dir D bundle export --to 370200 /media/usb/to-370200.qiao"),
)
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪个文件；已有的不覆盖")],
    to: Annotated[str, typer.Option(metavar="UNIT", help="给谁：上级或直接下级的代码或路径")],
) -> None:
    here = session(context)
    done = courier.export(_asking(here), to, file, _progress(here))
    here.answer(done, _exported)


@app.command(
    "import",
    cls=Command,
    help="导入数据包 FILE：先整个核对，坏的一点也不导入。重复导入、先后颠倒都没有害处。",
    epilog=examples("qiao --dir D bundle import /media/usb/to-370200.qiao"),
)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="数据包")],
) -> None:
    here = session(context)
    here.answer(courier.take(_asking(here), file, _progress(here)), _imported)


def _asking(here: Session) -> courier.Ask:
    return lambda operation, params: here.do(operation, params, by_person=False)


def _progress(here: Session) -> courier.Tell:
    """A line on stderr now and then, for what takes long."""
    last = time.monotonic()

    def tell(letters: int, size: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            here.narrate(say(f"… {letters} 封，{size >> 20} MiB", f"… {letters} letters, {size >> 20} MiB"))

    return tell


def _exported(done: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(
            f"给 {done['to']} 的数据包：{done['commits']} 条提交，{done['bytes']} 字节，{done['file']}",
            f"for {done['to']}: {done['commits']} commits, {done['bytes']} bytes, {done['file']}",
        )
    )
    yield say("已写入并读回核对，可以拔出", "written and read back: safe to remove")


def _imported(done: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"来自 {done['from']}：{done['sentence']}", f"from {done['from']}: {done['sentence']}"))
    if done["notes"]:
        codes = " ".join(done["notes"])
        yield line(say(f"其中有的未能采用：{codes}", f"some of it was set aside: {codes}"))
