"""What is fuzzed: a way to make a wrong input, and to feed it.

An input is bytes, so that one that was found can be kept. `feed` says what became of it: the code of a
RemoteError, or what it was taken for; any other exception is a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sync_protocol.errors import RemoteError


@dataclass(frozen=True)
class Target:
    name: str
    make: Callable[[Random], bytes]
    feed: Callable[[bytes], str]


def outcome(feed: Callable[[bytes], str], raw: bytes) -> str:
    """What became of an input; whatever isn't the peer's fault goes on."""
    try:
        return feed(raw)
    except RemoteError as fault:
        return fault.code
