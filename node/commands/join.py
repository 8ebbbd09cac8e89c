"""`qiao join`: asks the parent, over HTTP, to be enrolled; in an empty directory it makes the node first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.errors import Usage
from node.language import say
from sync_protocol.errors import ProtocolError
from sync_protocol.invitation import PREFIX, Invitation, read

from .lazy import Command, examples, subject
from .reading import whole
from .session import session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="凭邀请加入上级。INVITATION 是一行 qiao1:… 文字，或存有它的文件。空目录会先建立节点。",
    epilog=examples("qiao --dir D join qiao1:…", "qiao --dir D join invitation.txt --json"),
)
def join(
    context: typer.Context,
    invitation: Annotated[str, typer.Argument(metavar="INVITATION", help="邀请，或存有邀请的文件")],
) -> None:
    from node import founding

    here = session(context)
    asked = _read(invitation)
    here.narrate(say(f"根指纹 {asked.fingerprint}", f"the root's fingerprint {asked.fingerprint}"))
    done = founding.join(here.directory, asked, _post, clock=SystemClock(), entropy=SystemEntropy())
    here.answer(done, _lines)


def _read(given: str) -> Invitation:
    """From the line itself or a file. Raises Usage (`bad_invitation`), NotFound (`no_file`)."""
    text = given if given.startswith(PREFIX) else whole(Path(given)).decode("utf-8", "replace")
    try:
        return read(text)
    except ProtocolError as fault:
        sentence = say("邀请不完整或抄错了", "the invitation is incomplete or mistyped")
        raise Usage(f"{sentence}: {fault}", code=fault.code, hint="qiao join --help") from fault


def _post(address: str, sealed: bytes) -> bytes:
    """Raises LineDown."""
    from node.transport.client import Peer

    async def ask() -> bytes:
        async with Peer(address) as peer:
            return await peer.join(sealed)

    return asyncio.run(ask())


def _lines(done: dict[str, Any]) -> Iterator[str]:
    yield line(
        say(
            f"已加入：{done['unit']}，上级 {done['parent']}", f"joined: {done['unit']} below {done['parent']}"
        )
    )
    yield "qiao --dir … run"
