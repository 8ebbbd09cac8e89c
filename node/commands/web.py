"""`qiao web`: the screens in browsers, and the links by which people come to their seats."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node import config as configuration
from node.clock import SystemClock
from node.config import Config
from node.entropy import SystemEntropy
from node.errors import NotFound
from node.language import say
from node.logs import writing
from node.seats import Seats, told
from node.transport import local

from .lazy import Command, examples, subject
from .session import Session, no_node, session
from .shown import line, table

app = subject()
FIRST = "1"  # the seat of whoever starts it


@app.command(
    cls=Command,
    help="在浏览器里用界面。旁边要有 qiao run --no-tui 在运行；打印一个一次性网址，打开后用工号和密码登录。\n"
    "给别人开席位：--seat 名称 打印一个链接，只能用一次，24 小时内有效；再开一次，旧的作废。\n"
    "不只在本机使用时要证书：--cert、--key，或 --self-signed 自制。",
    epilog=examples(
        "qiao --dir D web",
        "qiao --dir D web --listen 0.0.0.0:8443 --self-signed",
        "qiao --dir D web --seat op1 --seat op2",
        "qiao --dir D web --everyone",
    ),
)
def web(
    context: typer.Context,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="服务地址")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="链接里写的网址")] = None,
    cert: Annotated[Path | None, typer.Option(metavar="FILE", help="证书（PEM）")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="证书的私钥（PEM）")] = None,
    self_signed: Annotated[bool, typer.Option("--self-signed", help="自制证书，存在 keys/")] = False,
    seat: Annotated[list[str] | None, typer.Option(metavar="NAME", help="打印这个席位的新链接")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="给本单位每位人员各打印一个链接")] = False,
    end: Annotated[list[str] | None, typer.Option(metavar="NAME", help="收回席位")] = None,
    listed: Annotated[bool, typer.Option("--list", help="现有的席位和链接")] = False,
) -> None:
    here = session(context)
    if not (here.directory / "node.db").exists():
        raise no_node(here)
    seats = Seats(here.directory, SystemClock().own_ms, SystemEntropy())
    for name in end or ():
        seats.end(name)
    names = [*(seat or ()), *(_staff(here) if everyone else ())]
    if names:
        here.answer({"items": [_link(seats, name) for name in names], "next": None}, _links)
    elif end or listed:
        here.answer({"items": [told(*one) for one in seats.every()], "next": None}, _listed)
    else:
        given = {
            "web.bind": listen,
            "web.url": url,
            "web.certificate": _whole(cert),
            "web.private_key": _whole(key),
        }
        _serve(here, configuration.load(here.directory, given), seats, self_signed)


def _serve(here: Session, config: Config, seats: Seats, self_signed: bool) -> None:
    from node.web import door

    if not local.is_running(here.directory):
        raise local.no_daemon(here.directory)
    opened = door(config, self_signed=self_signed)
    if opened.fingerprint:
        here.narrate(say(f"证书指纹 {opened.fingerprint}", f"the certificate's {opened.fingerprint}"))
    seats.serving(opened.url)
    handlers = writing.start(config, writing.WEB, stderr=sys.stderr)
    try:
        here.answer({"items": [_link(seats, FIRST)], "next": None}, _links)
        here.screens.serve(opened)
    finally:
        writing.stop(handlers)
        seats.serving("")


def _whole(path: Path | None) -> str | None:
    """From here, not from the node's directory."""
    return None if path is None else str(path.absolute())


def _staff(here: Session) -> list[str]:
    node = here.node()
    return sorted(one["id"] for one in node.staff() if one["unit"] == node.unit and not one["disabled"])


def _link(seats: Seats, name: str) -> dict[str, Any]:
    """Raises NotFound `no_web` where no server runs, whose address a link needs."""
    address = seats.address()
    if not address:
        raise NotFound(
            say("浏览器服务没有在运行", "the screens aren't served to browsers now"),
            code="no_web",
            hint="qiao web",
        )
    return {"seat": name, "url": f"{address}/seat#{seats.link(name)}"}


def _links(found: dict[str, Any]) -> Iterator[str]:
    """One a line: for a printer, or to be pasted to its person."""
    alone = len(found["items"]) == 1
    for one in found["items"]:
        yield line(one["url"] if alone else f"{one['seat']}  {one['url']}")


def _listed(found: dict[str, Any]) -> Iterator[str]:
    heads = [say("席位", "seat"), say("现状", "now"), say("有效到", "until")]
    states = {True: say("已打开过", "opened"), False: say("链接未用", "link not used")}
    yield from table(heads, [[one["seat"], states[one["opened"]], one["until"]] for one in found["items"]])
