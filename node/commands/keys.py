"""`qiao keys`: the passphrase of the node's private files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .session import Session, session

app = subject(help="密钥的口令：加上、更换、取消。先停下运行中的节点。")


@app.command(
    "status",
    cls=Command,
    help="密钥有没有口令，文件是否只有本人可读。",
    epilog=examples("qiao --dir D keys status"),
)
def standing(context: typer.Context) -> None:
    from node import keys

    here = session(context)
    here.answer(keys.standing(here.directory), _lines)


@app.command(
    cls=Command,
    help="给密钥加上口令：此后启动节点要输入一次。口令忘了，密钥就没有了。\n"
    "在 init 之前执行，密钥从不以明文落盘。程序用：QIAO_NEW_PASSPHRASE_FD=3 … 3<FILE",
    epilog=examples("qiao --dir D keys lock", "QIAO_NEW_PASSPHRASE_FD=3 qiao --dir D keys lock 3</run/new"),
)
def lock(context: typer.Context) -> None:
    from node import keylock, passphrase
    from node.entropy import SystemEntropy

    here = session(context)
    here.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(here):
        keylock.lock(here.directory, passphrase.new(here.directory), SystemEntropy())
        _tell(here)


@app.command(
    "passphrase",
    cls=Command,
    help="换一个口令。程序用：QIAO_PASSPHRASE_FD、QIAO_NEW_PASSPHRASE_FD",
    epilog=examples("qiao --dir D keys passphrase"),
)
def change(context: typer.Context) -> None:
    from node import keylock, passphrase
    from node.entropy import SystemEntropy

    here = session(context)
    with _alone(here):
        master = _master(here)
        keylock.change(here.directory, master, passphrase.new(here.directory), SystemEntropy())
        _tell(here)


@app.command(
    cls=Command, help="取消口令：密钥以明文保存，只有本人可读。", epilog=examples("qiao --dir D keys unlock")
)
def unlock(context: typer.Context) -> None:
    from node import keylock

    here = session(context)
    with _alone(here):
        keylock.unlock(here.directory, _master(here))
        _tell(here)


def _alone(here: Session) -> Any:
    from node.lock import Lock

    return Lock.take(here.directory, 0)


def _master(here: Session) -> bytes:
    """Raises Stale `keys_not_locked`."""
    from node import keylock, passphrase
    from node.errors import Stale

    if not keylock.is_locked(here.directory):
        text = say("密钥没有口令", "the keys have no passphrase")
        raise Stale(text, code="keys_not_locked", hint=here.command("keys lock"))
    return passphrase.master(here.directory)


def _tell(here: Session) -> None:
    from node import keys

    here.answer(keys.standing(here.directory), _lines)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield (
        say("密钥有口令", "the keys have a passphrase")
        if found["locked"]
        else say("密钥没有口令", "the keys have no passphrase")
    )
    if found["in_clear"] and found["locked"]:
        yield say(
            "有文件还是明文，下次启动时封上", "some files are in clear still, and sealed at the next start"
        )
    for one in found["loose"]:
        yield f"!! chmod {one['mode']} {one['path']}"
