"""The demo's story (design 1): a day of hotline matters travels down the tree, is worked, partly behind a
dead line, comes back, is checked with the worker, and archived; what clashed meanwhile is shown and ended.
"""

from __future__ import annotations

import time

from node.language import say

from . import acts
from .account import Account
from .cases import Case, spread
from .desks import CALLER, CITY_DISPATCHER, DISPATCHER, HANDLER, OPERATOR, Desks, record
from .messages import Messages
from .offline import Offline
from .stage import CUT, Stage


class Story:
    """One run; `account` is filled as it goes."""

    def __init__(self, stage: Stage, cases: list[Case], offline_days: int = 0) -> None:
        self.stage = stage
        self.cases = cases
        self.days = offline_days
        self.account = Account(tickets=len(cases), offline_days=offline_days)
        self.desks = Desks(stage, self.account)
        self._messages: list[Case] = []
        self._began = time.monotonic()

    def add_messages(self, found: Messages) -> None:
        """Real messages, to be registered and dispatched once the day is on its way."""
        self._messages = found.cases
        wrong = dict(found.wrong)
        read = len(found.cases) + sum(wrong.values())
        self.account.messages = {"read": read, "through": 0, "wrong": wrong, "odd": dict(found.odd)}

    def tell(self) -> Account:
        self.step(say("建立七个节点：邀请、加入、启动", "seven nodes: invited, joined, started"))
        self.stage.build()
        self.step(say(f"登记当日事项 {len(self.cases)} 件", f"registering {len(self.cases)} matters"))
        self.desks.register(self.cases)
        self.step(say("派单：省到市到县；一县退单改派", "dispatching: province, city, county; one declines"))
        self.desks.dispatch(self.cases)
        self._send_back()
        self._forward_messages()
        behind = self._cut()
        self.step(say("线路通的各县办理，逐级审核；一件退回重办", "the other counties work; one rework"))
        self._others()
        behind.pass_days(self.days)
        behind.clash()
        self.step(say("恢复线路，列出并了结冲突", "the line is back; conflicts are shown and ended"))
        behind.restore()
        behind.end_conflicts()
        self.step(say("断线县的工单走完全程", "what was cut off goes all the way"))
        self._finish(behind)
        return self.account

    def _send_back(self) -> None:
        """One county declines: not its region. Its city dispatches to the sibling."""
        city = self.stage.cities[-1]
        one, other = self.stage.children(city.code)
        case = next(case for case in self.cases if case.handlers == [one.code] != [case.owner])
        reason = acts.decline(case.record, "not_our_region", "用工地点不在本区，依属地管理规定退回。")
        self.desks.batch(one.code, [reason], HANDLER)
        self.desks.quiet()
        self.desks.batch(city.code, [acts.dispatch(case.record, other.code)], CITY_DISPATCHER)
        case.handlers = [other.code]
        self.desks.quiet()

    def _forward_messages(self) -> None:
        told, cases, top = self.account.messages, self._messages, self.stage.top.code
        if told is None or not cases:
            return
        self.step(say(f"登记并派出真实留言 {len(cases)} 条", f"{len(cases)} real messages"))
        spread(cases, [county.code for county in self.stage.counties], top)
        results = self.stage.batch(top, [acts.register(case) for case in cases], OPERATOR)
        record(cases, results)
        going = [case for case in cases if case.record]
        lines = [acts.dispatch(case.record, case.target or "") for case in going]
        sent = self.stage.batch(top, lines, DISPATCHER)
        self._count(told["wrong"], results + sent)
        told["through"] = sum("error" not in result for result in sent)
        self.account.tickets += len(going)
        self.account.acts += len(going) + told["through"]
        self.desks.quiet()

    def _count(self, wrong: dict[str, int], results: list[dict[str, dict[str, str]]]) -> None:
        for result in results:
            if "error" in result:
                code = result["error"]["code"]
                wrong[code] = wrong.get(code, 0) + 1

    def _cut(self) -> Offline:
        self.step(say(f"挖断 {CUT} 的线路，其进程照常运行", f"the line of {CUT} is cut; its process runs on"))
        mine = [case for case in self.cases if case.handlers == [CUT]]
        behind = Offline(self.desks, mine, self.step)
        behind.begin()
        behind.work()
        return behind

    def _others(self) -> None:
        """The other counties' cases, all the way; but one worker isn't satisfied, and it is done again."""
        cases = [case for case in self.cases if case.handlers and CUT not in case.handlers]
        self.desks.at_counties(cases, self.desks.work)
        self.desks.review(cases)
        again = next(case for case in cases if case.owner == self.stage.top.code)
        self._rework(again)
        self.desks.close(cases)

    def _rework(self, case: Case) -> None:
        top, text = self.stage.top.code, "职工称款项只到账一半，要求继续办理。"
        self.desks.batch(top, [acts.dissatisfied(case.record, text), acts.rework(case.record, text)], CALLER)
        self.desks.batch(top, [acts.dispatch(case.record, *case.handlers)], DISPATCHER)
        self.desks.quiet()
        self.desks.at_counties([case], self.desks.work)
        self.desks.review([case])

    def _finish(self, behind: Offline) -> None:
        self.desks.review(behind.mine)
        self.desks.close([*behind.mine, *behind.walk_ins])
        self.cases += behind.walk_ins
        self.account.tickets += len(behind.walk_ins)
        self.desks.quiet()

    def step(self, text: str) -> None:
        self.stage.narrate(f"[{time.monotonic() - self._began:5.1f} s] {text}")
