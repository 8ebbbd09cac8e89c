"""What the demo says at its end: figures, nodes, and whether everyone agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from node.language import say


@dataclass(slots=True)
class Account:
    """Counted as the story goes. `refused` is by action and error code; `phases` as the root shows them."""

    tickets: int = 0
    acts: int = 0
    commits: int = 0
    bytes: int = 0
    seconds: float = 0.0
    conflicts: list[dict[str, str]] = field(default_factory=list)
    open_conflicts: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    phases: dict[str, int] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    agreements: list[dict[str, Any]] = field(default_factory=list)
    verified: dict[str, bool] = field(default_factory=dict)
    messages: dict[str, Any] | None = None
    breaches: dict[str, int] = field(default_factory=dict)
    offline_days: int = 0

    @property
    def converged(self) -> bool:
        return bool(self.agreements) and all(one["equal"] for one in self.agreements)

    @property
    def finished(self) -> bool:
        """Every matter of the day has come to its end."""
        return bool(self.phases) and set(self.phases) <= {"archived", "closed"}

    @property
    def ok(self) -> bool:
        sound = bool(self.verified) and all(self.verified.values())
        return self.converged and sound and self.finished and not self.refused and not self.open_conflicts

    def refuse(self, action: str, code: str) -> None:
        key = f"{action}: {code}"
        self.refused[key] = self.refused.get(key, 0) + 1

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "tickets": self.tickets,
            "converged": self.converged,
            "seconds": round(self.seconds, 1),
            "acts": self.acts,
            "commits": self.commits,
            "bytes": self.bytes,
            "conflicts": self.conflicts,
            "open_conflicts": self.open_conflicts,
            "refused": self.refused,
            "phases": self.phases,
            "agreements": self.agreements,
            "verified": self.verified,
            "breaches": self.breaches,
            "offline_days": self.offline_days,
            "messages": self.messages,
            "nodes": self.nodes,
        }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The account for a person."""
    yield ""
    yield say("—— 演示小结 ——", "-- account --")
    yield from _nodes(found["nodes"])
    yield say(
        f"工单 {found['tickets']}，操作 {found['acts']}，提交 {found['commits']}，库存 {found['bytes']} 字节",
        f"{found['tickets']} tickets, {found['acts']} acts, {found['commits']} commits, "
        f"{found['bytes']} bytes kept",
    )
    phases = "  ".join(f"{phase} {count}" for phase, count in sorted(found["phases"].items()))
    yield say(f"当日事项的阶段：{phases}", f"the day's phases: {phases}")
    yield from _conflicts(found)
    yield from _messages(found["messages"])
    if found["refused"]:
        yield say(f"被拒：{found['refused']}", f"refused: {found['refused']}")
    yield from _agreements(found)
    result = say("成功", "ok") if found["ok"] else say("未达成", "not as it should be")
    yield say(f"结果：{result}，用时 {found['seconds']} 秒", f"{result}, {found['seconds']} seconds")


def _nodes(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for one in nodes:
        yield f"  {one['unit']}  {one['name']}  pid {one['pid']}  port {one['port']}  {one['dir']}"


def _conflicts(found: dict[str, Any]) -> Iterator[str]:
    count = len(found["conflicts"])
    left = found["open_conflicts"]
    yield say(
        f"断线期间的冲突 {count} 条，未了 {left} 条", f"{count} conflicts from the cut, {left} left open"
    )
    for one in found["conflicts"]:
        yield f"  {one['unit']}  {one['sentence']}"
    if found["offline_days"]:
        yield say(
            f"离线 {found['offline_days']} 天；按时办理而算作超期的：{found['breaches']}",
            f"{found['offline_days']} days offline; breaches: {found['breaches']}",
        )


def _messages(told: dict[str, Any] | None) -> Iterator[str]:
    if told is None:
        return
    if "skipped" in told:
        yield str(told["skipped"])
        return
    yield say(
        f"真实留言 {told['read']} 条：登记并派出 {told['through']} 条，其余：{told['wrong'] or '无'}；"
        f"原样读入时遇到：{told['odd']}",
        f"{told['read']} real messages: {told['through']} registered and dispatched; "
        f"the rest: {told['wrong'] or 'none'}; met on the way: {told['odd']}",
    )


def _agreements(found: dict[str, Any]) -> Iterator[str]:
    for one in found["agreements"]:
        sign = "=" if one["equal"] else "≠"
        yield f"  {one['parent']} {one['parent_code']} {sign} {one['code']} {one['unit']}"
    sound = sum(found["verified"].values())
    yield say(
        f"核验通过 {sound}/{len(found['verified'])} 个节点；上下级指纹"
        + ("全部一致" if found["converged"] else "不一致"),
        f"{sound} of {len(found['verified'])} nodes verified; digests "
        + ("equal between every parent and child" if found["converged"] else "differ"),
    )
