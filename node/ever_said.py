"""What the personal fields of a record say, and ever said here: it is masked in the texts of its acts (node/account.py)
and in everything that the read API tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from conflict.declaration import Matter
from conflict.state import State
from node import masking
from node.store import records
from node.store.records import Placed
from sync_protocol.change import Words, parse_body
from sync_protocol.errors import BadChange


def of(db: Connection, matter: Matter, record: int, state: State) -> tuple[str, ...]:
    """Of a record row; the longest first."""
    return among(matter, state, records.changes_of(db, record))


def among(matter: Matter, state: State, changes: Iterable[Placed]) -> tuple[str, ...]:
    """The same, where its changes were read already. A value that was amended since is somebody's, too."""
    personal = {one.name for one in matter.fields if one.personal}
    if not personal:
        return ()
    found = {*masking.known(matter, state), *_said(personal, changes)}
    return tuple(sorted(found, key=lambda one: (-len(one), one)))


def _said(personal: set[str], changes: Iterable[Placed]) -> Iterator[str]:
    for one in changes:
        if one.of is None or one.body is None:
            continue
        try:
            body = parse_body(one.body)
        except BadChange:
            continue
        if isinstance(body, Words):
            values = (body.data.get(name) for name in personal)
            yield from (value for value in values if isinstance(value, str) and len(value) > 1)
