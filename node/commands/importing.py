"""`qiao MATTER import FILE [--map MAP.toml]`: rows of a file, each registered as if a person had typed it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from node.iso import CHINA
from node.language import say
from node.matters.draft import Kind

from .lazy import Command, examples
from .reading import save, whole
from .session import Session, session
from .shown import line

EVERY = 1_000  # rows between two words about how far it is


def add(app: typer.Typer, kind: Kind) -> None:
    name = kind.matter.name
    epilog = examples(
        f"qiao --as STAFF {name} import day.csv",
        f"qiao --as STAFF {name} import other.xlsx --propose-map other.toml",
        f"qiao --as STAFF {name} import other.xlsx --map other.toml",
    )
    app.command("import", cls=Command, help=_HELP, epilog=epilog)(_import(kind))


_HELP = (
    "从表格导入：第一行是字段名或中文名，UTF-8 或 GB18030。\n"
    "按 external_id（或 MAP 的 [id]）认行：再导一次，已导入的跳过；中断后再导，接着来。\n"
    "不能导入的行写进 FILE.rejects.csv，注明原因，改好可再导入。"
)


def _import(kind: Kind) -> Callable[..., None]:
    def import_(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE.csv|xlsx|jsonl", help="要导入的文件")],
        given: Annotated[Path | None, typer.Option("--map", metavar="MAP.toml", help="列的对照")] = None,
        propose: Annotated[
            Path | None, typer.Option("--propose-map", metavar="MAP.toml", help="只拟一份对照，不导入")
        ] = None,
    ) -> None:
        here = session(context)
        here.acting()
        if propose is not None:
            _propose(here, kind, file, propose)
        else:
            _run(here, kind, file, given)

    return import_


def _propose(here: Session, kind: Kind, file: Path, target: Path) -> None:
    from node.tables import proposing, reading

    with reading.opened(file) as table:
        found = proposing.propose(kind, table.headings, table.rows)
    save(target, proposing.text_of(kind, found))
    told = say(f"对照已写入 {target}，把其中的“?”填好再导入", f"{target} is written: fill in each '?'")
    here.answer({"map": str(target), **proposing.as_json(found)}, lambda _: [line(told)])


def _run(here: Session, kind: Kind, file: Path, given: Path | None) -> None:
    from node.tables import feeding, reading
    from node.tables.rejects import Rejects

    mapped = _map(here, kind, file, given)
    counts = feeding.Counts()
    with reading.opened(file) as table:
        feeding.check(kind, mapped, table, file)
        rejects = Rejects(file, table.headings)
        try:
            feeding.feed(
                kind, mapped, table, rejects, counts, lambda asked: here.do("import.rows", asked), _teller(here),
                datetime.now(CHINA).date(),
            )  # fmt: skip
        except BaseException:
            again = say("；同一文件再导入一次，就接着来", "; the same file once more goes on from here")
            here.narrate(_told(counts, rejects.path) + again)
            raise
        finally:
            rejects.close()
    done = {
        "imported": counts.imported,
        "rejected": counts.rejected,
        "skipped": counts.skipped,
        "rejects_file": str(rejects.path) if rejects.path else None,
    }
    here.answer(done, lambda _: [line(_told(counts, rejects.path))])


def _told(counts: Any, rejects: Path | None) -> str:
    zh = f"导入 {counts.imported}，跳过 {counts.skipped}，拒收 {counts.rejected}"
    en = f"imported {counts.imported}, skipped {counts.skipped}, rejected {counts.rejected}"
    also = say(f"；拒收的在 {rejects}", f"; rejects in {rejects}") if rejects else ""
    return say(zh, en) + also


def _teller(here: Session) -> Callable[[int], None]:
    last = 0

    def tell(number: int) -> None:
        nonlocal last
        if number - last >= EVERY:
            last = number
            here.narrate(say(f"已到第 {number} 行", f"row {number}"))

    return tell


def _map(here: Session, kind: Kind, file: Path, given: Path | None) -> Any:
    """The MAP that was named; none where the headings say it themselves; the one kept for such files; else what a
    person answers in a terminal, and then kept."""
    from node.tables import kept, mapping, reading

    if given is not None:
        return mapping.parse(kind, whole(given).decode("utf-8-sig", "replace"), str(given))
    with reading.opened(file) as table:
        headings = table.headings
    plain, unknown = mapping.plain(kind, headings)
    if not unknown and mapping.identified(plain):
        return plain
    path = kept.path_for(here.directory, kind.matter.name, headings)
    if path.exists():
        here.narrate(say(f"用 {path} 的对照", f"by the map {path}"))
        return mapping.parse(kind, path.read_text(encoding="utf-8"), str(path))
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or here.json:
        return plain  # what isn't known is told by the check
    from . import asking

    text = asking.asked(kind, file)
    found = mapping.parse(kind, text, str(path))
    kept.keep(path, text)
    here.narrate(
        say(f"对照已存为 {path}，同样表头的文件不再问", f"kept as {path} for files with these headings")
    )
    return found
