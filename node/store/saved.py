"""What people of this node keep for themselves: templates (模板), views (视图), drafts (草稿). Never replicated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from .schema import Saved, table

SAVED = table(Saved)
UNIT = ""  # the person of what belongs to the whole unit


def put(db: Connection, kind: str, matter: str, staff: str, name: str, value: bytes, now_ms: int) -> None:
    """In the place of what had this name."""
    given = {"value": value, "changed_ms": now_ms}
    row = insert(SAVED).values(kind=kind, matter=matter, staff=staff, name=name, **given)
    db.execute(row.on_conflict_do_update(index_elements=["kind", "matter", "staff", "name"], set_=given))


def get(db: Connection, kind: str, matter: str, staff: str, name: str) -> Any | None:
    """One's own, else the unit's."""
    mine = _of(kind, matter, staff).where(SAVED.c.name == name).order_by(SAVED.c.staff.desc())
    return db.execute(mine).first()


def listed(db: Connection, kind: str, matter: str | None, staff: str) -> list[Any]:
    """One's own and the unit's, by matter and name."""
    query = _of(kind, matter, staff).order_by(SAVED.c.matter, SAVED.c.name, SAVED.c.staff)
    return list(db.execute(query))


def _of(kind: str, matter: str | None, staff: str) -> Any:
    whose = or_(SAVED.c.staff == staff, SAVED.c.staff == UNIT)
    query = select(SAVED).where(SAVED.c.kind == kind, whose)
    return query if matter is None else query.where(SAVED.c.matter == matter)


def count(db: Connection, kind: str, staff: str) -> int:
    query = select(func.count()).select_from(SAVED).where(SAVED.c.kind == kind, SAVED.c.staff == staff)
    return int(db.execute(query).scalar_one())


def remove(db: Connection, kind: str, matter: str, staff: str, name: str) -> bool:
    """Whether there was one."""
    named = (SAVED.c.kind == kind, SAVED.c.matter == matter, SAVED.c.staff == staff, SAVED.c.name == name)
    return bool(db.execute(delete(SAVED).where(*named)).rowcount)


def forget(db: Connection, kind: str, before_ms: int) -> int:
    """Those not touched since. Returns how many there were."""
    return int(db.execute(delete(SAVED).where(SAVED.c.kind == kind, SAVED.c.changed_ms < before_ms)).rowcount)
