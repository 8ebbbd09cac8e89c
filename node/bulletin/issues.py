"""The issues (期) of a month's bulletin, from the account of its record that `show` gives. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .content import Content, read


@dataclass(frozen=True, slots=True)
class Issue:
    """`standing`: current corrected beside (two of one number, made without knowing of each other)."""

    number: int
    standing: str
    record: str  # hex, as `change` and `commit`
    change: str
    commit: str
    unit: str
    unit_name: str
    actor: str  # staff id
    time: str  # ISO, as the author's node says
    reason: str  # code; empty of the first
    text: str
    content: Content

    def told(self) -> dict[str, Any]:
        """Without its figures."""
        return {
            "month": self.content.month, "issue": self.number, "standing": self.standing, "record": self.record,
            "change": self.change, "commit": self.commit, "unit": self.unit, "unit_name": self.unit_name,
            "actor": self.actor, "time": self.time, "as_of": self.content.as_of, "reason": self.reason,
            "text": self.text, "catalogue": self.content.catalogue, "frontier": self.content.frontier,
        }  # fmt: skip


def issues(found: Mapping[str, Any]) -> list[Issue]:
    """In the order of the acts. Raises Damaged `bad_bulletin`."""
    acts = {str(one["change"])[:32]: one for one in found["timeline"]}
    return [_issue(found, one, acts[one["change"]], acts) for one in found["issues"] if one["change"] in acts]


def _issue(
    found: Mapping[str, Any],
    one: Mapping[str, Any],
    act: Mapping[str, Any],
    acts: Mapping[str, Mapping[str, Any]],
) -> Issue:
    meant = _meant(act, acts)
    return Issue(
        number=int(one["issue"]),
        standing=str(one["standing"]),
        record=str(found["record"]),
        change=str(act["change"]),
        commit=str(act["commit"] or ""),
        unit=str(act["unit"]),
        unit_name=str(act["unit_name"]),
        actor=str(act["actor"]),
        time=str(act["time"]),
        reason=str(meant["data"].get("reason") or ""),
        text=str(meant["words"].get("text") or ""),
        content=read(found["month"], meant["data"]),
    )


def _meant(act: Mapping[str, Any], acts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Of an `adopt` of what was held: the act that it stands for."""
    quoted = [one for one in act["data"].get("acts") or () if one in acts]
    return acts[quoted[0]] if quoted else act
