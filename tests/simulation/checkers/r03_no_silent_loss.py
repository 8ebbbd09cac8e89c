"""R3 no silent loss: every acknowledged commit is, on every entitled node, visible, or listed with its reason.

At the end, when the tree is at rest: each commit is with its author and everybody above him; each act that a
person was told is safe is in the timeline of every node in its record's scope, and what doesn't stand there
for another outcome has a row; or its record has, where it rests on an act that nobody has any more.
"""

from __future__ import annotations

from conflict.state import Standing, State
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Checker
from tests.simulation.ledger import Acked
from tests.simulation.office import Office

_LISTED = (Standing.DENIED, Standing.HELD, Standing.QUARANTINED)


class NoSilentLoss(Checker):
    promise = "R3"

    def rested(self) -> None:
        self._custody()
        states = {name: eyes.tickets(one) for name, one in self.world.offices.items()}
        rows = {name: eyes.listed(one) for name, one in self.world.offices.items()}
        whole = states[self.world.root.name]
        for acked in self.world.ledger.acked.values():
            if self._is_excused(acked.commit):
                continue
            if acked.record in self.world.erasing:
                continue
            state = whole.get(acked.record)
            if state is None and self.world.ledger.is_nowhere(acked.record):
                continue
            if self._is_bare(acked):
                continue
            if state is None:
                raise self.breach(f"the root hasn't folded {acked.record.hex()[:8]} of {acked.office}")
            if self._is_cut_off(acked, state, states):
                continue
            for name, office in self.world.offices.items():
                if eyes.is_entitled(office, state):
                    self._seen(office, states[name].get(acked.record), acked, rows[name], states)

    def _is_excused(self, commit: bytes) -> bool:
        """No disk had it any more; or its author went bad, and may never have sent it."""
        return commit in self.world.ledger.gone or commit in self.world.unsure

    def _is_bare(self, acked: Acked) -> bool:
        """Whether its author lost it with his disk, and all that anybody else was ever given of its commit is the
        header, of a log that had forked (seed 710033)."""
        lost = acked.commit in self.world.ledger.lost.get(acked.office, ())
        return lost and not any(eyes.has_body(one, acked.change) for one in self.world.offices.values())

    def _is_cut_off(self, acked: Acked, state: State, states: dict[str, dict[bytes, State]]) -> bool:
        """Whether each way from those who have it to the root leads over an office that isn't to see it: the author was
        moved below that one before it had been given further, and the record had left him (docs/promises.md, R3)."""
        act = acked.change[:16]
        holders = {name for name, known in states.items() if act in known.get(acked.record, State()).marks}
        return self.world.root.name not in holders and not any(
            all(
                eyes.is_entitled(one, state) or eyes.is_written_below(one, acked.commit)
                for one in self.world.upwards(name)[1:-1]
            )
            for name in holders
        )

    def _custody(self) -> None:
        """Whatever a node signed is with it and with everybody above it."""
        holds = self.world.ledger.holds
        for commit, author in self.world.authors.items():
            if self._is_excused(commit):
                continue
            for office in self.world.upwards(author):
                if commit not in holds(office.name):
                    raise self.breach(f"{commit.hex()[:8]} of {author} never came to {office.name}")

    def _seen(
        self,
        office: Office,
        state: State | None,
        acked: Acked,
        rows: set[tuple[bytes, bytes]],
        states: dict[str, dict[bytes, State]],
    ) -> None:
        act = acked.change[:16]
        where = f"{acked.record.hex()[:8]}/{act.hex()[:8]} of {acked.office} at {office.name}"
        if state is None or act not in state.marks:
            raise self.breach(f"{where} isn't there")
        verdict = state.verdicts.get(act)
        if verdict is None or verdict.standing not in _LISTED or (acked.record, act) in rows:
            return
        is_for_now = verdict.standing is Standing.DENIED and verdict.provisional
        if not is_for_now or not self._lacks_what_is_nowhere(acked.record, state, rows, states):
            raise self.breach(f"{where} is {verdict.standing}, and isn't listed")

    def _lacks_what_is_nowhere(
        self,
        record: bytes,
        state: State,
        rows: set[tuple[bytes, bytes]],
        states: dict[str, dict[bytes, State]],
    ) -> bool:
        """Whether the record itself is listed, as incomplete, and no office has anything of what it lacks. While an
        act's past isn't there its denial is provisional, and an incomplete record adds nothing to the list (protocol
        3.7, order 4 and judgement 2): where the past is on no disk any more, for good (seed 780156)."""
        told = [row for row in state.rows if row.code == "missing" and (record, row.act) in rows]
        lacking = {one for row in told for one in row.values}
        present = {act for known in states.values() for act in known.get(record, State()).marks}
        return bool(lacking) and lacking.isdisjoint(present)
