"""`qiao exceptions`: everything that didn't simply apply, with one sentence each, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import session
from .shown import line, shown, table

app = subject(help="待处理异常：冲突、暂扣、隔离、被拒、不完整")
KINDS = ("conflict", "held", "quarantine", "denied", "incomplete")
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
    here.answer({"items": page.items, "next": page.next}, _table)


@app.command(cls=Command, help="一条异常的全部内容", epilog=examples("qiao --as STAFF exceptions show ID"))
def show(context: typer.Context, id: Annotated[str, _ID]) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().exception(id), _whole)


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


def _table(page: dict[str, Any]) -> Iterator[str]:
    if not page["items"]:
        yield say("没有待处理的异常", "no exceptions")
        return
    heads = [say("种类", "kind"), say("异常号", "id"), say("说明", "sentence")]
    yield from table(heads, [[one["kind"], one["id"], one["sentence"]] for one in page["items"]], width())
    if page.get("next"):
        yield say(f"还有更多：--after {page['next']}", f"more: --after {page['next']}")


def _whole(one: dict[str, Any]) -> Iterator[str]:
    for name, value in one.items():
        if isinstance(value, list):
            yield f"{name}:"
            yield from (f"  {number}. {line(str(each))}" for number, each in enumerate(value, 1))
        else:
            yield f"{name}: " + shown(str(value)).replace("\n", "\n  ")


def _done(result: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"已办 {result.get('record', '')}", f"done {result.get('record', '')}")).rstrip()
