"""The database: can it be read and written, is it this program's, how large its write-ahead log has grown; and, where
all is asked for, whether every page and every reference is sound."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import quote

from node import glance, health
from node.errors import QiaoError
from node.language import say
from node.store import database as store

from .finding import Finding, Level, Site

LARGE_WAL = 256 << 20  # Litestream lets it grow to this in a storm, and then cuts it off
STEPS = 100_000  # of SQLite's machine between two looks at the time
SHOWN = 3
_HEALTH = {
    "damaged": ("数据库已损坏", "the database is damaged"),
    "disk": ("数据库写不了", "the database can't be written"),
    "busy": ("数据库被占用", "the database is busy"),
}


def database(site: Site) -> Iterator[Finding]:
    found = health.check(site.directory)
    if not found.ok:
        text = say(*_HEALTH.get(found.code, _HEALTH["disk"]))
        hint = "qiao --dir DIR verify" if found.code == "damaged" else "qiao --dir DIR status"
        yield Finding("database", Level.RED, f"{text} [{found.code}]", hint=hint)
        return
    try:
        size = site.status["database"]["bytes"]
    except QiaoError as fault:
        yield Finding("database", Level.RED, fault.text, hint="qiao --dir DIR run --no-tui")
        return
    text = say(f"数据库可读可写，{size >> 20} MiB", f"the database can be read and written, {size >> 20} MiB")
    yield Finding("database", Level.OK, text)


def wal(site: Site) -> Iterator[Finding]:
    path = site.directory / f"{glance.DATABASE}-wal"
    size = path.stat().st_size if path.exists() else 0
    if size > LARGE_WAL:
        text = say(f"预写日志已有 {size >> 20} MiB", f"the write-ahead log has grown to {size >> 20} MiB")
        yield Finding("wal", Level.WARNING, text, hint="qiao --dir DIR log --level warning")


def projection(site: Site) -> Iterator[Finding]:
    """Whether what is derived was made by this very program; else `run` makes it anew at its start."""
    from node import rebuild

    with closing(_opened(site)) as db:
        row = db.execute("SELECT value FROM setting WHERE name = ?", (rebuild.STAMP,)).fetchone()
        revision = db.execute("SELECT version_num FROM alembic_version").fetchone()
    current = row is not None and row[0] == rebuild.digest_of_sources()
    if current and revision is not None and revision[0] == store.NEWEST:
        yield Finding("projection", Level.OK, say("数据库是本版程序的", "the database is this program's"))
    else:
        text = say(
            "数据库由别的版本写成，下次运行时升级",
            "another version wrote the database; the next run upgrades it",
        )
        yield Finding("projection", Level.WARNING, text, hint="qiao --dir DIR run --no-tui")


def integrity(site: Site) -> Iterator[Finding]:
    """Every page, index and reference, within the time that the site allows."""
    if not site.full:
        return
    end = time.monotonic() + site.seconds
    with closing(_opened(site)) as db:
        db.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        yield _sound(db, "integrity", "PRAGMA integrity_check(10)", {"ok"}, "页和索引", "pages and indexes")
        yield _sound(db, "foreign_keys", "PRAGMA foreign_key_check", set(), "引用", "references")


def _sound(db: Any, name: str, pragma: str, good: set[str], zh: str, en: str) -> Finding:
    try:
        found = [str(row[0]) for row in db.execute(pragma).fetchmany(10)]
    except store.DRIVER.OperationalError:  # the progress handler said stop
        text = say(f"{zh}没有在时限内查完", f"{en} couldn't all be looked at in the time given")
        return Finding(name, Level.WARNING, text, hint="qiao --dir DIR doctor --full --seconds 3600")
    except store.DRIVER.DatabaseError:
        return Finding(name, Level.RED, say(f"{zh}已损坏", f"{en} are damaged"), hint="qiao --dir DIR verify")
    bad = [one for one in found if one not in good]
    if bad:
        text = say(f"{zh}有问题：", f"{en}: ") + "; ".join(one[:80] for one in bad[:SHOWN])
        return Finding(name, Level.RED, text, hint="qiao --dir DIR verify")
    return Finding(name, Level.OK, say(f"{zh}完好", f"{en} are sound"))


def _opened(site: Site) -> Any:
    path = quote(str((site.directory / glance.DATABASE).absolute()))
    return store.DRIVER.connect(f"file:{path}?mode=ro", uri=True, timeout=2.0)
