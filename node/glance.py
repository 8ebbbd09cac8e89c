"""`qiao status`: both directions, honestly, at a glance (design 4).

It answers at once, so it reads the tables with the driver alone: the schema's library takes longer to
import than the whole answer may take.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cbor2
import sqlcipher3.dbapi2 as driver

from node import clock as clocks
from node import config, health, lives
from node.backup import account
from node.clock import SystemClock
from node.errors import Damaged, NotFound, QiaoError, Stale
from node.iso import iso, iso_or_none
from node.language import say
from node.store import raw
from sync_protocol.limits import MAX_WAITING

DATABASE = "node.db"
_EXCEPTIONS = (
    "SELECT count(*) FROM exception_ LEFT JOIN folded USING (record) WHERE open AND coalesce(here, 1)"
)
_BREACHES = (
    "SELECT count(*) FROM due JOIN folded USING (record)"
    " WHERE here AND coalesce(done_ms, CASE WHEN owed THEN ? ELSE 0 END) > due_ms"
)
_EXCEPTION_KINDS = (
    "SELECT kind, count(*) FROM exception_ LEFT JOIN folded USING (record)"
    " WHERE open AND coalesce(here, 1) GROUP BY kind"
)
_CHILDREN_SEEN = "SELECT u.path, p.seen_ms FROM peer p JOIN unit u ON u.node = p.node WHERE p.node != ?"
_LATEST_DUE = "SELECT coalesce(max(due_ms), 0) FROM due WHERE done_ms IS NULL AND NOT paused AND due_ms < ?"
NEVER = 253_000_000_000_000  # past it nothing falls due; what stands still is beyond
_NOTICES = (
    "SELECT action, count(*) FROM notice JOIN folded USING (record)"
    " WHERE here AND at_ms > ? GROUP BY action ORDER BY action"
)
_RULINGS = (
    "SELECT count(*) FROM folded WHERE here AND ruling <> ''"
    " AND (ruling IN (SELECT path FROM unit WHERE host = :own)"
    " OR (substr(ruling || '/', 1, length(:own) + 1) = :own || '/' AND NOT EXISTS (SELECT 1 FROM unit"
    " WHERE length(path) > length(:own) AND substr(ruling || '/', 1, length(path) + 1) = path || '/')))"
)  # as the list `ruling` has it (node/store/listing.py)
NOTED_MS = 30 * 24 * 3600 * 1000  # how far back they are counted


def status(directory: Path) -> dict[str, Any]:
    """Raises NotFound `no_node`, Damaged when the database can't be read."""
    return _read(directory, lambda db: _status(db, directory))


def clock(directory: Path) -> dict[str, Any]:
    """As `qiao clock`: offset_ms, asked_ms, applied, question. Raises as `status`."""

    def read(db: Any) -> dict[str, Any]:
        now = SystemClock().own_ms() + int(_setting(db, clocks.OFFSET) or 0)
        return clocks.told(lambda name: _setting(db, name), now)

    return _read(directory, read)


def parent_url(directory: Path) -> str:
    """Of the invitation, or of the parent's newest word; empty where there is none. Raises as `status`."""
    return str(_read(directory, lambda db: {"url": (_setting(db, "parent_url") or b"").decode()})["url"])


def counts(directory: Path) -> dict[str, Any]:
    """For metrics: commits and changes stored, open exceptions by kind, ages in seconds. Raises as `status`."""
    return _read(directory, _counts)


def _counts(db: Any) -> dict[str, Any]:
    now = SystemClock().own_ms() + int(_setting(db, "clock_offset") or 0)
    parent = _parent(db)
    oldest = _pending_up(db, parent)[1]
    seen = db.execute(_CHILDREN_SEEN, (_setting(db, "parent") or b"",)).fetchall()
    return {
        "commits": _one(db, "SELECT coalesce(max(id), 0) FROM commit_"),
        "changes": _one(db, "SELECT coalesce(max(id), 0) FROM change"),
        "exceptions": dict(db.execute(_EXCEPTION_KINDS).fetchall()),
        "oldest_unsent_seconds": max(0, now - oldest) // 1000 if oldest else 0,
        "parent_seen_seconds": _age(now, parent["seen_ms"] if parent else 0),
        "child_seen_seconds": {unit: _age(now, ms) for unit, ms in seen if ms},
    }


def _age(now_ms: int, ms: int) -> int | None:
    return max(0, now_ms - ms) // 1000 if ms else None


def _read(directory: Path, read: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    path = directory / DATABASE
    if not path.exists():
        raise no_node(directory)
    try:
        with contextlib.closing(raw.connect(path, "ro")) as db:
            db.execute("PRAGMA busy_timeout=5000")
            return read(db)
    except driver.DatabaseError as fault:
        if "no such column" in str(fault) or "no such table" in str(fault):
            raise Stale(
                say("数据库由旧版本写成，还没有升级", "the database is an older version's, not upgraded yet"),
                code="older_database",
                hint=f"qiao --dir {directory} run",
            ) from fault
        raise Damaged(
            say(f"数据库读不了：{fault}", f"the database can't be read: {fault}"),
            code="database_damaged",
            hint="qiao verify",
        ) from fault


def no_node(directory: Path) -> NotFound:
    return NotFound(
        say(f"{directory} 里没有节点", f"there is no node in {directory}"),
        code="no_node",
        hint="qiao --dir DIR init --unit CODE --name NAME",
    )


def _status(db: Any, directory: Path) -> dict[str, Any]:
    clock = SystemClock()
    offset = int(_setting(db, "clock_offset") or 0)
    now = clock.own_ms() + offset
    parent = _parent(db)
    pending, oldest = _pending_up(db, parent)
    stamp = int(_setting(db, "stamp") or 0)
    asked = clocks.told(lambda name: _setting(db, name), now)
    backup = _backup(directory)
    return {
        "unit": _own_path(db),
        "unit_name": (_setting(db, "name") or b"").decode(),
        "node": _setting(db, "node").hex(),
        "standing": (_setting(db, "standing") or b"active").decode(),
        "running": (directory / "socket").exists(),
        "parent": parent["node"].hex() if parent else None,
        "channel": _channel(db, directory) if parent else None,
        "last_sync_up": iso_or_none(parent["complete_ms"] if parent else 0),
        "last_sync_down": iso_or_none(parent["seen_ms"] if parent else 0),
        "last_contact": iso_or_none(parent["seen_ms"] if parent else 0),
        "oldest_unsent": iso_or_none(oldest),
        "pending_up": pending,
        "pending_down": _pending_down(db),
        "clock_offset_ms": offset,
        "clock_asked_ms": asked["asked_ms"],
        "clock_question": asked["question"],
        "clock_moved_seconds": clock.moved_ms / 1000,
        "registry_age_seconds": (now - stamp) // 1000 if stamp else None,
        "registry_missing": int(_setting(db, "stamp_missing") or 0),
        "lives": [one.told() for one in lives.read(_setting(db, lives.LIVES))],
        "lost": lives.lost_told(db),
        "exceptions": _one(db, _EXCEPTIONS),
        "waiting_authors": _waiting(db),
        "breaches": _one(db, _BREACHES, now),
        "rulings": int(db.execute(_RULINGS, {"own": _own_path(db)}).fetchone()[0]),
        "calendar_missing": _calendar_missing(db, now),
        "rebuild_left": _one(db, "SELECT count(*) FROM stale"),
        "unverified": _one(db, "SELECT count(*) FROM commit_ WHERE NOT verified"),
        "commits": _one(db, "SELECT max(id) FROM commit_"),  # none ever goes; to count them takes seconds
        "rebuild_total": int(_setting(db, "projection_total") or 0),
        "notices": dict(db.execute(_NOTICES, (now - NOTED_MS,)).fetchall()),
        "database": {"ok": True, "bytes": (directory / DATABASE).stat().st_size},
        "backup_age_seconds": backup["age_seconds"],
        "backup_verified_seconds": backup["verified_seconds"],
        "backup_colour": backup["colour"],
        "backup_faults": backup["faults"],
        "backup_instead": backup["instead"],
        "disk_free_bytes": health.free_bytes(directory),
        "warnings": list(health.warnings(_config(directory))),
    }


def _calendar_missing(db: Any, now_ms: int) -> list[int]:
    """Years on which an open deadline rests, the present one too, whose calendar nobody has published. Nothing of
    a node that isn't in a tree yet: its calendars come with the registry."""
    if not _one(db, "SELECT count(*) FROM unit"):
        return []
    published = {row[0] for row in db.execute("SELECT title FROM folded WHERE matter = 'calendar'")}
    latest = _one(db, _LATEST_DUE, NEVER)
    years = range(_year(now_ms), _year(max(now_ms, latest)) + 1)
    return [year for year in years if str(year) not in published]


def _year(moment_ms: int) -> int:
    return int(iso(moment_ms)[:4])


def _waiting(db: Any) -> dict[str, int]:
    """Commits whose authors aren't known yet, and their bytes; the bound is one peer's (3.4)."""
    count, used = db.execute("SELECT count(*), coalesce(sum(length(item)), 0) FROM stray").fetchone()
    return {"commits": int(count), "bytes": int(used), "bound": MAX_WAITING}


def _setting(db: Any, name: str) -> Any:
    row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _one(db: Any, query: str, *parameters: object) -> int:
    return int(db.execute(query, parameters).fetchone()[0])


def _own_path(db: Any) -> str:
    row = db.execute(
        "SELECT path FROM unit WHERE node = (SELECT value FROM setting WHERE name = 'node')"
    ).fetchone()
    return row[0] if row else (_setting(db, "path") or _setting(db, "unit") or b"").decode()


def _parent(db: Any) -> dict[str, Any] | None:
    node = _setting(db, "parent")
    if not node:
        return None
    row = db.execute("SELECT seen_ms, complete_ms, frontier FROM peer WHERE node = ?", (node,)).fetchone()
    found = row or (0, 0, None)
    return {"node": node, "seen_ms": found[0], "complete_ms": found[1], "frontier": found[2]}


def _pending_up(db: Any, parent: dict[str, Any] | None) -> tuple[int, int]:
    """(commits that no receipt covers, when the oldest of them was stored)."""
    if parent is None:
        return 0, 0
    chains = _stated(parent["frontier"])
    times: list[int] = []
    count = 0
    for row, log, head in _own_logs(db):
        have = max((seq for first, seq in chains.get(log, ()) if first == 1), default=0)
        if head > have:
            count += head - have
            times += _stored_ms(db, "log = ? AND seq = ? AND chained", row, have + 1)
        for seq, stored_ms in _loose(db, row):
            if not any(first <= seq <= last for first, last in chains.get(log, ())):
                count += 1
                times.append(stored_ms)
    return count, min(times, default=0)


def _stated(raw: bytes | None) -> dict[bytes, list[tuple[int, int]]]:
    """Log → (first, last) of each chain that the parent's newest receipt names."""
    found: dict[bytes, list[tuple[int, int]]] = {}
    plain, besides = cbor2.loads(raw) if raw else ([], [])
    for log, first, seq, _id in [*([log, 1, seq, name] for log, seq, name in plain), *besides]:
        found.setdefault(log, []).append((first, seq))
    return found


def _stored_ms(db: Any, where: str, *parameters: object) -> list[int]:
    return [row[0] for row in db.execute(f"SELECT received_ms FROM commit_ WHERE {where}", parameters)]


def _loose(db: Any, log: int) -> list[tuple[int, int]]:
    """(number, when stored) of the commits that aren't on a log's main chain."""
    return list(db.execute("SELECT seq, received_ms FROM commit_ WHERE log = ? AND NOT chained", (log,)))


def pending_up(db: Any) -> int:
    """Commits of this subtree that no receipt covers. `db`: a connection of the driver."""
    return _pending_up(db, _parent(db))[0]


def _own_logs(db: Any) -> list[tuple[int, bytes, int]]:
    """Logs of this node and of every node below it."""
    path = _own_path(db)
    return list(
        db.execute(
            "SELECT id, log, head_seq FROM log WHERE node = (SELECT value FROM setting WHERE name = 'node')"
            " OR node IN (SELECT node FROM unit WHERE path LIKE ? || '/%')",
            (path,),
        )
    )


def _pending_down(db: Any) -> dict[str, dict[str, Any]]:
    """Per child unit: how many commits wait, since when, and when it was last heard."""
    own = _setting(db, "parent") or b""
    rows = db.execute(
        "SELECT coalesce(u.path, hex(p.node)), (SELECT count(*) FROM outbox o WHERE o.peer = p.id),"
        " (SELECT min(queued_ms) FROM outbox o WHERE o.peer = p.id), p.seen_ms,"
        " (SELECT value FROM setting WHERE name = 'channel/' || lower(hex(p.node)))"
        " FROM peer p LEFT JOIN unit u ON u.node = p.node WHERE p.node != ? ORDER BY 1",
        (own,),
    )
    return {
        unit: {
            "commits": count,
            "oldest": iso_or_none(oldest),
            "last_seen": iso_or_none(seen),
            "channel": way.decode() if way else None,
        }
        for unit, count, oldest, seen, way in rows
    }


def _config(directory: Path) -> config.Config:
    """Defaults where node.toml can't be read: every other command says why."""
    try:
        return config.load(directory)
    except QiaoError:
        return config.Config(directory)


def _channel(db: Any, directory: Path) -> dict[str, str | None] | None:
    """Where the parent is dialled, and how that is protected: `pinned` (TLS by the parent's key), `authority` (TLS by
    tls.ca), `plain`; None where node.toml can't be read."""
    try:
        settings = config.load(directory)
    except QiaoError:
        return None
    address = settings.parent or (_setting(db, "parent_url") or b"").decode()
    if not address.startswith("https:"):
        return {"address": address or None, "way": "plain" if address else None}
    return {"address": address, "way": "authority" if settings.tls_ca else "pinned"}


def _backup(directory: Path) -> dict[str, Any]:
    """Nothing is known where node.toml can't be read: every other command says why."""
    try:
        return account.summary(config.load(directory))
    except QiaoError:
        return {
            "age_seconds": None,
            "verified_seconds": None,
            "colour": account.RED,
            "faults": {},
            "instead": "",
            "replicas": [],
        }
