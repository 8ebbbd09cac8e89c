"""`qiao verify`: chains, signatures, bodies, receipts, and the projections against a fresh fold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node import lives
from node.errors import Damaged
from node.language import say

from .lazy import Command, examples, subject
from .session import Session, session

app = subject()


@app.command(
    cls=Command,
    help="核验本机全部数据；有问题时退出码为 7，并照常给出结果。",
    epilog=examples(
        "qiao --dir D verify", "qiao --dir D verify --every-signature --json", "qiao --dir D verify --rebuild"
    ),
)
def verify(
    context: typer.Context,
    every_signature: Annotated[bool, typer.Option("--every-signature", help="逐笔验签，不以链代")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="先把列表、检索等视图全部重建")] = False,
) -> None:
    here = session(context)
    if rebuild:
        _rebuild(here)
    found = here.node().verify(every_signature)
    here.answer(found, lines)
    if not found["ok"]:
        here.exit = Damaged.exit


def _rebuild(here: Session) -> None:
    """Some records at a time, so that others at the node come between."""
    left, begin = 1, True
    while left:
        done = here.do("rebuild", {"begin": begin}, by_person=False)
        left, begin = done["left"], False
        if left:
            here.narrate(say(f"… 重建中，还有 {left} 条", f"… rebuilding, {left} records left"))


def lines(found: dict[str, Any]) -> Iterator[str]:
    result = say("完好", "sound") if found["ok"] else say("有问题", "damaged")
    yield say(f"{result}：{found['commits']} 笔提交", f"{result}: {found['commits']} commits")
    if found.get("rebuild_left"):
        left = found["rebuild_left"]
        yield say(
            f"  升级后还有 {left} 条未重建，这些没有比对",
            f"  {left} records wait to be rebuilt, not compared",
        )
    for problem in found.get("problems", ()):
        yield f"  {problem}" if isinstance(problem, str) else f"  {problem.get('sentence') or problem}"
    for one in found.get("lost", ()):
        yield f"  {lives.lost_sentence(one)}"
