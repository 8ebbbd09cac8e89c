"""The whole verification (核验): every signature by itself, both cores, and what others know better."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from node import alike, glance
from node.attachments import listing as attachments
from node.keys import Keys
from node.proof import shared, verification
from node.proof.verification import Found, Told
from node.reader import Reader
from node.store import raw

from . import checkpoints, pulls


def verify(reader: Reader, told: Told) -> dict[str, Any]:
    """As `Reader.verify`, with the checkpoints that were kept, and a new one of what was verified."""
    with reader.signing() as (db, keys):
        found = _found(reader, db, keys, told)
        account = verification.account(db, found)
        problems = [
            *account["problems"],
            *attachments.problems(db, reader.directory),
            *pulls.differing(db, keys, reader.directory),
        ]
        newest, note = checkpoints.write(db, keys, None)
    return {
        **account, "ok": not problems, "problems": problems, "size": newest.size, "root": newest.root.hex(),
        "checkpoint": note,
    }  # fmt: skip


def _found(reader: Reader, db: Connection, keys: Keys, told: Told) -> Found:
    secret, todo = alike.key_in(reader.directory, keys.node), verification.parts(db)
    if len(todo) < shared.FEW:
        return verification.alone(db, verification.verifier(db, keys, secret, every=True), told)
    found = Found()
    path = reader.directory / glance.DATABASE
    given = shared.Given(path, raw.key_for(path), keys.sign_key, secret, True, reader.language)
    for one in shared.parts(given, todo, told):
        found.take(one)
    return found
