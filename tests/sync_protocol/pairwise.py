"""The chains of a log by where each two meet, and nothing else: what `Chains` is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync_protocol.frontier import Held, Position

Meet = Callable[[bytes, Position, Position], int | None]


@dataclass(frozen=True)
class Pairwise:
    """Fits frontier.Tree."""

    log: bytes
    met: Meet

    def meet(self, mine: Position, theirs: Position) -> int | None:
        return self.met(self.log, mine, theirs)

    def apart(self, tips: Sequence[Position], theirs: Sequence[Position]) -> list[tuple[int, int]]:
        found = []
        for at, chain in enumerate(tips):
            whole = max((min(self.meet(chain, one) or 0, chain.seq) for one in theirs), default=0)
            shared = max((min(self.meet(chain, one) or 0, chain.seq) for one in tips[:at]), default=0)
            found.append((whole, max(whole, shared)))
        return found

    def foot(self, theirs: Position) -> int:
        return 1  # nothing is out of its turn here


def pairwise(met: Meet) -> Held:
    return lambda log: Pairwise(log, met)
