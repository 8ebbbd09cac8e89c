"""`qiao invite`: a one-time invitation for a unit below this one; a hosted unit is enrolled at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .reading import save
from .session import session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="签发一次性邀请（七天内有效），交给下级执行 qiao join。--role hosted 登记没有电脑的挂靠单位。",
    epilog=examples(
        "qiao --dir D --as STAFF invite --unit 370200 --name 青岛市总工会",
        "qiao --dir D --as STAFF invite --unit 370200 --name 青岛市总工会 --address https://qiao.example.org",
        "qiao --dir D --as STAFF invite --unit 370200-01 --name 某街道工会 --role hosted",
        "qiao --dir D --as STAFF invite --unit 370200 --name 青岛市总工会 --again",
    ),
)
def invite(
    context: typer.Context,
    unit: Annotated[str, typer.Option(metavar="UNIT", help="新单位的代码或路径")],
    name: Annotated[str, typer.Option(metavar="NAME", help="新单位的名称")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="office auditor hosted")] = "office",
    kind: Annotated[str, typer.Option(metavar="KIND", help="place industry enterprise department")] = "place",
    address: Annotated[str | None, typer.Option(metavar="URL", help="下级拨号的地址")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="邀请写到哪个文件")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="该单位已登记：只让原来那台（同一密钥）重新接入")
    ] = False,
) -> None:
    here = session(context)
    asked = {"unit": unit, "name": name, "role": role, "kind": kind, "address": address, "again": again}
    made = here.do("invite", asked)
    if file is not None and made.get("invitation"):
        save(file, made["invitation"] + "\n")
        made = {**made, "file": str(file)}
    here.answer(made, _lines)


def _lines(made: dict[str, Any]) -> Iterator[str]:
    if not made.get("invitation"):
        yield line(say(f"已登记挂靠单位 {made['unit']}", f"enrolled the hosted unit {made['unit']}"))
        return
    yield made["invitation"]
    if made.get("file"):
        yield line(say(f"已写入 {made['file']}", f"written to {made['file']}"))
