"""`qiao registry`: who may write, and what an administrator changes in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .reading import document
from .session import no_node, session
from .shown import line, table

app = subject(help="登记册：单位与节点，吊销、迁移、撤并、换密钥")
_UNIT = typer.Argument(metavar="UNIT", help="单位的代码或路径")


@app.command("list", cls=Command, help="所有单位与节点", epilog=examples("qiao --as STAFF registry list"))
def listing(context: typer.Context) -> None:
    here = session(context)
    here.person()
    here.answer({"items": here.node().registry(), "next": None}, _table)


@app.command(
    cls=Command,
    help="吊销一个下级节点（电脑丢失、被盗、更换、停用）。其日志在本机所存的位置封闭，之后的内容隔离。\n"
    "理由：lost stolen replaced retired",
    epilog=examples(
        "qiao --as ADMIN registry revoke 370211 --reason stolen",
        "qiao --as ADMIN registry revoke 370211 --reason lost --keep HEADS.json",
    ),
)
def revoke(
    context: typer.Context,
    unit: Annotated[str, _UNIT],
    reason: Annotated[str, typer.Option(metavar="CODE", help="lost stolen replaced retired")],
    keep: Annotated[
        Path | None, typer.Option(metavar="HEADS.json", help="保留到哪里：qiao heads --json 的输出")
    ] = None,
) -> None:
    kept = document(keep).get("items", []) if keep is not None else None
    _do(context, "registry.revoke", {"unit": unit, "reason": reason, "keep": kept})


@app.command(
    cls=Command,
    help="把一个单位连同下级迁到别处，未办完的工单随同改派。",
    epilog=examples("qiao --as ADMIN registry move 370211 --to 370000/370900/370211"),
)
def move(
    context: typer.Context,
    unit: Annotated[str, _UNIT],
    to: Annotated[str, typer.Option(metavar="PATH", help="新路径，含单位自己的代码")],
) -> None:
    _do(context, "registry.move", {"unit": unit, "to": to})


@app.command(
    cls=Command,
    help="撤销或并入一个单位：吊销其节点，未办完的工单改派给承接单位。",
    epilog=examples("qiao --as ADMIN registry retire 370211 --successor 370212"),
)
def retire(
    context: typer.Context,
    unit: Annotated[str, _UNIT],
    successor: Annotated[str, typer.Option(metavar="UNIT", help="承接其工作的单位")],
) -> None:
    _do(context, "registry.retire", {"unit": unit, "successor": successor})


@app.command(
    cls=Command,
    help="本节点换新密钥。旧密钥的最后一笔提交登记新密钥，上级收到之前仍以旧密钥与之通信。",
    epilog=examples("qiao --as ADMIN registry replace"),
)
def replace(context: typer.Context) -> None:
    _do(context, "registry.replace", {})


@app.command(
    "replace-root",
    cls=Command,
    help="用恢复密钥更换根节点。在原根节点的目录里执行（原机，或已从备份恢复），节点不得正在运行。",
    epilog=examples(
        "qiao --dir D registry replace-root --recovery ROOT.pem --next ROOT-2.pem",
        "qiao --dir D registry replace-root --recovery ROOT.pem --next ROOT-2.pem --stolen",
    ),
)
def replace_root(
    context: typer.Context,
    recovery: Annotated[Path, typer.Option(metavar="FILE", help="现在的恢复密钥")],
    next: Annotated[
        Path | None, typer.Option(metavar="FILE", help="新的恢复密钥写到哪里（默认 FILE.next）")
    ] = None,
    stolen: Annotated[bool, typer.Option("--stolen", help="原密钥被盗：原日志在本机所存的位置封闭")] = False,
) -> None:
    from node.face import Node

    here = session(context)
    if not (here.directory / "node.db").exists():
        raise no_node(here)
    following = next or recovery.with_name(recovery.name + ".next")
    here.answer(Node.replace_root(here.directory, recovery, following, stolen=stolen), _done)


@app.command(cls=Command, help="把登记册存为文件", epilog=examples("qiao --dir D registry save REGISTRY"))
def save(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    _hand(context, "registry.save", file)


@app.command(
    cls=Command,
    help="收进文件里的登记册：上级换了节点，本机无法经线路得知时用。",
    epilog=examples("qiao --dir D registry load REGISTRY"),
)
def load(context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    _hand(context, "registry.load", file)


def _hand(context: typer.Context, operation: str, file: Path) -> None:
    here = session(context)
    if not (here.directory / "node.db").exists():
        raise no_node(here)
    here.answer(here.do(operation, {"path": str(file.absolute())}, by_person=False), _handed)


def _handed(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"{found['path']}：{found['commits']} 笔提交", f"{found['path']}: {found['commits']} commits")
    )


def _do(context: typer.Context, operation: str, params: dict[str, Any]) -> None:
    here = session(context)
    here.answer(here.do(operation, params), _done)


def _done(found: dict[str, Any]) -> Iterator[str]:
    if not found["items"]:
        yield line(
            say("没有节点可吊销，也没有未办完的工单要改派", "no node to revoke, and no open work to reassign")
        )
    for one in found["items"]:
        told = [
            one["action"],
            one.get("number") or one.get("unit", ""),
            one.get("to") or one.get("holder") or "",
        ]
        yield line(" ".join(part for part in told if part))
    if found.get("recovery"):
        yield line(say(f"新的恢复密钥：{found['recovery']}", f"the next recovery key: {found['recovery']}"))


def _table(found: dict[str, Any]) -> Iterator[str]:
    heads = [
        say("单位", "unit"),
        say("名称", "name"),
        say("状态", "state"),
        say("角色", "role"),
        say("节点", "node"),
    ]
    rows = [
        [one["unit"], one["name"], one["state"], one["role"], (one["node"] or "")[:8]]
        for one in found["items"]
    ]
    yield from table(heads, rows, width())
