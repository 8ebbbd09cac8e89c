"""The bulletin as a matter: issues of one month, by the root alone, none lost whoever made it meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from conflict.act import Act, Key
from conflict.fold import fold
from conflict.state import State
from node.matters import KINDS
from node.matters.bulletin import KIND, newest

from .scene import P, X

FIRST: dict[str, Any] = {"number": "2026-10", "month": "2026-10", "issue": 1, "facts": []}


def act(name: int, action: str, after: tuple[int, ...] = (), unit: str = P, **data: Any) -> Act:
    key = Key(name << 40, bytes([name]), 1, 0)
    return Act(bytes([name]) * 16, key, unit, "ld", "bulletin/1", action, data,
               tuple(bytes([one]) * 16 for one in after), {}, record=b"\1" * 16)  # fmt: skip


def correction(name: int, issue: int, after: tuple[int, ...], **more: Any) -> Act:
    return act(name, "correct", after, **{"issue": issue, "reason": "late_acts", **more})


def folded(*acts: Act) -> State:
    return fold(KIND.matter, list(acts))


def standings(state: State) -> list[tuple[int, str]]:
    return [(one["issue"], one["standing"]) for one in KIND.detail(state)["issues"]]


def test_a_published_month_is_read_by_every_node_and_is_in_no_figure() -> None:
    assert KIND.matter.everywhere and not KIND.counted and KINDS["bulletin"] is KIND
    state = folded(act(1, "publish", **FIRST))
    assert (KIND.phase(state), KIND.title(state), standings(state)) == (
        "issued",
        "2026-10 通报",
        [(1, "current")],
    )


def test_a_correction_is_a_new_issue_and_the_earlier_one_stays_and_says_so() -> None:
    state = folded(act(1, "publish", **FIRST), correction(2, 2, (1,)), correction(3, 3, (2,)))
    assert standings(state) == [(1, "corrected"), (2, "corrected"), (3, "current")]
    assert (KIND.phase(state), KIND.title(state)) == ("corrected", "2026-10 通报（第 3 期更正）")
    assert all(mark.data["issue"] for mark in state.marks.values()) and state.rows == []


@pytest.mark.parametrize(
    ("acts", "code"),
    [
        ([act(1, "publish", unit=X, **FIRST)], "root_only"),
        ([act(1, "publish", **{**FIRST, "issue": 2})], "wrong_issue"),
        ([act(1, "publish", **{**FIRST, "issue": "1"})], "wrong_issue"),
        ([act(1, "publish", **FIRST), correction(2, 3, (1,))], "wrong_issue"),
        ([act(1, "publish", **FIRST), correction(2, 2, (1,), reason="mood")], "unknown_code"),
        ([act(1, "publish", **FIRST), correction(2, 2, (1,), unit=X)], "root_only"),
    ],
)
def test_what_isnt_allowed_is_denied_and_is_no_issue(acts: list[Act], code: str) -> None:
    state = folded(*acts)
    assert [one.code for one in state.verdicts.values() if one.code] == [code]
    assert newest(state) == len(acts) - 1


def test_two_corrections_made_apart_are_both_kept_and_the_loser_is_listed() -> None:
    state = folded(act(1, "publish", **FIRST), correction(2, 2, (1,)), correction(3, 2, (1,)))
    assert standings(state) == [(1, "corrected"), (2, "beside"), (2, "current")]
    assert [(row.kind, row.code, row.open) for row in state.rows] == [("conflict", "lost", True)]


def test_the_next_correction_settles_it() -> None:
    state = folded(
        act(1, "publish", **FIRST), correction(2, 2, (1,)), correction(3, 2, (1,)), correction(4, 3, (2, 3))
    )
    assert standings(state) == [(1, "corrected"), (2, "corrected"), (2, "corrected"), (3, "current")]
    assert [row.open for row in state.rows] == [False]


def test_in_whatever_order_they_come_it_is_the_same() -> None:
    acts = [
        act(1, "publish", **FIRST),
        correction(2, 2, (1,)),
        correction(3, 2, (1,)),
        correction(4, 3, (2, 3)),
    ]
    assert folded(*acts) == folded(*reversed(acts))


def test_the_month_is_written_once() -> None:
    assert (
        folded(act(1, "publish", **FIRST), correction(2, 2, (1,), month="2026-11")).shown("month")
        == "2026-10"
    )
