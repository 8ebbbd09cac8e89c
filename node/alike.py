"""Which records are alike: a blind index of the values by which people and companies are known again.

Telephone and identity numbers stand in no index in clear (product 1.2, privacy): a row holds 63 bits of
HMAC-SHA256 over the one spelling of a value (matters/identifiers.py), by a key that this node alone can make.
It is derived: whatever the fold shows of a record is in it, and goes with it when it is erased or withheld.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from conflict.declaration import Field, Matter
from conflict.state import State
from node import keys
from node.keys import Keys
from node.matters import KINDS
from node.matters.identifiers import KEYS
from node.store import alike, folded, settings
from node.store.alike import Token
from node.work import Work

_KEY = b"qiao/alike/1\0"
MOST_VALUE = 200  # characters that are looked at: what another node wrote there may be anything
STAMP = "alike key"  # setting: of the key by which the rows were made


def key_of(own: Keys, former: Sequence[Keys]) -> bytes:
    """Of the oldest pair that the node has: new keys leave the index, and what was imported by it, as they are.
    An Ed25519 signature is the same each time, and nobody else can make it; this one is never shown."""
    oldest = former[-1] if former else own
    return hashlib.sha256(_KEY + oldest.sign(_KEY)).digest()


def key_in(directory: Path, node: bytes | None) -> bytes:
    """The same for whoever only reads. `node`: the one that the database is of."""
    return key_of(keys.meant(directory, node), keys.beside(directory, node or b"")[1])


def token(key: bytes, kind: str, value: str) -> Token | None:
    """None for what has no such spelling. `kind`: of identifiers.KEYS."""
    spelled = KEYS[kind](value[:MOST_VALUE])
    if not spelled:
        return None
    found = hmac.digest(key, f"{kind}\0{spelled}".encode(), "sha256")
    return Token(kind, int.from_bytes(found[:8], "big") >> 1)


def fields(matter: Matter) -> list[Field]:
    return [field for field in matter.fields if field.alike]


def tokens(key: bytes, declared: Iterable[Field], values: Mapping[str, Any]) -> set[Token]:
    """Of a form's values, or of a state's: field → value, or the values that stand."""
    found = set()
    for field in declared:
        given = values.get(field.name)
        for value in given if isinstance(given, list) else [given]:
            one = token(key, field.alike, value) if isinstance(value, str) else None
            if one is not None:
                found.add(one)
    return found


def of_state(key: bytes, matter: Matter, state: State) -> set[Token]:
    declared = fields(matter)
    standing = {one.name: [write.value for write in state.fields.get(one.name, ())] for one in declared}
    return tokens(key, declared, standing)


def holds(db: Connection, key: bytes, record: int, matter: Matter, state: State) -> bool:
    """Whether a record's rows are what its state gives."""
    wanted = of_state(key, matter, state) if fields(matter) else ()
    return alike.rows(db, record) == dict.fromkeys(wanted, state.created)


def save(work: Work, record: int, matter: Matter, state: State) -> set[Token]:
    """A record's rows; returns those that went."""
    if not fields(matter):
        return set()
    return alike.put(work.db, record, of_state(work.alike_key, matter, state), state.created)


def where_stale(work: Work) -> None:
    """Makes the index anew where it was made by another key."""
    stamp = hashlib.sha256(work.alike_key).digest()[:8]
    if settings.get(work.db, STAMP) != stamp:
        _everything(work.db, work.alike_key)
        settings.put(work.db, STAMP, stamp)


def _everything(db: Connection, key: bytes) -> None:
    alike.clear(db)
    matters = {name: kind.matter for name, kind in KINDS.items() if fields(kind.matter)}
    for name, matter in matters.items():
        for record in alike.every(db, [name]):
            state = folded.state(db, record)
            if state is not None:
                alike.put(db, record, of_state(key, matter, state), state.created)
