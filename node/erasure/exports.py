"""Exports that were made here: what stands in them is out of an erasure's reach, so they are listed (3.11)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select

from node.iso import iso
from node.store import settings
from node.store.schema import Setting, table

_SETTING = table(Setting)
_NAME = "export "  # setting: with the time and a counter behind it, the file's path
MOST = 1000  # remembered; older ones fall out


def note(db: Connection, path: str, at_ms: int) -> None:
    settings.put(db, f"{_NAME}{at_ms:015d}-{settings.count(db, 'exports'):06d}", path.encode())
    rows = db.execute(_named().order_by(_SETTING.c.name.desc()).offset(MOST).limit(MOST)).all()
    if rows:
        db.execute(delete(_SETTING).where(_SETTING.c.name.in_([row.name for row in rows])))


def before(db: Connection, at_ms: int) -> list[dict[str, Any]]:
    """Those made before an erasure was carried out here, oldest first."""
    told = [(int(row.name.removeprefix(_NAME).partition("-")[0]), row.value.decode())
            for row in db.execute(_named().order_by(_SETTING.c.name))]  # fmt: skip
    return [{"path": path, "time": iso(made)} for made, path in told if made <= at_ms]


def _named() -> Any:
    return select(_SETTING.c.name, _SETTING.c.value).where(_SETTING.c.name.startswith(_NAME))
