"""`qiao MATTER list|export`: a matter's records on the screen, and in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import Signature
from pathlib import Path
from typing import Any

import typer

from node.language import say
from node.matters.draft import Kind

from . import filters, matter_text, second
from .lazy import Command, examples
from .session import session
from .shown import line, table

_FILE = typer.Argument(..., metavar="FILE.csv|xlsx|jsonl", help="新文件；格式看文件名")


def add(app: typer.Typer, kind: Kind) -> None:
    name = kind.matter.name
    app.command("list", cls=Command, help=f"{kind.matter.label}清单", epilog=_list_examples(name))(
        _list(kind)
    )
    app.command("export", cls=Command, help=_EXPORT, epilog=_export_examples(name))(_export(kind))


def _list(kind: Kind) -> Callable[..., None]:
    def listing(context: typer.Context, limit: int, after: str | None, **given: Any) -> None:
        here = session(context)
        person = here.person()
        how, names = filters.chosen(here, kind, given)
        page = here.node().list(
            kind.matter.name, person=person, limit=limit, after=after, columns=names, **how
        )
        show = (
            (lambda found: _shown(kind, names, found))
            if names
            else (lambda found: matter_text.items(kind, found))
        )
        here.answer({"items": page.items, "next": page.next}, show)

    _signed(
        listing,
        [
            filters.parameter("context", typer.Context),
            *filters.parameters(kind),
            filters.parameter("limit", int, typer.Option(50, min=1, max=1000, help="至多几条")),
            filters.parameter(
                "after", str | None, typer.Option(None, metavar="CURSOR", help="上一页的 next")
            ),
        ],
    )
    return listing


def _signed(command: Callable[..., None], parameters: list[Any]) -> None:
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]


def _shown(kind: Kind, names: list[str], page: Mapping[str, Any]) -> Iterator[str]:
    """A table of the columns asked for."""
    from node.tables import columns, writing

    if not page["items"]:
        yield say("没有符合条件的记录", "nothing found")
        return
    chosen = columns.chosen(kind, names)
    rows = [[writing.shown(one, columns.spoken(kind, one, item, item[one.name])) for one in chosen]
            for item in page["items"]]  # fmt: skip
    yield from table([one.heading for one in chosen], rows, matter_text.width())
    if page.get("next"):
        yield say(f"还有更多：--after {page['next']}", f"more: --after {page['next']}")


def _export(kind: Kind) -> Callable[..., None]:
    def export(
        context: typer.Context, file: str, force: bool, codes: bool, unmasked: bool, reason: str, **given: Any
    ) -> None:
        here = session(context)
        person = here.person()
        how, names = filters.chosen(here, kind, given)
        agreed = second.person(here) if unmasked else None
        done = here.node().export(
            kind.matter.name, Path(file), names, person,
            force=force, codes=codes, second=agreed, reason=reason, **how,
        )  # fmt: skip
        zh, en = ("未打码，已记名", "in clear, signed") if unmasked else ("个人信息已打码", "masked")
        told = say(f"{done['rows']} 条 → {file}（{zh}）", f"{done['rows']} rows → {file} ({en})")
        here.answer(done, lambda _: [line(told)])

    _signed(
        export,
        [
            filters.parameter("context", typer.Context),
            filters.parameter("file", str, _FILE),
            *filters.parameters(kind),
            filters.parameter("force", bool, typer.Option(False, "--force", help="覆盖已有的文件")),
            filters.parameter("codes", bool, typer.Option(False, "--codes", help="写代码，不写中文名称")),
            filters.parameter(
                "unmasked",
                bool,
                typer.Option(False, "--unmasked", help="个人信息不打码：要另一人输入密码，并写明理由"),
            ),
            filters.parameter("reason", str, typer.Option("", metavar="TEXT", help="不打码的理由")),
        ],
    )
    return export


_EXPORT = (
    "把清单导出成文件（与屏幕上的条件相同）。个人信息打码，除非两人同意；\n"
    "文字不会变成公式；写完整了才出现，不覆盖已有的文件。"
)


def _list_examples(name: str) -> str:
    return examples(
        f"qiao --as STAFF {name} list --limit 20",
        f"qiao --as STAFF {name} list --overdue --json",
        f"qiao --as STAFF {name} list --text {say('工资', 'wage')}",
    )


def _export_examples(name: str) -> str:
    return examples(
        f"qiao --as STAFF {name} export day.xlsx --view all",
        f"qiao --as STAFF {name} export late.csv --overdue --columns number,phase,due",
    )
