"""The world's own book: what was acknowledged to whom, kept apart from every node."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Acked:
    """An act whose author was told that it is safe."""

    office: str
    record: bytes
    change: bytes
    commit: bytes
    token: str  # text in its words that stands nowhere else; empty without words


@dataclass(slots=True)
class Ledger:
    acked: dict[bytes, Acked] = field(default_factory=dict)  # commit id → act
    durable: dict[str, set[bytes]] = field(default_factory=dict)  # office → commit ids it must have
    places: dict[tuple[bytes, int], bytes] = field(default_factory=dict)  # (log, seq) → first commit seen
    tokens: dict[str, bytes] = field(default_factory=dict)  # token → record
    commits: dict[str, bytes] = field(default_factory=dict)  # token → commit that brought it
    erased: dict[str, frozenset[bytes]] = field(default_factory=dict)  # token that may be nowhere → the order
    gone: set[bytes] = field(default_factory=set)  # commits that no disk held any more when one was lost
    lost: dict[str, set[bytes]] = field(
        default_factory=dict
    )  # office → commits that its disk was put back to before
    out: set[str] = field(default_factory=set)  # offices whose disk is in strange hands

    def holds(self, office: str) -> set[bytes]:
        return self.durable.setdefault(office, set())

    def lose(self, office: str, left: set[bytes]) -> set[bytes]:
        """This office's disk was put back, and holds `left`. Returns what is nowhere any more."""
        lost = self.holds(office) - left
        self.durable[office] = set(left)
        self.lost.setdefault(office, set()).update(lost)
        return self._nowhere(lost)

    def cast_out(self, office: str) -> set[bytes]:
        """This office's machine is in strange hands: whoever was put back gets nothing from it but the registry,
        whatever it goes on to store. Returns what is nowhere any more."""
        self.out.add(office)
        return self._nowhere(self.holds(office))

    def _nowhere(self, lost: set[bytes]) -> set[bytes]:
        nowhere = lost.difference(*(held for name, held in self.durable.items() if name not in self.out))
        self.gone |= nowhere
        return nowhere

    def is_nowhere(self, record: bytes) -> bool:
        """Whether the act that it began with is on no disk any more. Whoever had anything of a record had that; of a
        commit with an act on another one, too, others may have kept that other act, and so the commit."""
        return any(one.commit in self.gone for one in self.acked.values()
                   if one.record == record == one.change[:16])  # fmt: skip
