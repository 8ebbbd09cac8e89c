"""`qiao view`: the filters and columns of a list, kept under a name."""

from __future__ import annotations

from inspect import Signature
from typing import Annotated, Any

import typer

from node.language import say

from . import filters, template
from .lazy import Command, examples, subject
from .session import session
from .shown import line
from .template import Matter, Name, Shared

app = subject(help="存下的清单条件与列")
_OPTIONS = (
    ("phase", str | None, "阶段"), ("status", str | None, "某单位承办状态"), ("unit", str | None, "单位代码或路径"),
    ("overdue", bool, "只列超期的"), ("text", str | None, "含有的文字"), ("mine", bool, "只列本人经办的"),
    ("view", str | None, "收件视图"), ("sort", str | None, "排序字段，前加 - 为倒序"),
    ("columns", str | None, "列：字段名或中文名，逗号分隔"),
)  # fmt: skip


def _save(context: typer.Context, name: str, matter: str, shared: bool, **given: Any) -> None:
    here = session(context)
    kept = {"filters": filters.said(given), "columns": filters.split(given.get("columns"))}
    done = here.do("view.put", {"matter": matter, "name": name, "shared": shared, **kept})
    here.answer(done, lambda found: [line(say(f"已存视图 {name}", f"view {name} kept"))])


_save.__signature__ = Signature(  # type: ignore[attr-defined]
    [
        filters.parameter("context", typer.Context),
        filters.parameter("name", str, typer.Argument(..., metavar="NAME", help="名称")),
        filters.parameter("matter", str, typer.Option("ticket", metavar="MATTER", help="事项")),
        filters.parameter("shared", bool, typer.Option(False, "--shared", help="全单位共用的")),
        *(
            filters.parameter(
                one, kind, typer.Option(False if kind is bool else None, f"--{one}", help=help_text)
            )
            for one, kind, help_text in _OPTIONS
        ),
    ]
)
app.command(
    "save",
    cls=Command,
    help="存下清单的条件与列，同名的换掉；ticket list --saved NAME 用它。",
    epilog=examples("qiao --as STAFF view save 超期 --overdue --columns number,phase,due,employer_name"),
)(_save)


@app.command("list", cls=Command, help="自己的和全单位的", epilog=examples("qiao --as STAFF view list"))
def listing(
    context: typer.Context,
    matter: Annotated[str | None, typer.Option("--matter", metavar="MATTER", help="事项")] = None,
) -> None:
    here = session(context)
    items = here.do("view.list", {"matter": matter})["items"]
    here.answer(
        {"items": items, "next": None}, lambda found: template.rows(found["items"], "filters", "columns")
    )


@app.command("remove", cls=Command, help="去掉一个", epilog=examples("qiao --as STAFF view remove 超期"))
def remove(context: typer.Context, name: Name, matter: Matter = "ticket", shared: Shared = False) -> None:
    here = session(context)
    done = here.do("view.remove", {"matter": matter, "name": name, "shared": shared})
    here.answer(done, lambda found: [line(say(f"已去掉 {name}", f"{name} removed"))])
