"""CBOR as an enemy writes it: values of any shape, encoded as they stand, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import cbor2

from sync_protocol import cbor
from sync_protocol.errors import BadCbor


@dataclass(frozen=True)
class Raw:
    """Bytes that are put where an item should be."""

    data: bytes


@dataclass(frozen=True)
class Pairs:
    """A map with its keys in whatever order, and as often as they come."""

    pairs: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class Inside:
    """A byte string that holds an item."""

    value: Any


def head(major: int, count: int) -> bytes:
    for limit, width, low in ((24, 0, count), (2**8, 1, 24), (2**16, 2, 25), (2**32, 4, 26), (2**64, 8, 27)):
        if count < limit:
            return bytes([major << 5 | low]) + (count.to_bytes(width, "big") if width else b"")
    raise ValueError("a count past 2^64")


def encode(value: Any) -> bytes:
    """As cbor.encode does, for what may be encoded so."""
    match value:
        case Raw(data):
            return data
        case Inside(item):
            return encode(encode(item))
        case Pairs(pairs):
            return head(5, len(pairs)) + b"".join(encode(key) + encode(one) for key, one in pairs)
        case dict():
            items = sorted((encode(key), encode(one)) for key, one in value.items())
            return head(5, len(items)) + b"".join(key + one for key, one in items)
        case list():
            return head(4, len(value)) + b"".join(map(encode, value))
        case bytes():
            return head(2, len(value)) + value
        case str():
            raw = value.encode("utf-8", "surrogatepass")
            return head(3, len(raw)) + raw
    return cbor2.dumps(value, canonical=True)


def decode(raw: bytes) -> Any:
    """The tree of an item, byte strings that hold a list or a map opened as well."""
    return _opened(cbor.decode(raw))


def _opened(value: Any) -> Any:
    if isinstance(value, list):
        return [_opened(one) for one in value]
    if isinstance(value, dict):
        return {key: _opened(one) for key, one in value.items()}
    if isinstance(value, bytes) and len(value) > 1:
        return _inside(value)
    return value


def _inside(raw: bytes) -> Any:
    try:
        found = decode(raw)
    except BadCbor:
        return raw
    return Inside(found) if isinstance(found, (list, dict)) else raw


SMALL_ORDER = (
    bytes(32),
    bytes([1]) + bytes(31),
    (2**255 - 20).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    b"\xff" * 32,
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    23,
    24,
    255,
    256,
    257,
    300,
    65535,
    65536,
    2**31,
    2**32,
    2**53,
    2**62,
    2**63 - 1,
    -(2**63),
)
LENGTHS = (0, 1, 11, 12, 15, 16, 17, 31, 32, 33, 64, 3084)
TEXTS = ("", "a", "\0", "a\nb", "registry", "registry/1", "ticket/1", "370000/370200", "/", "a//b", "\u202e", "x" * 65,
         "青岛" * 600, "request", "reply", "enrol", "system")  # fmt: skip
WRONG = {
    "an integer of 5,000 digits": b"\xc2\x59\x08\x1d" + b"\xff" * 2077,
    "a negative one": b"\xc3\x59\x08\x1d" + b"\xff" * 2077,
    "2^64-1": b"\x1b" + b"\xff" * 8,
    "-2^64": b"\x3b" + b"\xff" * 8,
    "NaN": b"\xf9\x7e\x00",
    "another NaN": b"\xfb\x7f\xf8" + bytes(5) + b"\x01",
    "infinity": b"\xf9\x7c\x00",
    "a float": b"\xfb\x3f\xf0" + bytes(6),
    "undefined": b"\xf7",
    "a simple value": b"\xf8\xff",
    "a break": b"\xff",
    "half a surrogate pair": b"\x63\xed\xa0\x80",
    "text that isn't UTF-8": b"\x62\xc3\x28",
    "bytes without an end": b"\x5f\x41\x00\xff",
    "a list without an end": b"\x9f\x00\xff",
    "a map without an end": b"\xbf\x00\x00\xff",
    "bytes of 2^63": b"\x5b\x80" + bytes(7),
    "text of 2^32": b"\x7a\xff\xff\xff\xff",
    "a list of 2^63-1": b"\x9b\x7f" + b"\xff" * 7,
    "a map of 2^32": b"\xba\xff\xff\xff\xff",
    "a long form": b"\x18\x17",
    "a long length": b"\x58\x01\x00",
    "a date": b"\xc0\x74" + b"2026-01-01T00:00:00Z",
    "a time past all years": b"\xc1\x1b\x7f" + b"\xff" * 7,
    "a fraction": b"\xc4\x82\x1b\x7f" + b"\xff" * 7 + b"\x01",
    "a regular expression": b"\xd8\x23\x68" + b"(a+)+$bb",
    "a shared item": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a tag in a tag": b"\xc6" * 40 + b"\x00",
    "a map with a key twice": b"\xa2\x00\x00\x00\x01",
    "a map with keys of two kinds": b"\xa2\x00\x00\x61a\x00",
    "a map out of order": b"\xa2\x01\x00\x00\x00",
    "17 deep": b"\x81" * 17 + b"\x00",
    "17 maps deep": b"\xa1\x00" * 17 + b"\x00",
}
HEAVY = {
    "200,000 deep": b"\x81" * 200_000 + b"\x00",
    "200,000 tags deep": b"\xc6" * 200_000 + b"\x00",
    "a list of 200,000": head(4, 200_000) + bytes(200_000),
    "a map of 40,000": head(5, 40_000) + b"".join(head(0, at) + b"\x00" for at in range(40_000)),
    "text of 200,000": head(3, 200_000) + b"a" * 200_000,
    "a path of 100,000 codes": head(3, 200_000) + b"a/" * 100_000,
    "bytes of 300,000": head(2, 300_000) + bytes(300_000),
    "20,000 empty lists": head(4, 20_000) + b"\x80" * 20_000,
}


def any_value(draw: Random, heavy: bool = False) -> Any:
    """One item, more or less of the protocol's size."""
    match draw.randrange(9 if heavy else 8):
        case 0:
            return draw.choice(NUMBERS)
        case 1:
            return bytes(draw.choice(LENGTHS))
        case 2:
            return draw.randbytes(draw.choice(LENGTHS))
        case 3:
            return draw.choice(TEXTS)
        case 4:
            return draw.choice(([], {}, None, True, False, [[]], {0: {}}, {"a": []}))
        case 5:
            return draw.choice(SMALL_ORDER)
        case 6 | 7:
            return Raw(draw.choice(sorted(WRONG.values())))
    return Raw(draw.choice(sorted(HEAVY.values())))
