"""The commands of any matter, made from its declaration: each verb one command, with `list` and `show`.

A new kind of work needs no command file of its own (product 1.1); the ticket and the call come from here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any

import typer

from conflict.declaration import Field, Type
from node.attachments import reference
from node.matters import KINDS
from node.matters.draft import Kind, Verb

from . import attachments, bulk, importing, listing, matter_text, paper, record_text, shelf, template
from .filters import parameter
from .lazy import Command, examples, subject
from .options import data, is_many, option, spelled
from .reading import document
from .session import session

_PREFIX = "f_"  # a parameter may be named like a Python keyword (`for`)


def app_for(name: str) -> typer.Typer:
    """The subject's app: one command a verb, then list and show."""
    kind = KINDS[name]
    app = subject(help=f"{kind.matter.label} {name}")
    app.callback()(_nothing)
    for verb in kind.verbs:
        if kind.shelf is not None and verb.name == kind.shelf.verb:
            continue  # many at once: `import` below
        app.command(verb.name, cls=_parsing(verb), help=verb.label, epilog=_example(kind, verb))(
            _run(kind, verb)
        )
    if kind.verb("link") and any(field.alike for field in kind.matter.fields):
        app.command(
            "duplicates",
            cls=Command,
            help="可能是同一件事的其他记录，附理由",
            epilog=_duplicates_example(name),
        )(_duplicates(kind))
    if reference.fields(kind.matter):
        attachments.add(app, kind)
    if kind.shelf is not None:
        shelf.add(app, kind)
    listing.add(app, kind)
    if kind.imported:
        importing.add(app, kind)
    bulk.add(app, kind)
    if kind.paper:
        paper.add(app, kind)
    app.command("show", cls=Command, help="一条记录的全部内容", epilog=_show_examples(name))(account_of(kind))
    return app


def _nothing() -> None:
    """A group of its own, even where a matter has one verb."""


def _parsing(verb: Verb) -> type[Command]:
    """The command class that writes the verb's flags out before they are parsed."""

    class Spelled(Command):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            return super().parse_args(ctx, spelled(args, verb.takes))

    return Spelled


def begins(kind: Kind, verb: Verb) -> bool:
    """Whether the verb makes a new record."""
    action = kind.matter.action(verb.action)
    return action is not None and action.first


def positional(verb: Verb) -> Field | None:
    """`note ID TEXT`: where a text is all that must be given, it may stand without its option's name."""
    required = [field for field in verb.takes if field.name in verb.required]
    return required[0] if len(required) == 1 and required[0].type is Type.TEXT else None


def _run(kind: Kind, verb: Verb) -> Callable[..., None]:
    files = attachments.field_of(verb)
    if files is not None and verb.required == {files.name}:
        found: Callable[..., None] = attachments.attach(kind, verb, files)
        return found

    def run(context: typer.Context, **given: Any) -> None:
        here = session(context)
        if given.get("suggest"):
            found = here.node().suggest_units(kind.matter.name, given["record"]) if here.person() else ()
            here.answer({"items": found, "next": None}, matter_text.suggestions)
            return
        here.acting()
        file = document(Path(given["data"])) if given["data"] else {}
        options = {name[len(_PREFIX) :]: one for name, one in given.items() if name.startswith(_PREFIX)}
        text = positional(verb)
        if text is not None and given.get("words") is not None:
            options[text.name] = given["words"]
        if given.get("template"):
            file = {**template.fields(here, kind, given["template"]), **file}
        params = {
            "matter": kind.matter.name,
            "verb": verb.name,
            "record": given.get("record"),
            "data": data(verb.takes, options, file),
        }
        here.answer(here.do("act", params), lambda result: matter_text.act(kind, result))

    run.__signature__ = Signature(_parameters(kind, verb))  # type: ignore[attr-defined]
    return run


def _parameters(kind: Kind, verb: Verb) -> list[Parameter]:
    found = [parameter("context", typer.Context)]
    if not begins(kind, verb):
        found.append(parameter("record", str, typer.Argument(..., metavar="ID", help="记录号或编号")))
    text = positional(verb)
    if text is not None:
        found.append(parameter("words", str | None, typer.Argument(None, metavar="[TEXT]", help=text.label)))
    for field in verb.takes:
        kind_of = list[str] if is_many(field) else str | None
        found.append(parameter(_PREFIX + field.name, kind_of, _option(field, verb)))
    if verb.suggests:
        flag = typer.Option(False, "--suggest", help="只按工作地、单位所在地建议单位，不办理")
        found.append(parameter("suggest", bool, flag))
    if begins(kind, verb):
        found.append(
            parameter("template", str | None, typer.Option(None, metavar="NAME", help="用模板填好的字段"))
        )
    file = typer.Option(None, "--data", metavar="FILE.json", help="字段名与值的 JSON 文件")
    return [*found, parameter("data", str | None, file)]


def _option(field: Field, verb: Verb) -> Any:
    default: Any = [] if is_many(field) else None
    mark = "（必填）" if field.name in verb.required else ""
    return typer.Option(
        default, option(field.name), metavar=_metavar(field), help=f"{field.label}{mark}{_codes(field)}"
    )


def _metavar(field: Field) -> str:
    wanted = {
        Type.YES_NO: "[yes|no]",
        Type.MONEY: "FEN",
        Type.UNIT: "UNIT",
        Type.REGION: "CODE",
        Type.DATE: "DATE",
        Type.MAP: "NAME=N,…",
    }
    if field.type is Type.CODE:
        return "CODE"
    return wanted.get(field.type, "N" if field.type in (Type.INTEGER, Type.SCORE) else "TEXT")


def _codes(field: Field) -> str:
    return "：" + " ".join(field.codes) if field.codes else ""


def _example(kind: Kind, verb: Verb) -> str:
    """One line that names what must be given."""
    words = ["qiao --as STAFF", kind.matter.name, verb.name]
    if not begins(kind, verb):
        words.append("ID")
    text = positional(verb)
    for field in verb.takes:
        if field.name in verb.required:
            words += _asked(field, text)
    return examples(" ".join(words))


def _asked(field: Field, text: Field | None) -> list[str]:
    if field.type is Type.FILES:
        return ["FILE"]
    return ["TEXT"] if field is text else [option(field.name), _sample(field)]


def _sample(field: Field) -> str:
    if field.codes:
        return next(iter(field.codes))
    return {Type.YES_NO: "yes", Type.UNIT: "370200", Type.PATH: "legal/labour"}.get(field.type, "…")


def account_of(kind: Kind) -> Callable[..., None]:
    """`show ID`: a record whole."""

    def show(
        context: typer.Context, record: Annotated[str, typer.Argument(metavar="ID", help="记录号或编号")]
    ) -> None:
        here = session(context)
        person = here.person()
        node = here.node()
        found = node.show(kind.matter.name, record)
        verbs: Sequence[Verb] = node.allowed(kind.matter.name, record, person)
        found = {**found, "allowed": [verb.name for verb in verbs]}
        here.answer(found, lambda shown: record_text.record(kind, shown, here.command))

    return show


def _duplicates(kind: Kind) -> Callable[..., None]:
    def duplicates(
        context: typer.Context,
        record: Annotated[str, typer.Argument(metavar="ID", help="记录号或编号")],
        limit: int = typer.Option(20, min=1, max=100, help="至多几条"),
    ) -> None:
        here = session(context)
        here.person()
        page = here.node().duplicates_of(kind.matter.name, record, limit)
        here.answer({"items": page.items, "next": page.next}, lambda found: matter_text.alike(kind, found))

    return duplicates


def _duplicates_example(name: str) -> str:
    return examples(f"qiao --as STAFF {name} duplicates ID", f"qiao --as STAFF {name} link ID --with OTHER")


def _show_examples(name: str) -> str:
    return examples(
        f"qiao --as STAFF {name} show 370000-20261121-0001", f"qiao --as STAFF {name} show ID --json"
    )
