"""`qiao exceptions`: everything that didn't simply apply, with one sentence each, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say
from node.matters import KINDS as KINDS_OF

from . import exception_text, matter_text
from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject(help="待处理异常：冲突、暂扣、隔离、被拒、不完整，和已移出的")
KINDS = ("conflict", "held", "quarantine", "denied", "incomplete", "left")
_ID = typer.Argument(metavar="ID", help="异常号")


@app.command(
    "list", cls=Command, help="清单", epilog=examples("qiao --as STAFF exceptions list --kind conflict")
)
def listing(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help=" ".join(KINDS))] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="至多几条")] = 50,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="上一页的 next")] = None,
) -> None:
    here = session(context)
    here.person()
    if kind is not None and kind not in KINDS:
        text = say(
            f"没有种类 {kind!r}，应为 {' '.join(KINDS)}", f"no kind {kind!r}; one of {' '.join(KINDS)}"
        )
        raise Usage(text, code="bad_value", hint="qiao exceptions list --help")
    page = here.node().exceptions(kind, limit, after)
    here.answer(
        {"items": page.items, "next": page.next}, lambda told: exception_text.listed(told, here.command)
    )


@app.command(cls=Command, help="一条异常的全部内容", epilog=examples("qiao --as STAFF exceptions show ID"))
def show(context: typer.Context, id: Annotated[str, _ID]) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().exception(id), lambda told: exception_text.whole(told, here.command))


@app.command(
    cls=Command,
    help="裁定字段冲突：选第几个值，或另写一个值",
    epilog=examples(
        "qiao --as STAFF exceptions settle ID --value 1",
        "qiao --as STAFF exceptions settle ID --text 1466000",
    ),
)
def settle(
    context: typer.Context,
    id: Annotated[str, _ID],
    value: Annotated[int | None, typer.Option("--value", metavar="N", min=1, help="第几个值")] = None,
    text: Annotated[str | None, typer.Option("--text", metavar="VALUE", help="另写一个值")] = None,
) -> None:
    here = session(context)
    if (value is None) == (text is None):
        raise Usage(
            say("--value 与 --text 须给其一", "give either --value or --text"),
            hint="qiao exceptions settle --help",
        )
    here.answer(here.do("settle", {"id": id, "value": value, "text": text}), _done)


@app.command(cls=Command, help="采纳没有生效的操作", epilog=examples("qiao --as STAFF exceptions adopt ID"))
def adopt(context: typer.Context, id: Annotated[str, _ID]) -> None:
    here = session(context)
    here.answer(here.do("adopt", {"id": id}), _done)


@app.command(cls=Command, help="准入被隔离的提交", epilog=examples("qiao --as STAFF exceptions admit ID"))
def admit(context: typer.Context, id: Annotated[str, _ID]) -> None:
    here = session(context)
    here.answer(here.do("admit", {"id": id}), _done)


def _done(result: dict[str, Any]) -> Iterator[str]:
    kind, name = KINDS_OF.get(str(result.get("matter"))), result.get("number") or result.get("record", "")
    phase = matter_text.named(kind, result.get("phase")) if kind else ""
    yield line(say(f"已办  {name}  {phase}", f"done  {name}  {phase}")).rstrip()
