"""The vector of a bundle: one of two requests, and the same with each fault that a reader has to find."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync_protocol import bundle, envelope, frontier, keys, messages
from sync_protocol.bundle import MAGIC, Trailer
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.frontier import Position
from sync_protocol.messages import ChangeItem, CommitItem, Request
from tests.sync_protocol.scene import START_MS, Tree, seal_public

NUMBERS = (7, 8, 9)  # two letters and the trailer


def vector(seal: keys.Seal) -> dict[str, Any]:
    tree = Tree()
    sender, receiver = tree.county, tree.city
    inside: list[dict[str, Any]] = []

    def sealed(number: int, kind: Kind, payload: bytes) -> bytes:
        inside.append({"number": number, "kind": str(kind), "payload": payload.hex()})
        letter = Envelope(receiver.id, sender.log, number, 0, kind, payload)
        key = seal_public(receiver.seal_private)
        return envelope.seal(letter, kid=sender.id, signer=sender.signer, seal=seal, seal_key=key)

    letters = [
        sealed(number, Kind.BUNDLE, payload) for number, payload in zip(NUMBERS, payloads(tree), strict=False)
    ]
    raw = b"".join(bundle.write(letters, lambda end: sealed(NUMBERS[-1], Kind.TRAILER, Trailer.encode(end))))
    return {
        "receiver": receiver.id.hex(),
        "receiver_seal_private": receiver.seal_private.hex(),
        "sender_key": sender.key.hex(),
        "log": sender.log.hex(),
        "letters": inside,
        "hex": raw.hex(),
        "faults": [{"name": name, "code": code, "hex": one.hex()} for name, code, one in faults(raw)],
    }


def payloads(tree: Tree) -> Iterator[bytes]:
    """The county's commits one by one."""
    log, written = tree.county.log, tree.county.written[:2]
    stated = {log: (Position(len(written), written[-1][0].id),)}
    for at, (made, changes) in enumerate(written):
        bodies = tuple(ChangeItem(index, one.salt, one.body) for index, one in enumerate(changes))
        yield messages.encode(
            Request(
                understands=("ticket/1",),
                digest=frontier.digest(stated),
                clock_ms=START_MS,
                frontier=stated if at == 0 else None,
                commits=(CommitItem(made.raw, bodies),),
                more=at + 1 < len(written),
            )
        )


def faults(raw: bytes) -> Iterator[tuple[str, str, bytes]]:
    one, two, end = framed(raw)
    yield "another beginning", "not_a_bundle", b"QIAOBND2" + raw[8:]
    yield "nothing", "not_a_bundle", b""
    yield "cut within a length", "bundle_cut", raw[:10]
    yield "cut within an envelope", "bundle_cut", raw[: len(raw) // 2]
    yield "cut before the trailer", "bundle_cut", MAGIC + one + two
    yield "a length of nothing", "bundle_damaged", MAGIC + bytes(4) + one + two + end
    yield "a length past the bound", "bundle_damaged", MAGIC + b"\xff" * 4 + raw[12:]
    yield "a bit changed in an envelope", "bundle_damaged", raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]
    yield "a bit changed in its receiver", "bundle_damaged", raw[:20] + bytes([raw[20] ^ 1]) + raw[21:]
    yield "an envelope left out", "bundle_damaged", MAGIC + two + end
    yield "an envelope twice", "bundle_mixed", MAGIC + one + one + two + end
    yield "envelopes exchanged", "bundle_mixed", MAGIC + two + one + end
    yield "something behind the trailer", "bundle_damaged", raw + one
    yield "a byte behind the trailer", "bundle_cut", raw + b"\0"


def framed(raw: bytes) -> list[bytes]:
    found, at = [], len(MAGIC)
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
        found.append(raw[at:end])
        at = end
    return found
