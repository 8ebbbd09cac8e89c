"""Full text by bigrams (design 6): FTS5's own tokenizers find nothing for a word of two characters.

The index is derived and holds no personal field. A user's text is never FTS syntax: every token is quoted.
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import Connection, text

from .prepared import Prepared

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\W_]+", re.UNICODE)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_TAKE_OUT = Prepared(text("DELETE FROM found WHERE rowid = :record"))
_PUT_IN = Prepared(text("INSERT INTO found(rowid, words) VALUES(:record, :words)"))


def create(db: Connection) -> None:
    db.execute(
        text(
            "CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5("
            "words, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\")"
        )
    )
    db.execute(text("INSERT INTO found(found, rank) VALUES('secure-delete', 1)"))


def drop(db: Connection) -> None:
    db.execute(text("DROP TABLE IF EXISTS found"))


def put(db: Connection, record: int, words: str) -> None:
    """Replaces what is indexed of a record."""
    _TAKE_OUT(db, record=record)
    tokens = " ".join(indexed(words))
    if tokens:
        _PUT_IN(db, record=record, words=tokens)


def rewrite(db: Connection) -> None:
    """Merges the whole index into one segment, so that nothing of what was taken out of it is left."""
    db.execute(text("INSERT INTO found(found) VALUES('optimize')"))


def find(db: Connection, query: str, limit: int) -> list[int]:
    """Record rows, best first. Empty for a query without letters or digits."""
    wanted = asked(query)
    if not wanted:
        return []
    rows = db.execute(
        text("SELECT rowid FROM found WHERE found MATCH :query ORDER BY rank LIMIT :limit"),
        {"query": wanted, "limit": limit},
    )
    return [row[0] for row in rows]


def indexed(words: str) -> list[str]:
    """What goes into the index: bigrams and single characters of Chinese, whole words of the rest."""
    tokens: list[str] = []
    for run in _runs(words):
        tokens.extend(_grams(run, both=True))
    return tokens


def asked(query: str) -> str:
    """An FTS5 query in which every token is a quoted string."""
    tokens: list[str] = []
    for run in _runs(query):
        tokens.extend(_grams(run, both=False))
    return " AND ".join(f'"{token}"' for token in tokens[:64])


def _runs(words: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", words).lower())


def _grams(run: str, *, both: bool) -> list[str]:
    if not _HAN.match(run):
        return [run[:64]]
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return (pairs + list(run)) if both else (pairs or [run])
