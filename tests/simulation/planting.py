"""How a tree of the world comes to be: a root that founds itself, and offices that join below it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from node import default, filling, founding, joining, people
from node.errors import Stale
from node.store import database, settings
from node.work import LOG, NAME, UNIT
from node.writer import Writer
from sync_protocol import invitation
from sync_protocol.invitation import Invitation
from sync_protocol.names import code_of
from tests.simulation import shim
from tests.simulation.disk import VFS, Disk, File
from tests.simulation.faults import Phase

if TYPE_CHECKING:
    from tests.simulation.office import Office

DATABASE = "node.db"
ROLES = ["admin", "operator", "dispatcher", "handler", "supervisor", "follow_up", "quality_checker"]
_BLANK = "/qiao-blank"  # the disk on which the template is made
PIECEMEAL = 760_000


@cache
def blank() -> bytes:
    """A database with the newest schema and nothing in it; made once a process."""
    VFS.disks[_BLANK] = Disk()
    engine = database.open_database(_Named(_BLANK, DATABASE), write=True, dbapi=shim)  # type: ignore[arg-type]
    database.migrate(engine)
    engine.dispose()
    return bytes(VFS.disks.pop(_BLANK).files[DATABASE].data)


class _Named:
    """A path on no real disk."""

    def __init__(self, place: str, name: str) -> None:
        self._text = f"{place}/{name}"

    def __str__(self) -> str:
        return self._text


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Argon2 at its least: nobody guesses passwords here."""
    from argon2 import PasswordHasher

    before = people.hasher
    people.hasher = lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        yield
    finally:
        people.hasher = before


@contextmanager
def small_pieces(seed: int) -> Iterator[None]:
    """In every other world a new child's outbox is filled a few records at a time, as that of a large office is; not
    in those that were kept before."""
    before = filling.SCANNED
    filling.SCANNED = 4 if seed % 2 and seed >= PIECEMEAL else before
    try:
        yield
    finally:
        filling.SCANNED = before


def settle_in(office: Office) -> None:
    """What `init` leaves behind: keys, configuration, a database with a first log."""
    image = blank()
    default.write_default(office.folder, {})
    office.born({DATABASE: File(bytearray(image), bytearray(image))})
    VFS.disks[office.place] = office.disk
    log = office.entropy.bytes(16)
    engine = database.open_database(office.folder / DATABASE, write=True, dbapi=shim)
    with engine.begin() as db:
        for name, value in ((LOG, log), ("first_log", log), ("node", office.node),
                            (UNIT, code_of(office.path).encode()), (NAME, office.name.encode())):  # fmt: skip
            settings.put(db, name, value)
    engine.dispose()
    office.start()


def add_staff(office: Office) -> None:
    """Two people with every role: what a person may do is the unit's right here."""
    for staff in ("a", "b"):
        _add(office, staff)


def _add(office: Office, staff: str) -> None:
    params = {"id": staff, "name": staff, "roles": ROLES, "password": "password1"}
    first = office.staff[0] if office.staff else None
    office.work(Phase.ACTING, lambda writer: writer.do("staff.add", params, first))
    office.staff.append(staff)


def found(office: Office) -> None:
    """The root: its own enrolment is its first commit."""
    settle_in(office)
    paper = office.folder / "recovery.pem"
    office.work(
        Phase.ACTING, lambda writer: founding._found_root(writer, code_of(office.path), office.name, paper)
    )
    office.enrolled = True
    add_staff(office)


def invite(parent: Office, child: Office) -> Invitation:
    """A child that is enrolled already lost the reply, and its slip of paper: it is asked to come again."""
    params = {"unit": child.path, "name": child.name, "address": "http://x:1"}

    def inviting(writer: Writer) -> dict[str, Any]:
        try:
            return writer.do("invite", params, parent.staff[0])
        except Stale:
            return writer.do("invite", {**params, "again": True}, parent.staff[0])

    return invitation.read(parent.work(Phase.JOINING, inviting)["invitation"])


def join(parent: Office, child: Office) -> None:
    """Without a line between them, and without faults: how the first offices come in."""
    given = invite(parent, child)
    asked = ask(child, given)
    reply = parent.work(Phase.JOINING, lambda writer: writer.take_join(asked))
    joined(child, reply, asked, given)


def ask(child: Office, given: Invitation) -> bytes:
    def asking(writer: Writer) -> bytes:
        with writer.work() as work:
            return joining.request(work.db, work.keys, work.log, given, "")

    return child.work(Phase.JOINING, asking)


def joined(child: Office, reply: bytes, asked: bytes, given: Invitation) -> None:
    def taking(writer: Writer) -> None:
        with writer.work() as work:
            joining.take_reply(work, reply, asked, given)

    child.work(Phase.JOINING, taking)
    child.enrolled = True
