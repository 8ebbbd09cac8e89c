"""A stand-in that answers everything that any screen asks, always the same: nothing of it depends on the day, the
hour, or the machine. For pictures of screens (test_snapshots.py) and for hostile texts (poison.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.tui.standin import CITY, COUNTY, ROOT, UNITS, Page, Person, StandIn, View, conflict, row, ticket

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)  # 16:30 in China, a Saturday
AS_OF = "2026-11-21T16:29:58+08:00"
TAIAN = "370000/370900"
NAMES = dict(UNITS)
ROLES = frozenset({"operator", "lawyer", "dispatcher", "handler", "supervisor", "leader", "admin"})
TITLES = (
    "工地拖欠三个月工资，包工头失联，工友二十余人", "高温津贴未发放", "被口头辞退，没有书面通知和经济补偿",
    "单位未缴纳社会保险，要求补缴",
    "工伤认定后单位不支付停工留薪期工资", "女职工产假期间被调岗降薪", "加班费按基本工资计算是否合法",
)  # fmt: skip
PHASES = (
    ("dispatched", "accepted"),
    ("registered", None),
    ("dispatched", "declined"),
    ("follow_up", "submitted"),
)
PHONE = "13800001111"
YELLOW = {"colour": "yellow", "standing": "standing", "clock": "accept", "unit": CITY, "unit_name": NAMES[CITY],
    "round": 1,
          "issued": "2026-11-20T08:00:00+08:00", "objections": 1, "issuer": ROOT, "issuer_name": NAMES[ROOT],
          "evidence": "青岛市总工会受理时限自 2026-11-16 10:00 起，至 2026-11-19 24:00 止，至今未办"}  # fmt: skip
RED = {**YELLOW, "colour": "red", "standing": "cleared", "issued": "2026-11-21T08:00:00+08:00", "objections": 0,
       "cleared": "2026-11-21T09:10:00+08:00"}  # fmt: skip


def listed(index: int) -> dict[str, Any]:
    """A row of a list; seven kinds of them in turn."""
    phase, status = PHASES[index % len(PHASES)]
    path, name = UNITS[1:][index % 4] if status else ("", "")
    return row(index, matter="ticket", title=TITLES[index % len(TITLES)], phase=phase, status=status, lead=path,
        lead_name=name,
               urgency="urgent" if index % 5 == 0 else "", created="2026-11-18T09:00:00+08:00",
               exceptions=index % 3 == 0)  # fmt: skip


def shown(index: int) -> dict[str, Any]:
    """A ticket in full, with everything that one may have."""
    late = {"clock": "complete", "round": 1, "unit": COUNTY, "start": "2026-11-20T10:00:00+08:00",
            "due": "2026-12-05T00:00:00+08:00", "done": None, "overdue": False}  # fmt: skip
    told = ticket(index, **{**listed(index), "phase": "dispatched", "status": "accepted", "lead": CITY})
    county = {
        "unit": COUNTY,
        "unit_name": NAMES[COUNTY],
        "round": 1,
        "status": "accepted",
        "lead": False,
        "clocks": [late],
    }
    late = {"clock": "accept", "round": 1, "unit": CITY, "start": "2026-11-16T10:00:00+08:00",
            "due": "2026-11-20T00:00:00+08:00", "done": None, "overdue": True}  # fmt: skip
    told |= {"assignments": [{**told["assignments"][0], "clocks": [late]}], "deadlines": [late]}
    files = [{"number": 1, "name": "考勤记录.jpg", "size": 2_300_000, "have": 800_000, "state": "partial"}]
    return {
        **told, "cards": [YELLOW, RED],
        "waiting": [{"act": "ab" * 16, "for": "reply"}], "assignments": [*told["assignments"], county],
        "attachments": files,
        "exceptions": [{"kind": "conflict", "sentence": "青岛市总工会与黄岛区总工会同时改了诉求金额"}],
        "narrative": "工地拖欠三个月工资未付，共二十三人，合计十四万六千六百元。包工头电话不通，总包单位称已付清。",
        "topic_name": "法律维权/劳动权益/工资报酬",
    }  # fmt: skip


def figure(name: str, label: str, numerator: int, denominator: int | None = None) -> dict[str, Any]:
    unit = "count" if denominator is None else "percent"
    return {"id": name, "name": label, "unit": unit, "numerator": numerator, "denominator": denominator}


LABELS = {"calls": "来电量", "tickets": "工单量", "completed_in_time": "按时办结率",
    "accepted_in_time": "按时受理率", "completed": "办结率",
          "resolved": "解决率", "satisfied_result": "结果满意率", "rework": "退回重办率", "cards_standing": "有效牌",
          "assignments": "承办件数"}  # fmt: skip
VOLUMES = frozenset({"calls", "tickets", "cards_standing", "assignments"})
TOPICS = (
    ("legal/labour/wages", "工资报酬", 41),
    ("legal/labour/hours", "工时休假", 12),
    ("help/medical", "大病救助", 9),
    ("", "", 3),
)
CODES = [("legal", "法律维权"), ("legal/labour", "劳动权益"), *((key, label) for key, label, _ in TOPICS if key),
         ("help", "困难帮扶")]  # fmt: skip
OFFICES = [
    {"unit": CITY, "name": NAMES[CITY], "offline_days": 0, "last_sync": "2026-11-21T16:20:00+08:00"},
    {"unit": COUNTY, "name": NAMES[COUNTY], "offline_days": 3, "last_sync": "2026-11-18T08:00:00+08:00"},
    {"unit": TAIAN, "name": NAMES[TAIAN], "offline_days": None, "last_sync": None},
]


def counted(name: str, size: int) -> dict[str, Any]:
    """One figure of something as large as `size`."""
    number = size * (4 if name == "calls" else 1)
    return figure(name, LABELS[name], number * 8 // 10, number) if name not in VOLUMES else figure(
        name, LABELS[name], number
    )  # fmt: skip


@dataclass
class Whole(StandIn):
    rows: list[dict[str, Any]] = field(default_factory=lambda: [listed(index) for index in range(1, 31)])
    conflicts: list[dict[str, Any]] = field(default_factory=lambda: [
        conflict(1), conflict(2, kind="held", reason="unknown_matter",
            sentence="泰安市总工会发来的一件资料，本机版本还不认识", values=[]),
        conflict(3, kind="denied", reason="role", sentence="黄岛区总工会的经办人没有派单的权限，该操作不算数",
            values=[]),
    ])  # fmt: skip
    kept_as: list[dict[str, Any]] = field(
        default_factory=lambda: [{"name": "青岛欠薪", "filters": {"text": "工资"}}]
    )

    def person(self, staff: str) -> Person | None:
        return Person(roles=ROLES)

    def login(self, staff: str, password: str) -> Person:
        super().login(staff, password)
        return Person(roles=ROLES)

    def views(self, matter: str, person: Any) -> list[View]:
        named = ("mine", "unit", "due_today", "overdue", "declined", "rework", "review", "follow_up", "reminders",
            "undelivered",
                 "cards", "all")  # fmt: skip
        return [View(name, name, 3 * at) for at, name in enumerate(named, 1)]

    def show(self, matter: str, name: str) -> dict[str, Any]:
        if matter == "call":
            return {**self.earlier().items[0], "narrative": "问最低工资是多少", "topic": "legal/labour/wages"}
        return self.tickets.get(name) or shown(int(name, 16))

    def line(self) -> dict[str, Any]:
        return {}

    # Of the counter

    def earlier(self, phone: str | None = None, id_number: str | None = None, limit: int = 50) -> Page:
        call = {"matter": "call", "record": "c" * 32, "number": "", "title": "问最低工资是多少", "phase": "open",
            "status": None,
                "created": "2026-11-02T09:00:00+08:00", "lead_name": ""}  # fmt: skip
        return Page([call, {**listed(3), "record": f"{3:032x}"}])

    def duplicates(self, fields: Any, matter: str = "ticket", limit: int = 20) -> Page:
        return Page([{**listed(4), "record": f"{4:032x}", "reason": "同一来电号码，同一用人单位"}])

    def suggest(self, matter: str, text: str, limit: int = 5) -> Page:
        answer = (
            "用人单位应当按月以货币形式支付工资，不得克扣或者无故拖欠。可向劳动监察大队投诉，或申请劳动仲裁。"
        )
        return Page([{"matter": "article", "record": "a" * 32, "question": "单位拖欠工资怎么办", "answer": answer,
                      "law": "劳动法", "article": "第五十条"}])  # fmt: skip

    def suggest_unit(self, region: str | None = None, **regions: str | None) -> list[dict[str, Any]]:
        return [
            {
                "unit": CITY,
                "name": NAMES[CITY],
                "region": "370200",
                "reason": "工作地在青岛市总工会的区划之内",
            }
        ]

    def divisions(self) -> list[dict[str, Any]]:
        return [
            {"code": "370200", "label": "青岛市", "path": "山东省/青岛市"},
            {"code": "370211", "label": "黄岛区", "path": "山东省/青岛市/黄岛区"},
        ]

    def codes(self, name: str, *, every: bool = False) -> dict[str, Any]:
        items = [{"code": code, "label": label, "parent": code.rpartition("/")[0], "from": "", "until": "",
            "current": True}
                 for code, label in CODES]  # fmt: skip
        return {"name": name, "label": "主题", "items": items if name == "topic" else [], "next": None}

    # Of the board and of supervision

    def stats(self, by: str = "", period: str = "", unit: Any = None, figures: Any = ()) -> dict[str, Any]:
        keys: dict[str, list[tuple[str, int]]] = {
            "hour": [(f"{hour:02d}", 3 + (hour * 7) % 11) for hour in range(8, 17)],
            "day": [(f"2026-11-{day:02d}", 20 + (day * 7) % 13) for day in range(1, 22)],
            "weekday": [], "month": [(f"2026-{month:02d}", 400 + month * 9) for month in range(1, 12)],
            "unit": [(ROOT, 5), (CITY, 40), (COUNTY, 25), (TAIAN, 30)],
            "topic": [(key, count) for key, _, count in TOPICS],
        }  # fmt: skip
        items = [
            {"key": key, "label": key, "figures": [counted(one, size) for one in figures]}
            for key, size in keys.get(by, [])
        ]
        total = 700 if period == "2026-11" else 650 if ".." in period else 1_100
        whole = [counted(one, 86 if by == "hour" else total) for one in figures]
        return {"as_of": AS_OF, "by": by, "figures": whole, "items": items, "offices": OFFICES, "next": None}

    def kline(self, bucket: str = "day", **how: Any) -> dict[str, Any]:
        days = [f"2026-11-{day:02d}" if bucket == "day" else f"2026-W{day + 20}" for day in range(1, 22)]
        items = [{"bucket": day, "first": 10 + at, "highest": 22 + at * 2 % 9, "lowest": 4 + at % 3,
            "last": 11 + at * 3 % 7,
                  "volume": 120 + at * 11, "complete": at < 20} for at, day in enumerate(days)]  # fmt: skip
        return {"as_of": AS_OF, "bucket": bucket, "items": items, "offices": OFFICES, "next": None}

    def overdue(self, unit: str | None = None) -> dict[str, Any]:
        items = [
            {"record": f"{at:032x}", "matter": "ticket", "number": f"370000-20261121-{at:04d}",
                "title": TITLES[at % 7], "unit": path,
             "unit_name": NAMES[path], "clock": clock, "round": 1, "due": "2026-11-20T00:00:00+08:00",
             "overdue_seconds": 90_000 * at,
             "line_seconds": 7_200 if at == 2 else 0, "cards": [YELLOW, RED] if at % 2 else [],
             "evidence": f"{NAMES[path]}受理时限自 2026-11-16 10:00 起，至 2026-11-19 24:00 止，至今未办"}
            for at, (path, clock) in enumerate(((CITY, "accept"), (CITY, "complete"), (TAIAN, "accept"), (ROOT,
            "forward")), 1)
        ]  # fmt: skip
        return {"as_of": AS_OF, "unit": unit, "items": items, "offices": OFFICES, "next": None}

    # Of the settings and the audit

    def registry(self) -> list[dict[str, Any]]:
        return [{"unit": path, "name": name, "role": "office" if at < 2 else "hosted",
            "state": "active" if at < 2 else "hosted",
                 "node": f"{at:032x}" if at < 2 else None} for at, (path, name) in enumerate(UNITS)]  # fmt: skip

    def policy(self) -> dict[str, Any]:
        rules = {"accept_days": 3, "complete_general_days": 15, "submit_with_review": True, "automatic_review": [],
                 "check_items": {"facts": 20, "reply": 20}}  # fmt: skip
        changes = [{"from": "2026-12-01T00:00:00+08:00", "values": {**rules, "accept_days": 2}}]
        return {
            "as_of": AS_OF,
            "in_force": rules,
            "defaults": {**rules, "complete_general_days": 20},
            "changes": changes,
        }

    def calendar(self, year: int) -> dict[str, Any]:
        days = {
            f"{year}-01-01": "rest",
            f"{year}-02-14": "work",
            f"{year}-05-01": "rest",
            f"{year}-10-10": "work",
        }
        return {"year": year, "published": year <= 2026, "days": days}

    def notices(self, action: str, limit: int = 50, after: str | None = None) -> Page:
        by = {"unit": ROOT, "unit_name": NAMES[ROOT], "actor": "li", "time": "2026-11-21T10:00:00+08:00",
            "matter": "ticket",
              "record": f"{1:032x}", "number": "370000-20261121-0001", "data": {"field": "worker_name"}}  # fmt: skip
        return Page([{**by, "action": action}] if action == "reveal" else [])

    def verify(self, every_signature: bool = False) -> dict[str, Any]:
        return {"ok": False, "commits": 40, "problems": [
            {"code": "bad_hash", "sentence": "第 5 号记录与它的摘要对不上", "where": "commit_ 5"}]}  # fmt: skip

    def notes(self, person: Any) -> list[dict[str, Any]]:
        return []

    def reveal(self, name: str, field: str, reason: str, person: Any) -> dict[str, Any]:
        return {"value": "李建国"}
