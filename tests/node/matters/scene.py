"""A tree of offices in memory: each plans, judges, folds and reacts as a node does, without store or line.

`at` moves the clock that all offices share; `sync` lets two offices hear of each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from conflict.act import Act, Key
from conflict.fold import fold, on_top
from conflict.judge import judge
from conflict.state import Standing, State
from node.author import ADOPT
from node.deadlines import Policies, shipped
from node.errors import Forbidden
from node.matters import KINDS, border
from node.matters.draft import Card, Desk, Draft
from sync_protocol import clock
from sync_protocol.names import ancestors, code_of, is_above

P = "370000"  # province, the root
C, C2 = f"{P}/370200", f"{P}/370900"  # cities
X, Y, Z = f"{C}/370211", f"{C}/370212", f"{C2}/370911"  # counties
D = f"{X}/dept"  # hosted by X
UNITS = (P, C, C2, X, Y, Z, D)
HOSTS = {D: X}
TICKET = KINDS["ticket"]
MATTER = TICKET.matter
RECORD = bytes(15) + b"\1"
BEIJING = timezone(timedelta(hours=8))
NARRATIVE = "工地拖欠三个月工资，共一万元，包工头不接电话。"
FIELDS = {
    "channel": "phone",
    "class": "resolution_request",
    "topic": "legal/labour/wages/arrears",
    "workplace_region": "370211",
    "narrative": NARRATIVE,
}
SYSTEM = frozenset({"system"})


def ms(text: str) -> int:
    """`2026-11-21 09:30`, Beijing time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BEIJING).timestamp() * 1000)


class Units:
    def path(self, unit: str) -> str | None:
        return unit if unit in UNITS else next((one for one in UNITS if code_of(one) == unit), None)

    def name(self, path: str) -> str:
        return code_of(path)

    def kind(self, path: str) -> str:
        return "department" if path in HOSTS else "place"

    def host(self, path: str) -> str | None:
        return HOSTS.get(path)

    def below(self, path: str) -> list[str]:
        return [one for one in UNITS if is_above(path, one)]

    def works(self, path: str) -> bool:
        return path in UNITS


class Office:
    """What one node knows of one ticket."""

    def __init__(self, scene: Scene, unit: str, log: bytes) -> None:
        self.scene = scene
        self.unit = unit
        self.log = log
        self.seq = 0
        self.high = 0
        self.acts: dict[bytes, Act] = {}
        self.state = State()

    def desk(self, actor: str = "li") -> Desk:
        return Desk(
            self.unit, actor, self.scene.now, Units(), lambda: f"{code_of(self.unit)}-1", self.scene.policy
        )

    def do(self, verb: str, /, **params: Any) -> State:
        """One verb by a person with every role. Raises what a node raises."""
        found = TICKET.verb(verb)
        assert found is not None, verb
        data = border.check(TICKET, found, params)
        state = None if found.name == "register" else self.state
        self.sign(found.plan(state, data, self.desk()), "li")
        self.react()
        return self.state

    def act(self, action: str, /, **data: Any) -> State:
        """A bare act, without verb or border."""
        self.sign([Draft(action, data)], "li")
        self.react()
        return self.state

    def sign(self, drafts: Iterable[Draft], actor: str) -> None:
        """One commit: each draft judged on the one before."""
        self.seq += 1
        newest = max([self.high, *(act.key.time for act in self.acts.values())])
        time = clock.next_time(self.scene.now, newest)
        made, state = [], self.state
        for index, draft in enumerate(drafts):
            act = self.act_of(draft, actor, Key(time, self.log, self.seq, index), state)
            verdict = judge(MATTER, state, act)
            if verdict.standing is not Standing.STANDS:
                raise Forbidden(f"{draft.action}: {verdict.code}", code=verdict.code)
            made.append(act)
            state = on_top(MATTER, state, act) or fold(MATTER, [*self.acts.values(), *made])
        self.high = time
        self.acts |= {act.id: act for act in made}
        self.state = state

    def act_of(self, draft: Draft, actor: str, key: Key, state: State) -> Act:
        action = ADOPT if draft.action == ADOPT.name else MATTER.action(draft.action)
        assert action is not None, draft.action
        given = {name.partition("@")[0] for name in draft.data}
        assert given <= {"acts", *(one.name for one in (*action.data, *MATTER.fields))}, (draft.action, given)
        words = {one.name for one in action.data if one.words}
        self.scene.serial += 1
        first = not state.marks
        return Act(
            id=RECORD if first else self.scene.serial.to_bytes(16, "big"),
            key=key,
            unit=draft.unit or self.unit,
            actor=actor,
            matter="ticket/1",
            action=draft.action,
            data={name: value for name, value in draft.data.items() if name not in words},
            after=tuple(sorted(state.heads)),
            words={name: value for name, value in draft.data.items() if name in words},
            record=RECORD,
        )

    def react(self) -> None:
        for _ in range(16):
            drafts = TICKET.reactions(self.state, self.desk("system")) if self.state.marks else []
            if not drafts:
                return
            for draft in drafts:
                action = MATTER.action(draft.action)
                assert action is not None and "system" in action.roles
                self.sign([draft], "system")
        raise AssertionError("the reactions never end")

    def issue(self) -> list[Card]:
        """The node signs every card of units below it whose instant has come."""
        dues = TICKET.dues(self.state, Policies(), shipped()) if self.state.marks else []
        due = [
            one for one in TICKET.cards(self.state, dues, shipped())
            if one.draft is not None and is_above(self.unit, one.unit)
            and one.from_ms is not None and one.from_ms <= self.scene.now
        ]  # fmt: skip
        for one in due:
            assert one.draft is not None
            self.sign([one.draft], "system")
        return due

    def hear(self, acts: Mapping[bytes, Act]) -> None:
        if acts.keys() <= self.acts.keys():
            return
        self.acts = {**self.acts, **acts}
        self.state = fold(MATTER, self.acts.values())
        self.react()


class Scene:
    def __init__(self, start: str = "2026-11-16 09:00") -> None:
        self.now = ms(start)
        self.policy: Mapping[str, Any] = {}
        self.serial = 1
        nodes = [unit for unit in UNITS if unit not in HOSTS]
        self.offices = {unit: Office(self, unit, bytes([at + 1]) * 16) for at, unit in enumerate(nodes)}
        self.cut: set[str] = set()

    def __getitem__(self, unit: str) -> Office:
        return self.offices[unit]

    def at(self, text: str) -> Scene:
        self.now = ms(text)
        return self

    def tick(self, minutes: int = 1) -> Scene:
        self.now += minutes * 60_000
        return self

    def sync(self) -> None:
        """Everybody whose line isn't cut hears of everything in its scope, until nothing is new."""
        for _ in range(32):
            before = sum(len(one.acts) for one in self.offices.values())
            for unit, office in self.offices.items():
                if unit != P and unit not in self.cut:
                    self._exchange(office, self.offices[ancestors(unit)[-1]])
            if sum(len(one.acts) for one in self.offices.values()) == before:
                return
        raise AssertionError("the offices never agree")

    def _exchange(self, child: Office, parent: Office) -> None:
        parent.hear(child.acts)
        units = MATTER.scope(parent.state) if parent.acts else frozenset()
        if any(unit == child.unit or is_above(child.unit, unit) for unit in units):
            child.hear(parent.acts)

    def do(self, office: str, verb: str, /, **params: Any) -> State:
        """A verb, a minute later than the last, heard by all."""
        self.tick()
        self.offices[office].do(verb, **params)
        self.sync()
        return self.offices[office].state

    def registered(self, unit: str = P, **fields: Any) -> Scene:
        self.do(unit, "register", **{**FIELDS, **fields})
        return self

    def dispatched(self, lead: str = X, *co: str) -> Scene:
        """Registered at the province and dispatched; the cities have passed on what is deeper."""
        self.registered().do(P, "dispatch", lead=lead, co=list(co))
        return self

    def submitted(self, unit: str = X) -> Scene:
        self.dispatched(unit).do(unit, "accept")
        self.do(unit, "submit", result="completed", resolved=True, text="已办结")
        return self

    def followed(self) -> Scene:
        """The province is to follow up."""
        self.submitted().do(C, "review", unit=X, outcome="pass")
        self.do(P, "review", unit=C, outcome="pass")
        return self

    def checked(self) -> Scene:
        self.followed().do(P, "follow-up", outcome="satisfied", result=5, attitude=5)
        return self


def refused(scene: Scene, office: str, verb: str, /, **params: Any) -> str:
    """The code by which a verb is refused, or empty where it is allowed."""
    try:
        scene.tick()[office].do(verb, **params)
    except Forbidden as fault:
        return fault.code
    return ""
