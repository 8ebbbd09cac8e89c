"""`qiao MATTER bulk VERB`: one act on many records, each judged as if it were the only one; one result a record."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from inspect import Signature
from pathlib import Path
from typing import Any

import typer

from conflict.declaration import Type
from node.errors import NotFound, Usage
from node.language import say
from node.matters.draft import Kind, Verb

from . import filters
from .failure import explain
from .lazy import STYLE, Command, Group, examples
from .options import data, is_many, option, spelled
from .reading import document, no_file
from .session import Session, session
from .shown import dumps

_PREFIX = "f_"
_CLASH = ("unit", "text", "sort", "columns")  # options of verbs, or without a meaning here
MOST = 10_000  # records of one call
Act = Callable[[dict[str, Any]], dict[str, Any]]


def add(app: typer.Typer, kind: Kind) -> None:
    name = kind.matter.name
    epilog = examples(
        f"qiao --as STAFF {name} bulk note TEXT --ids ids.txt",
        f"qiao --as STAFF {name} bulk --help",
    )
    below = typer.Typer(cls=_group(kind), help=_HELP, epilog=epilog, no_args_is_help=False, **STYLE)
    below.callback()(_nothing)
    app.add_typer(below, name="bulk")


_HELP = (
    "批量办理：对选中的每条各做一次同样的操作，检查与单件完全一样，每条一个结果。\n"
    "--ids 是文件（- 为标准输入），每行一个记录号或编号，或一份含 record 的 JSON；\n"
    "也可用 --view、--phase、--saved 等条件选。--dry-run 只试不签。"
)


def _nothing() -> None:
    """A group of its own."""


def verbs(kind: Kind) -> dict[str, Verb]:
    """Those that act on a record there is, and take no files."""
    found = {}
    for verb in kind.verbs:
        action = kind.matter.action(verb.action)
        files = any(field.type is Type.FILES for field in verb.takes)
        if action is not None and not action.first and not files:
            found[verb.name] = verb
    return found


def _group(kind: Kind) -> type[Group]:
    """A verb's command is made when it is called: made beforehand, they would double what the matter costs."""

    class Verbs(Group):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(verbs(kind))

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            verb = verbs(kind).get(cmd_name)
            return None if verb is None else _command(kind, verb)

    return Verbs


def _command(kind: Kind, verb: Verb) -> Any:
    class Spelled(Command):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            return super().parse_args(ctx, spelled(args, verb.takes))

    app = typer.Typer(**STYLE)
    epilog = examples(f"qiao --as STAFF {kind.matter.name} bulk {verb.name} --ids ids.txt --dry-run")
    app.command(verb.name, cls=Spelled, help=verb.label, epilog=epilog)(_run(kind, verb))
    command: Any = typer.main.get_command(app)
    command.name = verb.name
    return command


def _run(kind: Kind, verb: Verb) -> Callable[..., None]:
    from .matter import positional

    text = positional(verb)

    def run(context: typer.Context, ids: str | None, dry_run: bool, keep_going: bool, **given: Any) -> None:
        here = session(context)
        here.acting()
        file = document(Path(given["data"])) if given["data"] else {}
        options = {name[len(_PREFIX) :]: one for name, one in given.items() if name.startswith(_PREFIX)}
        if text is not None and given.get("words") is not None:
            options[text.name] = given["words"]
        params: dict[str, Any] = {
            "matter": kind.matter.name,
            "verb": verb.name,
            "data": data(verb.takes, options, file),
        }
        if dry_run:
            params["dry_run"] = True
        here.exit = each(
            _chosen(here, kind, ids, given), params, lambda asked: here.do("act", asked), here, keep_going
        )

    found = [filters.parameter("context", typer.Context)]
    if text is not None:
        found.append(
            filters.parameter("words", str | None, typer.Argument(None, metavar="[TEXT]", help=text.label))
        )
    for field in verb.takes:
        default: Any = [] if is_many(field) else None
        shape = list[str] if is_many(field) else str | None
        found.append(
            filters.parameter(
                _PREFIX + field.name, shape, typer.Option(default, option(field.name), help=field.label)
            )
        )
    taken = {field.name for field in verb.takes}
    found += [one for one in filters.parameters(kind, without=_CLASH) if one.name not in taken]
    found += [
        filters.parameter("ids", str | None, typer.Option(None, metavar="FILE|-", help="记录号，每行一个")),
        filters.parameter("dry_run", bool, typer.Option(False, "--dry-run", help="只试，不签名、不留痕")),
        filters.parameter("keep_going", bool, typer.Option(False, "--keep-going", help="出错的记下错误，继续下一条")),
        filters.parameter("data", str | None, typer.Option(None, "--data", metavar="FILE.json", help="字段名与值")),
    ]  # fmt: skip
    run.__signature__ = Signature(found)  # type: ignore[attr-defined]
    return run


def each(names: list[str], params: dict[str, Any], act: Act, here: Session, keep_going: bool) -> int:
    """One result a record, in the order given; the exit code of the first error, else 0."""
    first = 0
    for name in names:
        try:
            here.write([dumps({**act({**params, "record": name}), "asked": name})])
        except Exception as error:
            told = explain(error)
            here.write([dumps({**told.as_json(), "asked": name})])
            first = first or told.exit
            if not keep_going:
                break
    return first


def _chosen(here: Session, kind: Kind, ids: str | None, given: Mapping[str, Any]) -> list[str]:
    """The records, each once. Raises Usage (`nothing_chosen`, `too_many`)."""
    how, _ = filters.chosen(here, kind, {**dict.fromkeys(_CLASH), **given})
    if ids is not None and how:
        raise Usage(
            say("--ids 与条件只能用一种", "either --ids or filters"),
            code="usage",
            hint="qiao ticket bulk --help",
        )
    if ids is None and not how:
        zh, en = (
            "没有选记录：给 --ids 或 --view 等条件",
            "nothing is chosen: give --ids, or a filter such as --view",
        )
        raise Usage(say(zh, en), code="nothing_chosen", hint=f"qiao {kind.matter.name} bulk --help")
    found = list(dict.fromkeys(_listed(ids) if ids is not None else _found(here, kind, how)))
    if len(found) > MOST:
        zh, en = f"一次至多 {MOST} 条", f"at most {MOST} records at once"
        raise Usage(say(zh, en), code="too_many", hint="split -l 10000 FILE")
    if not found:
        text = say("没有符合条件的记录", "nothing found")
        raise NotFound(text, code="not_found", hint=f"qiao {kind.matter.name} list")
    return found


def _found(here: Session, kind: Kind, how: dict[str, Any]) -> list[str]:
    """All of them before the first act: what it changes would move the list under our feet."""
    person, after = here.person(), None
    found: list[str] = []
    while len(found) <= MOST:
        page = here.node().list(
            kind.matter.name, person=person, limit=1000, after=after, **{"sort": "number", **how}
        )
        found += [item["record"] for item in page.items]
        after = page.next
        if after is None:
            break
    return found


def _listed(ids: str) -> Iterator[str]:
    """Lines of a file: the first word, the `record` of a JSON object, or those of a list's document."""
    if ids == "-":
        text = sys.stdin.read()
    else:
        try:
            text = Path(ids).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as fault:
            raise no_file(Path(ids)) from fault
    for one in text.splitlines():
        if one.strip():
            yield from _names(one.strip())


def _names(text: str) -> list[str]:
    if not text.startswith("{"):
        return [text.split()[0]]
    try:
        found = json.loads(text)
        return [str(one["record"]) for one in found.get("items", [found])]
    except (ValueError, KeyError, TypeError, AttributeError):
        told = say("有一行不是含 record 的 JSON", "a line isn't JSON with a record")
        raise Usage(told, code="bad_json", hint="qiao ticket bulk --help") from None
