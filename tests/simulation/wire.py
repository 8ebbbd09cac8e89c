"""The wire (线路): bytes from one office to another, through whatever the seed has in store for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.faults import Fault

if TYPE_CHECKING:
    from tests.simulation.world import World

Arrive = Callable[[bytes], None]


@dataclass(slots=True)
class Weather:
    """How often each thing happens to one message: 0 to 1."""

    drop: float = 0.0
    duplicate: float = 0.0
    delay: float = 0.0
    truncate: float = 0.0
    flip: float = 0.0
    replay: float = 0.0


@dataclass(frozen=True, slots=True)
class Sent:
    sender: str
    receiver: str
    kind: str  # "request", "reply", "join"
    data: bytes


class Wire:
    def __init__(self, world: World) -> None:
        self.world = world
        self.weather = Weather()
        self.blocked: set[tuple[str, str]] = set()  # (from, to): nothing gets through
        self.old: deque[tuple[Sent, Arrive]] = deque(maxlen=64)  # what an eavesdropper has kept

    def carry(self, sent: Sent, phase: str, arrive: Arrive) -> None:
        """`arrive` is called later, never at once; perhaps not at all, perhaps twice, perhaps with other bytes."""
        if (sent.sender, sent.receiver) in self.blocked:
            both = (sent.receiver, sent.sender) in self.blocked
            self._met(Fault.PARTITION if both else Fault.ONE_WAY, phase)
            return
        self.old.append((sent, arrive))
        if self._comes(self.weather.drop):
            self._met(Fault.LOST_REPLY if sent.kind == "reply" else Fault.DROP, phase)
            return
        self._deliver(self._spoiled(sent.data, phase), phase, arrive)
        if self._comes(self.weather.duplicate):
            self._met(Fault.DUPLICATE, phase)
            self._deliver(sent.data, phase, arrive)
        if self._comes(self.weather.replay):
            self._replay()

    def _deliver(self, data: bytes, phase: str, arrive: Arrive) -> None:
        wait = self.world.random.randrange(10, 400)
        if self._comes(self.weather.delay):
            self._met(Fault.DELAY, phase)
            wait = self.world.random.choice((5_000, 60_000, 600_000, 6 * 3_600_000))
        self.world.after(wait, lambda: arrive(data))

    def _spoiled(self, data: bytes, phase: str) -> bytes:
        random = self.world.random
        if self._comes(self.weather.truncate):
            self._met(Fault.TRUNCATE, phase)
            return data[: random.randrange(len(data))]
        if self._comes(self.weather.flip):
            self._met(Fault.FLIP, phase)
            at = random.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
        return data

    def _replay(self) -> None:
        """An old envelope again, to where it was for."""
        sent, arrive = self.world.random.choice(self.old)
        self._met(Fault.REPLAY, sent.kind)
        self.world.after(self.world.random.randrange(10, 60_000), lambda: arrive(sent.data))

    def _comes(self, chance: float) -> bool:
        return chance > 0 and self.world.random.random() < chance

    def _met(self, fault: Fault, phase: str) -> None:
        self.world.tally.add(fault, phase)
        self.world.faults += 1

    def heal(self) -> None:
        self.weather = Weather()
        self.blocked.clear()
