"""`qiao staff`: the people of this unit. A new password is QIAO_NEW_PASSWORD, or asked for in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import Session, no_node, password, session
from .shown import line, table

app = subject(help="本单位人员：工号、姓名、角色、密码")
ROLES = "operator lawyer dispatcher handler follow_up quality_checker supervisor leader auditor admin"
_ID = typer.Argument(metavar="ID", help="工号")


def _new_password() -> str:
    return password("QIAO_NEW_PASSWORD", say("新密码: ", "new password: "))


@app.command(
    cls=Command,
    help="增加人员；第一位不需 --as，并成为 admin。密码取自 QIAO_NEW_PASSWORD。\n角色：" + ROLES,
    epilog=examples(
        "QIAO_NEW_PASSWORD=… qiao --dir D staff add li --name 李敏 --role dispatcher --role handler",
        "qiao --dir D --as li staff add wang --name 王强 --role handler",
    ),
)
def add(
    context: typer.Context,
    id: Annotated[str, _ID],
    name: Annotated[str, typer.Option(metavar="NAME", help="姓名")],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help="角色，可给多个")],
) -> None:
    here = session(context)
    roles = [one for given in role for one in given.split(",") if one]
    _do(here, "staff.add", {"id": id, "name": name, "roles": roles, "password": _new_password()})


@app.command("list", cls=Command, help="人员清单", epilog=examples("qiao --dir D --as li staff list"))
def listing(context: typer.Context) -> None:
    here = session(context)
    here.person()
    found = here.node().staff()
    here.answer({"items": found, "next": None}, _table)


@app.command(
    cls=Command,
    help="改姓名或角色：--role 写他从现在起的全部角色。角色：" + ROLES,
    epilog=examples("qiao --dir D --as li staff amend wang --role handler --role dispatcher"),
)
def amend(
    context: typer.Context,
    id: Annotated[str, _ID],
    name: Annotated[str, typer.Option(metavar="NAME", help="姓名")] = "",
    role: Annotated[list[str] | None, typer.Option(metavar="ROLE", help="角色，可给多个")] = None,
) -> None:
    roles = [one for given in role or () for one in given.split(",") if one]
    _do(session(context), "staff.amend", {"id": id, "name": name, "roles": roles})


@app.command(cls=Command, help="停用人员", epilog=examples("qiao --dir D --as li staff disable wang"))
def disable(context: typer.Context, id: Annotated[str, _ID]) -> None:
    _do(session(context), "staff.disable", {"id": id})


@app.command(
    cls=Command, help="让停用的人员再登录", epilog=examples("qiao --dir D --as li staff enable wang")
)
def enable(context: typer.Context, id: Annotated[str, _ID]) -> None:
    _do(session(context), "staff.enable", {"id": id})


@app.command(
    cls=Command,
    help="到岗、离岗：本人的，admin 可代他人",
    epilog=examples("qiao --dir D --as li staff duty on", "qiao --dir D --as li staff duty off wang"),
)
def duty(
    context: typer.Context,
    state: Annotated[str, typer.Argument(metavar="on|off", help="到岗或离岗")],
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="工号；不写是本人")] = None,
) -> None:
    if state not in ("on", "off"):
        text = say(f"只能是 on 或 off，不是 {state}", f"{state} is neither on nor off")
        raise Usage(text, code="bad_value", hint="qiao staff duty --help")
    _do(session(context), "staff.duty", {"id": id or "", "on_duty": state == "on"})


@app.command(
    cls=Command,
    help="换密码（QIAO_NEW_PASSWORD）：本人换自己的，admin 可换他人的",
    epilog=examples("QIAO_NEW_PASSWORD=… qiao --dir D --as li staff passwd li"),
)
def passwd(context: typer.Context, id: Annotated[str, _ID]) -> None:
    _do(session(context), "staff.passwd", {"id": id, "password": _new_password()})


@app.command(
    cls=Command,
    help="没有人能登录时，在本机给一位已有的人员换密码；会签署记录，上级看得到",
    epilog=examples("QIAO_NEW_PASSWORD=… qiao --dir D staff recover li"),
)
def recover(context: typer.Context, id: Annotated[str, _ID]) -> None:
    _do(session(context), "staff.recover", {"id": id, "password": _new_password()})


def _do(here: Session, operation: str, params: dict[str, Any]) -> None:
    if not (here.directory / "node.db").exists():
        raise no_node(here)
    here.answer(here.do(operation, params, by_person=here.staff is not None), _done)


def _done(found: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"已办：{found.get('id', '')} {found.get('name', '')}", f"done: {found.get('id', '')}")
    ).rstrip()
    yield from (line(one["message"]) for one in found.get("warnings", ()))


def _table(found: dict[str, Any]) -> Iterator[str]:
    heads = [
        say("工号", "id"),
        say("姓名", "name"),
        say("角色", "roles"),
        say("情况", "state"),
        say("单位", "unit"),
    ]
    rows = [
        [one["id"], one["name"], " ".join(one["roles"]), _state(one), one["unit"]] for one in found["items"]
    ]
    yield from table(heads, rows, width())


def _state(one: dict[str, Any]) -> str:
    told = []
    if one["disabled"]:
        told.append(say("停用", "disabled"))
    elif one["on_duty"]:
        told.append(say("在岗", "on duty"))
    if one["recovered"]:
        told.append(say(f"{one['recovered'][:10]} 在本机恢复过密码", f"recovered on {one['recovered'][:10]}"))
    return " ".join(told)
