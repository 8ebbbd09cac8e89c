"""The desks of the demo: who does what at which office, many cases at a time, each batch one command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import acts
from .account import Account
from .cases import Case
from .stage import CITY, COUNTY, PROVINCE, Stage

Act = dict[str, Any]
OPERATOR, DISPATCHER, CALLER, CHECKER = (one[0] for one in PROVINCE)
CITY_DISPATCHER = CITY[0][0]
HANDLER = COUNTY[0][0]
NOTED = "已电话联系职工，核对材料，约定办理时间。"


class Desks:
    """`cut` names the unit whose line is dead: nobody waits for it."""

    def __init__(self, stage: Stage, account: Account) -> None:
        self.stage = stage
        self.account = account
        self.cut: str | None = None

    def register(self, cases: list[Case]) -> None:
        """Each at the unit that took it; enquiries are answered on the spot."""
        for unit in sorted({case.owner for case in cases}):
            mine = [case for case in cases if case.owner == unit]
            staff = OPERATOR if unit == self.stage.top.code else HANDLER
            record(mine, self.batch(unit, [acts.register(case) for case in mine], staff))
            answered = [case for case in mine if case.record and case.answer]
            self.batch(unit, [acts.answer(case.record, case.answer or "") for case in answered], staff)

    def dispatch(self, cases: list[Case]) -> None:
        """Every other one names the city, whose dispatcher names the county; the rest name the county."""
        top = self.stage.top.code
        mine = [case for case in cases if case.record and case.target and case.owner == top]
        for case in mine:
            case.handlers = [case.target or ""]
        by_hand, straight = mine[::2], mine[1::2]
        lines = [acts.dispatch(case.record, self.city(case)) for case in by_hand]
        self.batch(top, lines + [acts.dispatch(case.record, *case.handlers) for case in straight], DISPATCHER)
        self._keep_own(cases)
        self.quiet()
        self.at_cities(by_hand, lambda case: [acts.dispatch(case.record, *case.handlers)])
        self.quiet()

    def _keep_own(self, cases: list[Case]) -> None:
        """A county that took a walk-in, and can act itself, assigns it to itself."""
        own = [
            case for case in cases if case.owner != self.stage.top.code and case.record and not case.answer
        ]
        for case in own:
            case.handlers = [case.owner]
        self.at_counties(own, lambda case, unit: [acts.dispatch(case.record, unit)])

    def work(self, case: Case, unit: str) -> list[Act]:
        """A county's lines on one case, from accepting to submitting."""
        return [acts.accept(case.record), acts.note(case.record, NOTED), acts.submit(case, unit)]

    def review(self, cases: list[Case]) -> None:
        """Hop by hop: an owner that handled it reviews its own; else the city, then the province."""
        own = [case for case in cases if case.owner in case.handlers]
        sent = [case for case in cases if case.owner not in case.handlers]
        self.at_counties(own, lambda case, unit: [acts.review(case.record, unit)])
        self.quiet()
        self.at_cities(sent, lambda case: [acts.review(case.record, unit) for unit in case.handlers])
        self.quiet()
        at_top = [acts.review(case.record, self.city(case)) for case in sent]
        self.batch(self.stage.top.code, at_top, DISPATCHER)
        self.quiet()

    def close(self, cases: list[Case]) -> None:
        """The worker is satisfied; the check is passed; archived."""
        top = self.stage.top.code
        self.batch(top, [acts.satisfied(case.record) for case in cases], CALLER)
        checks = [act for case in cases for act in (acts.check(case.record), acts.archive(case.record))]
        self.batch(top, checks, CHECKER)

    def at_counties(self, cases: list[Case], lines: Callable[[Case, str], list[Act]]) -> None:
        """Each county's lines for the cases that it handles."""

        def at(unit: str) -> None:
            mine = [case for case in cases if unit in case.handlers]
            self.batch(unit, [act for case in mine for act in lines(case, unit)], HANDLER)

        self._each([county.code for county in self.stage.counties], at)

    def at_cities(self, cases: list[Case], lines: Callable[[Case], list[Act]]) -> None:
        def at(unit: str) -> None:
            mine = [case for case in cases if self.city(case) == unit]
            self.batch(unit, [act for case in mine for act in lines(case)], CITY_DISPATCHER)

        self._each([city.code for city in self.stage.cities], at)

    def batch(self, unit: str, lines: list[Act], staff: str) -> list[Act]:
        """What is refused is counted and told; the story expects none."""
        if not lines:
            return []
        results = self.stage.batch(unit, lines, staff)
        for line, result in zip(lines, results, strict=True):
            if "error" in result:
                self.account.refuse(f"{unit} {line['action']}", result["error"]["code"])
                self.stage.narrate(f"  ✗ {unit} {line['action']}: {result['error']['message']}")
            else:
                self.account.acts += 1
        return results

    def quiet(self) -> None:
        self.stage.quiet(self.cut)

    def city(self, case: Case) -> str:
        return self.stage.parent(case.handlers[0])

    def _each(self, units: Iterable[str], do: Callable[[str], None]) -> None:
        self.stage.each((self.stage.offices[unit] for unit in units), lambda office: do(office.code))


def record(cases: list[Case], results: list[Act]) -> None:
    """Each case learns the record that its line made."""
    for case, result in zip(cases, results, strict=True):
        case.record = result.get("record", "")
