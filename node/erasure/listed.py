"""What the standing orders about a record list."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from conflict import erasure
from conflict.erasure import CHANGES, ID, LONG, OF
from conflict.state import State
from node.store import records
from sync_protocol.change import Act, parse_body
from sync_protocol.names import short


def words(db: Connection, record: int, state: State) -> Iterator[bytes]:
    """Full ids of the words in their lists."""
    standing = {one.id for one in erasure.orders(state)}
    if not standing:
        return
    for one in records.changes_of(db, record):
        body = parse_body(one.body) if one.body is not None and short(one.change) in standing else None
        for item in body.data[CHANGES] if isinstance(body, Act) else ():
            if OF in item and len(item[ID]) == LONG:
                yield item[ID]
