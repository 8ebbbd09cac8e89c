"""What was asked for and nobody has answered yet (请求): beside the form that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from . import moments, safe
from .face import Item
from .texts import t

ANSWERED_BY = frozenset({"extend", "suspend", "escalate"})  # verbs that answer an `ask` of the same name


def waiting(item: Item, verb: str) -> dict[str, Item]:
    """Path of the unit that asks → its newest request, of which none came true or was refused since."""
    found: dict[str, Item] = {}
    if verb not in ANSWERED_BY:
        return found
    for act in item.get("timeline") or ():
        data = act.get("data")
        if act.get("verdict") != "stands" or not isinstance(data, Mapping):
            continue
        if act["action"] == "ask" and data.get("for") == verb:
            found[str(act.get("unit"))] = act
        elif act["action"] == verb:
            found.pop(str(data.get("unit")), None)
    return found


def told(act: Item) -> str:
    """`黄岛区总工会 11-30 15:40 请求：5 天，正在核对工资表`. Safe."""
    words, data = act.get("words"), act.get("data")
    text = words.get("text") if isinstance(words, Mapping) else ""
    days = data.get("days") if isinstance(data, Mapping) else None
    parts = [t("form.asked_days", days=days) if isinstance(days, int) else "", safe.line(text or "", 200)]
    return t("form.asked", unit=safe.cell(act.get("unit_name") or act.get("unit")),
             time=moments.short(act.get("time")), what=" ".join(filter(None, parts)))  # fmt: skip
