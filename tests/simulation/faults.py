"""Which fault (故障) met which phase (阶段) of the work: counted, and looked at when a soak ends."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Phase(StrEnum):
    """What a node, or a message on its way, was doing when the fault met it."""

    IDLE = "idle"  # nothing to carry
    ACTING = "acting"  # a person's act, or the node's own, is being written
    UP = "up"  # commits on their way to the parent, or being taken there
    DOWN = "down"  # the parent's outbox on its way, or being taken
    OWN = "own lane"  # a restored node's own commits, coming back to it
    RECONCILING = "reconciling"
    IMPORT = "import"  # a bundle is made or taken
    ERASING = "erasing"
    JOINING = "joining"
    OPENING = "opening"  # the process starts over what the last one left


class Fault(StrEnum):
    DROP = "drop"
    DUPLICATE = "duplicate"
    DELAY = "delay"  # long enough to be overtaken: this is also what reorders
    TRUNCATE = "truncate"
    FLIP = "flip"
    LOST_REPLY = "lost reply"  # after the parent has made the request durable
    PARTITION = "partition"
    ONE_WAY = "one-way partition"
    REPLAY = "replay"
    KILL = "kill"
    POWER = "power loss"
    FULL = "disk full"
    IO = "I/O error"
    CLOCK = "clock"
    RESTORE = "restore"
    COPY = "copied node"
    SNAPSHOT = "machine snapshot"
    REVOKED = "revoked node"
    MOVED = "moved office"
    KEYS = "replaced keys"
    ROOT = "replaced root"
    HOSTILE = "hostile"  # met: what it did


class Tally:
    def __init__(self) -> None:
        self.met: Counter[tuple[str, str]] = Counter()

    def add(self, fault: str, phase: str) -> None:
        self.met[str(fault), str(phase)] += 1

    def take(self, other: Tally) -> None:
        self.met.update(other.met)

    @property
    def total(self) -> int:
        return sum(self.met.values())

    def table(self) -> str:
        """Faults down, phases across; what hostile nodes did, which has no phase, below."""
        ways = sorted((way, count) for (fault, way), count in self.met.items() if fault == Fault.HOSTILE)
        known = [pair for pair in self.met if pair[0] != Fault.HOSTILE]
        faults, phases = sorted({fault for fault, _ in known}), sorted({phase for _, phase in known})
        head = f"{'':18}" + "".join(f"{phase:>13}" for phase in phases)
        rows = [
            f"{fault:18}" + "".join(f"{self.met[fault, phase] or '·':>13}" for phase in phases)
            for fault in faults
        ]
        return "\n".join([head, *rows, "", *(f"{'hostile, ' + way:44}{count:>6}" for way, count in ways)])


def unmet(tally: Tally) -> list[tuple[str, str]]:
    """Pairs of fault and phase that should have met, and didn't."""
    return [
        (fault, phase) for fault, phases in MEET.items() for phase in phases if not tally.met[fault, phase]
    ]


_WIRE = (Phase.IDLE, Phase.UP, Phase.DOWN, Phase.OWN, Phase.RECONCILING, Phase.JOINING)
_PROCESS = (
    Phase.IDLE,
    Phase.ACTING,
    Phase.UP,
    Phase.DOWN,
    Phase.RECONCILING,
    Phase.IMPORT,
    Phase.JOINING,
    Phase.OPENING,
)
MEET: dict[Fault, tuple[Phase, ...]] = {
    **dict.fromkeys(
        (Fault.DROP, Fault.DUPLICATE, Fault.DELAY, Fault.TRUNCATE, Fault.FLIP, Fault.LOST_REPLY), _WIRE
    ),
    **dict.fromkeys((Fault.PARTITION, Fault.ONE_WAY), _WIRE),
    **dict.fromkeys((Fault.KILL, Fault.POWER), _PROCESS),
    **dict.fromkeys((Fault.FULL, Fault.IO), (Phase.ACTING, Phase.UP, Phase.DOWN, Phase.JOINING)),
    Fault.RESTORE: (Phase.IDLE,),
    **dict.fromkeys((Fault.MOVED, Fault.KEYS, Fault.ROOT), (Phase.ACTING,)),
}
