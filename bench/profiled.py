"""Where a province's time goes while it takes in: shares of the processor, by part of the program.

    python -m bench.profiled

By Python's own profiler, which makes calls dearer than they are: the shares are those of the work, roughly.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import tempfile
from collections import Counter
from pathlib import Path

from bench import documents, senders
from bench.lives import STAFF

SENDERS, CHANGES = 2, 4_000
DOCUMENTS = 2_000
CITY = "370200"
_AREAS = {  # a piece of the path → its name
    "sqlcipher3": "SQLite itself",
    "node/store": "rows made and read",
    "sqlalchemy": "rows made and read",
    "sync_protocol": "decoding and verifying",
    "cbor2": "decoding and verifying",
    "hashlib": "decoding and verifying",
    "cryptography": "decoding and verifying",
    "zstandard": "decoding and verifying",
    "conflict": "fold",
    "node/matters": "what a ticket shows and falls due",
    "node/figures": "what a ticket shows and falls due",
    "node/deadlines": "what a ticket shows and falls due",
    "node/": "scope, queues, projections",
}
REST = "Python's own functions"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder)), indent=1, ensure_ascii=False))


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """`intake` and `documents`: area → its share."""
    for name in ("intake", "documents"):
        (folder / name).mkdir()
    return {"intake": _intake(folder / "intake"), "documents": _documents(folder / "documents")}


def _intake(folder: Path) -> dict[str, float]:
    province, requests = senders.prepared(folder, SENDERS, CHANGES, CHANGES)
    profile = cProfile.Profile()
    for raw in requests:
        profile.runcall(province.take, raw)
    province.close()
    return shares(profile)


def _documents(folder: Path) -> dict[str, float]:
    province = senders.founded(folder / "p")
    city = senders.joined(folder, province, CITY)
    city.do(
        "staff.add", {"id": STAFF, "name": "甲", "roles": senders.ROLES, "password": senders.PASSWORD}, None
    )
    given = json.loads(documents.written(folder / "documents.json", DOCUMENTS, 0).read_text("utf-8"))
    documents.registered(city, given["documents"])
    profile, more = cProfile.Profile(), True
    while more:
        reply = profile.runcall(province.take, city.request(0)).reply
        assert reply is not None
        more = city.take_reply(reply).more
    city.close()
    province.close()
    return shares(profile)


def shares(profile: cProfile.Profile) -> dict[str, float]:
    """Of all time, largest first; a function's own time alone."""
    spent: Counter[str] = Counter()
    for (path, _line, name), (_calls, _all, own, _with, _from) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_area(f"{path}:{name}")] += own
    whole = sum(spent.values())
    return {area: round(own / whole, 3) for area, own in spent.most_common()}


def _area(place: str) -> str:
    return next((area for piece, area in _AREAS.items() if piece in place), REST)


if __name__ == "__main__":
    main()
