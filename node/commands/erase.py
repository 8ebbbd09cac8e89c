"""`qiao erase`: destroys a record, or words of it, by law and for good; and who has done so (protocol 3.11)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .lazy import Command, examples, subject
from .matter_text import width
from .session import Session, session
from .shown import line, table

app = subject()
STATUS = "status"


@app.command(
    cls=Command,
    help="依法删除一条记录，或其中某些文字；erase status 看回执与欠缺。删除不可撤销。",
    epilog=examples(
        "qiao --as ADMIN erase 370000-20261121-0001 --ground '《个人信息保护法》第四十七条'",
        "qiao --as ADMIN erase ID --ground TEXT --fields worker_phone --fields worker_name",
        "qiao --as ADMIN erase status",
        "qiao --as ADMIN erase status ID --json",
    ),
)
def erase(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID|status", help="记录号或编号；status：看进展")],
    about: Annotated[str | None, typer.Argument(metavar="[ID]", help="erase status 看哪一条")] = None,
    ground: Annotated[str | None, typer.Option(metavar="TEXT", help="法律依据；不写个人信息")] = None,
    fields: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="只删这些字段的文字，可多次")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    here = session(context)
    if id == STATUS:
        here.person()
        here.answer(here.node().erasures(about), _status)
        return
    if about is not None or not ground:
        text = say("须写 --ground：法律依据", "--ground is missing: the legal ground")
        raise Usage(text, code="missing_field", hint="qiao erase --help")
    params = {"record": id, "ground": ground, "fields": _split(fields or [])}
    _confirm(here, here.do("erase.preview", params), yes=yes)
    here.narrate(say("正在删除 …", "erasing …"))
    here.answer(here.do("erase", params), _erased)


def _split(fields: list[str]) -> list[str]:
    """Several by commas or by several options."""
    return [one.strip() for given in fields for one in given.split(",") if one.strip()]


def _confirm(here: Session, found: dict[str, Any], *, yes: bool) -> None:
    """A person is asked; a program says --yes. Raises Usage `not_confirmed`."""
    for text in _asked(found):
        here.narrate(text)
    if yes:
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        here.narrate(say("删除后无法恢复。确定请输入 yes：", "This can't be undone. Type yes:"))
        if sys.stdin.readline().strip().lower() == "yes":
            return
    raise Usage(
        say("没有确认，什么都没有删除", "not confirmed; nothing was erased"),
        code="not_confirmed",
        hint="qiao erase ID --ground TEXT --yes",
    )


def _asked(found: dict[str, Any]) -> Iterator[str]:
    whole = found["acts"] > 0
    what = say("整条记录", "the whole record") if whole else say("下列文字", "these words")
    yield say(f"将删除 {found['record']} 的{what}：", f"of {found['record']}, {what} will be erased:")
    yield say(
        f"  {found['acts']} 项操作，{found['texts']} 段文字",
        f"  {found['acts']} acts, {found['texts']} texts",
    )
    if found["fields"]:
        yield "  " + say("所含字段：", "fields in them: ") + " ".join(found["fields"])
    yield "  " + say("曾持有的单位：", "units that hold it: ") + " ".join(found["units"])


def _erased(found: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"已删除，清单 {found['listed']} 项", f"erased, {found['listed']} changes listed"))
    yield from _status(found)


def _status(found: dict[str, Any]) -> Iterator[str]:
    if not found["items"]:
        yield say("没有依法删除的记录", "nothing was erased")
    for one in found["items"]:
        yield from _one(one)
    if not found["clean"]:
        yield say(
            "数据库文件的清理尚待完成，将自动进行",
            "traces in the files are still to be cleaned; that goes by itself",
        )


def _one(one: dict[str, Any]) -> Iterator[str]:
    yield line(f"{one['record']}  {one['time']}  {one['unit_name']}  {one['ground']}")
    if one["fields"]:
        yield line("  " + say("字段：", "fields: ") + " ".join(one["fields"]))
    heads = [say("单位", "unit"), say("时间", "time"), say("销毁", "destroyed")]
    rows = [[got["unit"], got["time"], str(got["destroyed"])] for got in one["receipts"]]
    room = width()
    yield from (f"  {text}" for text in table(heads, rows, room - 2 if room else None))
    missing = " ".join(one["outstanding"]) or say("无", "none")
    yield line("  " + say("尚无回执：", "no receipt yet: ") + missing)
    for export in one["exports"]:
        yield line("  " + say("此前的导出（够不到）：", "exported before, out of reach: ") + export["path"])
    yield line("  " + say("备份中最迟保留到：", "in backups until: ") + one["backups_until"])
