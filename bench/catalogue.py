"""The figures that docs/performance.md tells, what the product is bound to by issue 6, and what stands beside each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Parts = Mapping[str, Mapping[str, Any]]
Path = tuple[str, ...]  # part, then keys


@dataclass(frozen=True, slots=True)
class Figure:
    """`bound`: a number, or where another figure stands that is the bound; None where words alone are said.
    `most`: the bound is not to be exceeded, else it is to be reached. `lacking`: what is said where it isn't kept."""

    path: Path
    what: str
    unit: str
    bound: float | Path | None = None
    most: bool = True
    beside: tuple[tuple[Path, str, str], ...] = ()  # where a limit stands, its unit, what it is
    words: str = ""
    lacking: str = ""


ROWS = (("limits", "rows"), "/s", "rows into SQLite alone")
VERIFY = (("limits", "verify"), "/s", "Ed25519 verifications")
SIGN = (("limits", "sign"), "/s", "Ed25519 signatures")
SHA256 = (("limits", "sha256"), "/s", "SHA-256 of 400 bytes")
FLUSH = (("limits", "flush_ms"), "ms", "a page flushed")
BEST = ("peers", "pouchdb_1000")
DURABLE = (("limits", "durable_rows"), "/s", "rows into SQLite alone, each flushed")

FIGURES = (
    Figure(
        ("intake", "per_second"), "changes taken in at a province, one process", "/s", 6000, False,
        (ROWS, SHA256, VERIFY),
        "Signed by many offices: opened, verified, stored, folded, projected, indexed for search, due instants and"
        " scope worked out, receipted, flushed. A run is verified at the price of one signature.",
        "An idle machine is needed; by its processor time it is the next line.",
    ),
    Figure(
        ("intake", "per_cpu_second"), "the same, by a second of its processor time", "/s", None,
        words="What other work on the machine hardly changes. One writer writes: the second core carries, seals"
        " and compresses, and doesn't add to this.",
    ),
    Figure(
        ("intake", "bytes_a_change"), "one such change on the wire", "bytes", None,
        words="Words, id, salt, its share of header, signature and seal; compressed in batches.",
    ),
    Figure(
        ("documents", "load_s"), "20,000 documents of 400 bytes carried to a province", "s",
        ("peers", "pouchdb_100", "load_s"), beside=(((*BEST, "load_s"), "s", "PouchDB at its best"),),
        words="Each a ticket: an act and its words, two changes. The bound is PouchDB's default in the same run.",
        lacking="Per document PouchDB appends to a log of its own; a ticket is put into some twenty rows of lists,"
        " figures, deadlines, search and blind index, flushed. See where the time goes, below.",
    ),
    Figure(
        ("documents", "delta_s"), "2,000 updates of these", "s",
        ("peers", "pouchdb_100", "delta_s"), beside=(((*BEST, "delta_s"), "s", "PouchDB at its best"),),
        words="Each an amended narrative, a signed commit of its own.",
        lacking="As above: what a record shows is made anew with each change of it.",
    ),
    Figure(
        ("storm", "seconds"), "260 offices back at once, 500 changes each", "s", 40, beside=(ROWS,),
        words="From the first connection until the last has its receipt.",
        lacking="The rate is that of intake, with the load generator and a desk on the same two cores.",
    ),
    Figure(
        ("storm", "act_ms"), "an act at the province's desk meanwhile, median", "ms", 100, beside=(FLUSH,),
        words="People's acts go between what the offices bring: one waits for one request at most.",
    ),
    Figure(
        ("storm", "act_95_ms"), "the same, 95th percentile", "ms", 100, beside=(FLUSH,),
        words="By the socket, as the screens act.",
        lacking="One request of 500 changes is one transaction, which an act waits for; then it has its own.",
    ),
    Figure(
        ("storm", "memory_mib"), "memory of the province in it, at most", "MiB", 300,
        words="Resident; promise R15.",
    ),
    Figure(
        ("replacement", "usable_s"), "a replaced city of 1,000,000 changes usable after", "s", 60,
        words="From `qiao join` until a ticket is registered at its desk.",
    ),
    Figure(
        ("replacement", "complete_s"), "and complete after", "s", 240, beside=(ROWS,),
        words="Every ticket is there, folded and listed; the province reads, checks scope, seals and compresses it.",
        lacking="Parent and child take turns: one makes a batch while the other waits.",
    ),
    Figure(
        ("replacement", "verified_s"), "every signature of it looked at after", "s", None, beside=(VERIFY,),
        words="Runs are taken in at the price of one; the others are verified behind the work, by a quarter of a core,"
        " and `status` says how far.",
    ),
    Figure(
        ("replacement", "memory_mib"), "memory of the city meanwhile, at most", "MiB", 300, words="Resident.",
    ),
    Figure(
        ("bytes", "one_exchange"), "a ticket's life of twelve acts, ten tickets in one exchange", "bytes", 4096,
        words="Both ways, heads of HTTP counted.",
    ),
    Figure(
        ("bytes", "own_exchanges"), "a ticket's life where each act is an exchange of its own", "bytes", 12_288,
        words="Both ways, heads of HTTP counted.",
        lacking="Twelve signed and sealed envelopes and twelve signed receipts; see below.",
    ),
    Figure(
        ("bytes", "idle_hour"), "an idle link, in an hour", "bytes", 20_480,
        words="Twelve exchanges, each held for five minutes; heads counted; and the stands (3.7) of seventeen nodes.",
    ),
    Figure(
        ("desk", "act_ms"), "an act at the desk, durable, median", "ms", 10, beside=(FLUSH, DURABLE, SIGN),
        words="By the socket: judged, signed, stored, folded, projected, flushed.",
        lacking="An idle machine is needed: flushes wait for others'.",
    ),
    Figure(
        ("desk", "idle_cpu_percent"), "an idle node, below its parent", "% of a core", 1,
        words="Without its backup, which is a program of its own.",
    ),
    Figure(("desk", "memory_mib"), "memory of that node", "MiB", 300, words="Resident."),
)  # fmt: skip

# What each does for a document that arrives: name, where its figures stand, flush, sign, merge, scope, and how it ran.
SIDES = (
    ("Qiao", ("documents",), "both sides, before it is acknowledged", "each commit, chained by hash; verified",
     "by field and workflow, what loses is listed", "each record and unit, words apart",
     "HTTP to another process; also deadlines, lists, figures, search in Chinese"),
    ("PouchDB to express-pouchdb, batch 100 (its default)", ("peers", "pouchdb_100"),
     "not before it is acknowledged: LevelDB's log, some times a run", "no",
     "one revision wins, others are kept", "no (filters)", "HTTP to another process"),
    ("the same, batch 1,000 (its best)", ("peers", "pouchdb_1000"), "the same", "no", "the same", "no", "the same"),
    ("cr-sqlite (wasm)", ("peers", "crsqlite"), "no: in memory", "no", "by column, the last wins", "no",
     "within one process, no line"),
    ("Automerge, a tenth of the documents", ("peers", "automerge"), "no: nothing is stored", "no: a graph of hashes",
     "by letter", "no", "within one process, no line"),
)  # fmt: skip


def value(parts: Parts, path: Path) -> float | None:
    """What was measured there; None where nothing was."""
    found: Any = parts
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, int | float) else None


def bound(parts: Parts, figure: Figure) -> float | None:
    return value(parts, figure.bound) if isinstance(figure.bound, tuple) else figure.bound


def kept(parts: Parts, figure: Figure) -> bool | None:
    """None where there is no bound, or no figure."""
    found, wanted = value(parts, figure.path), bound(parts, figure)
    if found is None or wanted is None:
        return None
    return found <= wanted if figure.most else found >= wanted
