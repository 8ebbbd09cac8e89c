"""`qiao template`: fields that a record is begun with, kept for oneself or for the unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say
from node.matters.draft import Kind

from .lazy import Command, examples, subject
from .reading import document
from .session import Session, session
from .shown import line, table

app = subject(help="登记用的模板")
Matter = Annotated[str, typer.Option("--matter", metavar="MATTER", help="事项")]
Shared = Annotated[bool, typer.Option("--shared", help="全单位共用的")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="名称")]


def fields(here: Session, kind: Kind, name: str) -> dict[str, Any]:
    """A template's data. Raises NotFound `no_template`."""
    found: dict[str, Any] = here.do("template.get", {"matter": kind.matter.name, "name": name})["data"]
    return found


@app.command(
    "add",
    cls=Command,
    help="存一个模板，同名的换掉；其中不能有个人信息。",
    epilog=examples("qiao --as STAFF template add 欠薪 --data wages.json"),
)
def add(
    context: typer.Context,
    name: Name,
    file: Annotated[Path, typer.Option("--data", metavar="FILE.json", help="字段名与值的 JSON 文件")],
    matter: Matter = "ticket",
    shared: Shared = False,
) -> None:
    here = session(context)
    params = {"matter": matter, "name": name, "shared": shared, "data": document(file)}
    here.answer(here.do("template.put", params), lambda found: [line(_said(found))])


@app.command(
    "list", cls=Command, help="自己的和全单位的模板", epilog=examples("qiao --as STAFF template list")
)
def listing(
    context: typer.Context,
    matter: Annotated[str | None, typer.Option("--matter", metavar="MATTER", help="事项")] = None,
) -> None:
    here = session(context)
    items = here.do("template.list", {"matter": matter})["items"]
    here.answer({"items": items, "next": None}, lambda found: rows(found["items"], "data"))


@app.command(
    "remove", cls=Command, help="去掉一个模板", epilog=examples("qiao --as STAFF template remove 欠薪")
)
def remove(context: typer.Context, name: Name, matter: Matter = "ticket", shared: Shared = False) -> None:
    here = session(context)
    done = here.do("template.remove", {"matter": matter, "name": name, "shared": shared})
    here.answer(done, lambda found: [line(say(f"已去掉 {name}", f"{name} removed"))])


def rows(items: list[Mapping[str, Any]], *what: str) -> Iterator[str]:
    if not items:
        yield say("还没有", "none yet")
        return
    heads = [say("名称", "name"), say("事项", "matter"), say("谁的", "whose"), say("内容", "holds")]
    yield from table(heads, [_row(one, what) for one in items])


def _row(one: Mapping[str, Any], what: tuple[str, ...]) -> list[str]:
    held = " ".join(f"{name}={value}" for part in what for name, value in _pairs(part, one[part]))
    return [
        str(one["name"]),
        str(one["matter"]),
        say("全单位", "unit") if one["shared"] else say("自己", "own"),
        held,
    ]


def _pairs(part: str, found: Any) -> list[tuple[str, Any]]:
    if isinstance(found, Mapping):
        return list(found.items())
    return [(part, ",".join(found))] if found else []


def _said(found: Mapping[str, Any]) -> str:
    return say(f"已存模板 {found['name']}", f"template {found['name']} kept")
