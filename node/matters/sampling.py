"""A sample (抽查) of records, decided by their ids: these are hashes, so every share of them is a fair one, and the
same on every node. A larger sample holds every smaller one."""

from __future__ import annotations

WHOLE = 1 << 128  # record ids are 16 bytes


def below(percent: int) -> bytes | None:
    """The first record id that isn't in the sample; None where all are. Records compare as bytes do."""
    bound = WHOLE * max(percent, 0) // 100
    return None if bound >= WHOLE else bound.to_bytes(16, "big")


def is_sampled(record: bytes, percent: int) -> bool:
    bound = below(percent)
    return bound is None or record < bound
