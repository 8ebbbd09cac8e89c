"""`qiao doctor`: what is wrong with this machine and this node, and what mends it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Damaged
from node.language import say

from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject()
_MARKS = {"ok": ("正常", "ok  "), "warning": ("注意", "note"), "red": ("不好", "BAD ")}


@app.command(
    cls=Command,
    help="检查这台机器和这个节点：版本、时钟、磁盘、文件系统、权限、线路、备份、数据库，每一处写明用什么命令处理。\n"
    "还没有节点的目录也能查。有“不好”的返回 7。--full 另查数据库的每一页，大库要几分钟。",
    epilog=examples("qiao --dir D doctor", "qiao --dir D doctor --full", "qiao --dir D --json doctor"),
)
def doctor(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="数据库的每一页、每一个引用也查")] = False,
    seconds: Annotated[int, typer.Option(metavar="N", min=1, help="--full 最多查几秒")] = 600,
) -> None:
    from node.doctor import checkup
    from node.doctor.finding import Level, Site

    here = session(context)
    found = checkup.examined(Site(here.directory, full=full, seconds=seconds))
    level = checkup.worst(found)
    place = shlex.quote(str(here.directory))
    checks = [{**one.as_json(), "hint": one.hint.replace("--dir DIR", f"--dir {place}")} for one in found]
    here.answer({"ok": level is not Level.RED, "level": str(level), "checks": checks}, lines)
    if level is Level.RED:
        raise typer.Exit(Damaged.exit)


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What isn't well comes last: there it is seen."""
    for level in ("ok", "warning", "red"):
        for one in found["checks"]:
            if one["level"] == level:
                yield line(f"{say(*_MARKS[level])}  {one['sentence']}")
                if one["hint"]:
                    yield line(f"      {say('处理', 'do')}: {one['hint']}")
