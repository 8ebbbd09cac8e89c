"""The bulletin (通报): the month's figures as the root published them, which every node holds (product 1.1, 1.4).

A record is one month. Each issue (期) is an act that carries the figures whole, coded and without words: `publish` the
first, `correct` each later one, with its reason; an earlier issue stays readable. Two corrections that hadn't seen each
other both stay, the loser in the exceptions list; two publications of one month are two records, both listed.
What is in an act's data is said by node/bulletin/content.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conflict.act import Act
from conflict.declaration import Action, Field, Matter, Merge, SlotKind, Type
from conflict.state import Mark, Standing, State

from . import plain
from .draft import Kind

PHASES = {"issued": "已发布", "corrected": "已更正"}
REASONS = {
    "late_acts": "迟到的操作已到",
    "exclusion": "剔除有变更",
    "rule_changed": "政策、日历或口径变更",
    "data_error": "数据有误",
    "other": "其他",
}
MONTH = Field("month", "月份", Merge.ONCE)
NUMBER = Field("number", "编号", Merge.ONCE)
REASON = Field("reason", "更正原因", type=Type.CODE, codes=REASONS)
TEXT = Field("text", "说明", words=True)
ISSUE = Field("issue", "期次", type=Type.INTEGER)
AS_OF = Field("as_of", "数据截至", type=Type.MOMENT)
CONTENT = (
    ISSUE,
    AS_OF,
    Field("unit", "单位", type=Type.UNIT),
    Field("name", "单位名称"),
    Field("catalogue", "指标目录版本"),
    Field("frontier", "所据数据的指纹"),
    Field("commits", "所据提交数", type=Type.INTEGER),
    Field("facts", "计数项", type=Type.LIST),
    Field("figures", "指标", type=Type.LIST),
    Field("totals", "合计", type=Type.LIST),  # of the month, the month before, the same month of the year before
    Field("units", "各单位", type=Type.LIST),
    Field("topics", "各主题", type=Type.LIST),
    Field("hours", "各时来电", type=Type.LIST),
    Field("candles", "来电 K 线", type=Type.LIST),
)  # fmt: skip
_NEEDED = frozenset(field.name for field in CONTENT)
_LEADS = frozenset({"supervisor", "leader"})
_ISSUING = frozenset({"publish", "correct"})


def issued(state: State) -> Iterator[Mark]:
    """Every issue that counts, in the order of the acts: also one that lost to another."""
    kept = (Standing.STANDS, Standing.OVERTAKEN)
    return (
        one for one in state.meant() if one.action in _ISSUING and state.verdicts[one.id].standing in kept
    )


def newest(state: State) -> int:
    """Number of the last issue; 0 before there is any."""
    return max((number(one) for one in issued(state)), default=0)


def number(mark: Mark | Act) -> int:
    found = mark.data.get("issue")
    return found if type(found) is int else 0


def _is_first(state: State, act: Act) -> str | None:
    return None if number(act) == 1 else "wrong_issue"


def _is_next(state: State, act: Act) -> str | None:
    return None if number(act) == newest(state) + 1 else "wrong_issue"


def _has_reason(state: State, act: Act) -> str | None:
    return None if act.data.get("reason") in REASONS else "unknown_code"


def _outcome(act: Act) -> str:
    """Another for every act: of two that are equal in number, both are to be seen."""
    return f"{number(act)}-{act.id.hex()[:8]}"


BULLETIN = Matter(
    "bulletin", 1, "通报", (NUMBER, MONTH), (SlotKind("issue", "期次"),),
    (
        Action("publish", "发布", _LEADS, guards=(("root", plain.by_root), ("issue", _is_first)),
               slot=lambda act: "issue", outcome=_outcome, fields=plain.everything,
               data=(NUMBER, MONTH, *CONTENT), required=_NEEDED | {"number", "month"}, first=True),
        Action("correct", "更正", _LEADS,
               guards=(("root", plain.by_root), ("issue", _is_next), ("reason", _has_reason)),
               slot=lambda act: "issue", outcome=_outcome, data=(*CONTENT, REASON, TEXT),
               required=_NEEDED | {"reason"}, phases=tuple(PHASES)),
    ),
    plain.nowhere, everywhere=True,
    codes={
        "root_only": "只有最上级单位可以这样做",
        "wrong_issue": "期次不连续：另有人已经更正过，请再看一遍",
        "unknown_code": "代码不在规定的范围内",
    },
    names=PHASES,
)  # fmt: skip


def phase(state: State) -> str:
    last = newest(state)
    return "" if not last else "issued" if last == 1 else "corrected"


def title(state: State) -> str:
    month = str(state.shown("month", "") or "")
    last = newest(state)
    return f"{month} {BULLETIN.label}" + (f"（第 {last} 期更正）" if last > 1 else "")


def detail(state: State) -> dict[str, Any]:
    """`issues`: number, change (cut), and whether it is `current`, `corrected`, or `beside` one of its number."""
    held = state.at("issue")
    last = next((number(one) for one in issued(state) if held and one.value == held.value), 0)
    found = [
        {"issue": number(one), "change": one.id.hex(), "standing": _standing(one, last, held)}
        for one in issued(state)
    ]
    return {"issues": found}


def _standing(one: Mark, last: int, held: Mark | None) -> str:
    if held is not None and one.value == held.value:
        return "current"
    return "corrected" if number(one) < last else "beside"


KIND = Kind(BULLETIN, phase=phase, title=title, detail=detail, counted=False)
