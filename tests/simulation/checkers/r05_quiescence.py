"""R5 quiescence: a second round moves nothing, once what the first made a node sign has gone."""

from __future__ import annotations

from tests.simulation import rest
from tests.simulation.checkers.checker import Checker


class Quiescence(Checker):
    promise = "R5"

    def rested(self) -> None:
        before = {name: len(held) for name, held in self.world.ledger.durable.items()}
        moved = rest.one_round(self.world)
        after = {name: len(held) for name, held in self.world.ledger.durable.items()}
        if moved or before != after:
            raise self.breach(f"{moved} commits moved in a tree at rest")
