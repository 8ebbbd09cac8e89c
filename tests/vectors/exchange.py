"""What an exchange says of what is held (docs/protocol.md 1.6, 3.5): a frontier with branches and gaps, its
receipt, and a comparison of two holdings.
"""

from __future__ import annotations

from typing import Any

from sync_protocol import cbor, comparison, frontier, merkle, receipt, stand
from sync_protocol.comparison import Ask, OfBucket, OfRecord, Wanted
from sync_protocol.frontier import Position
from sync_protocol.stand import Head, Stored
from tests.sync_protocol.holding import Held
from tests.sync_protocol.scene import Tree, seed

CITY_MS = 1_767_225_600_000
STORED = 7  # commits


def exchange_vectors() -> dict[str, Any]:
    return {
        "frontier": _frontier(),
        "receipt": _receipt(),
        "reconcile": _reconcile(),
        "stands": [_stand("with the tree of what is stored", STORED), _stand("without it", None)],
    }


def _stand(name: str, size: int | None) -> dict[str, Any]:
    """Of the city, which began another log. The tree is over the ids in the order given."""
    city = Tree().city
    ids = [seed(f"stored {number}") for number in range(size or 0)]
    root = merkle.root(map(merkle.leaf, ids))
    made = stand.make(
        log=city.log, time_ms=CITY_MS,
        heads=[Head(city.log, 3, seed("3")), Head(seed("an older log", 16), 70_000, seed("70000"))],
        frontier=frontier.digest(_held()), stored=None if size is None else Stored(size, root), kid=city.id,
        signer=city.signer,
    )  # fmt: skip
    return {
        "name": name,
        "key": city.key.hex(),
        "log": city.log.hex(),
        "time_ms": CITY_MS,
        "heads": [[head.log.hex(), head.seq, head.id.hex()] for head in made.heads],
        "frontier": frontier.digest(_held()).hex(),
        "stored": [one.hex() for one in ids] if size is not None else None,
        "raw": made.signed.raw.hex(),
    }


def _held() -> frontier.Frontier:
    whole, forked, gapped, alone = (
        seed(f"log {name}", 16) for name in ("whole", "forked", "gapped", "alone")
    )
    return {
        whole: (Position(7, seed("7")),),
        forked: (Position(5, seed("5 on one branch")), Position(6, seed("6 on the other"))),
        gapped: (Position(3, seed("3")), Position(9, seed("9"), 8), Position(300, seed("300"), 300)),
        alone: (Position(4, seed("4"), 4),),
    }


def _frontier() -> list[dict[str, Any]]:
    branches = _held()
    plain = {log: chains for log, chains in branches.items() if chains[1:] == () and chains[0].first == 1}
    return [_stated("logs without gaps", plain), _stated("a fork, two gaps, and one alone", branches)]


def _stated(name: str, held: frontier.Frontier) -> dict[str, Any]:
    chains = [[log.hex(), one.first, one.seq, one.id.hex()] for log, all in held.items() for one in all]
    plain, besides = frontier.encode(held)
    return {
        "name": name,
        "chains": sorted(chains),
        "plain": cbor.encode(plain).hex(),
        "besides": cbor.encode(besides).hex() if besides else None,
        "digest": frontier.digest(held).hex(),
    }


def _receipt() -> dict[str, Any]:
    city, county = Tree().city, Tree().county
    signed = receipt.make(
        _held(), child=county.id, time_ms=CITY_MS, log=city.log, kid=city.id, signer=city.signer
    )
    return {
        "key": city.key.hex(),
        "child": county.id.hex(),
        "log": city.log.hex(),
        "time_ms": CITY_MS,
        "digest": frontier.digest(_held()).hex(),
        "raw": signed.raw.hex(),
    }


def _reconcile() -> dict[str, Any]:
    child, parent = _holding(range(0, 12)), _holding(range(2, 14))
    lists = (tuple(map(OfBucket, (0, 1, 256))), (OfRecord(_record(3), _change(3, 1)), OfRecord(_record(13))))
    asks = [
        ("buckets", Ask(child.buckets())),
        ("lists", Ask(records=lists[0], changes=lists[1])),
        ("wants", Ask(wants=(Wanted(_record(13), (_change(13, 0), _change(13, 1))),))),
    ]
    return {
        "child": _listed(child),
        "parent": _listed(parent),
        "digests": {one.hex(): comparison.record_digest(ids).hex() for one, ids in parent.ids.items()},
        "exchanges": [
            {
                "name": name,
                "ask": cbor.encode(comparison.encode_ask(ask)).hex(),
                "told": cbor.encode(comparison.encode_told(comparison.answer(ask, parent))).hex(),
            }
            for name, ask in asks
        ],
    }


def _holding(numbers: range) -> Held:
    """Record n has n % 4 + 1 changes; every fifth record is the registry's."""
    ids = {_record(number): {_change(number, at) for at in range(number % 4 + 1)} for number in numbers}
    return Held(ids, frozenset(_record(number) for number in numbers if number % 5 == 0))


def _record(number: int) -> bytes:
    return bytes([number % 3]) + seed(f"record {number}", 15)


def _change(number: int, at: int) -> bytes:
    return sorted(seed(f"change {number} {one}", 16) for one in range(4))[at]


def _listed(held: Held) -> list[dict[str, Any]]:
    return [
        {"record": one.hex(), "registry": one in held.registry, "ids": sorted(id.hex() for id in ids)}
        for one, ids in sorted(held.ids.items())
    ]
