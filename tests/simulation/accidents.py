"""Accidents (事故): what befalls nodes and lines, drawn from the seed, at random moments of the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.caller import FAILURES
from tests.simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS, YEAR_MS
from tests.simulation.disk import Trouble
from tests.simulation.faults import Fault, Phase
from tests.simulation.hostile import Hostile
from tests.simulation.hostile_parent import HostileParent
from tests.simulation.office import Backup, Gone, Office
from tests.simulation.wire import Weather

if TYPE_CHECKING:
    from tests.simulation.world import World

_OF_DISK = {
    Trouble.KILL: Fault.KILL,
    Trouble.POWER: Fault.POWER,
    Trouble.FULL: Fault.FULL,
    Trouble.IO: Fault.IO,
}


class Accidents:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.kinds: list[Callable[[], None]] = [
            self.kill, self.kill, self.power, self.power, self.full, self.io, self.partition, self.one_way,
            self.weather, self.weather, self.clock, self.backup, self.backup, self.restore, self.turn, self.revoke,
            world.twins.copy, self.usurp, self.usurp,
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
            office.phase = Phase.IDLE
            office.die(trouble)
            self.world.died(office, trouble)
            return
        office.disk.met = lambda met: self.world.met(_OF_DISK[met], office)
        office.disk.arm(trouble, self.random.choice((3, 30, 120, 400)) + self.random.randrange(120), lasts)

    # Backups

    def backup(self) -> None:
        """A copy of the node's database is put aside; nothing happens to the node."""
        office = self._office()
        if office is not None:
            office.backup = Backup(
                office.disk.image(),
                office.marked.note,
                set(self.world.ledger.holds(office.name)),
                office.seen_row,
                office.enrolled,
                office.node,
            )

    def restore(self) -> None:
        """The machine is lost, or somebody thinks so: the node goes on from an older copy of its database. Its
        parent, or one of its children, may go the same way."""
        office = self.random.choice(list(self.world.offices.values()))
        near = [
            one
            for one in self.world.offices.values()
            if office.name == one.parent or one.name == office.parent
        ]
        both = [office, self.random.choice(near)] if near and self.random.random() < 0.3 else [office]
        for one in both:
            if one.backup is not None:
                self._put_back(one, one.backup)

    def _put_back(self, office: Office, backup: Backup) -> None:
        if office.up:
            office.phase = Phase.IDLE
            office.die(Trouble.KILL)
        marked = office.marked
        how = self.random.choice(("database alone", "whole directory", "no marker"))
        if how == "whole directory":
            marked.note = backup.note
            marked.move(self.random.getrandbits(32))
        elif how == "no marker":
            marked.note = None
        if office.enrolled and not backup.enrolled:
            self.world.forked.add(backup.node)  # it can't open a log where it knows of no enrolment
        office.put_back(backup)
        lost = self.world.ledger.lose(office.name, backup.holds)
        self.world.say(f"{office.name} restored, {how}, {len(lost)} commits are nowhere")
        self.world.met(Fault.RESTORE, office)
        self.world.after(self.random.randrange(1000, HOUR_MS), lambda: self.restart(office))

    # Nodes gone bad

    def turn(self) -> None:
        """One leaf of a larger tree goes over to the enemy, with its keys; mostly none does."""
        world = self.world
        leaves = [one for one in world.leaves() if one.up]
        if len(world.offices) < 4 or not leaves or world.wicked or self.random.random() < 0.5:
            return
        office = self.random.choice(leaves)
        hostile = Hostile(world, office)
        world.part_with(office)
        hostile.attack()

    def usurp(self) -> None:
        """For a spell an enemy answers the children of an office, with its keys; one office at a time."""
        world = self.world
        above = {one.parent for one in world.offices.values() if one.enrolled}
        found = [one for one in world.offices.values() if one.name in above and one.up]
        if world.enemies or not found or self.random.random() < 0.4:
            return
        office = self.random.choice(found)
        world.enemies[office.name] = HostileParent(world, office)
        world.say(f"{office.name} is in an enemy's hands")

        def over() -> None:
            world.enemies.pop(office.name, None)
            world.say(f"{office.name} is honest again")

        world.after(self.random.choice((HOUR_MS, 6 * HOUR_MS, DAY_MS)), over)

    def revoke(self) -> None:
        """A leaf's machine is stolen, and somebody above says so; it runs on wherever it is, and goes on calling."""
        world = self.world
        leaves = world.leaves()
        if len(world.offices) < 4 or not leaves or self.random.random() < 0.5:
            return
        office = self.random.choice(leaves)
        judge = self.random.choice(world.upwards(office.name)[1:])
        params = {"unit": office.path, "reason": self.random.choice(("lost", "stolen"))}
        try:
            judge.work(Phase.ACTING, lambda writer: writer.do("registry.revoke", params, judge.staff[0]))
        except FAILURES:
            return
        world.met(Fault.REVOKED, office)
        world.cast_out(office)

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
