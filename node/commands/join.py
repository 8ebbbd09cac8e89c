"""`qiao join`: asks the parent to be enrolled, over HTTP or by a file each way; in an empty directory it makes
the node first."""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.errors import Usage
from node.language import say
from sync_protocol.invitation import PREFIX, Invitation

from .lazy import Command, examples, subject
from .reading import whole
from .session import Session, session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="凭邀请加入上级。INVITATION 是一行 qiao1:… 文字，或存有它的文件。空目录会先建立节点。\n"
    "邀请里有一次性的秘密：写成文件名或 -（从标准输入读），进程列表里就看不到它。\n"
    "没有线路时用文件：--file 写出申请，交上级 qiao enrol；拿回执来 --reply。",
    epilog=examples(
        "qiao --dir D join qiao1:…",
        "qiao --dir D join invitation.txt --json",
        "qiao --dir D join - < invitation.txt",
        "qiao --dir D join invitation.txt --file /media/usb/request",
        "qiao --dir D join --reply /media/usb/reply",
    ),
)
def join(
    context: typer.Context,
    invitation: Annotated[
        str | None, typer.Argument(metavar="INVITATION", help="邀请，或存有邀请的文件")
    ] = None,
    file: Annotated[Path | None, typer.Option(metavar="REQUEST", help="把申请写到这个文件")] = None,
    reply: Annotated[Path | None, typer.Option(metavar="REPLY", help="上级的回执文件")] = None,
) -> None:
    here = session(context)
    if (invitation is None) == (reply is None) or (reply is not None and file is not None):
        raise Usage(
            say("要么给邀请，要么给 --reply 回执", "either an invitation or --reply"),
            hint="qiao join --help",
        )
    if reply is not None:
        done = here.do("join.take", {"reply": b64encode(whole(reply)).decode()}, by_person=False)
    else:
        asked = _read(invitation or "")
        here.narrate(say(f"根指纹 {asked.fingerprint}", f"the root's fingerprint {asked.fingerprint}"))
        done = _by_file(here, asked, file) if file is not None else _by_line(here, asked)
    here.answer(done, _lines)


def _by_line(here: Session, asked: Invitation) -> dict[str, Any]:
    from node import founding
    from node.transport.round import poster

    post = poster(here.directory, asked.sign)
    return founding.join(here.directory, asked, post, clock=SystemClock(), entropy=SystemEntropy())


def _by_file(here: Session, asked: Invitation, file: Path) -> dict[str, Any]:
    """The request goes into `file`. Raises Stale `file_exists` for another one that is there."""
    from node import founding, stick

    founding.found(here.directory, asked, clock=SystemClock(), entropy=SystemEntropy())
    made = here.do("join.ask", {"invitation": asked.to_text()}, by_person=False)
    request = b64decode(made.pop("request"))
    if not (file.is_file() and file.read_bytes() == request):
        stick.write(file, [request])
    return {**made, "file": str(file)}


def _read(given: str) -> Invitation:
    """From the line itself, a file, or standard input (`-`): of these two the process list shows no secret.
    Raises Usage (`bad_invitation`), NotFound (`no_file`)."""
    from node import enrolling

    if given == "-":
        return enrolling.read(sys.stdin.read(64 * 1024))
    text = given if given.startswith(PREFIX) else whole(Path(given)).decode("utf-8", "replace")
    return enrolling.read(text)


def _lines(done: dict[str, Any]) -> Iterator[str]:
    if not done["enrolled"]:
        text = say(
            f"申请已写入 {done['file']}：交给上级，拿回执来",
            f"asked in {done['file']}: take it to the parent",
        )
        yield line(text)
        yield "qiao --dir … join --reply REPLY"
        return
    yield line(
        say(
            f"已加入：{done['unit']}，上级 {done['parent']}", f"joined: {done['unit']} below {done['parent']}"
        )
    )
    yield "qiao --dir … run"
