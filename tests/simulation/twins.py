"""Copies (副本): one data directory on two machines, both running, with the same keys, towards the same parent.

A copied directory finds it out by its marker. A snapshot of a whole machine doesn't: it signs into the same log,
and the fork is found at the latest at the first common ancestor.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from node import keys
from tests.simulation.caller import Caller
from tests.simulation.clocks import HOUR_MS, MINUTE_MS
from tests.simulation.faults import Fault
from tests.simulation.marker import Marked
from tests.simulation.office import Gone, Office

if TYPE_CHECKING:
    from tests.simulation.world import World

_LASTS = 12  # things that the twin does before somebody finds it in a cupboard


class Twins:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.made = 0
        self.copied: set[str] = set()  # offices
        self._running: list[tuple[Office, Caller]] = []

    def end(self) -> None:
        """Somebody finds the copies, and switches them off for good."""
        for twin, caller in self._running:
            self._switch_off(twin, caller)

    def orphaned(self, parent: Office) -> None:
        """Nobody answers their address any more."""
        for twin, caller in [one for one in self._running if one[0].parent == parent.name]:
            self._switch_off(twin, caller)

    def _switch_off(self, twin: Office, caller: Caller) -> None:
        self._running = [one for one in self._running if one[0] is not twin]
        caller.stop()
        twin.give_up()
        gone = self.world.ledger.lose(twin.name, set())
        self.world.say(f"{twin.name} is switched off, {len(gone)} commits are nowhere")

    def copy(self) -> None:
        """Of a leaf: whoever has children has them call his address, and a copy has another."""
        world = self.world
        leaves = [one for one in world.leaves() if one.up]
        if self.made or not leaves or self.random.random() < 0.5:
            return
        self.made += 1
        office = self.random.choice(leaves)
        snapshot = self.random.random() < 0.5
        twin = self._twin(office, snapshot)
        self.copied.add(office.name)
        world.met(Fault.SNAPSHOT if snapshot else Fault.COPY, office)
        world.say(f"{twin.name} is a copy of {office.name}, {'unseen' if snapshot else 'seen'} by its marker")
        if snapshot:
            world.forked.add(office.node)
        caller = Caller(world, twin)
        self._running.append((twin, caller))
        with suppress(Gone):
            twin.start()
        caller.again(self.random.randrange(HOUR_MS))
        self._live(twin, caller, _LASTS)

    def _twin(self, office: Office, snapshot: bool) -> Office:
        twin = Office(self.world, f"{office.name}-copy", office.path, office.parent)
        for pair in office.folder.glob(f"{keys.DIRECTORY}*"):
            shutil.copytree(pair, twin.folder / pair.name)
        twin.take_over(office)
        twin.marked = Marked(office.marked.place if snapshot else self.random.getrandbits(32))
        twin.marked.note = office.marked.note
        self.world.ledger.durable[twin.name] = set(self.world.ledger.holds(office.name))
        return twin

    def _live(self, twin: Office, caller: Caller, left: int) -> None:
        if all(one is not twin for one, _ in self._running):
            return
        if left == 0:
            self._switch_off(twin, caller)
            return
        with suppress(Gone):
            if twin.up:
                self.world.people.act(twin)
            else:
                twin.start()
        self.world.after(
            self.random.randrange(5 * MINUTE_MS, 2 * HOUR_MS), lambda: self._live(twin, caller, left - 1)
        )
