"""`qiao init`: makes a node in an empty directory; `--root` also founds a tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.language import say

from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="在 --dir 建立节点：密钥、数据库、node.toml。--root 建立一棵新的树，并把恢复密钥写到 FILE。",
    epilog=examples(
        "qiao --dir D init --unit 370000 --name 山东省总工会 --root --recovery /media/usb/recovery.key",
        "qiao --dir D init --unit 370200 --name 青岛市总工会",
    ),
)
def init(
    context: typer.Context,
    unit: Annotated[str, typer.Option(metavar="CODE", help="单位代码")],
    name: Annotated[str, typer.Option(metavar="NAME", help="单位名称")],
    root: Annotated[bool, typer.Option("--root", help="建立根节点")] = False,
    recovery: Annotated[
        Path | None, typer.Option(metavar="FILE", help="恢复密钥写到哪里（纸或 U 盘，不留在本机）")
    ] = None,
) -> None:
    from node import founding

    here = session(context)
    made = founding.init(
        here.directory, unit, name, clock=SystemClock(), entropy=SystemEntropy(), root=root, recovery=recovery
    )
    here.answer(made, _lines)


def _lines(made: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"已建立节点 {made['unit']} {made['name']}", f"made the node {made['unit']} {made['name']}")
    )
    yield say(f"指纹 {made['fingerprint']}", f"fingerprint {made['fingerprint']}")
    if made.get("recovery"):
        yield say(
            f"恢复密钥在 {made['recovery']}：请移到离线介质，不要留在本机",
            f"the recovery key is in {made['recovery']}: move it off this machine",
        )
