"""Seeded histories of one record, written by seven units on three tiers that hear of each other now and then.

Honest offices ask `judge` before they write, and name their heads. Others write what they like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from conflict.act import Act, Key, Presence, Text
from conflict.erasure import orders
from conflict.fold import fold
from conflict.judge import judge
from conflict.state import Standing, State

from .errand import ERRAND

HOSTED = "p/b/w"  # has no node: p/b acts for it
OFFICES = ("p", "p/a", "p/b", "p/a/x", "p/a/y", "p/b/z")
UNITS = (*OFFICES, HOSTED)
RECORD = bytes(15) + b"\1"
SECOND = 1000 * 65536
AHEAD = 10_000 * SECOND
IDEAS = ("assign", "accept", "submit", "recall", "lead", "close", "close", "reopen", "amend", "amend", "tag",
         "note", "adopt", "work", "work", "erase", "erased")  # fmt: skip


@dataclass
class Office:
    unit: str
    log: bytes
    seq: int = 0
    time: int = 0
    known: dict[bytes, Act] = field(default_factory=dict)
    state: State = field(default_factory=State)

    def hears(self, acts: dict[bytes, Act]) -> None:
        if not acts.keys() <= self.known.keys():
            self.known |= acts
            self.state = fold(ERRAND, self.known.values())


class World:
    def __init__(self, seed: int, acts: int = 14) -> None:
        self.random = Random(seed)
        self.acts: dict[bytes, Act] = {}
        self.honest: set[bytes] = set()
        self.now = 1_000_000 * SECOND
        self.offices = [Office(unit, bytes([at + 1]) * 16) for at, unit in enumerate(OFFICES)]
        self.lazy = self.random.choice((0.15, 0.35, 0.6))  # how often two offices talk, an act
        self.crooked = self.random.choice((0.0, 0.15, 0.35))  # how many acts aren't honest
        self.lawful = self.random.choice((0.0, 0.1, 0.5))  # how many ideas of erasing are carried out
        self._open()
        for _ in range(acts * 4):
            if len(self.acts) >= acts:
                break
            self._turn()

    # -- honest work

    def _open(self) -> None:
        owner = self.random.choice(self.offices)
        data = {"number": "370000-1", "title": "t", "amount": 100, "tags": ["wage"]}
        self._write(owner, "open", data, {"story": "s", "name": "n"})
        for office in self.offices:
            if self.random.random() < 0.8:
                office.hears(owner.known)

    def _turn(self) -> None:
        self.now += self.random.randrange(1, 50) * SECOND
        if self.random.random() < 0.06:
            for one in self.offices:
                one.hears(self.acts)
        elif self.random.random() < self.lazy:
            one, other = self.random.sample(self.offices, 2)
            one.hears(other.known)
            other.hears(one.known)
        office = self.random.choice(self.offices)
        if self.random.random() < self.crooked:
            self.random.choice(CROOKED)(self, office)
        elif office.known:
            self._honest(office)

    def _honest(self, office: Office) -> None:
        for _ in range(6):
            action, data, words = self._idea(office)
            unit = HOSTED if office.unit == "p/b" and self.random.random() < 0.3 else office.unit
            act = self._draft(office, action, data, words, unit)
            if act and judge(ERRAND, office.state, act).standing is Standing.STANDS:
                held = action != "open" and self.random.random() < 0.06
                self._publish(office, self._ahead(act) if held else act, honest=True)
                return

    def _idea(self, office: Office) -> tuple[str, dict[str, Any], dict[str, Any]]:
        pick = self.random.choice
        below = pick(UNITS)
        match pick(IDEAS):
            case "assign" | "recall" | "lead" as action:
                return action, {"unit": below}, {}
            case "work":
                return pick((("accept", {}, {}), ("submit", {"result": pick((1, 2)), "remarks": "done"}, {})))
            case "submit":
                return "submit", {"result": pick((1, 2))}, {}
            case "amend":
                return self._amendment(office)
            case "tag":
                tags = {"tags": self._tags(), "tags-": self._tags()}
                return "note", {pick(("tags", "tags-")): [], **tags}, {}
            case "note":
                return "note", {"remarks": f"r{len(self.acts)}"}, {}
            case "adopt":
                return "adopt", {"acts": self._lost(office)}, {}
            case "erase" if self.random.random() < self.lawful:
                return "erase", self._order(office), {}
            case "erased":
                standing = orders(office.state)
                return "erased", {"by": pick(standing).id if standing else bytes(16), "count": 1}, {}
            case "erase":
                return "note", {"remarks": "nothing to erase"}, {}
            case action:
                return action, {}, {}

    def _tags(self) -> list[str]:
        return self.random.sample(["wage", "injury", "hours", "union"], self.random.randrange(3))

    def _amendment(self, office: Office) -> tuple[str, dict[str, Any], dict[str, Any]]:
        pick = self.random.choice
        data: dict[str, Any] = {}
        words: dict[str, Any] = {}
        if pick((True, False)):
            data["title"] = pick("abc")
        if pick((True, True, False)):
            data["amount"] = pick((100, 200, 300))
            standing = [one.id for one in office.state.fields.get("amount", ())]
            data["replaces"] = self.random.sample(standing, self.random.randrange(len(standing) + 1))
        if pick((True, False)):
            words[pick(("story", "name"))] = pick("uvw")
        return "amend", data, words

    def _order(self, office: Office) -> dict[str, Any]:
        """An erasure of everything, or of what writes a field; now and then its list lies."""
        fields = self.random.choice((None, ["name"], ["story"], ["story", "name"]))
        items: list[dict[int, Any]] = []
        for act in office.known.values():
            if fields is None and act.action not in ("erase", "erased"):
                items.append(item_of(act))
            for text in act.texts:
                if fields is None or set(fields) & set(text.data):
                    items.append({0: text.id * 2, 2: text.matter, 6: act.id})
        if items and self.random.random() < 0.3:
            self.random.choice(items).update(
                self.random.choice(({2: "errand/9"}, {3: "lie"}, {4: [b"?" * 16]}))
            )
        return {"ground": "by law", "changes": items} | ({"fields": fields} if fields else {})

    def _lost(self, office: Office) -> list[bytes]:
        lost = [one for one, verdict in office.state.verdicts.items()
                if verdict.standing not in (Standing.STANDS, Standing.UNKNOWN)]  # fmt: skip
        return self.random.sample(lost, min(len(lost), self.random.choice((1, 1, 2))))

    # -- writing

    def _write(self, office: Office, action: str, data: dict[str, Any], words: dict[str, Any]) -> None:
        act = self._draft(office, action, data, words, office.unit)
        self._publish(office, act, honest=True)

    def _draft(
        self, office: Office, action: str, data: dict[str, Any], words: dict[str, Any], unit: str
    ) -> Act:
        first = not self.acts
        short = RECORD if first else self.random.randbytes(16)
        skewed = self.now + self.random.randrange(-40, 40) * SECOND
        newest = max((office.state.marks[head].time for head in office.state.heads), default=0)
        time = max(skewed, office.time + 1, newest + 1)
        key = Key(time, office.log, office.seq + 1, 0)
        if self.random.random() < 0.15 and office.time == newest and not first:
            key = self._same_commit(office, key)
        texts = (Text(bytes(reversed(short)), "errand/2", words),) if words else ()
        return Act(short, key, unit, "w1", "errand/2", action, data, office.state.heads, words,
                   texts=texts, record=RECORD)  # fmt: skip

    def _same_commit(self, office: Office, key: Key) -> Key:
        """Behind the office's last act, in one commit with it, where that is its only head."""
        last = office.known.get(office.state.heads[0]) if len(office.state.heads) == 1 else None
        if last is None or last.key.log != office.log:
            return key
        taken = [act.key.index for act in self.acts.values() if act.key[:3] == last.key[:3]]
        return last.key._replace(index=max(taken) + 1)

    def _ahead(self, act: Act) -> Act:
        """By a clock that runs ahead, in a log that is left behind."""
        key = Key(act.key.time + AHEAD, self.random.randbytes(16), 1, 0)
        return replace(act, key=key, presence=Presence.HELD)

    def _publish(self, office: Office, act: Act, honest: bool = False) -> None:
        self.acts[act.id] = act
        if honest:
            self.honest.add(act.id)
        if act.key.log == office.log:
            office.seq = max(office.seq, act.key.seq)
            office.time = max(office.time, act.key.time)
        office.hears({act.id: act})

    # -- what others do

    def _crooked(self, office: Office, **changes: Any) -> None:
        action, data, words = self._idea(office)
        act = self._draft(office, action, data, words, self.random.choice((office.unit, *UNITS)))
        self._publish(office, replace(act, **changes))

    def released(self) -> list[Act]:
        """As when the time of what was held has come."""
        return [
            replace(act, presence=Presence.PRESENT) if act.presence is Presence.HELD else act
            for act in self.acts.values()
        ]


def item_of(act: Act) -> dict[int, Any]:
    """What an erasure says of an act that it destroys."""
    item: dict[int, Any] = {0: act.id * 2, 2: act.matter, 3: act.action, 4: list(act.after), 7: ["here"]}
    return item if act.id == act.record else {**item, 1: act.record}


def _anything(world: World, office: Office) -> None:
    world._crooked(office)


def _not_given(world: World, office: Office) -> None:
    world._crooked(office, given=False)


def _backdated(world: World, office: Office) -> None:
    time = min((office.state.marks[head].time for head in office.state.heads), default=SECOND)
    world._crooked(office, key=Key(time - world.random.randrange(2), world.random.randbytes(16), 1, 0))


def _newer(world: World, office: Office) -> None:
    world._crooked(office, **world.random.choice(({"matter": "errand/3"}, {"action": "teleport"})))


def _second_beginning(world: World, office: Office) -> None:
    world._crooked(office, action="open", after=(), data={"number": "other"})


def _rewrites_the_number(world: World, office: Office) -> None:
    world._crooked(office, action="amend", data={"number": "other"})


def _malformed(world: World, office: Office) -> None:
    data: dict[str, Any] = world.random.choice((
        {"unit": None}, {"acts": 7}, {"tags": 5}, {"result": []}, {}, {"ground": ""},
        {"ground": "g", "changes": [], "fields": []}, {"ground": "g", "changes": [{0: b"short"}]},
        {"by": 1, "count": 1},
    ))  # fmt: skip
    world._crooked(office, data=data)


def _from_nowhere(world: World, office: Office) -> None:
    """Names an act that nobody has, in one world of three."""
    if world.random.random() < 0.3:
        world._crooked(office, after=(*office.state.heads, b"?" * 16))


def _names_links(world: World, office: Office) -> None:
    """Names what is held or quarantined too, or only some of what it had seen."""
    links = list(office.state.marks)
    named = world.random.sample(links, min(len(links), 3))
    world._crooked(office, after=tuple(sorted(named)))


def _quarantined(world: World, office: Office) -> None:
    world._crooked(office, presence=Presence.QUARANTINED, reason="forked")


def _erased(world: World, office: Office) -> None:
    if office.known and world.random.random() < 0.3:
        world._crooked(office, presence=Presence.ERASED)


CROOKED: tuple[Callable[[World, Office], None], ...] = (
    _anything, _anything, _not_given, _backdated, _newer, _second_beginning, _rewrites_the_number, _malformed,
    _newer, _from_nowhere, _names_links, _quarantined, _erased,
)  # fmt: skip
