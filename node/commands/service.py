"""`qiao service`: the node as a service of the machine, run at its start and begun again when it fails."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from node import config as configuration
from node import glance
from node.errors import Usage
from node.language import say
from node.service import systemd, unit, windows
from node.service.unit import Service

from .lazy import Command, examples, subject
from .session import Session, no_node, session
from .shown import line

app = subject(help="开机自动运行：把节点装成系统服务（Linux 的 systemd；Windows 的任务计划，未测试）")
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="服务名，默认 qiao-单位代码")]
OfUser = Annotated[bool, typer.Option("--user", help="装成本用户的服务（不是 root 时总是这样）")]
LOW_PORT = 1024  # below it only root may listen, or who was given that one right
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")


class Manager(Protocol):
    def install(self, service: Service, *, start: bool = True) -> dict[str, Any]: ...
    def uninstall(self, service: Service) -> dict[str, Any]: ...
    def status(self, service: Service) -> dict[str, Any]: ...


@app.command(
    "install",
    cls=Command,
    help="装上，开机自动运行，出错自动重来；已装的换成现在的样子并重启。root 装系统服务，由目录的主人运行。\n"
    "--print：只打印，什么也不改。",
    epilog=examples("qiao --dir D service install", "qiao --dir D service install --print"),
)
def install(
    context: typer.Context,
    name: Name = None,
    of_user: OfUser = False,
    printed: Annotated[bool, typer.Option("--print", help="只打印服务文件")] = False,
    no_start: Annotated[bool, typer.Option("--no-start", help="装上，现在不启动")] = False,
) -> None:
    here = session(context)
    service = _service(here, name, of_user)
    if printed:
        shown = windows.text(service) if sys.platform == "win32" else unit.text(service)
        here.answer({"service": service.name, "text": shown}, lambda found: found["text"].splitlines())
        return
    done = _manager(of_user).install(service, start=not no_start)
    _warn(here)
    here.answer(done, _installed)


@app.command(
    "uninstall",
    cls=Command,
    help="停下并卸载；节点的目录不动",
    epilog=examples("qiao --dir D service uninstall"),
)
def uninstall(context: typer.Context, name: Name = None, of_user: OfUser = False) -> None:
    here = session(context)
    here.answer(_manager(of_user).uninstall(_service(here, name, of_user)), _removed)


@app.command(
    "status",
    cls=Command,
    help="装了没有、在不在运行、重启过几次",
    epilog=examples("qiao --dir D service status"),
)
def status(context: typer.Context, name: Name = None, of_user: OfUser = False) -> None:
    here = session(context)
    here.answer(_manager(of_user).status(_service(here, name, of_user)), _standing)


def _manager(of_user: bool) -> Manager:
    return windows.Scheduler() if sys.platform == "win32" else systemd.Manager(_of_system(of_user))


def _of_system(of_user: bool) -> bool:
    return not of_user and hasattr(os, "geteuid") and os.geteuid() == 0


def _service(here: Session, name: str | None, of_user: bool) -> Service:
    """Raises NotFound `no_node`, Usage `bad_value`, `bad_config`."""
    if not (here.directory / glance.DATABASE).exists():
        raise no_node(here)
    config, found = configuration.load(here.directory), glance.status(here.directory)
    code = str(found["unit"]).rpartition("/")[2]
    called = name or "qiao-" + re.sub("[^A-Za-z0-9_.-]", "-", code)
    if not _NAME.fullmatch(called):
        raise Usage(
            say(
                f"服务名 {called!r} 不行：字母、数字、-、_、.",
                f"{called!r} can't be a service's name: letters, digits - _ .",
            ),
            code="bad_value",
            hint="qiao --dir DIR service install --name qiao-370211",
        )
    directory = here.directory.resolve()
    writes = (config.backup_directory if config.backup_enabled else None, config.drop_directory)
    apart = {path.resolve() for path in writes if path is not None}
    outside = tuple(sorted(path for path in apart if not path.is_relative_to(directory)))
    owner = _owner(directory) if _of_system(of_user) else None
    low = 0 < config.port < LOW_PORT
    return Service(called, directory, systemd.program(), f"{code} {directory}", owner, outside, low)


def _owner(directory: Path) -> str:
    """Who runs it: the directory's owner."""
    import pwd

    owner = directory.stat().st_uid
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def _warn(here: Session) -> None:
    """A service isn't given this shell's variables; and it needs nothing that only root may."""
    if _of_system(False) and _owner(here.directory.resolve()) == "root":
        here.narrate(
            say(
                "目录的主人是 root，服务就由 root 运行；最好另建一个用户：chown -R 用户 目录，再装一次",
                "root owns the directory, so root runs the service; better give it to another user, and install again",
            )
        )
    given = sorted(name for name in os.environ if name.startswith("QIAO_") and "PASSWORD" not in name)
    kept = [name for name in given if name not in ("QIAO_DIR", "QIAO_LANGUAGE")]
    if kept:
        named = ", ".join(kept)
        here.narrate(
            say(
                f"服务不带这些变量，要的话写进 node.toml：{named}",
                f"the service isn't given {named}: use node.toml",
            )
        )


def _installed(done: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(f"已装 {done['service']}（{done['file']}）", f"{done['service']} installed ({done['file']})")
    )
    if not done["at_boot"]:
        yield say(
            "开机后没人登录时还不会运行，请管理员执行：loginctl enable-linger 用户名",
            "it won't run before you log in; ask for: loginctl enable-linger USER",
        )
    if done["started"]:
        yield say(
            "已启动，看一眼：qiao service status，qiao status", "started: qiao service status, qiao status"
        )


def _removed(done: dict[str, Any]) -> Iterator[str]:
    if done["removed"]:
        yield line(
            say(
                f"已卸载 {done['service']}，节点的目录没有动",
                f"{done['service']} is gone; the directory stays",
            )
        )
    else:
        yield line(say(f"没有装过 {done['service']}", f"{done['service']} wasn't installed"))


def _standing(found: dict[str, Any]) -> Iterator[str]:
    if not found["installed"]:
        yield line(
            say(f"没有装：{found['service']}；qiao service install", f"not installed: {found['service']}")
        )
        return
    yield line(
        say(
            f"{found['service']} {found['active']} {found['state']}，开机{'会' if found['enabled'] else '不会'}运行，"
            f"自动重启过 {found['restarts']} 次，进程 {found['pid'] or '无'}",
            f"{found['service']} {found['active']} {found['state']}, at boot: {found['enabled']}, "
            f"restarted {found['restarts']} times, pid {found['pid'] or 'none'}",
        )
    )
    if not found["current"]:
        yield say(
            "设置或程序变过，服务文件是旧的：qiao service install",
            "the unit is out of date: qiao service install",
        )
