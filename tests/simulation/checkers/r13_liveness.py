"""R13 liveness: once faults stop, agreement within 2 × depth + 1 rounds; a bad object blocks no other.

A round is every link once, in any order, each until neither side has more. Rounds are counted anew when one
made a node sign something, which has to travel as well.
"""

from __future__ import annotations

from tests.simulation import rest
from tests.simulation.checkers.checker import Checker

_WAVES = 12  # what nodes sign by themselves comes to an end


class Liveness(Checker):
    promise = "R13"

    def rested(self) -> None:
        """What one node holds and its author doesn't is no disagreement, but hides one: so its time comes first."""
        rest.stop_faults(self.world)
        self._quiet(agreeing=False)
        rest.tick(self.world)
        if rest.any_held(self.world):
            rest.let_held_come(self.world)
        self._quiet(agreeing=True)
        rest.write_off(self.world)

    def _quiet(self, *, agreeing: bool) -> None:
        for _ in range(_WAVES):
            apart = self._wave(agreeing)
            if apart:
                raise self.breach(f"no agreement: {'; '.join(apart)}")
            if rest.one_round(self.world) == 0:
                return
        raise self.breach("the tree never comes to rest")

    def _wave(self, agreeing: bool) -> list[str]:
        """Links that still differ after the rounds that are allowed; a wave ends early where a node signs."""
        apart: list[str] = []
        for _ in range(2 * self.world.depth + 1):
            signed = len(self.world.authors)
            rest.one_round(self.world)
            apart = rest.apart_links(self.world) if agreeing else []
            if not apart or len(self.world.authors) != signed:
                return []
        return apart
