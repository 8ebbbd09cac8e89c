"""The people (人员) of this unit: who may sign in, and with which roles.

A person is a record of the matter `staff`; the password's hash stays on this node and is never replicated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from node.errors import Forbidden
from node.language import say
from node.page import Person
from node.store import folded, records
from node.store.prepared import Prepared, given
from node.store.schema import Credential, table

if TYPE_CHECKING:
    from argon2 import PasswordHasher

CREDENTIAL = table(Credential)
_RECORD = Prepared(select(CREDENTIAL.c.record).where(CREDENTIAL.c.staff == given("of")))


def is_right(db: Connection, staff: str, password: str | None) -> bool:
    """Whether it is this person's password; takes as long for an id that nobody has."""
    from argon2.exceptions import Argon2Error, InvalidHash

    row = db.execute(select(CREDENTIAL).where(CREDENTIAL.c.staff == staff)).first()
    try:
        hasher().verify(row.hash if row else _dummy(), password or "")
    except (Argon2Error, InvalidHash):
        return False
    return row is not None


def find(db: Connection, staff: str) -> Person | None:
    """An enabled person of this unit; None for all others."""
    record = _RECORD(db, of=staff).scalar()
    row = records.row_of(db, record) if record else None
    state = folded.state(db, row) if row is not None else None
    if state is None or state.shown("enabled", True) is False:
        return None
    return Person(staff, str(state.shown("name", staff)), frozenset(state.shown("roles", ())))


def name_of(db: Connection, staff: str) -> str:
    """Of a person of this unit, also of one who was disabled; "" for all others."""
    record = _RECORD(db, of=staff).scalar()
    row = records.row_of(db, record) if record else None
    state = folded.state(db, row) if row is not None else None
    return str(state.shown("name", "")) if state is not None else ""


def must_be_admin(person: Person | None) -> Person:
    """Raises Forbidden: `auth` for nobody, `role` for anybody but an administrator."""
    if person is None:
        raise refused()
    if "admin" not in person.roles:
        raise Forbidden(
            say("只有管理员能这样做", "only an administrator may do this"),
            code="role",
            hint="qiao --as ADMIN …",
        )
    return person


def count(db: Connection) -> int:
    return int(db.execute(select(func.count()).select_from(CREDENTIAL)).scalar_one())


def everybody(db: Connection) -> list[str]:
    """Staff ids of this node, disabled ones too."""
    return [row.staff for row in db.execute(select(CREDENTIAL.c.staff).order_by(CREDENTIAL.c.staff))]


def record_of(db: Connection, staff: str) -> bytes | None:
    return db.execute(select(CREDENTIAL.c.record).where(CREDENTIAL.c.staff == staff)).scalar()


def set_password(db: Connection, staff: str, record: bytes, password: str) -> None:
    values = {"record": record, "hash": hasher().hash(password)}
    row = insert(CREDENTIAL).values(staff=staff, **values)
    db.execute(row.on_conflict_do_update(index_elements=["staff"], set_=values))


def hasher() -> PasswordHasher:
    """Argon2id at the least that is recommended for interactive use: 19 MiB, two passes."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def _dummy() -> str:
    """So that an unknown person takes as long to refuse as a wrong password."""
    return "$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$" + "A" * 43


def refused() -> Forbidden:
    return Forbidden(
        say("工号或密码不对；连续输错之后要等一会儿才能再试，最长 15 分钟",
            "the staff id or password is wrong; after several wrong ones wait a while, 15 minutes at most"),
        code="auth",
        hint="QIAO_PASSWORD=… qiao --as STAFF …",
    )  # fmt: skip
