"""The demo's end: every chain verified, each parent's digest compared with its child's, figures taken."""

from __future__ import annotations

from typing import Any

from .account import Account
from .cases import Case
from .office import Office
from .stage import PROVINCE, Stage


def prove(stage: Stage, account: Account, cases: list[Case]) -> None:
    """Fills the account with what the nodes themselves say."""
    offices = list(stage.offices.values())
    verdicts = stage.each(offices, lambda one: one.call("verify", exits=(0, 7)))
    account.verified = {one.code: found["ok"] for one, found in zip(offices, verdicts, strict=True)}
    children = [one for one in offices if one.parent is not None]
    account.agreements = stage.each(children, lambda one: _agreement(stage, one))
    statuses = stage.each(offices, lambda one: one.call("status"))
    account.breaches = {one.code: found["breaches"] for one, found in zip(offices, statuses, strict=True)}
    account.open_conflicts = sum(found["exceptions"] for found in statuses)
    account.commits = sum(head["seq"] for head in stage.top.call("heads")["items"])
    account.bytes = sum((one.directory / "node.db").stat().st_size for one in offices)
    account.phases = _phases(stage, {case.record for case in cases})
    account.nodes = [
        {"unit": one.code, "name": one.name, "pid": one.pid, "port": one.port, "dir": str(one.directory)}
        for one in offices
    ]


def _agreement(stage: Stage, child: Office) -> dict[str, Any]:
    """The child's digest of its own, and the parent's for that child."""
    parent = stage.offices[stage.parent(child.code)]
    mine = child.call("digest", "--for", child.code, exits=(0, 5))
    theirs = parent.call("digest", "--for", child.code, exits=(0, 5))
    return {
        "unit": child.code,
        "parent": parent.code,
        "code": mine["code"],
        "parent_code": theirs["code"],
        "equal": mine["digest"] == theirs["digest"],
        "records": mine["records"],
    }


def _phases(stage: Stage, records: set[str]) -> dict[str, int]:
    """Phase → count, of the day's records alone, as the root lists them."""
    counts: dict[str, int] = {}
    after: list[str] = []
    while True:
        words = ["ticket", "list", "--limit", "1000", *after]
        page = stage.top.call(*words, staff=PROVINCE[0][0])
        for item in page["items"]:
            if item["record"] in records:
                counts[item["phase"]] = counts.get(item["phase"], 0) + 1
        if not page["next"]:
            return counts
        after = ["--after", page["next"]]
