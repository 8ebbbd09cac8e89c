"""交班 as lines: what is in one's hands, and what others left. Pure; all of it foreign text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import moments, safe
from .cells import cut, wrap
from .counter import ENDED
from .drafts import Key
from .face import Item
from .labels import matter_of, name_label
from .lines import Line
from .texts import t

__all__ = ["ENDED", "beginning", "in_hand", "notes", "question"]

MOST_DRAFTS = 20  # told one by one
SHORT = 7  # cells of a number: enough to know it again


def in_hand(items: Sequence[Item], more: bool, drafts: Sequence[tuple[Key, str]], width: int) -> list[Line]:
    """One's own open work, and what one has begun to write. `drafts`: each with the beginning of its text."""
    count = f"{len(items)}+" if more else str(len(items))
    lines: list[Line] = [[(cut(t("handover.open", count=count), width), "head")]]
    lines += [[(cut(_row(item), width), "bad" if item.get("overdue") else "")] for item in items]
    if not items:
        lines.append([(cut(t("handover.nothing"), width), "dim")])
    if drafts:
        lines.append([(cut(t("handover.drafts", count=len(drafts)), width), "head")])
    lines += [[(cut(_draft(key, text), width), "")] for key, text in drafts[:MOST_DRAFTS]]
    return lines


def _row(item: Item) -> str:
    state = name_label(
        matter_of(str(item.get("matter") or "ticket")), item.get("status") or item.get("phase")
    )
    words = [safe.cell(item.get("number") or ""), state, moments.limit(item.get("due"))]
    late = t("overdue") if item.get("overdue") else ""
    return "  ".join(filter(None, [*words, late, safe.cell(item.get("title") or "")]))


def _draft(key: Key, text: str) -> str:
    matter = matter_of(key[0])
    verb = next((safe.cell(one.label) for one in matter.actions if one.name == key[1]), "") if matter else ""
    return f"{verb or safe.cell(key[1])}  {safe.cell(text)}"


def beginning(raw: dict[str, str]) -> str:
    """What tells one draft from another."""
    words = [cut(safe.cell(raw.get("worker_phone", "").strip()), SHORT)]
    words += [raw.get(name, "").strip() for name in ("narrative", "text")]
    return "  ".join(filter(None, words)) or next((text for text in raw.values() if text.strip()), "")


def notes(items: Sequence[Item], width: int) -> list[Line]:
    """What was left for this shift, the newest first."""
    lines: list[Line] = []
    for item in items:
        head = f"{safe.cell(item.get('by_name') or item.get('by'))}  {moments.short(item.get('at'))}"
        lines.append([(cut(head, width), "head")])
        lines += [[(line, "")] for line in wrap(safe.block(item.get("text") or ""), width)]
        if item.get("to"):
            told = t("handover.went", to=safe.cell(item["to"]), count=safe.cell(item.get("count") or 0))
            lines.append([(cut(told, width), "dim")])
        lines.append([("", "")])
    return lines


def question(found: dict[str, Any], taker: str, drafts: int) -> str:
    """What is asked before it is done: what goes over, what can't, and what stays."""
    words = [t("handover.goes", count=found["count"], to=taker)] if found.get("to") else []
    refused = [
        f"{one.get('number') or one.get('record')} [{one.get('code')}]" for one in found.get("refused") or ()
    ]
    words += [t("handover.refused", names=", ".join(map(str, refused)))] if refused else []
    words += [t("handover.stay", count=drafts)] if drafts else []
    return "  ".join(words) or t("handover.leave")
