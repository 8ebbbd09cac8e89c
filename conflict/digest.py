"""The digest of one record's fold: what two holders compare (protocol 3.7, digest)."""

from __future__ import annotations

import hashlib
from typing import Any

from sync_protocol import cbor

from .declaration import Matter
from .state import Standing, State

_ASIDE = frozenset({Standing.HELD, Standing.QUARANTINED})  # each node computes these by itself


def digest(matter: Matter, state: State) -> bytes:
    """32 bytes: SHA-256("qiao/record/1\\0" ‖ CBOR [acts, fields]). Acts are [short id, standing], sorted by
    id; fields a map of key to [[short id, value] …] in order. Words and what is held or quarantined are
    left out."""
    acts = sorted([one, str(verdict.standing)] for one, verdict in state.verdicts.items()
                  if verdict.standing not in _ASIDE)  # fmt: skip
    return hashlib.sha256(b"qiao/record/1\0" + cbor.encode([acts, _fields(matter, state)])).digest()


def _fields(matter: Matter, state: State) -> dict[str, Any]:
    return {
        key: [[one.id, one.value] for one in standing]
        for key, standing in state.fields.items()
        if not _is_words(matter, key)
    }


def _is_words(matter: Matter, key: str) -> bool:
    declared = matter.field(key.partition("@")[0])
    return declared is not None and declared.words
