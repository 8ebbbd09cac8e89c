"""A seat at a real node: a province with people of each role, hosted cities and some work, copied for each test.

What these tests press goes through the real screens, the real node and a real database.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.face import Node
from node.founding import init
from node.page import Person
from tests.tui.hand import Hand, commit, press, settled
from tui.desk import QiaoApp

PASSWORD = "secretsecret"
STAFF = {
    "op": ("赵话务", ["operator"]),
    "law": ("钱律师", ["lawyer"]),
    "disp": ("孙派单", ["dispatcher"]),
    "hand": ("李经办", ["handler"]),
    "fu": ("周回访", ["follow_up"]),
    "qc": ("吴质检", ["quality_checker"]),
    "sup": ("郑督办", ["supervisor"]),
    "lead": ("王领导", ["leader"]),
    "aud": ("冯审计", ["auditor"]),
    "adm": ("陈管理", ["admin"]),
    "all": (
        "全能",
        ["operator", "lawyer", "dispatcher", "handler", "follow_up", "quality_checker", "supervisor"],
    ),
}
QINGDAO, TAIAN = "370000/370200", "370000/370900"
WAGES = {
    "channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages", "employer_name": "某某建筑公司",
    "workplace_region": "370200", "worker_name": "工人甲", "worker_phone": "13800001111",
}  # fmt: skip


def found(place: Path) -> Path:
    """Makes the province once; about two seconds."""
    directory = place / "node"
    init(directory, "370000", "山东省总工会", clock=SystemClock(), entropy=SystemEntropy(), root=True,
         recovery=place / "recovery.pem")  # fmt: skip
    with Node.open(directory) as node:
        for staff, (name, roles) in sorted(STAFF.items(), key=lambda one: one[0] != "adm"):
            person = node.login("adm", PASSWORD) if staff != "adm" else None
            node.do("staff.add", {"id": staff, "name": name, "roles": roles, "password": PASSWORD}, person)
        admin, everyone = node.login("adm", PASSWORD), node.login("all", PASSWORD)
        for unit, name in (("370200", "青岛市总工会"), ("370900", "泰安市总工会")):
            node.do("invite", {"unit": unit, "name": name, "role": "hosted"}, admin)
        _work(node, everyone)
    return directory


def _work(node: Node, who: Person) -> None:
    """Four tickets: two new, one dispatched, one in hand; two calls of one number."""
    for narrative in ("工地拖欠三个月工资", "高温天没有发补贴"):
        act(node, who, "ticket", "register", data={**WAGES, "narrative": narrative})
    for verbs in (("dispatch",), ("dispatch", "accept")):
        made = act(node, who, "ticket", "register", data={**WAGES, "narrative": "被辞退没有补偿"})
        for verb in verbs:
            data = {"lead": QINGDAO} if verb == "dispatch" else {"behalf": QINGDAO}
            act(node, who, "ticket", verb, made["record"], data)
    call = {
        "channel": "phone",
        "class": "enquiry",
        "topic": "legal/labour/wages",
        "worker_phone": "13800001111",
    }
    for narrative in ("问最低工资是多少", "问加班费怎么算"):
        act(node, who, "call", "register", data={**call, "narrative": narrative})


def act(
    node: Node,
    who: Person,
    matter: str,
    verb: str,
    record: str | None = None,
    data: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return node.do("act", {"matter": matter, "verb": verb, "record": record, "data": data or {}}, who)


def copied(directory: Path, to: Path) -> Path:
    """A node of one's own: the first writer of it opens a log of its own, as of any copied directory."""
    shutil.copytree(directory, to)
    return to


@asynccontextmanager
async def at(
    directory: Path, size: tuple[int, int] = (80, 24), *, undo_seconds: float = 0, read_only: bool = False
) -> AsyncIterator[Hand]:
    """At the login of a real node."""
    app = QiaoApp(
        lambda: Node.open(directory), undo_seconds=undo_seconds, pulse_seconds=3600, read_only=read_only  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    async with app.run_test(size=size, notifications=True) as hand:
        await settled(hand)
        yield hand


@asynccontextmanager
async def seated(
    directory: Path, staff: str, size: tuple[int, int] = (80, 24), **how: Any
) -> AsyncIterator[Hand]:
    """Signed in as one of STAFF, by the keys."""
    async with at(directory, size, **how) as hand:
        await sign_in(hand, staff)
        yield hand


async def sign_in(hand: Hand, staff: str) -> None:
    await commit(hand, staff)
    await hand.press("enter")
    await commit(hand, PASSWORD)
    await press(hand, "enter")
