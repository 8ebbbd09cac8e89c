"""`qiao enrol`: the parent's side of joining by files: a request in, its reply out."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.language import say

from .lazy import Command, examples, subject
from .reading import whole
from .session import session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="登记用文件来申请的下级：REQUEST 是下级 qiao join --file 写出的申请，回执写到 --file。",
    epilog=examples("qiao --dir D enrol /media/usb/request --file /media/usb/reply"),
)
def enrol(
    context: typer.Context,
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="下级的申请文件")],
    file: Annotated[Path, typer.Option(metavar="REPLY", help="回执写到哪个文件")],
) -> None:
    from node import stick

    here = session(context)
    done = here.do("enrol", {"request": b64encode(whole(request)).decode()}, by_person=False)
    stick.write(file, [b64decode(done.pop("reply"))])
    here.answer({**done, "file": str(file)}, _lines)


def _lines(done: dict[str, Any]) -> Iterator[str]:
    unit, file = done["unit"], done["file"]
    yield line(say(f"已登记 {unit}；回执在 {file}，交给下级", f"enrolled {unit}; the reply is in {file}"))
    yield f"qiao --dir … join --reply {line(file)}"
