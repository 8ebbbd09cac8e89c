"""R10: losers are shown.

At the end, at every node in scope: an act that was overtaken with another outcome than the winner's, or lost a
slot to a later one, has a row that names it; its words are still there.
"""

from __future__ import annotations

from conflict.state import Standing, State
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.office import Office


class Losers(Checker):
    promise = "R10"

    def rested(self) -> None:
        for office in self.world.offices.values():
            rows = eyes.listed(office)
            for record, state in eyes.tickets(office).items():
                if not state.incomplete:
                    self._look(office, record, state, rows)

    def _look(self, office: Office, record: bytes, state: State, rows: set[tuple[bytes, bytes]]) -> None:
        lost = {act for act, one in state.verdicts.items()
                if one.standing is Standing.OVERTAKEN and one.code != "adopted"
                and state.marks[act].value != _value(state, one.by)}  # fmt: skip
        for writers in state.slots.values():
            lost |= {one.id for one in writers[:-1] if one.value != writers[-1].value}
        for act in lost:
            if (record, act) not in rows:
                raise self.breach(
                    f"{office.name} doesn't show that {act.hex()[:8]} lost in {record.hex()[:8]}"
                )


def _value(state: State, act: bytes) -> object:
    mark = state.marks.get(act)
    return None if mark is None else mark.value
