"""A second opinion on the figures of tickets: from timelines, read act by act, slowly, and written apart from the
facts, the catalogue's rows and the SQL. What it shares with them is the fold, the due instants and the cards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from conflict.state import Mark, Standing, State
from node.matters.draft import Card, Due
from sync_protocol import clock
from tests.node.matters.scene import TICKET

Counts = dict[str, list[int]]  # figure → [numerator, denominator]


@dataclass
class Span:
    first: int
    end: int
    unit: str  # counted with all below it; empty for all

    def has(self, unit: str, ms: int) -> bool:
        under = not self.unit or unit == self.unit or unit.startswith(self.unit + "/")
        return under and self.first <= ms < self.end


@dataclass
class Life:
    state: State
    now: int
    span: Span
    dues: list[Due]
    cards: list[Card]
    counts: Counts = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def __post_init__(self) -> None:
        self.created = self.ms(next(iter(self.state.marks.values())))
        self.rounds = self.state.held("phase")["round"]
        self.places = TICKET.places(self.state)

    @staticmethod
    def ms(mark: Mark) -> int:
        return clock.to_ms(mark.time)

    def stood(self, action: str, round: int | None = None, overtaken: bool = False) -> list[Mark]:
        fine = {Standing.STANDS, Standing.OVERTAKEN} if overtaken else {Standing.STANDS}
        return [
            one for one in self.state.marks.values()
            if one.action == action and self.state.verdicts[one.id].standing in fine
            and (round is None or one.data.get("round") == round)
        ]  # fmt: skip

    def add(self, figure: str, unit: str, ms: int, top: int, bottom: int = 0) -> None:
        if self.span.has(unit, ms):
            self.counts[figure][0] += top
            self.counts[figure][1] += bottom

    # Who did the work of a round, and what came of it

    def worker(self, round: int) -> tuple[str, str]:
        """(unit for which it counts, unit that names the assignment); both the owner where there is none."""
        live = [
            one for one in self.places if one.round == round and one.status not in ("declined", "recalled")
        ]
        leading = self.state.held(f"lead/{round}", "")
        if not leading:
            chosen = live if len(live) == 1 else []
        else:
            chosen = [one for one in live if (leading + "/").startswith(one.unit + "/")]
        if not chosen:
            return self.state.owner, ""
        best = sorted(chosen, key=lambda one: len(one.unit))[-1].unit
        return best, best

    def said(self, round: int, what: str) -> Any:
        return self.state.shown(f"{what}@status/{round}/{self.worker(round)[1]}")

    def ended(self, round: int) -> int | None:
        over = [self.ms(one) for one in self.stood("answer", round)]
        over += [self.ms(one) for one in self.stood("advance", round) if one.data["to"] == "follow_up"][:1]
        return min(over) if over else None

    # The figures

    def count(self) -> Counts:
        for figure in (
            self.whole,
            self.assigned,
            self.clocks,
            self.carded,
            self.worked,
            self.asked,
            self.checked,
        ):
            figure()
        return self.counts

    def whole(self) -> None:
        owner, created, state = self.state.owner, self.created, self.state
        unit = self.worker(self.rounds)[0]
        phase = state.held("phase")["phase"]
        self.add("tickets", owner, created, 1)
        persons = sum(one.data.get("persons_affected", 0) for one in self.stood("register"))
        self.add("persons_affected", owner, created, persons, 1)
        self.add("withdrawn", owner, created, phase == "withdrawn", 1)
        self.add("answered_tickets", owner, created, bool(self.stood("answer")), 1)
        done = phase in ("follow_up", "quality_check", "archived", "closed")
        well = bool(self.stood("answer", self.rounds)) or self.said(self.rounds, "result") == "completed"
        self.add("completed", unit, created, done and well, 1)
        claimed = sum(one.data.get("amount_claimed", 0) for one in self.stood("register"))
        self.add("amount_claimed", unit, created, claimed)
        sums = [
            writes[-1].value for key, writes in state.fields.items() if key.startswith("amount_recovered@")
        ]
        self.add("amount_recovered", unit, created, sum(sums), claimed)
        for one in self.stood("urge"):
            self.add("urged", unit, self.ms(one), 1)

    def assigned(self) -> None:
        for place in self.places:
            given = [one for one in self.stood("assign", place.round) if one.data["unit"] == place.unit]
            for at, one in enumerate(given):
                until = given[at + 1].time if at + 1 < len(given) else float("inf")
                back = [each for each in self.stood("decline", place.round, overtaken=True)
                        if each.unit == place.unit and one.time < each.time < until]  # fmt: skip
                self.add("assignments", place.unit, self.ms(one), 1)
                self.add("declined", place.unit, self.ms(one), bool(back), 1)
            newest = given[-1]
            came = [one for one in self.stood("receive", place.round)
                    if one.unit == place.unit and one.data["from"] == newest.id]  # fmt: skip
            for one in came[:1]:
                self.add(
                    "time_on_line", place.unit, self.ms(one), (self.ms(one) - self.ms(newest)) // 1000, 1
                )
            open_now = self.state.held("phase") == {"phase": "registered", "round": place.round}
            if not came and place.status == "sent" and open_now:
                self.add("undelivered", place.unit, self.ms(newest), 1)

    def clocks(self) -> None:
        names = {"forward": "forwarded_in_time", "accept": "accepted_in_time", "complete": "completed_in_time",
                 "rework": "rework_in_time"}  # fmt: skip
        for due in self.dues:
            late = due.done_ms is not None and due.done_ms > due.due_ms
            if due.clock == "decline":
                if late:
                    self.add("declined_late", due.unit, due.done_ms or 0, 1)
                continue
            if due.paused:
                continue
            if due.done_ms is not None and not late:
                if self.fulfilled(due):
                    self.add(names[due.clock], due.unit, due.due_ms, 1, 1)
            elif due.due_ms <= self.now:
                self.add(names[due.clock], due.unit, due.due_ms, 0, 1)
                if due.done_ms is None or due.done_ms > self.now:
                    self.add("overdue", due.unit, due.due_ms, 1)

    def fulfilled(self, due: Any) -> bool:
        """Whether an act of that very instant did what the clock waits for."""
        acts = {"forward": ("assign",), "accept": ("accept", "decline", "assign", "submit"),
                "complete": ("submit",), "rework": ("submit",)}[due.clock]  # fmt: skip
        return any(
            one.unit == due.unit and self.ms(one) == due.done_ms
            for name in acts for one in self.stood(name, due.round, overtaken=True)
        )  # fmt: skip

    def carded(self) -> None:
        charged: dict[tuple[int, str], int] = {}
        for due in self.dues:
            if due.clock != "decline":
                key = due.round, due.unit
                charged[key] = min(charged.get(key, due.start_ms), due.start_ms)
        right = set()
        for card in self.cards:
            if card.issued is None:
                continue
            at, stands = self.ms(card.issued), card.from_ms is not None and card.from_ms <= self.now
            self.add(f"cards_{card.colour}", card.unit, at, 1)
            told = "cleared" if card.cleared else "standing" if stands else "rescinded"
            self.add(f"cards_{told}", card.unit, at, 1)
            self.add("cards_objected", card.unit, at, bool(card.objections))
            for name in ("yellow", "red", "standing", "cleared", "rescinded", "objected"):
                self.add(f"cards_{name}", card.unit, at, 0, 1)
            if told != "rescinded":
                right.add((card.round, card.unit))
        for key, start in charged.items():
            if start <= self.now:
                self.add("carded", key[1], start, key in right, 1)

    def worked(self) -> None:
        for round in range(1, self.rounds + 1):
            at, unit = self.ended(round), self.worker(round)[0]
            if at is None:
                continue
            self.add("finished", unit, at, 1)
            self.add("rework", unit, at, bool(self.stood("rework", round + 1)), 1)
            if self.said(round, "result") is not None:
                self.add("resolved", unit, at, self.said(round, "resolved") is True, 1)

    def asked(self) -> None:
        for round in range(1, self.rounds + 1):
            tries, unit = self.stood("follow_up", round), self.worker(round)[0]
            for at, one in enumerate(tries):
                outcomes = [each.data["outcome"] for each in tries[: at + 1]]
                days = {(self.ms(each) + 8 * 3600_000) // 86_400_000 for each in tries[: at + 1]}
                known = {"satisfied", "dissatisfied"} & set(outcomes)
                if known or len(outcomes) >= 3 and len(days) >= 2:
                    self.add("follow_up_not_obtained", unit, self.ms(one), not known, 1)
                    break
            for figure, score in (("result", "satisfaction_result"), ("attitude", "satisfaction_attitude")):
                told = [
                    one for one in tries
                    if score in one.data
                    or figure == "result" and one.data["outcome"] in ("satisfied", "dissatisfied")
                ]  # fmt: skip
                for one in told[-1:]:
                    good = one.data[score] > 3 if score in one.data else one.data["outcome"] == "satisfied"
                    self.add(f"satisfied_{figure}", unit, self.ms(one), good, 1)

    def checked(self) -> None:
        for round in range(1, self.rounds + 1):
            found, unit = self.stood("quality_check", round), self.worker(round)[0]
            bad = [one for one in found if one.data["outcome"] == "fail"]
            for one in (bad or found)[:1]:
                self.add("checked", unit, self.ms(one), not bad, 1)
                if "score" in one.data:
                    self.add("check_score", unit, self.ms(one), one.data["score"], 1)
