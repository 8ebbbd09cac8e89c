"""The commands of a matter whose records are answers to be looked up: `suggest`, `cite`, `import`.

Made from its declaration (node.matters.draft.Shelf); the article is the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from node.errors import QiaoError, Usage
from node.language import say
from node.matters.draft import Kind

from .lazy import Command, examples
from .reading import no_file, parse, split
from .session import Session, session
from .shown import dumps, line, shown

CHUNK = 128 * 1024  # bytes of rows that are handed to the writer at once: some two commits
MOST_ROWS = 500
_ENGLISH = {"imported": "imported", "skipped": "here already", "rejected": "rejected"}


def add(app: typer.Typer, kind: Kind) -> None:
    name = kind.matter.name
    app.command("suggest", cls=Command, help="边听边找：来电内容可能用得上的答复", epilog=examples(
        f"qiao --as STAFF {name} suggest '{say('老板欠我三个月工钱', 'three months of unpaid wages')}'",
        f"qiao --as STAFF {name} suggest TEXT --limit 10 --json",
    ))(_suggest(kind))  # fmt: skip
    app.command("cite", cls=Command, help="记下某件来电或工单用它答复（计采用次数）", epilog=examples(
        f"qiao --as STAFF {name} cite q001 --for 370000-20261121-0001",
    ))(_cite)  # fmt: skip
    app.command("import", cls=Command, help="批量导入（最上级单位的管理员）；中断后再执行一次即可", epilog=examples(
        f"qiao --as ADMIN {name} import --shipped",
        f"qiao --as ADMIN {name} import FILE.jsonl",
    ))(_import(kind))  # fmt: skip


# Looking up


def _suggest(kind: Kind) -> Callable[..., None]:
    def suggest(
        context: typer.Context,
        text: Annotated[str, typer.Argument(metavar="TEXT", help="来电人说的话，整段也行")],
        limit: Annotated[int, typer.Option(min=1, max=100, help="至多几条")] = 5,
    ) -> None:
        here = session(context)
        here.person()
        page = here.node().suggest(kind.matter.name, text, limit)
        bare = not page.items and not here.node().list(kind.matter.name, limit=1).items
        none = _bare(kind) if bare else say("没有用得上的", "nothing fits")
        here.answer({"items": page.items, "next": page.next}, lambda found: _told(found["items"], none))

    return suggest


def _bare(kind: Kind) -> str:
    """Of a shelf with nothing on it yet: who fills it, and how."""
    command = f"qiao --as ADMIN {kind.matter.name} import --shipped"
    return say(f"库里还没有内容；由最上级单位的管理员导入：{command}",
               f"there is nothing here yet; the root's administrator brings it in: {command}")  # fmt: skip


def _told(items: Iterable[Mapping[str, Any]], none: str) -> Iterator[str]:
    """Each with its number, how often it was used, the answer, and the law that it rests on; else `none`."""
    empty = True
    for place, one in enumerate(items, 1):
        empty = False
        often = say(f"采用 {one['used']} 次", f"used {one['used']} times")
        yield line(f"{place}. {one['title']}  [{one['number'] or one['record']}]  {often}")
        for text in (one.get("answer"), f"{one.get('law') or ''}{one.get('article') or ''}"):
            if text:
                yield "   " + shown(str(text)).replace("\n", "\n   ")
    if empty:
        yield none


def _cite(
    context: typer.Context,
    answer: Annotated[str, typer.Argument(metavar="ID", help="记录号或编号")],
    record: Annotated[str, typer.Option("--for", metavar="RECORD", help="来电或工单的记录号或编号")],
) -> None:
    here = session(context)
    person = here.person()
    done = here.node().cite(record, [answer], person)
    here.answer(done, lambda result: [line(f"{result.get('number') or result['record']}  ← {answer}")])


# Importing


def _import(kind: Kind) -> Callable[..., None]:
    def bring(
        context: typer.Context,
        file: Annotated[
            Path | None, typer.Argument(metavar="[FILE.jsonl]", help="每行一个 JSON 对象")
        ] = None,
        shipped: Annotated[bool, typer.Option("--shipped", help="随程序提供的内容")] = False,
    ) -> None:
        here = session(context)
        here.acting()
        if (file is None) is not shipped:
            text = say("给出一个文件，或者 --shipped", "give a file, or --shipped")
            raise Usage(text, code="usage", hint=f"qiao {kind.matter.name} import --shipped")
        found = _import_all(here, kind, _lines(file) if file else enumerate(_shipped(kind), 1), file)
        here.answer(found, _counted)

    return bring


def _shipped(kind: Kind) -> Iterable[Mapping[str, Any]]:
    return kind.shelf.shipped() if kind.shelf else ()


Numbered = Iterable[tuple[int, Mapping[str, Any] | QiaoError]]


def _lines(path: Path) -> Numbered:
    """Line by line; one that is no JSON object is rejected, and the next goes on."""
    if not path.exists():
        raise no_file(path)
    for number, raw in split(path):
        try:
            yield number, parse(raw, path, number)
        except QiaoError as fault:
            yield number, fault


def _import_all(here: Session, kind: Kind, rows: Numbered, file: Path | None) -> dict[str, Any]:
    """`imported`, `skipped` (here already), `rejected`, and the `rejects_file` where there are any."""
    counts = {"imported": 0, "skipped": 0, "rejected": 0}
    rejects: list[dict[str, Any]] = []
    for chunk in _chunks(rows, rejects):
        _bring(here, kind, chunk, counts, rejects)
        here.narrate(say(f"已导入 {counts['imported']}，已有 {counts['skipped']}",
                         f"imported {counts['imported']}, here already {counts['skipped']}"))  # fmt: skip
    counts["rejected"] = len(rejects)
    rejects.sort(key=lambda one: int(one["line"]))
    return {**counts, "rejects_file": _save_rejects(file, rejects)}


def _chunks(rows: Numbered, rejects: list[dict[str, Any]]) -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
    chunk: list[tuple[int, Mapping[str, Any]]] = []
    size = 0
    for number, row in rows:
        if isinstance(row, QiaoError):
            rejects.append({"line": number, "code": row.code, "message": row.text})
            continue
        chunk.append((number, row))
        size += len(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
        if size > CHUNK or len(chunk) == MOST_ROWS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _bring(
    here: Session,
    kind: Kind,
    chunk: list[tuple[int, Mapping[str, Any]]],
    counts: dict[str, int],
    rejects: list[dict[str, Any]],
) -> None:
    """A commit at a time, until the chunk is through: each is durable before the next is begun."""
    while chunk:
        rows = [row for _, row in chunk]
        done = here.do("import", {"matter": kind.matter.name, "rows": rows})
        counts["imported"] += done["imported"]
        counts["skipped"] += done["skipped"]
        rejects += [
            {"line": chunk[one["row"]][0], "code": one["code"], "message": one["message"]}
            for one in done["rejected"]
        ]
        chunk = chunk[done["taken"] :]


def _save_rejects(file: Path | None, rejects: list[dict[str, Any]]) -> str | None:
    """Beside the file, under the first name that is free: nothing is written over."""
    if not rejects:
        return None
    base = file.name if file else "shipped"
    folder = file.parent if file else Path()
    names = (folder / f"{base}.rejects{mark}.jsonl" for mark in ("", *(f"-{n}" for n in range(2, 1000))))
    target = next(name for name in names if not name.exists())
    target.write_text("".join(dumps(one) + "\n" for one in rejects), encoding="utf-8")
    return str(target)


def _counted(found: Mapping[str, Any]) -> Iterator[str]:
    labels = {"imported": "导入", "skipped": "已有", "rejected": "拒收"}
    yield "  ".join(
        say(f"{labels[name]} {found[name]}", f"{_ENGLISH[name]} {found[name]}") for name in labels
    )
    if found["rejects_file"]:
        yield line(say(f"拒收的行及原因：{found['rejects_file']}", f"rejects: {found['rejects_file']}"))
