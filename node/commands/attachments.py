"""`qiao ticket attach|attachments|save`: files that a record names, put in, listed and taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from conflict.declaration import Field, Type
from node.language import say
from node.matters.draft import Kind, Verb

from . import matter_text
from .lazy import Command, examples
from .session import session
from .shown import line, table

Record = Annotated[str, typer.Argument(metavar="ID", help="记录号或编号")]


def field_of(verb: Verb) -> Field | None:
    """The attachments that a verb takes, if it does."""
    return next((field for field in verb.takes if field.type is Type.FILES), None)


def add(app: typer.Typer, kind: Kind) -> None:
    """The commands beside the verbs, for a matter that has attachments."""
    name = kind.matter.name
    app.command("attachments", cls=Command, help="附件清单", epilog=_examples(f"{name} attachments ID"))(
        _list(kind)
    )
    app.command("save", cls=Command, help="取出一个附件", epilog=_examples(f"{name} save ID 1 FILE"))(
        _save(kind)
    )


def _examples(words: str) -> str:
    return examples(f"qiao --as STAFF {words}")


def attach(kind: Kind, verb: Verb, field: Field) -> Any:
    """The command of a verb that takes files: `attach ID FILE…`."""

    def run(
        context: typer.Context,
        record: Record,
        files: Annotated[list[str], typer.Argument(metavar="FILE...", help="文件")],
    ) -> None:
        here = session(context)
        here.acting()
        params = {"matter": kind.matter.name, "verb": verb.name, "record": record}
        result = here.do("act", {**params, "data": {field.name: list(dict.fromkeys(files))}})
        here.answer(result, lambda done: matter_text.act(kind, done))

    return run


def _list(kind: Kind) -> Any:
    def attachments(context: typer.Context, record: Record) -> None:
        here = session(context)
        here.person()
        items = here.node().show(kind.matter.name, record)["attachments"]
        here.answer({"items": items, "next": None}, lambda found: rows(found["items"]))

    return attachments


def _save(kind: Kind) -> Any:
    def save(
        context: typer.Context,
        record: Record,
        which: Annotated[str, typer.Argument(metavar="N|HASH", help="序号，或哈希的前 8 位以上")],
        file: Annotated[str, typer.Argument(metavar="FILE", help="存到哪个新文件")],
    ) -> None:
        here = session(context)
        person = here.person()
        done = here.node().take_out(kind.matter.name, record, which, Path(file), person)
        here.answer({**done, "file": file}, lambda found: [line(f"{found['name']} → {file}")])

    return save


def rows(items: list[Mapping[str, Any]]) -> Iterator[str]:
    if not items:
        yield say("没有附件", "no attachments")
        return
    heads = [say("序号", "number"), say("名称", "name"), say("字节", "bytes"), say("类型", "type")]
    heads += [say("状态", "state"), say("哈希", "hash")]
    yield from table(heads, [_row(one) for one in items], matter_text.width())


def _row(one: Mapping[str, Any]) -> list[str]:
    size = str(one["size"]) if one["state"] != "partial" else f"{one['have']}/{one['size']}"
    state = matter_text.file_state(str(one["state"]))
    return [str(one["number"]), str(one["name"]), size, str(one["type"]), state, str(one["hash"])[:12]]
