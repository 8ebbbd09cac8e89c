"""Accidents (事故): what befalls nodes and lines, drawn from the seed, at random moments of the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS, YEAR_MS
from tests.simulation.disk import Trouble
from tests.simulation.faults import Fault
from tests.simulation.office import Gone, Office
from tests.simulation.wire import Weather

if TYPE_CHECKING:
    from tests.simulation.world import World

_OF_DISK = {Trouble.KILL: Fault.KILL, Trouble.POWER: Fault.POWER, Trouble.FULL: Fault.FULL, Trouble.IO: Fault.IO}


class Accidents:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.kinds: list[Callable[[], None]] = [
            self.kill, self.kill, self.power, self.power, self.full, self.io, self.partition, self.one_way,
            self.weather, self.weather, self.clock,
        ]  # fmt: skip

    def one(self) -> None:
        self.random.choice(self.kinds)()

    def _office(self) -> Office | None:
        return self.world.any_office()

    # A node's machine

    def kill(self) -> None:
        self._trouble(Trouble.KILL)

    def power(self) -> None:
        self._trouble(Trouble.POWER)

    def full(self) -> None:
        self._trouble(Trouble.FULL, lasts=self.random.choice((1, 3, 30)))

    def io(self) -> None:
        self._trouble(Trouble.IO, lasts=self.random.choice((1, 1, 2, 5)))

    def _trouble(self, trouble: Trouble, lasts: int = 1) -> None:
        """At the n-th operation from now, whatever the node will be doing then."""
        office = self._office()
        if office is None:
            return
        if trouble in (Trouble.KILL, Trouble.POWER) and self.random.random() < 0.15:
            office.phase = office.phase.IDLE
            office.die(trouble)
            self.world.died(office, trouble)
            return
        office.disk.met = lambda met: self.world.met(_OF_DISK[met], office)
        office.disk.arm(trouble, self.random.choice((3, 30, 120, 400)) + self.random.randrange(120), lasts)

    # Lines

    def partition(self) -> None:
        pair = self.world.any_link()
        if pair:
            self._block([pair, pair[::-1]])

    def one_way(self) -> None:
        pair = self.world.any_link()
        if pair:
            self._block([pair if self.random.random() < 0.5 else pair[::-1]])

    def _block(self, pairs: list[tuple[str, str]]) -> None:
        wire = self.world.wire
        wire.blocked.update(pairs)
        wait = self.random.choice((10 * MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS))
        self.world.after(wait, lambda: wire.blocked.difference_update(pairs))
        self.world.say(f"blocked {pairs}")

    def weather(self) -> None:
        """A bad spell on every line."""
        random, wire = self.random, self.world.wire
        names = [name for name in Weather.__dataclass_fields__ if random.random() < 0.5]
        wire.weather = Weather(**{name: random.choice((0.05, 0.2, 0.5)) for name in names})
        self.world.say(f"weather {wire.weather}")

        def over() -> None:
            wire.weather = Weather()

        self.world.after(random.choice((20 * MINUTE_MS, 3 * HOUR_MS, DAY_MS)), over)

    # Clocks

    def clock(self) -> None:
        office = self._office()
        if office is None:
            return
        random = self.random
        step = random.choice((3 * MINUTE_MS, 9 * MINUTE_MS, HOUR_MS, 3 * DAY_MS, 2 * YEAR_MS))
        if random.random() < 0.2:
            office.clock.drift(random.choice((-50_000, 50_000, 200)))
        else:
            office.clock.step(random.choice((-1, 1)) * step)
        self.world.met(Fault.CLOCK, office)
        self.world.say(f"{office.name} clock {office.clock.error_ms()}")

    # After an accident

    def restart(self, office: Office) -> None:
        """Somebody, or systemd, starts it again; it may die again at once."""
        if office.up or self.world.offices.get(office.name) is not office:
            return
        try:
            office.start()
        except Gone:
            self.world.after(self.random.randrange(MINUTE_MS), lambda: self.restart(office))
