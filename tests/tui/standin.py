"""A small node in memory, in the shape of node.face.Node, for tests of screens alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.bulletin.issues import Issue
from node.bulletin.report import Report, report
from node.errors import Forbidden, QiaoError
from node.matters.draft import Verb
from node.matters.ticket import KIND
from tests.node.bulletin import made

ROOT, CITY, COUNTY = "370000", "370000/370200", "370000/370200/370211"
UNITS = [
    (ROOT, "山东省总工会"), (CITY, "青岛市总工会"), (COUNTY, "黄岛区总工会"),
    ("370000/370200/370212", "崂山区总工会"), ("370000/370900", "泰安市总工会"),
]  # fmt: skip


@dataclass(frozen=True)
class Page:
    items: list[dict[str, Any]]
    next: str | None = None


@dataclass(frozen=True)
class Person:
    id: str = "zhang"
    name: str = "张三"
    roles: frozenset[str] = frozenset({"operator", "dispatcher", "handler"})


@dataclass
class Bulletins:
    """Two issues of one month, the first of them corrected; `files`: what was asked to be written."""

    texts: Sequence[str] = ("青岛市总工会",)
    files: list[tuple[Any, ...]] = field(default_factory=list)

    def _issues(self) -> list[Issue]:
        words = [self.texts[at % len(self.texts)] for at in range(2)]
        units = [
            made.unit(f"{ROOT}/{at}", text, made.kept(at + 1, 4), offline=at)
            for at, text in enumerate(self.texts)
        ]
        topics = tuple(made.topic(f"t{at:03d}", text) for at, text in enumerate(self.texts))
        content = made.content(*units, topics=topics, candles=(made.candle(1), made.candle(2)), name=words[0])
        first = made.issue(1, "corrected", content, actor=words[0], unit_name=words[1])
        return [first, made.issue(2, "current", content, actor=words[1], text=words[0])]

    def every(self) -> dict[str, Any]:
        found = [{**one.told(), "actor": text, "unit_name": text, "text": text, "change": f"{at}{one.number}"}
                 for at, text in enumerate(self.texts) for one in reversed(self._issues())]  # fmt: skip
        return {"items": found, "next": None}

    def whole(
        self, month: str, *, number: int | None = None, record: str = "", draft: bool = False
    ) -> Report:
        issues = self._issues()
        one = issues[(number or 2) - 1]
        return report(one.content, one, issues)

    def write(self, path: Path, month: str, **how: Any) -> dict[str, Any]:
        self.files.append((path, month, how))
        return {"path": str(path), "month": month, "draft": False, "state": self.texts[0]}


@dataclass(frozen=True)
class View:
    id: str
    label: str
    count: int


def row(index: int, **fields: Any) -> dict[str, Any]:
    """A row of a list, as Node.list gives it."""
    return {
        "record": f"{index:032x}", "number": f"370000-20261121-{index:04d}", "title": f"拖欠工资{index}号工地",
        "phase": "dispatched", "status": "accepted", "round": 1, "owner": ROOT, "owner_name": "山东省总工会",
        "lead": CITY, "lead_name": "青岛市总工会", "urgency": "normal", "due": "2026-12-01T23:59:00+08:00",
        "overdue": index % 7 == 0, "changed": "2026-11-21T16:10:00+08:00", "exceptions": 0, **fields,
    }  # fmt: skip


def ticket(index: int, **fields: Any) -> dict[str, Any]:
    """A ticket told in full, as Node.show gives it."""
    clock = {"clock": "accept", "round": 1, "unit": CITY, "start": "2026-11-21T10:00:00+08:00",
             "due": "2026-11-26T00:00:00+08:00", "done": None, "overdue": True}  # fmt: skip
    by = {"change": "ab" * 32, "commit": "cd" * 32, "unit": ROOT, "unit_name": "山东省总工会", "actor": "zhang",
          "time": "2026-11-21T10:00:00+08:00", "verdict": "stands", "reason": ""}  # fmt: skip
    return {
        **row(index), "channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages",
        "employer_name": "某某建筑公司", "amount_claimed": 1466000, "narrative": "工地拖欠三个月工资未付。",
        "worker_name": "李*", "worker_phone": "138****1111", "incomplete": False, "cards": [],
        "assignments": [{"unit": CITY, "unit_name": "青岛市总工会", "round": 1, "status": "accepted",
                         "lead": True, "clocks": [clock]}],
        "deadlines": [clock],
        "timeline": [
            {**by, "action": "register", "data": {"channel": "phone"}, "words": {"narrative": "工地拖欠工资"}},
            {**by, "action": "note", "verdict": "overtaken", "data": {}, "words": {"text": "已联系工地"}},
        ],
        "exceptions": [], **fields,
    }  # fmt: skip


def conflict(index: int, **fields: Any) -> dict[str, Any]:
    by = {"unit": CITY, "unit_name": "青岛市总工会", "actor": "li", "time": "2026-11-21T10:00:00+08:00"}
    return {
        "id": f"e{index}", "kind": "conflict", "reason": "field_ask", "sentence": "青岛市与黄岛区同时改了诉求金额",
        "record": f"{1:032x}", "number": "370000-20261121-0001", "matter": "ticket", "place": "amount_claimed",
        "values": [1066000, 1466000], "by": by, "against": {**by, "actor": "wang"}, "open": True, "commit": None,
        "words": {}, "words_against": {}, "remedy": "settle", **fields,
    }  # fmt: skip


@dataclass
class StandIn:
    """`fault`, once set, is raised by every call of the names in `failing`."""

    rows: list[dict[str, Any]] = field(default_factory=lambda: [row(index) for index in range(1, 31)])
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=lambda: [conflict(1)])
    unit: str = ROOT
    told: list[dict[str, Any]] = field(default_factory=list)  # news
    unit_name: str = "山东省总工会"
    done: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    fault: QiaoError | None = None
    failing: frozenset[str] = frozenset({"do"})
    beat: int = 1
    verbs: Sequence[Verb] = KIND.verbs
    threads: set[str] = field(default_factory=set)
    closed: bool = False
    out: bool = False  # the person was disabled
    standing: dict[str, Any] = field(default_factory=dict)  # of the line
    others: Sequence[str] = ()  # who has the same ticket open
    kept: dict[str, Any] = field(default_factory=dict)  # preferences
    bulletins: Bulletins = field(default_factory=Bulletins)
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept_as: list[dict[str, Any]] = field(default_factory=list)  # views

    def _called(self, name: str) -> None:
        self.threads.add(threading.current_thread().name.partition("_")[0])
        if self.fault is not None and name in self.failing:
            raise self.fault

    def login(self, staff: str, password: str) -> Person:
        if (staff, password) != ("zhang", "secret"):
            raise Forbidden("工号或密码不对", code="auth", hint="QIAO_PASSWORD=… qiao --as STAFF …")
        return Person()

    def person(self, staff: str) -> Person | None:
        self._called("person")
        return None if self.out else Person()

    def views(self, matter: str, person: Any) -> list[View]:
        self._called("views")
        return [View("mine", "我的", 3), View("overdue", "已超期", 4), View("all", "全部", len(self.rows))]

    def list(self, matter: str, **how: Any) -> Page:
        self._called("list")
        self.asked.append(how)
        text, start = how.get("text"), int(how.get("after") or 0)
        found = [one for one in self.rows if not text or text in one["title"]]
        end = start + how["limit"]
        return Page(found[start:end], str(end) if end < len(found) else None)

    def show(self, matter: str, name: str) -> dict[str, Any]:
        self._called("show")
        return self.tickets.get(name) or ticket(int(name, 16))

    def allowed(self, matter: str, name: str | None, person: Any) -> list[Verb]:
        self._called("allowed")
        return [verb for verb in self.verbs if (verb.name == "register") is (name is None)]

    def exceptions(self, kind: str | None = None, limit: int = 50, after: str | None = None) -> Page:
        self._called("exceptions")
        return Page([one for one in self.conflicts if kind in (None, one["kind"])])

    def exception(self, name: str) -> dict[str, Any]:
        self._called("exception")
        return next(one for one in self.conflicts if one["id"] == name)

    def clock(self) -> dict[str, Any]:
        self._called("clock")
        return {"question": None}

    def status(self) -> dict[str, Any]:
        self._called("status")
        return {
            "unit": self.unit, "unit_name": self.unit_name, "parent": "ab" * 16, "last_sync_up": None,
            "last_sync_down": "2026-11-21T10:00:00+08:00", "oldest_unsent": "2026-11-20T10:00:00+08:00",
            "pending_up": 3, "pending_down": {CITY: {"commits": 2, "oldest": None,
                                                     "last_seen": "2026-11-18T10:00:00+08:00"}},
            "clock_offset_ms": 1500, "registry_age_seconds": 23 * 86400, "registry_missing": 0,
            "exceptions": 1, "breaches": 2, "backup_age_seconds": None,
        }  # fmt: skip

    def units(self) -> Sequence[dict[str, Any]]:
        self._called("units")
        return [
            {"path": path, "code": path.rpartition("/")[2], "name": name, "kind": "place", "role": "office",
             "hosted_by": None}
            for path, name in UNITS
        ]  # fmt: skip

    def digest(self, unit: str) -> dict[str, Any]:
        self._called("digest")
        return {"digest": "00" * 32, "code": "12345678", "undelivered_up": 0, "undelivered_down": 0}

    def pulse(self) -> int:
        self._called("pulse")
        return self.beat

    def line(self) -> dict[str, Any]:
        self._called("line")
        return self.standing

    def notes(self, person: Any) -> Sequence[dict[str, Any]]:
        self._called("notes")
        return ()

    def divisions(self) -> Sequence[dict[str, Any]]:
        self._called("divisions")
        return ()

    def codes(self, name: str, *, every: bool = False) -> dict[str, Any]:
        self._called("codes")
        return {"name": name, "label": name, "items": [], "next": None}

    def presence(self, seat: str, record: str | None, person: Any) -> Sequence[str]:
        self._called("presence")
        return self.others if record else ()

    def desks(self, matter: str) -> Mapping[str, dict[str, Any]]:
        self._called("desks")
        return {
            CITY: {"open": 12, "has_node": True, "last_seen": "2026-11-18T10:00:00+08:00", "offline_days": 3}
        }

    def staff(self) -> Sequence[dict[str, Any]]:
        self._called("staff")
        return [{"id": "zhang", "name": "张三", "roles": ["operator"], "disabled": False, "on_duty": True,
                 "unit": self.unit, "recovered": None},
                {"id": "li", "name": "李四", "roles": ["handler"], "disabled": False, "on_duty": True,
                 "unit": self.unit, "recovered": None}]  # fmt: skip

    def kept_views(self, matter: str, person: Any) -> Sequence[dict[str, Any]]:
        self._called("kept_views")
        return self.kept_as

    def preferences(self, person: Any) -> dict[str, Any]:
        self._called("preferences")
        return self.kept

    def preferences_put(self, preferences: dict[str, Any], person: Any) -> None:
        self._called("preferences_put")
        self.kept = preferences

    def draft_save(
        self, matter: str, verb: str, record: str | None, data: dict[str, Any], person: Any
    ) -> dict[str, Any]:
        self._called("draft_save")
        name = f"{matter}/{verb}/{record or ''}"
        self.drafts[name] = {"name": name, "matter": matter, "verb": verb, "record": record, "data": data}
        return self.drafts[name]

    def draft_list(self, person: Any) -> Sequence[dict[str, Any]]:
        self._called("draft_list")
        return list(self.drafts.values())

    def draft_discard(self, name: str, person: Any) -> None:
        self._called("draft_discard")
        self.drafts.pop(name, None)

    def check(self, operation: str, params: Mapping[str, Any], person: Any) -> dict[str, Any]:
        self._called("check")
        return {}

    def news(self, after: int | None = None) -> dict[str, Any]:
        self._called("news")
        items = [] if after is None else self.told[after:]
        return {"items": items, "next": len(self.told)}

    def do(self, operation: str, params: Mapping[str, Any], person: Any = None) -> dict[str, Any]:
        self._called("do")
        self.done.append((operation, dict(params)))
        self.drafts.pop(str(params.get("draft")), None)
        if operation == "sync":
            return {"sent": 3, "received": 1, "complete": True}
        return {"record": f"{1:032x}", "number": "370000-20261121-0001", "phase": "dispatched"}

    def close(self) -> None:
        self.closed = True
