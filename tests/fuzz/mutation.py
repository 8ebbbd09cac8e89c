"""Something a little wrong, out of something right: on bytes, and on the tree of a CBOR item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.fuzz.values import Inside, Pairs, any_value, encode

Path = tuple[Any, ...]  # keys, indexes, and INSIDE for a byte string's item
INSIDE = object()


def of_bytes(draw: Random, raw: bytes) -> bytes:
    """One to four small faults."""
    for _ in range(draw.randint(1, 4)):
        raw = draw.choice(_ON_BYTES)(draw, raw)
    return raw


def _flip(draw: Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw) or 1)
    return raw[:at] + bytes([one ^ 1 << draw.randrange(8) for one in raw[at : at + 1]]) + raw[at + 1 :]


def _cut(draw: Random, raw: bytes) -> bytes:
    return raw[: draw.randrange(len(raw) + 1)]


def _drop(draw: Random, raw: bytes) -> bytes:
    at, size = draw.randrange(len(raw) + 1), draw.randint(1, 9)
    return raw[:at] + raw[at + size :]


def _double(draw: Random, raw: bytes) -> bytes:
    at, size = draw.randrange(len(raw) + 1), draw.randint(1, 40)
    return raw[: at + size] + raw[at:]


def _put(draw: Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw) + 1)
    return raw[:at] + draw.choice((draw.randbytes(draw.randint(1, 8)), b"\xff" * 4, bytes(9))) + raw[at:]


def _swap(draw: Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw) + 1)
    return raw[at:] + raw[:at]


_ON_BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (
    _flip,
    _flip,
    _flip,
    _cut,
    _drop,
    _double,
    _put,
    _swap,
)


def of_tree(draw: Random, tree: Any, heavy: bool = False) -> Any:
    """One to three faults at any places of it."""
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        tree = _once(draw, tree, heavy)
    return tree


def _once(draw: Random, tree: Any, heavy: bool) -> Any:
    path = draw.choice(list(_paths(tree)))
    return _at(tree, path, lambda value: _wrong(draw, value, tree, heavy))


def _paths(value: Any) -> Iterator[Path]:
    yield ()
    if isinstance(value, Inside):
        yield from ((INSIDE, *path) for path in _paths(value.value))
    elif isinstance(value, dict):
        yield from ((key, *path) for key, one in value.items() for path in _paths(one))
    elif isinstance(value, list):
        yield from ((at, *path) for at, one in enumerate(value) for path in _paths(one))


def _at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """The tree with something else at that place."""
    if not path:
        return change(value)
    first, rest = path[0], path[1:]
    if first is INSIDE:
        return Inside(_at(value.value, rest, change))
    if isinstance(value, dict):
        return {**value, first: _at(value[first], rest, change)}
    return [_at(one, rest, change) if at == first else one for at, one in enumerate(value)]


def _wrong(draw: Random, value: Any, tree: Any, heavy: bool) -> Any:
    if draw.random() < 0.35:
        return any_value(draw, heavy)
    if draw.random() < 0.2:
        return draw.choice([_look(tree, path) for path in _paths(tree)])
    match value:
        case bool() | None:
            return draw.choice((True, False, None, 0, 1))
        case int():
            return draw.choice((value + 1, value - 1, -value, value * 2, value + 2**32))
        case bytes():
            return of_bytes(draw, value)
        case str():
            return draw.choice((value + "/", value[:-1], value * 2, value + "\0", value.upper(), "/" + value))
        case list():
            return _wrong_list(draw, value)
        case dict():
            return _wrong_map(draw, value)
        case Inside(item):
            return draw.choice((item, Inside([item]), Inside(Inside(item)), any_value(draw)))
    return any_value(draw, heavy)


def _wrong_list(draw: Random, value: list[Any]) -> Any:
    at = draw.randrange(len(value) or 1)
    match draw.randrange(6):
        case 0:
            return value[:at] + value[at + 1 :]
        case 1:
            return value[: at + 1] + value[at:]
        case 2:
            return value[::-1]
        case 3:
            return [*value[:at], any_value(draw), *value[at:]]
        case 4:
            return [value]
    return value * draw.choice((2, 20, 300)) if len(encode(value)) < 5000 else value[:at]


def _wrong_map(draw: Random, value: dict[Any, Any]) -> Any:
    pairs = list(value.items())
    at = draw.randrange(len(pairs) or 1)
    match draw.randrange(6):
        case 0:
            return dict(pairs[:at] + pairs[at + 1 :])
        case 1:
            return Pairs(tuple(sorted((pairs + pairs[at : at + 1]), key=repr)))
        case 2:
            return Pairs(tuple(pairs[::-1]))
        case 3:
            return {**value, draw.choice((0, 1, 2, 6, 99)): any_value(draw)}
        case 4:
            return {**value, "extra": any_value(draw)}
    return {draw.choice((1, 3, "x", -1)) if here == at else key: one for here, (key, one) in enumerate(pairs)}


def _look(value: Any, path: Path) -> Any:
    for step in path:
        value = value.value if step is INSIDE else value[step]
    return value
