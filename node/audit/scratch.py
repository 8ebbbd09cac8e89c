"""Tables for a while (审计表): exported before by somebody, or made anew in the node's directory and gone afterwards.

No copy of them stays behind: an erasure couldn't reach it, and an encrypted node's would lie there in clear.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from node import processes, whole_file
from node.errors import DiskTrouble, Stale, Usage
from node.language import say
from node.store import reading

from .tables import export
from .tables.records import Tell
from .tables.schema import TABLES

_NAME = "audit-tables"
MOST_SCHEMA = 64 << 20  # bytes: the heads of very many logs


@contextmanager
def made(
    db: Connection, directory: Path, unit: str, tell: Tell, shared: processes.Given | None = None
) -> Iterator[Path]:
    """A folder of Parquet files of what the node holds. Raises as tables/export.py."""
    place = directory / f".{_NAME}.{os.getpid()}{whole_file.PART}"
    whole_file.clear(directory / _NAME)
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(mode=0o700)
        export.write(db, place / "tables", "parquet", unit, tell, shared=shared)
        yield place / "tables"
    except OSError as fault:
        raise DiskTrouble(say(f"写不了 {place}", f"{place} can't be written"), hint="df -h .") from fault
    finally:
        shutil.rmtree(place, ignore_errors=True)


def must_be_of_now(folder: Path, db: Connection) -> None:
    """Raises Usage `not_tables`, Stale `tables_older` where the node has other commits than the tables were made of."""
    heads = sorted((row.log.hex(), row.head_seq, row.head_id.hex()) for row in reading.heads(db))
    if exported(folder)["heads"] != heads:
        zh, en = (
            f"{folder} 导出之后，本节点又有了新的提交",
            f"the node has other commits than {folder} was made of",
        )
        raise Stale(say(zh, en), code="tables_older", hint="qiao audit export --format parquet FOLDER")


def exported(folder: Path) -> dict[str, Any]:
    """What a folder of Parquet files says of itself. Raises Usage `not_tables`."""
    about = folder / export.SCHEMA
    try:
        if not all((folder / f"{one.name}.parquet").is_file() for one in TABLES):
            raise ValueError
        if about.stat().st_size > MOST_SCHEMA:
            raise ValueError
        found = json.loads(about.read_text("utf-8"))
        heads = [(str(one["log"]), int(one["seq"]), str(one["id"])) for one in found["heads"]]
        return {"unit": str(found["unit"]), "heads": sorted(heads)}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        zh = f"{folder} 不是 audit export --format parquet 写的文件夹"
        en = f"{folder} isn't a folder that audit export --format parquet wrote"
        raise Usage(
            say(zh, en), code="not_tables", hint="qiao audit export --format parquet FOLDER"
        ) from fault
