"""Sticks (U盘): bundles carried between a child and its parent, late, cut off, flipped, to the wrong house, twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.bundles import courier
from node.errors import QiaoError
from sync_protocol.errors import ProtocolError
from tests.simulation.clocks import DAY_MS, HOUR_MS
from tests.simulation.faults import Fault, Phase
from tests.simulation.office import Gone, Office
from tests.simulation.peek import letters

if TYPE_CHECKING:
    from tests.simulation.world import World

_MOST = 12  # sticks that lie about


class Sticks:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.made: list[tuple[Path, str]] = []  # with whom each is for

    def make(self) -> None:
        """One neighbour writes a bundle for the other, and somebody gets into the car."""
        link = self.world.any_link()
        if link is None:
            return
        giver, taker = link if self.random.random() < 0.5 else link[::-1]
        path = self.world.base / f"stick-{len(self.made)}"
        path.unlink(missing_ok=True)
        made = self._try(
            self.world.offices[giver],
            lambda office: courier.export(_asking(office), self.world.offices[taker].path, path),
        )
        if made is None:
            return
        self.made = [*self.made, (path, taker)][-_MOST:]
        for payload in letters(self.world, path.read_bytes()):
            self.world.bundled(self.world.offices[giver], self.world.offices[taker], payload)
        self.world.say(f"{giver} bundles {made['commits']} for {taker}")
        self.world.after(self.random.randrange(HOUR_MS, 2 * DAY_MS), self.put_in)

    def put_in(self) -> None:
        """Any of the sticks that lie about, perhaps for the second time, perhaps spoilt, perhaps elsewhere."""
        if not self.made:
            return
        path, taker = self.random.choice(self.made)
        if not path.exists():
            return
        office = self.world.offices.get(taker)
        if self.random.random() < 0.1:
            office = self.world.any_office()
        whole = path.read_bytes()
        fault = self._spoil(path, whole) if self.random.random() < 0.3 else None
        if office is not None:
            if fault is not None:
                self.world.tally.add(fault, Phase.IMPORT)
                self.world.faults += 1
            told = self._try(office, lambda one: courier.take(_asking(one), path))
            if told is not None and fault is not None:
                raise self.world.breach("R6", f"{office.name} took a bundle that was spoilt by {fault}")
            self.world.say(f"{office.name} takes a stick: {told and told['commits']}")
        path.write_bytes(whole)

    def _spoil(self, path: Path, whole: bytes) -> Fault:
        at = self.random.randrange(len(whole))
        if self.random.random() < 0.5:
            path.write_bytes(whole[:at])
            return Fault.TRUNCATE
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << self.random.randrange(8)]) + whole[at + 1 :])
        return Fault.FLIP

    def _try(self, office: Office, job: Any) -> dict[str, Any] | None:
        """None where the node is down, dies or refuses."""
        if not (office.up and office.enrolled):
            return None
        try:
            found: dict[str, Any] = office.work(Phase.IMPORT, lambda _writer: job(office))
            return found
        except (Gone, QiaoError, ProtocolError):
            return None


def _asking(office: Office) -> courier.Ask:
    def ask(operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if office.writer is None:
            raise Gone(office.name)
        return office.writer.do(operation, params, None)

    return ask
