"""Checks on decoded CBOR: each returns the value, typed, or raises BadMessage naming what it was for."""

from __future__ import annotations

from typing import Any

from . import cbor
from .errors import BadCbor, BadMessage

HIGHEST = 2**63 - 1


def decoded(raw: bytes) -> Any:
    """The value of these bytes."""
    try:
        return cbor.decode(raw)
    except BadCbor as fault:
        raise BadMessage(str(fault)) from fault


def numbered(value: Any, what: str) -> dict[int, Any]:
    """A map with numbers for keys."""
    if type(value) is not dict or (value and type(next(iter(value))) is not int):
        raise BadMessage(f"{what}: not a map of numbers")
    return value


def items(value: Any, what: str, most: int) -> list[Any]:
    """A list of up to `most`."""
    if type(value) is not list:
        raise BadMessage(f"{what}: not a list")
    if len(value) > most:
        raise BadMessage(f"{what}: more than {most}")
    return value


def exactly(value: Any, what: str, size: int) -> list[Any]:
    """A list of just that length."""
    if len(items(value, what, size)) != size:
        raise BadMessage(f"{what}: not a list of {size}")
    return list(value)


def uint(value: Any, what: str, highest: int = HIGHEST) -> int:
    if type(value) is not int or not 0 <= value <= highest:
        raise BadMessage(f"{what}: not a number from 0 to {highest}")
    return value


def octets(value: Any, what: str, size: int | None = None) -> bytes:
    """A byte string, of just `size` where that is given."""
    if type(value) is not bytes or (size is not None and len(value) != size):
        raise BadMessage(f"{what}: not {'' if size is None else size} bytes")
    return value


def text(value: Any, what: str, most: int, *, empty: bool = False) -> str:
    if type(value) is not str or len(value) > most or not (value or empty):
        raise BadMessage(f"{what}: not a text of up to {most} characters")
    return value


def flag(value: Any, what: str) -> bool:
    if type(value) is not bool:
        raise BadMessage(f"{what}: neither true nor false")
    return value
