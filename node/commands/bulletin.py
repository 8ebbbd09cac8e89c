"""`qiao bulletin`: a month's report: drawn up, published, corrected, written to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from node.errors import Usage
from node.language import say
from node.matters import KINDS

from .lazy import Command, examples, subject
from .matter import account_of
from .matter_text import width
from .session import session
from .shown import line, table

if TYPE_CHECKING:
    from node.bulletin.report import Report

app = subject(
    help="通报：一个月的排名、指标、督办牌、重办、主题变化、来电 K 线与时段。\n"
    "bulletin --month：已发布的取现行的一期，未发布的现算一份草稿；--out 写成 XLSX、PDF 或 Markdown。\n"
    "发布后数据冻结、签署，发到全部单位；有变化以更正的新一期公布，旧的一期仍可查看。",
    epilog=examples(
        "qiao --as STAFF bulletin --month 2026-10",
        "qiao --as STAFF bulletin --month 2026-10 --out 2026-10.pdf",
        "qiao --as STAFF bulletin --month 2026-10 --issue 1 --out first.xlsx",
        "qiao --as LEADER bulletin publish --month 2026-10",
    ),
)
_MONTH = typer.Option(metavar="YYYY-MM", help="哪个月，如 2026-10")
_RECORD = typer.Option(metavar="ID", help="同月有多份时，指明哪一份的记录号")


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    month: Annotated[str | None, _MONTH] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.xlsx|.pdf|.md", help="写到新文件")] = None,
    issue: Annotated[int | None, typer.Option(metavar="N", min=1, help="第几期；默认现行的一期")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="按现在的数据另出草稿，即使已发布")] = False,
    record: Annotated[str, _RECORD] = "",
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件")] = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    here = session(context)
    if month is None:
        text = say("请写明月份：--month 2026-10", "which month: --month 2026-10")
        raise Usage(text, code="missing_field", hint="qiao bulletin --help")
    here.person()
    desk = here.node().bulletins
    if out is not None:
        done = desk.write(out, month, number=issue, record=record, draft=draft, force=force)
        here.answer(done, _written)
        return
    found = desk.whole(month, number=issue, record=record, draft=draft)
    here.answer(_document(found, month), lambda _told: _lines(found))


@app.command(
    cls=Command,
    help="发布一个月的通报（最上级单位的督办、领导；该月须已过完）：数据冻结、签署，发到全部单位。",
    epilog=examples("qiao --as LEADER bulletin publish --month 2026-10"),
)
def publish(context: typer.Context, month: Annotated[str, _MONTH]) -> None:
    here = session(context)
    here.answer(here.do("bulletin.publish", {"month": month}), _signed)


@app.command(
    cls=Command,
    help="以现在的数据发布更正的一期；旧的一期仍在，并注明已被更正。\n"
    "原因：late_acts 迟到的操作已到，exclusion 剔除有变更，rule_changed 政策、日历或口径变更，\n"
    "data_error 数据有误，other 其他（须写说明）。",
    epilog=examples(
        "qiao --as LEADER bulletin correct --month 2026-10 --reason late_acts --text 泰安两个区的数据已到",
    ),
)
def correct(
    context: typer.Context,
    month: Annotated[str, _MONTH],
    reason: Annotated[str, typer.Option(metavar="CODE", help="更正原因")],
    text: Annotated[str, typer.Option(metavar="TEXT", help="说明")] = "",
    record: Annotated[str, _RECORD] = "",
) -> None:
    here = session(context)
    params = {"month": month, "reason": reason, "text": text, "record": record}
    here.answer(here.do("bulletin.correct", params), _signed)


@app.command(
    "list",
    cls=Command,
    help="到了本节点的各月、各期通报",
    epilog=examples("qiao --as STAFF bulletin list", "qiao --as STAFF bulletin list --json"),
)
def listing(context: typer.Context) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().bulletins.every(), _listed)


app.command(
    "show",
    cls=Command,
    help="一份通报的记录：每一期由谁何时签署，是否成立",
    epilog=examples("qiao --as STAFF bulletin show 2026-10"),
)(account_of(KINDS["bulletin"]))


def _document(found: Report, month: str) -> dict[str, Any]:
    from node.bulletin.document import document

    return document(found, month)


def _lines(found: Report) -> Iterator[str]:
    from node.bulletin.text import lines

    return lines(found, width())


def _written(told: dict[str, Any]) -> Iterator[str]:
    yield line(f"{told['path']}  {told['state']}")


def _signed(told: dict[str, Any]) -> Iterator[str]:
    text = say(
        f"{told['month']} 第 {told['issue']} 期已发布", f"{told['month']}: issue {told['issue']} is published"
    )
    yield line(f"{text}  {say('记录', 'record')} {told['record']}")


_STANDING = {
    "current": ("现行", "current"),
    "corrected": ("已被更正", "corrected"),
    "beside": ("同号，未采用", "beside"),
}


def _listed(told: dict[str, Any]) -> Iterator[str]:
    from node.matters.bulletin import REASONS

    if not told["items"]:
        yield say("还没有发布过通报", "no bulletin is published yet")
        return
    heads = [say("月份", "month"), say("期次", "issue"), say("状态", "state"), say("发布时间", "published"),
             say("发布人", "by"), say("更正原因", "reason"), say("记录", "record")]  # fmt: skip
    rows = [
        [one["month"], str(one["issue"]), say(*_STANDING[one["standing"]]), one["time"][:16].replace("T", " "),
         f"{one['unit_name']} {one['actor']}", say(REASONS.get(one["reason"], one["reason"]), one["reason"]),
         one["record"][:12]]
        for one in told["items"]
    ]  # fmt: skip
    yield from table(heads, rows, width())
