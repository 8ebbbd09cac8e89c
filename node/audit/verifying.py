"""The whole verification (核验): every signature by itself, both cores, and what others know better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from node import alike, glance, processes, trust
from node.attachments import listing as attachments
from node.keys import Keys
from node.proof import shared, verification
from node.proof.verification import Found, Told
from node.reader import Reader
from node.store import settings
from node.work import ROOT

from . import against, checkpoints, pulls
from .witnesses import findings


def verify(reader: Reader, told: Told, witnesses: Sequence[Path] = ()) -> dict[str, Any]:
    """As `Reader.verify`, with the checkpoints that were kept, and a new one of what was verified. `witnesses`: files
    of other nodes (against.py). Raises as against.check."""
    with reader.signing() as (db, keys):
        found = _found(reader, db, keys, told)
        account = verification.account(db, found)
        problems = [
            *account["problems"],
            *attachments.problems(db, reader.directory),
            *pulls.differing(db, keys, reader.directory),
        ]
        registry = trust.load(db, settings.get(db, ROOT))
        checked = [against.check(db, registry, keys.node, path) for path in witnesses]
        problems += findings(db, registry, [stand for one in checked for stand in one.stands])
        problems += [problem for one in checked for problem in one.problems]
        newest, note = checkpoints.write(db, keys, None)
    return {
        **account, "ok": not problems, "problems": problems, "size": newest.size, "root": newest.root.hex(),
        "checkpoint": note, "not_yet": sum(one.not_yet for one in checked),
    }  # fmt: skip


def _found(reader: Reader, db: Connection, keys: Keys, told: Told) -> Found:
    secret, todo = alike.key_in(reader.directory, keys.node), verification.parts(db)
    if len(todo) < shared.FEW:
        return verification.alone(db, verification.verifier(db, keys, secret, every=True), told)
    found = Found()
    given = processes.Given.of(reader.directory / glance.DATABASE, reader.language)
    for one in shared.parts(given, keys.sign_key, secret, todo, told):
        found.take(one)
    return found
