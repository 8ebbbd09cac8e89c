"""`audit export` of tables: whole under its final name, or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from node import processes, whole_file
from node.errors import DiskTrouble, Stale
from node.language import say
from node.store import reading

from . import kinds, records, registered, sharing
from .records import Put, Row, Tell
from .schema import TABLES

FORMATS = ("parquet", "csv", "xlsx", "jsonl")
SCHEMA = "schema.json"
_FOLDERS: dict[str, Callable[[Path, bool], AbstractContextManager[Put]]] = {
    "parquet": kinds.parquet_files, "csv": kinds.csv_files, "jsonl": kinds.jsonl_files,
}  # fmt: skip


def refuse_existing(path: Path) -> None:
    """Raises Stale `file_exists`, Usage (`no_folder`, `bad_name`)."""
    if whole_file.is_there(path) or path.is_symlink():
        raise _exists(path)
    whole_file.refuse_existing(path, force=False)


def write(
    db: Connection, path: Path, kind: str, unit: str, tell: Tell, *, words: bool = False,
    shared: processes.Given | None = None,
) -> dict[str, Any]:  # fmt: skip
    """`kind`: one of FORMATS. `shared`: where Parquet's rows may be made by several processes. Gives path, format,
    tables (name → rows).

    Raises as `refuse_existing`, Usage `too_large`, DiskTrouble; then nothing of it is left.
    """
    refuse_existing(path)
    counts = dict.fromkeys((one.name for one in TABLES), 0)
    if kind == "xlsx":
        with whole_file.beside(path, force=False) as file, kinds.workbook(file, words) as put:
            _pour(db, put, counts, tell, words)
    else:
        with _folder(path) as folder:
            with _FOLDERS[kind](folder, words) as put:
                _pour(db, put, counts, tell, words, shared)
            about = schema(db, unit, counts, words)
            (folder / SCHEMA).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return {"path": str(path), "format": kind, "words": words, "tables": counts}


def _pour(
    db: Connection,
    put: Put,
    counts: dict[str, int],
    tell: Tell,
    words: bool,
    shared: processes.Given | None = None,
) -> None:
    def counted(name: str, rows: list[Row]) -> None:
        counts[name] += len(rows)
        put(name, rows)

    if shared is None or not _by_several(shared, db, put, counts, tell, words):
        records.pour(db, counted, tell, words=words)
    registered.pour(db, counted)


def _by_several(
    given: processes.Given, db: Connection, put: Put, counts: dict[str, int], tell: Tell, words: bool
) -> bool:
    if not isinstance(put, kinds.Raw) or not sharing.is_worth_it(db):
        return False
    try:
        found = sharing.pour(given, db, put, tell, words=words)
    except sharing.Moved:
        return False  # somebody works on it: one process goes on with what it sees
    for name, rows in found.items():
        counts[name] += rows
    return True


def schema(db: Connection, unit: str, counts: dict[str, int], words: bool) -> dict[str, Any]:
    """What stands beside the tables: whose scope, up to which commits, and what each column means."""
    return {
        "unit": unit,
        "heads": [
            {"log": row.log.hex(), "seq": row.head_seq, "id": row.head_id.hex()} for row in reading.heads(db)
        ],
        "tables": {
            table.name: {
                "label": table.zh,
                "meaning": table.meaning,
                "rows": counts[table.name],
                "columns": [
                    {"name": one.name, "label": one.zh, "type": str(one.shape), "meaning": one.meaning}
                    for one in table.given(words)
                ],
            }
            for table in TABLES
        },
    }


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """A folder beside the one that is asked for, put in its place when everything in it is durable."""
    aside = path.with_name(f".{path.name}.{os.getpid()}{whole_file.PART}")
    try:
        whole_file.clear(path)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        yield aside
        for file in [*sorted(aside.iterdir()), aside]:
            _durable(file)
        if whole_file.is_there(path):
            raise _exists(path)
        aside.rename(path)
    except OSError as fault:
        shutil.rmtree(aside, ignore_errors=True)
        text = say(
            f"写不了 {path}：{fault.strerror or fault}", f"{path} can't be written: {fault.strerror or fault}"
        )
        raise DiskTrouble(text, hint="df -h .") from fault
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exists(path: Path) -> Stale:
    return Stale(say(f"{path} 已存在", f"{path} exists"), code="file_exists", hint=f"ls -l {path}")
