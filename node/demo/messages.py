"""Real citizens' messages about work and pay, read as they are from the folder that QIAO_DATA names.

They aren't ours to ship. Two ways of writing the time, no region, whatever letters people typed: what
can't be registered is counted by what was wrong with it, and stops nothing.
"""

from __future__ import annotations

import gzip
import json
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from node.commands.shown import shown

from .cases import Case

NAME = Path("messages") / "teddy_labour_subset.jsonl.gz"
MAX_BYTES = 32 << 20  # unpacked; the subset has 3 MB
_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S")
_ASKS = ("吗", "?", "？", "咨询", "请问", "如何", "怎么")
_ADVISES = ("建议", "希望", "呼吁")
_TOPICS = {
    "社保": "legal/labour/insurance",
    "养老": "legal/labour/insurance/pension",
    "医保": "legal/labour/insurance/medical",
    "失业": "legal/labour/insurance/unemployment",
    "工伤": "legal/labour/injury",
    "加班": "legal/labour/wages/overtime",
    "合同": "legal/labour/contract",
    "工资": "legal/labour/wages/arrears",
    "拖欠": "legal/labour/wages/arrears",
    "欠薪": "legal/labour/wages/arrears",
}


def file() -> Path | None:
    """Where the messages are; None where nobody has them."""
    folder = os.environ.get("QIAO_DATA")
    found = Path(folder) / NAME if folder else None
    return found if found is not None and found.is_file() else None


@dataclass(slots=True)
class Messages:
    """`wrong`: what can't even be tried, by what is wrong with it. `odd`: what was read all the same."""

    cases: list[Case] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)


def read(path: Path, root: str) -> Messages:
    """The messages as matters of the root."""
    found = Messages()
    for raw in _lines(path):
        try:
            item = json.loads(raw)
            found.cases.append(_case(item, root))
            found.odd.update(_oddities(item))
        except (ValueError, KeyError, TypeError) as error:
            found.wrong[type(error).__name__] += 1
    return found


def _oddities(item: dict[str, Any]) -> Iterator[str]:
    """What an importer would stumble over."""
    if "region" not in item:
        yield "no_region"
    yield "time_with_hyphens" if "-" in str(item["time"]) else "time_with_slashes"
    text = f"{item['title']}{item['content']}"
    if shown(text) != text:
        yield "controls"
    if any(unicodedata.category(letter) in ("Co", "Cn", "So") for letter in text):
        yield "symbols"


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path) as packed:
        text = packed.read(MAX_BYTES).decode("utf-8", "replace")
    return (line for line in text.split("\n") if line.strip())


def _case(item: dict[str, Any], root: str) -> Case:
    title, content = str(item["title"]).strip(), str(item["content"]).strip()
    said = time_of(str(item["time"]))
    fields = {
        "channel": "web",
        "class": _class(title),
        "topic": _topic(title + content),
        "external_id": str(item["id"]),
        "narrative": f"{title}\n（{said:%Y-%m-%d %H:%M} 网上留言）\n{content}",
    }
    return Case(fields, root)


def time_of(text: str) -> datetime:
    """Either way of writing it. Raises ValueError."""
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(text)


def _class(title: str) -> str:
    if any(word in title for word in _ASKS):
        return "enquiry"
    return "feedback" if any(word in title for word in _ADVISES) else "resolution_request"


def _topic(text: str) -> str:
    return next((topic for word, topic in _TOPICS.items() if word in text), "other/other")
