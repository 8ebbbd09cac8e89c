"""The check (质检): its sheet of items with points, all tickets or a sample, and archiving (product 1.2).

Which tickets are in the sample is decided by their record ids, which are hashes: alike on every node, and by no
one's choice. What isn't in it is archived without a check, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.state import State
from node.deadlines.policies import DEFAULTS
from node.errors import Usage
from node.language import say

from .. import sampling
from ..draft import Desk, Draft
from . import assignments as read
from . import rules
from .fields import CHECK_ITEMS
from .plans import Params, here_of, in_round


def check(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """With a sheet, its sum is the score. Raises Usage for an item or points that the policy doesn't know."""
    sheet = params.get("sheet")
    if not sheet:
        return in_round("quality_check")(state, params, desk)
    _check_items(sheet, items(desk.policy))
    return in_round("quality_check")(state, {**params, "score": sum(sheet.values())}, desk)


def items(policy: Mapping[str, Any]) -> Mapping[str, int]:
    """Item → points that it may bring."""
    found: Mapping[str, int] = policy.get("check_items") or DEFAULTS["check_items"]
    return found


def _check_items(sheet: Mapping[str, int], known: Mapping[str, int]) -> None:
    listed = "，".join(f"{item}={points}" for item, points in known.items())
    missing, odd = [one for one in known if one not in sheet], [one for one in sheet if one not in known]
    if missing or odd:
        name = (odd or missing)[0]
        zh = (
            f"质检评分表没有 {name} 这一项"
            if odd
            else f"质检评分表缺 {name}（{CHECK_ITEMS.get(name, name)}）"
        )
        en = f"the check sheet has no item {name}" if odd else f"the check sheet lacks {name}"
        raise _bad(f"{zh}；各项满分：{listed}", f"{en}; items with their points: {listed}")
    for item, points in sheet.items():
        if points > known[item]:
            raise _bad(f"{item} 至多 {known[item]} 分", f"{item} brings {known[item]} points at most")


def _bad(zh: str, en: str) -> Usage:
    return Usage(say(zh, en), code="bad_value", hint="qiao policy show")


def archive(state: State | None, params: Params, desk: Desk) -> list[Draft]:
    """What isn't in the sample passes unchecked."""
    here = here_of(state)
    drafts = in_round("archive")(here, params, desk)
    unchecked = read.phase(here) == "quality_check" and rules.checked(here) is None
    if unchecked and not sampling.is_sampled(desk.record, _percent(desk.policy)):
        passed = {"outcome": "pass", "sampled": False}
        return [*in_round("quality_check")(here, passed, desk), *drafts]
    return drafts


def _percent(policy: Mapping[str, Any]) -> int:
    return int(policy.get("check_sample_percent", DEFAULTS["check_sample_percent"]))
