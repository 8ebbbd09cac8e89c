"""What a node holds of others' signed words (证据), for whoever verifies another node: custody receipts and stands.

A CBOR sequence (RFC 8742) of arrays: ["qiao-evidence", 1, node id], then ["receipt", COSE bytes] and ["stand", COSE
bytes], last ["end", count of the items before, SHA-256 of their bytes]. Nothing of it has to be believed: each is
signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from . import cbor, receipt, stand
from .errors import BadMessage
from .names import SHORT
from .receipt import Receipt
from .sequence import CutOff, items
from .stand import Stand

VERSION = 1
HEAD, RECEIPT, STAND, END = "qiao-evidence", "receipt", "stand", "end"


def write(node: bytes, receipts: Iterable[bytes], stands: Iterable[bytes] = ()) -> Iterator[bytes]:
    """The file's bytes, item by item. `node`: whose it is."""
    digest, count = hashlib.sha256(), 0
    said = (*([RECEIPT, raw] for raw in receipts), *([STAND, raw] for raw in stands))
    for one in ([HEAD, VERSION, node], *said):
        item = cbor.encode(one)
        digest.update(item)
        count += 1
        yield item
    yield cbor.encode([END, count, digest.digest()])


def read(chunks: Iterable[bytes]) -> Iterator[Receipt | Stand]:
    """What it holds; the signatures aren't looked at. Raises CutOff (`cut_off`), BadCbor, BadMessage."""
    digest, ended = hashlib.sha256(), False
    for count, (_, raw) in enumerate(items(chunks)):
        kind, *rest = cbor.decode(raw) or [None]
        if ended or (count == 0) != (kind == HEAD):
            raise BadMessage("evidence: items out of place")
        if kind == END:
            if rest != [count, digest.digest()]:
                raise BadMessage("evidence: altered, or not whole")
            ended = True
        elif kind == RECEIPT and len(rest) == 1 and type(rest[0]) is bytes:
            yield receipt.parse(rest[0])
        elif kind == STAND and len(rest) == 1 and type(rest[0]) is bytes:
            yield stand.parse(rest[0])
        elif kind != HEAD or not _is_head(rest):
            raise BadMessage("evidence: an item of another form")
        digest.update(raw)
    if not ended:
        raise CutOff("evidence: the file has no end")


def _is_head(rest: list[object]) -> bool:
    return len(rest) == 2 and rest[0] == VERSION and type(rest[1]) is bytes and len(rest[1]) == SHORT
