"""Administration (行政): offices are moved to other places of the tree, keys and the root are replaced, whatever
else is under way. No accident, but it meets all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sync_protocol.names import covers, is_above
from tests.simulation.caller import FAILURES, Caller
from tests.simulation.faults import Fault, Phase
from tests.simulation.office import Office

if TYPE_CHECKING:
    from tests.simulation.world import World

_DEEPEST = 3  # tiers below the root


class Administration:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.kinds: list[Callable[[], None]] = [self.move]

    def one(self) -> None:
        self.random.choice(self.kinds)()

    # Places

    def move(self) -> None:
        """An office with all below it goes to another place, by order of somebody above both. Lines may be down, and
        work on its tickets goes on."""
        office = self._any([one for one in self.world.callers.values() if one.office.enrolled])
        if office is None:
            return
        places = [one for one in self.world.offices.values() if self._can_take(one, office)]
        if not places:
            return
        above = self.random.choice(places)
        judges = [
            one
            for one in self.world.offices.values()
            if one.up and is_above(one.path, office.path) and covers(one.path, above.path)
        ]
        if judges:
            self._move(self.random.choice(judges), office, above)

    def _any(self, callers: list[Caller]) -> Office | None:
        return self.random.choice(callers).office if callers else None

    def _can_take(self, above: Office, office: Office) -> bool:
        """A copied office isn't given children: they would call the one, and the other never hear of it."""
        return (
            above.enrolled
            and above.name != office.parent
            and not covers(office.path, above.path)
            and above.depth < _DEEPEST
            and above.name not in self.world.twins.copied
        )

    def _move(self, judge: Office, office: Office, above: Office) -> None:
        params = {"unit": office.path, "to": f"{above.path}/{office.code}"}
        self.world.callees.add(above.name)
        try:
            judge.work(Phase.ACTING, lambda writer: writer.do("registry.move", params, judge.staff[0]))
        except FAILURES:
            return
        self.world.met(Fault.MOVED, judge)
        self.world.say(f"{judge.name} moves {office.name} from {params['unit']} to {params['to']}")
