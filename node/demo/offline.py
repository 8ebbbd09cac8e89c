"""The county behind the dead line: it works on, and what its city does meanwhile clashes with it."""

from __future__ import annotations

from collections.abc import Callable

from node.language import say

from . import acts
from .cases import Case
from .desks import CITY_DISPATCHER, HANDLER, Desks, record
from .stage import CUT

CLAIMED, ADMITTED = 1466000, 1066000  # fen: two offices write down two sums
Step = Callable[[str], None]


class Offline:
    """`mine` are the county's cases that came before the cut, and those it takes behind it."""

    def __init__(self, desks: Desks, mine: list[Case], step: Step) -> None:
        self.desks = desks
        self.mine = mine
        self.walk_ins: list[Case] = []
        self._step = step

    def begin(self) -> None:
        self.desks.cut = CUT
        self.desks.stage.cut()

    def work(self) -> None:
        """Everything in hand is accepted and noted at once, half of it submitted."""
        started = [act for case in self.mine for act in self.desks.work(case, CUT)[:2]]
        self._batch(started + self._submitted(self.mine[: self._half]))

    def pass_days(self, days: int) -> None:
        """People come to the counter while the line is dead; the other half is submitted as days go by."""
        submitted = self._submitted(self.mine[self._half :])
        for day in sorted({days // 3, days}):
            if day:
                self._step(say(f"全部节点的时钟前移到第 {day} 天", f"all clocks move to day {day}"))
                self.desks.stage.move_clocks(day)
            self._walk_in(day)
            self._batch(submitted)
            submitted = []

    @property
    def _half(self) -> int:
        return len(self.mine) // 2

    def _submitted(self, cases: list[Case]) -> list[dict[str, object]]:
        return [acts.submit(case, CUT) for case in cases]

    def _walk_in(self, day: int) -> None:
        """Somebody comes to the counter while the line is dead; the office acts itself."""
        fields = {
            "channel": "visit",
            "class": "resolution_request",
            "topic": "legal/labour/wages/arrears",
            "workplace_region": CUT,
            "narrative": f"断线第 {day} 天到窗口反映：工地完工后尾款未结，请协助核对考勤。",
        }
        case = Case(fields, CUT, result="核对考勤后单位当场结清。", handlers=[CUT])
        record([case], self._batch([acts.register(case)]))
        self.walk_ins.append(case)
        lines = [acts.dispatch(case.record, CUT), *self.desks.work(case, CUT), acts.review(case.record, CUT)]
        self._batch(lines)

    def clash(self) -> None:
        """The city recalls what the county has submitted; both write one field of two other tickets."""
        recalled, described, counted = self.mine[:3]
        theirs = [
            acts.recall(recalled.record, CUT),
            acts.amend(described.record, occupation="装修工"),
            acts.amend(counted.record, amount_claimed=CLAIMED),
        ]
        self.desks.batch(self._city, theirs, CITY_DISPATCHER)
        ours = [
            acts.amend(described.record, occupation="外墙保温工"),
            acts.amend(counted.record, amount_claimed=ADMITTED),
        ]
        self._batch(ours)

    def restore(self) -> None:
        self.desks.cut = None
        self.desks.stage.restore()
        # Somebody presses "sync now"; left alone, the county dials again within minutes.
        self.desks.stage.offices[CUT].call("sync", "--once")
        self.desks.quiet()

    def end_conflicts(self) -> None:
        """What `exceptions list` shows at the city is settled there; the recalled ticket is given back."""
        stage, account = self.desks.stage, self.desks.account
        city, recalled = stage.offices[self._city], self.mine[0]
        for row in city.call("exceptions", "list", "--kind", "conflict", staff=CITY_DISPATCHER)["items"]:
            account.conflicts.append({"unit": city.code, "id": row["id"], "sentence": row["sentence"]})
            stage.narrate(f"  ! {row['sentence']}")
            if row["record"] != recalled.record:
                city.call("exceptions", "settle", row["id"], "--value", "1", staff=CITY_DISPATCHER)
                account.acts += 1
        self.desks.batch(city.code, [acts.dispatch(recalled.record, CUT)], CITY_DISPATCHER)
        self.desks.quiet()
        self._batch([acts.accept(recalled.record), acts.submit(recalled, CUT)])

    @property
    def _city(self) -> str:
        return self.desks.stage.parent(CUT)

    def _batch(self, lines: list[dict[str, object]]) -> list[dict[str, object]]:
        return self.desks.batch(CUT, lines, HANDLER)
