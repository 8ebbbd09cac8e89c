"""What is left of destroyed bytes in the database's own files, once the transaction is durable.

`secure_delete` has zeroed the rows. The search index keeps old terms in its segments until they are merged,
the write-ahead log keeps old pages until it is cut off.
"""

from __future__ import annotations

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import DatabaseError

from node.store import search, settings
from node.store.prepared import Prepared
from node.store.schema import Setting, table
from node.work import Work

from .destruction import LEFT, SCRUB, forget

_SETTING = table(Setting)
_ALL_LEFT = Prepared(select(_SETTING.c.name, _SETTING.c.value).where(_SETTING.c.name.startswith(LEFT)))
PATIENCE_MS = 500  # how long a checkpoint waits for readers; the next minute tries again


def now(engine: Engine) -> bool:
    """Cleans up what is due. False where somebody reads old pages still."""
    with engine.begin() as db:
        if not settings.get(db, SCRUB):
            return True
        search.rewrite(db)
    if not _cut_off(engine):
        return False
    with engine.begin() as db:
        db.execute(delete(_SETTING).where(_SETTING.c.name == SCRUB))
    return True


def _cut_off(engine: Engine) -> bool:
    """Moves the write-ahead log into the database and empties it. Raises sqlalchemy.exc.DatabaseError."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={int(patience)}")
        cursor.close()
    except (
        engine.dialect.loaded_dbapi.Error
    ) as fault:  # of the driver: nothing else tells it as SQLAlchemy's here
        raise DatabaseError("PRAGMA wal_checkpoint", None, fault) from fault
    finally:
        raw.close()
    return not busy


def resume(work: Work) -> None:
    """What is still to be done of earlier erasures: attachments that couldn't be removed, traces in the files."""
    for row in _ALL_LEFT(work.db):
        work.db.execute(delete(_SETTING).where(_SETTING.c.name == row.name))
        forget(work, [row.value])
    work.scrub = work.scrub or bool(settings.get(work.db, SCRUB))
