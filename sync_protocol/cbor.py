"""Strict, deterministic CBOR (RFC 8949, 4.2.1): one value has one encoding, anything else is a fault.

The types are int (-2**63 … 2**63-1), bytes, str, list, dict, bool and None. A map's keys are all
unsigned integers or all text. Protocol section 3, head.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import cbor2

from .errors import BadCbor, LocalError
from .limits import MAX_DEPTH, MAX_ITEMS

Value = Any  # int | bytes | str | list[Value] | dict[int, Value] | dict[str, Value] | bool | None

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("a tag")


# cbor2 decodes these tags by itself, some at a price that a peer could choose (shared references,
# regular expressions); each is refused before it is looked into. The rest come to the tag hook.
_BUILT_IN = (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004,
             43000, 55799)  # fmt: skip
_NO_TAGS: dict[int, Any] = dict.fromkeys(_BUILT_IN, _refuse_tag)


def encode(value: Value) -> bytes:
    """The one encoding of `value`. Raises LocalError for a value that has none."""
    try:
        _size(value, 1, False)
        return cbor2.dumps(value, canonical=True)
    except (BadCbor, UnicodeEncodeError) as fault:  # the latter: half a surrogate pair
        raise LocalError(f"not encodable: {fault}") from fault


def decode(data: bytes) -> Value:
    """The value of `data`. Raises BadCbor when these bytes aren't its one encoding."""
    if has_more(data, MAX_ITEMS):
        raise BadCbor(f"more than {MAX_ITEMS} items")
    try:
        value = cbor2.loads(
            data,
            tag_hook=_refuse_tag,
            semantic_decoders=_NO_TAGS,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        size = _size(value, 1)
    except BadCbor:
        raise
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError,
            MemoryError) as fault:  # fmt: skip
        raise BadCbor(f"not CBOR: {fault}") from fault
    if size != len(data):
        raise BadCbor("not the deterministic encoding")
    return value


def has_more(data: bytes, most: int) -> bool:
    """Whether there are more items than that, all within counted. Cheap, and before they take memory: a byte
    of them can become 64.
    """
    return len(data) > most and count(data, most) > most


def count(data: bytes, most: int) -> int:
    """How many items there are, or one past `most`. What isn't CBOR is left to the decoder."""
    at = found = 0
    while at < len(data) and found <= most:
        major, low = data[at] >> 5, data[at] & 31
        width = 1 << low - 24 if 24 <= low < 28 else 0
        size = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else low
        at += 1 + width + (size if major in (2, 3) else 0)
        found += 1
    return found


def _size(value: Value, depth: int, ordered: bool = True) -> int:
    """Bytes of the one encoding of `value`. Nothing has a shorter one, so what was decoded from as many bytes, its
    keys in order, was that encoding: a third of the price of encoding it again, at ten thousand commits a second.

    Types are looked at, since NaN, dates, `undefined` and simple values are decoded too. Raises BadCbor.
    """
    return _sizes((value,), depth, ordered)


def _sizes(values: Iterable[Value], depth: int, ordered: bool) -> int:
    """Of several, together: scalars without a call each, as most of what is decoded is scalars."""
    if depth > MAX_DEPTH:
        raise BadCbor("nested too deeply")
    size = 0
    for value in values:
        kind = type(value)
        if kind is bytes:
            length = len(value)
            size += length + (1 if length < 24 else 2 if length < 256 else _head(length))
        elif kind is str:
            length = len(value) if value.isascii() else len(value.encode())
            size += length + (1 if length < 24 else 2 if length < 256 else _head(length))
        elif kind is int:
            size += 1 if 0 <= value < 24 else _size_of_integer(value)
        elif kind is dict:
            size += _size_of_map(value, depth, ordered)
        elif kind is list:
            size += _head(len(value)) + (_sizes(value, depth + 1, ordered) if value else 0)
        elif kind is bool or value is None:
            size += 1
        else:
            raise BadCbor(f"a {kind.__name__} isn't allowed")
    return size


def _size_of_integer(value: int) -> int:
    if not _LOWEST <= value <= _HIGHEST:
        raise BadCbor("integer out of range")
    return _head(value if value >= 0 else -1 - value)


def _head(argument: int) -> int:
    """Bytes of an item's head with that length or number in it, at the shortest (RFC 8949, 3)."""
    if argument < 24:
        return 1
    if argument < 0x100:
        return 2
    return 3 if argument < 0x10000 else 5 if argument < 0x100000000 else 9


def _size_of_map(value: dict[Any, Value], depth: int, ordered: bool) -> int:
    kinds = set(map(type, value))
    if not (kinds <= {str} or (kinds <= {int} and min(value) >= 0)):
        raise BadCbor("map keys that aren't all text, or all unsigned integers")
    if ordered and len(value) > 1 and not _in_order(list(value)):
        raise BadCbor("map keys out of order")
    if not value:
        return 1
    return _head(len(value)) + _sizes(value, depth + 1, ordered) + _sizes(value.values(), depth + 1, ordered)


def _in_order(keys: list[Any]) -> bool:
    """By their encoded bytes: a text's length stands in front of it."""
    if type(keys[0]) is int:
        return keys == sorted(keys)
    if all(map(str.isascii, keys)):
        return keys == sorted(sorted(keys), key=len)
    raw = [key.encode() for key in keys]
    return raw == sorted(sorted(raw), key=len)
