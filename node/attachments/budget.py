"""How much of attachments may go over one link on one day (setting `attachment_budget`).

Both directions count together, and each side counts for itself. Tickets are never counted.
"""

from __future__ import annotations

from node.store import settings
from node.work import Work

DAY_MS = 24 * 60 * 60 * 1000
UTC8_MS = 8 * 60 * 60 * 1000


def left(work: Work, peer: bytes) -> int:
    """Bytes that may still go over the link to this peer today."""
    assert work.config is not None, "the writer hands it in"
    return max(0, work.config.attachment_budget - _spent(work, peer))


def spend(work: Work, peer: bytes, count: int) -> None:
    if count:
        value = f"{_day(work)} {_spent(work, peer) + count}"
        settings.put(work.db, _name(peer), value.encode())


def _spent(work: Work, peer: bytes) -> int:
    day, _, count = settings.text(work.db, _name(peer)).partition(" ")
    return int(count) if day == str(_day(work)) else 0


def _day(work: Work) -> int:
    """Number of the day at UTC+8."""
    return (work.now_ms + UTC8_MS) // DAY_MS


def _name(peer: bytes) -> str:
    return f"attachments {peer.hex()}"
