"""`qiao database`: the database file, encrypted or in clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .session import Session, no_node, session

app = subject(help="数据库文件：加密、解密。先停下运行中的节点；所需磁盘空间与数据库一样大。")


@app.command(
    "status", cls=Command, help="数据库是否加密，多大。", epilog=examples("qiao --dir D database status")
)
def standing(context: typer.Context) -> None:
    from node.store import raw

    here = session(context)
    path = _path(here)
    here.answer({"encrypted": raw.is_encrypted(path), "bytes": path.stat().st_size}, _lines)


@app.command(
    cls=Command,
    help="把 node.db 加密（SQLCipher，AES-256）：另写一份，核对无误后替换；中途停下，原样未动。\n"
    "数据密钥在 keys/database.key；要连它一起保护，用 qiao keys lock。以前的备份仍是明文。",
    epilog=examples("qiao --dir D database encrypt"),
)
def encrypt(context: typer.Context) -> None:
    from node import encrypting
    from node.entropy import SystemEntropy

    here = session(context)
    with _alone(here):
        here.answer(encrypting.encrypt(here.directory, SystemEntropy(), _progress(here)), _lines)


@app.command(cls=Command, help="把 node.db 变回明文。", epilog=examples("qiao --dir D database decrypt"))
def decrypt(context: typer.Context) -> None:
    from node import encrypting

    here = session(context)
    with _alone(here):
        here.answer(encrypting.decrypt(here.directory, _progress(here)), _lines)


def _alone(here: Session) -> Any:
    from node.lock import Lock

    _path(here)
    return Lock.take(here.directory, 0)


def _path(here: Session) -> Any:
    path = here.directory / "node.db"
    if not path.exists():
        raise no_node(here)
    return path


def _progress(here: Session) -> Any:
    shown = [0]

    def told(done: int) -> None:
        if done >= shown[0] + 10:
            shown[0] = done
            here.narrate(f"{done}%")

    return told


def _lines(found: dict[str, Any]) -> Iterator[str]:
    size = f"{found['bytes'] / (1 << 20):.1f} MB"
    if found["encrypted"]:
        yield say(f"数据库已加密，{size}", f"the database is encrypted, {size}")
    else:
        yield say(f"数据库是明文，{size}", f"the database is in clear, {size}")
