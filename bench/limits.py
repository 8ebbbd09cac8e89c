"""What the machine itself gives: SQLite without a node, Ed25519, SHA-256, a flush of its disk.

python -m bench.limits
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlcipher3.dbapi2 as driver

from sync_protocol.keys import sign_with, verify

ROWS = 100_000
BODY = 400  # bytes of a row, as of a document
DURABLE = 100  # rows, each flushed
SECONDS = 0.5  # of each figure, at least


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder)), indent=1))


def measure(folder: Path) -> dict[str, float]:
    """A second each, but for `flush_ms`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    key, signer = private.public_key().public_bytes_raw(), sign_with(private.private_bytes_raw())
    message = os.urandom(BODY)
    signature = signer(message)
    return {
        "rows": _rows(folder / "rows.db"),
        "durable_rows": _durable(folder / "durable.db"),
        "verify": _rate(lambda: verify(key, signature, message)),
        "sign": _rate(lambda: signer(message)),
        "sha256": _rate(lambda: hashlib.sha256(message).digest()),
        "flush_ms": _flush_ms(folder / "flushed"),
    }


def _rate(call: Callable[[], object]) -> float:
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < SECONDS:
        for _ in range(100):
            call()
        done += 100
    return done / spent


def _opened(path: Path) -> driver.Connection:
    db = driver.connect(str(path), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE document (id INTEGER PRIMARY KEY, name BLOB UNIQUE, body BLOB)")
    return db


def _rows(path: Path) -> float:
    """All in one transaction, as intake writes; one unique index."""
    db, body = _opened(path), os.urandom(BODY)
    rows = [(at, os.urandom(16), body) for at in range(ROWS)]
    begun = time.perf_counter()
    db.execute("BEGIN")
    db.executemany("INSERT INTO document VALUES (?, ?, ?)", rows)
    db.execute("COMMIT")
    spent = time.perf_counter() - begun
    db.close()
    return ROWS / spent


def _durable(path: Path) -> float:
    """Each in a transaction of its own, flushed, as an act at the desk."""
    db, body = _opened(path), os.urandom(BODY)
    begun = time.perf_counter()
    for at in range(DURABLE):
        db.execute("INSERT INTO document VALUES (?, ?, ?)", (at, os.urandom(16), body))
    spent = time.perf_counter() - begun
    db.close()
    return DURABLE / spent


def _flush_ms(path: Path) -> float:
    """A page appended and flushed, median."""
    steps = []
    with path.open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(os.urandom(4096))
            begun = time.perf_counter()
            os.fsync(file.fileno())
            steps.append((time.perf_counter() - begun) * 1000)
    return statistics.median(steps)


if __name__ == "__main__":
    main()
