"""`qiao MATTER print ID`: the record's sheet as PDF, to be signed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say
from node.matters.draft import Kind

from . import filters
from .lazy import Command, examples
from .session import session
from .shown import line


def add(app: typer.Typer, kind: Kind) -> None:
    name = kind.matter.name
    epilog = examples(
        f"qiao --as STAFF {name} print 370000-20261121-0001",
        f"qiao --as STAFF {name} print ID --out sheet.pdf --mask narrative,employer_name",
    )
    help_text = f"{kind.paper}（PDF，A4）。个人信息打码；--mask 另外不打印的字段。"
    app.command("print", cls=Command, help=help_text, epilog=epilog)(_print(kind))


def _print(kind: Kind) -> Any:
    def print_(
        context: typer.Context,
        record: Annotated[str, typer.Argument(metavar="ID", help="记录号或编号")],
        out: Annotated[Path | None, typer.Option(metavar="FILE.pdf", help="新文件；默认为 编号.pdf")] = None,
        mask: Annotated[str | None, typer.Option(metavar="A,B,…", help="不打印的字段")] = None,
        force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件")] = False,
    ) -> None:
        here = session(context)
        person = here.person()
        hidden = filters.split(mask)
        done = here.node().print(kind.matter.name, record, out, person, hidden=hidden, force=force)
        here.answer(done, lambda found: [line(say(f"已写入 {found['path']}", f"{found['path']} is written"))])

    return print_
