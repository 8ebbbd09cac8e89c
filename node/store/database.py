"""Opening the database: driver, pragmas, transactions, migrations (design 2, durability)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.util import LRUCache

from node.errors import Damaged, DiskTrouble, QiaoError, Stale
from node.language import say
from node.store import raw

# SQLite 3.7.0 to 3.51.2 can lose pages when another process checkpoints, as Litestream does.
SAFE = (3, 51, 3)
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-16000",
)
STATEMENTS = (
    512  # that the driver keeps parsed: intake and desk run some 130, and past the bound each is parsed anew
)
DRIVER: Any = driver
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
NEWEST = "0006"  # of the migrations


class Dialect(SQLiteDialect_pysqlite):
    """Alike for all engines on one driver, so that they share what is compiled: to compile a statement takes many times
    what it takes to run, and each opening of a database would do it anew."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dialect) and other.dbapi is self.dbapi

    def __hash__(self) -> int:
        return hash(self.dbapi)


registry.register("sqlite.qiao", __name__, Dialect.__name__)
COMPILED: Any = LRUCache(
    1000
)  # statements: twice as many as there are, with the forms that filters give them


def check_version(version: tuple[int, ...] = driver.sqlite_version_info) -> None:
    """Raises Damaged on a SQLite that can lose pages."""
    if version < SAFE:
        raise Damaged(
            f"SQLite {'.'.join(map(str, version))} 可能丢页，不能使用",
            code="sqlite_vulnerable",
            hint="pip install --upgrade sqlcipher3",
        )


def open_database(path: Path, *, write: bool, dbapi: Any = DRIVER, key: bytes | None = None) -> Engine:
    """An engine on `path`. A writer has one connection; readers have one each, read-only.

    `dbapi`: another driver than the product's, for the tests' faulty disk. `key`: of a database that is to be made
    encrypted; one that is has its own. Raises as datakey.of."""
    check_version()
    if write:
        engine = create_engine(
            f"sqlite+qiao:///{path}",
            module=dbapi,
            execution_options={"compiled_cache": COMPILED},
            isolation_level=None,
            hide_parameters=True,  # a fault is told and logged: without what it was about
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "cached_statements": STATEMENTS},
        )
    else:
        engine = create_engine(
            f"sqlite+qiao:///file:{path}?mode=ro&uri=true",
            module=dbapi,
            execution_options={"compiled_cache": COMPILED},
            isolation_level=None,
            hide_parameters=True,  # a fault is told and logged: without what it was about
            poolclass=NullPool,
            connect_args={"check_same_thread": False, "uri": True},
        )
    if dbapi is DRIVER:
        event.listen(engine, "do_connect", _keyed(path, key))
    event.listen(engine, "connect", _on_connect if write else _on_connect_reader)
    event.listen(engine, "begin", _begin_immediate if write else _begin)
    return engine


def migrate(engine: Engine, before: Callable[[str], object] | None = None) -> None:
    """Brings what can't be rebuilt to the newest schema. `before`: called with the revision of an older one, while it
    stands as it is. Raises Damaged for a newer database, and what `before` raises.

    Alembic is a quarter of what a command imports, so it is asked only where there is something to do.
    """
    with engine.begin() as connection:
        found = revision(connection)
    if found == NEWEST:
        return
    if before is not None and found is not None and found < NEWEST:
        before(found)
    with engine.begin() as connection:
        _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """Of the schema; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise Damaged(
            "数据库由更新的程序写成，这个版本打不开", code="newer_database", hint="pip install --upgrade qiao"
        ) from fault


@contextmanager
def savepoint(db: Connection) -> Iterator[None]:
    """Part of a transaction: what raises leaves nothing of it behind, and what came before stands. On the driver's
    own cursor, as Prepared: SQLAlchemy's takes several times what SQLite does."""
    cursor = db.connection.cursor()
    cursor.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK TO part")
        raise
    finally:
        cursor.execute("RELEASE part")
        cursor.close()


@contextmanager
def disk_faults() -> Iterator[None]:
    """A full or unwritable disk, and a damaged file, as errors that a user can act on."""
    try:
        yield
    except DatabaseError as fault:
        raise _translated(str(fault.orig).lower()) or fault from fault


def _translated(words: str) -> QiaoError | None:
    if any(sign in words for sign in ("full", "readonly", "disk i/o", "unable to open")):
        return DiskTrouble("磁盘已满或不能写，什么都没有写入一半", hint="df -h .")
    if "not a database" in words:
        return Damaged(
            say(
                "数据库文件损坏，或已加密而这里没有它的密钥（keys/database.key）",
                "the database is damaged, or encrypted, and its key (keys/database.key) isn't the one here",
            ),
            code="database_damaged",
            hint="ls -l DIR/keys",
        )
    if any(sign in words for sign in ("malformed", "could not decode")):
        return Damaged("数据库文件损坏", code="database_damaged", hint="qiao verify")
    if "no such table" in words or "no such column" in words:  # projections of before an upgrade
        return Stale("数据库由旧版本写成，还没有升级", code="older_database", hint="qiao --dir DIR run")
    return None


def _keyed(path: Path, new: bytes | None) -> Any:
    """Before SQLAlchemy asks the connection anything. Each time anew: a command may have converted the file. `new`: for
    one that isn't there yet."""
    found: list[bytes] = []

    def connect(dialect: Any, _record: Any, given: Any, named: Any) -> Any:
        if not found and (key := raw.key_for(path)) is not None:
            found.append(key)
        if raw.is_encrypted(path):
            key = found[0] if found else None
        else:
            key = None if path.exists() and path.stat().st_size else new
        made = dialect.dbapi.connect(*given, **named)
        raw.unlock(made, key)
        return made

    return connect


def _on_connect(connection: Any, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(pragma)


def _on_connect_reader(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA trusted_schema=OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
