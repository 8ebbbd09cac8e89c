"""A verification that several processes share: one core checks signatures and folds some 300 records a second, a
province has 100,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from node import keys as keyring
from node import processes
from node.processes import Given

from .verification import Found, Part, verifier

FEW = 24  # parts, and fewer: another process takes longer to begin


def parts(
    given: Given, sign_key: bytes, alike_key: bytes, todo: list[Part], told: Callable[[int, int], object]
) -> Iterator[Found]:
    """Of each part what was found, each signature by itself, as they end. Each process reads the database as it stood
    when it began."""
    begin = _Begin(sign_key, alike_key)
    for done, found in enumerate(processes.each(given, begin, todo, in_order=False), 1):
        yield found
        told(done, len(todo))


@dataclass(frozen=True, slots=True, repr=False)
class _Begin:
    sign_key: bytes
    alike_key: bytes

    def __call__(self, db: Connection) -> Callable[[Part], Found]:
        using = verifier(db, keyring.public(self.sign_key), self.alike_key, every=True)
        return partial(using.part, db)
