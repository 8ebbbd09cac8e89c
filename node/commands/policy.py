"""`qiao policy`: the limits that deadlines rest on; what is in force here, and, at the root, changing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from conflict.declaration import Field
from node.errors import Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Kind, Verb

from . import matter, matter_text
from .lazy import Command, examples
from .matter_text import width
from .options import is_many, typed
from .reading import document
from .session import session
from .shown import line, table

NAME = "policy"


def app_for(name: str) -> typer.Typer:
    """What every matter has, with `show` and `set` of its own."""
    app = matter.app_for(name)
    app.command("show", cls=Command, help="现行政策、默认值，已定而未生效的修改",
                epilog=examples("qiao --as STAFF policy show"))(show)  # fmt: skip
    app.command("set", cls=Command, help="修改政策（最上级单位），最早次日起生效",
                epilog=examples("qiao --as ADMIN policy set accept_days=5 --effective 2026-12-01",
                                "qiao --as ADMIN policy set check_sample_percent=20 check_items=facts=50,reply=50"),
                )(change)  # fmt: skip
    return app


def show(context: typer.Context) -> None:
    here = session(context)
    here.person()
    here.answer(here.node().policy(), _shown)


def change(
    context: typer.Context,
    values: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="要修改的各项")] = None,
    effective: Annotated[str | None, typer.Option(metavar="DATE", help="生效日，最早次日")] = None,
    data: Annotated[str | None, typer.Option(metavar="FILE.json", help="字段名与值的 JSON 文件")] = None,
) -> None:
    here = session(context)
    here.acting()
    kind = KINDS[NAME]
    file = document(Path(data)) if data else {}
    given = {**file, **dict(_pair(one, kind) for one in values or ())}
    if not given:
        text = say("没有要修改的项：KEY=VALUE", "nothing to change: KEY=VALUE")
        raise Usage(text, code="missing_field", hint="qiao policy show")
    if effective is not None:
        given["effective"] = effective
    known = here.node().policy()
    _check(kind, given, known["earliest"])
    verb, record = ("amend", known["record"]) if known["record"] else ("set", None)
    params = {"matter": NAME, "verb": verb, "record": record, "data": given}
    here.answer(here.do("act", params), lambda result: matter_text.act(kind, result))


def _pair(text: str, kind: Kind) -> tuple[str, Any]:
    """Raises Usage for what isn't KEY=VALUE; the key is checked at the border."""
    name, separator, value = text.partition("=")
    if not separator or not value:
        raise Usage(say(f"应写作 KEY=VALUE：{ascii(text[:40])}", f"must be KEY=VALUE: {ascii(text[:40])}"),
                    code="bad_value", hint="qiao policy show")  # fmt: skip
    name = name.strip().replace("-", "_")
    field = kind.matter.field(name)
    return name, value if field is None else _typed(field, value)


def _typed(field: Field, value: str) -> Any:
    return typed(field, [value] if is_many(field) else value)


def _check(kind: Kind, given: Mapping[str, Any], earliest: str) -> None:
    """Before anything is signed. Raises Usage, also for a day that is too soon: it wouldn't be what counts."""
    verb = kind.verb("amend")
    assert isinstance(verb, Verb)
    checked = border.check(kind, verb, given)
    day = checked.get("effective")
    if day is not None and day < earliest:
        raise Usage(say(f"生效日最早为 {earliest}：政策自签署次日起才能生效",
                        f"the earliest is {earliest}: a policy counts from the day after it is signed"),
                    code="bad_value", hint="qiao policy show")  # fmt: skip


def _shown(told: Mapping[str, Any]) -> Iterator[str]:
    fields = {field.name: field.label for field in KINDS[NAME].matter.fields}
    heads = [say("项", "key"), say("现行", "in force"), say("默认", "default"), say("含义", "meaning")]
    rows = [
        [name, _value(value), "" if value == told["defaults"][name] else _value(told["defaults"][name]),
         fields.get(name, name)]
        for name, value in told["in_force"].items()
    ]  # fmt: skip
    yield from table(heads, rows, width())
    for one in told["changes"]:
        other = {name: value for name, value in one["values"].items() if value != told["in_force"][name]}
        if one["from"] > told["as_of"] and other:
            values = "  ".join(f"{name}={_value(value)}" for name, value in other.items())
            yield line(say(f"自 {one['from'][:10]} 起：{values}", f"from {one['from'][:10]}: {values}"))
    if told["record"] is None:
        yield say("这里还没有政策记录，按默认值", "there is no policy record here: the defaults count")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, Mapping):
        return ",".join(f"{name}={one}" for name, one in value.items())
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
