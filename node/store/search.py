"""Full text by bigrams (design 6): FTS5's own tokenizers find nothing for a word of two characters.

One index a matter: what is found in one isn't weighed by how another's records are worded, and a million calls
don't stand in the way of three thousand articles. The indexes are derived and hold no personal field. A user's
text is never FTS syntax: every token is quoted.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    exists,
    literal_column,
    select,
    text,
)

from .prepared import Prepared

Means = Mapping[str, Sequence[str]]  # what people say → what the texts say

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\W_]+", re.UNICODE)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MATTER = re.compile(r"[a-z_]{1,32}")
_NOTHING: Means = {}
_ROW: ColumnElement[int] = literal_column("rowid", Integer)  # of an index: a record's row
MOST_ASKED = 64  # tokens that must all be found
MOST_TYPED = 900  # tokens of a narrative that are looked at: those of 500 characters
OFTEN = 3  # times that a token is counted at most
MOST_TELLING = 200  # of which any may be found; FTS5 takes all of them to every record that has one
MOST_PLACES = (
    10_000  # how many records they may have together: what all have costs the most and says the least
)
MOST_RANKED = 10_000  # records with all that was asked for: of more, the newest are told by how well they fit
MOST_READ = 2_000  # characters of a narrative that are looked at


@cache
def _table(matter: str) -> str:
    """Of one matter. Every such table begins with `found`: migrations leave these alone."""
    assert _MATTER.fullmatch(matter), "a matter's declared name"
    return f"found_{matter}"


@cache
def _take_out(matter: str) -> Prepared:
    return Prepared(text(f"DELETE FROM {_table(matter)} WHERE rowid = :record"))


@cache
def _put_in(matter: str) -> Prepared:
    return Prepared(text(f"INSERT INTO {_table(matter)}(rowid, words) VALUES(:record, :words)"))


@cache
def _find(matter: str) -> Prepared:
    table = _table(matter)
    # Of more than `ranked` the oldest are left out: how well each fits takes longer to tell than that it does.
    floor = (
        f"SELECT rowid FROM {table} WHERE {table} MATCH :query ORDER BY rowid DESC LIMIT 1 OFFSET :ranked - 1"
    )
    return Prepared(
        text(
            f"SELECT rowid, rank FROM {table} WHERE {table} MATCH :query AND rowid >= coalesce(({floor}), 0)"
            " ORDER BY rank LIMIT :most"
        )
    )


@cache
def _count(matter: str) -> Prepared:
    table = _table(matter)
    return Prepared(
        text(f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH :query LIMIT :most)")
    )


@cache
def _terms(matter: str) -> Prepared:
    """How many records have each of some tokens, a JSON list."""
    found = (
        f"SELECT term, doc FROM {_table(matter)}_terms WHERE term IN (SELECT value FROM json_each(:tokens))"
    )
    return Prepared(text(found))


@cache
def _whole(matter: str) -> Prepared:
    return Prepared(text(f"SELECT count(*) FROM {_table(matter)}_docsize"))


def create(db: Connection, matters: Iterable[str]) -> None:
    """An index of each; one that another version made otherwise is made anew, empty, and that of a matter which isn't
    among them goes."""
    wanted = {_table(matter): _made(matter) for matter in matters}
    before = {name: _sql(db, name) for name in _tables(db, "fts5")}
    if before == wanted:
        return
    for table in before.keys() - {name for name, sql in wanted.items() if before.get(name) == sql}:
        db.execute(text(f"DROP TABLE IF EXISTS {table}_terms"))
        db.execute(text(f"DROP TABLE {table}"))
    for table in wanted.keys() - set(_tables(db, "fts5")):
        db.execute(text(wanted[table]))
        db.execute(text(f"INSERT INTO {table}({table}, rank) VALUES('secure-delete', 1)"))
        db.execute(text(f"CREATE VIRTUAL TABLE {table}_terms USING fts5vocab({table}, row)"))


def _made(matter: str) -> str:
    return (
        f"CREATE VIRTUAL TABLE {_table(matter)} USING fts5("
        "words, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\")"
    )


def shadowed(matter: str) -> tuple[str, str]:
    """A temporary index beside that of a matter: its name, and what makes it (node/proof/shadow.py)."""
    return _table(matter), _made(matter).replace("VIRTUAL TABLE ", "VIRTUAL TABLE temp.", 1)


def _sql(db: Connection, name: str) -> str:
    return str(db.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar())


def _tables(db: Connection, module: str) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE name LIKE 'found%' AND sql LIKE :made"
    made = f"CREATE VIRTUAL TABLE%USING {module}(%"
    return [row[0] for row in db.execute(text(query), {"made": made})]


def put(db: Connection, matter: str, record: int, words: str, *, new: bool = False) -> None:
    """Replaces what is indexed of a record. `new`: nothing of it is yet."""
    if not new:
        _take_out(matter)(db, record=record)
    tokens = " ".join(indexed(words))
    if tokens:
        _put_in(matter)(db, record=record, words=tokens)


def rewrite(db: Connection) -> None:
    """Merges each index into one segment, so that nothing of what was taken out of it is left."""
    for table in _tables(db, "fts5"):
        db.execute(text(f"INSERT INTO {table}({table}) VALUES('optimize')"))


def find(
    db: Connection, matter: str, query: str, limit: int, ranked: int = MOST_RANKED
) -> list[tuple[int, float]]:
    """(record row, BM25: the higher the better), best first; of more than `ranked` the newest. `query`: of `asked` or
    `any_of`; nothing for an empty one."""
    if not query:
        return []
    return [(row[0], -row[1]) for row in _find(matter)(db, query=query, ranked=ranked, most=limit)]


def count(db: Connection, matter: str, query: str, most: int) -> int:
    """How many records fit, counted up to `most`: much sooner than they are ranked."""
    return int(_count(matter)(db, query=query, most=most).scalar()) if query else 0


def rows(matter: str, query: str) -> Select[Any]:
    """A subquery: the record rows that fit."""
    return select(_ROW).select_from(text(_table(matter))).where(_fitting(matter, query))


def has(matter: str, query: str, record: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a record fits, asked of it alone."""
    return exists(rows(matter, query).where(record == _ROW))


def _fitting(matter: str, query: str) -> ColumnElement[bool]:
    return literal_column(_table(matter)).op("MATCH", is_comparison=True)(query)


def indexed(words: str) -> list[str]:
    """What goes into the index: bigrams and single characters of Chinese, whole words of the rest."""
    tokens: list[str] = []
    for run in _runs(words):
        tokens.extend(_grams(run, both=True))
    return tokens


def asked(query: str, means: Means = _NOTHING) -> str:
    """An FTS5 query for what has all of a text in it; of a term with other words for it, any of these."""
    parts: list[str] = []
    for piece, words in _pieces(query, means):
        alternatives = [found for one in (piece, *words) if (found := _all(one))]
        parts += [f"({' OR '.join(alternatives)})"] if len(alternatives) > 1 else alternatives
    return " AND ".join(parts[:MOST_ASKED])


def typed(narrative: str, means: Means = _NOTHING) -> dict[str, int]:
    """The tokens of a longer text, however it is told, and how often each is: the other words for the terms in it,
    bigrams, single characters."""
    read = narrative[:MOST_READ]
    told = unicodedata.normalize("NFKC", read).lower()
    found: Counter[str] = Counter()
    for term, words in means.items():
        times = told.count(term)
        grams = (
            {gram for word in words for run in _runs(word) for gram in _grams(run, both=False)}
            if times
            else ()
        )
        found.update(dict.fromkeys(grams, times))
    for run in _runs(read):
        found.update(_grams(run, both=True))
    return dict(islice(found.items(), MOST_TYPED))


def telling(db: Connection, matter: str, tokens: Mapping[str, int]) -> list[str]:
    """Those of some tokens that are found at all, the most telling first, within both bounds; one of them at least.
    What is told several times stands there as often, up to OFTEN: a rank adds up what it is given."""
    counted = {row[0]: row[1] for row in _terms(matter)(db, tokens=json.dumps(list(tokens)))}
    whole = _whole(matter)(db).scalar() or 1
    weighed = sorted(counted, key=lambda one: (-_weight(one, tokens[one], counted[one], whole), one))
    places = accumulate(counted[one] for one in weighed[:MOST_TELLING])
    kept = [
        one for one, sum_ in zip(weighed, places, strict=False) if sum_ <= MOST_PLACES or one == weighed[0]
    ]
    return [one for one in kept for _ in range(min(tokens[one], OFTEN) if len(one) > 1 else 1)]


def _weight(token: str, times: int, records: int, whole: int) -> float:
    """The rarer it is in the records and the more often it is told, the more it says; a single character, which is in
    words of any meaning, half of it."""
    said = min(times, OFTEN) * math.log(1 + whole / records)
    return said if len(token) > 1 else said / 2


def any_of(tokens: Iterable[str]) -> str:
    """An FTS5 query for what has one of these at least."""
    return " OR ".join(f'"{token}"' for token in tokens)


def _all(words: str) -> str:
    tokens = [gram for run in _runs(words) for gram in _grams(run, both=False)][:MOST_ASKED]
    joined = " AND ".join(f'"{token}"' for token in tokens)
    return f"({joined})" if len(tokens) > 1 else joined


def _pieces(query: str, means: Means) -> Iterator[tuple[str, Sequence[str]]]:
    """A text cut at the terms that have other words, the longest first; the rest token by token."""
    sizes = sorted({len(term) for term in means}, reverse=True)
    for run in _runs(query):
        at = begun = 0
        while at < len(run):
            term = next((run[at : at + size] for size in sizes if run[at : at + size] in means), "")
            if term:
                yield from _plain(run[begun:at])
                yield term, means[term]
                begun = at + len(term)
            at = begun if term else at + 1
        yield from _plain(run[begun:])


def _plain(run: str) -> Iterator[tuple[str, Sequence[str]]]:
    for gram in _grams(run, both=False) if run else ():
        yield gram, ()


def _runs(words: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", words).lower())


def _grams(run: str, *, both: bool) -> list[str]:
    if not _HAN.match(run):
        return [run[:64]]
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return (pairs + list(run)) if both else (pairs or [run])
