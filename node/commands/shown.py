"""How foreign text is shown: controls made visible in text, escaped in JSON; widths counted in cells.

Pure. Text from the network is data: nothing of it may steer a terminal or break a line of output.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

# C0 but tab and line feed, DEL, C1, zero-width, bidi, line and paragraph separators, lone surrogates
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"[\t\n]+")
MARK = ">"  # one cell in every font, unlike an ellipsis


def shown(text: str) -> str:
    """Controls as ‹U+202E›; line feeds and tabs are kept."""
    return _CONTROLS.sub(lambda hit: f"‹U+{ord(hit[0]):04X}›", text)


def line(text: str) -> str:
    """The same on one line."""
    return _BREAKS.sub(" ", shown(text))


def dumps(document: Any, indent: int | None = None) -> str:
    """JSON in UTF-8's letters, with every control and lone surrogate escaped."""
    return _CONTROLS.sub(_escape, json.dumps(document, ensure_ascii=False, indent=indent))


def _escape(hit: re.Match[str]) -> str:
    return json.dumps(hit[0])[1:-1]


def cells(text: str) -> int:
    """How many cells a terminal gives the text; ambiguous letters count one."""
    if text.isascii():
        return len(text)
    return sum(_cell(letter) for letter in text)


def _cell(letter: str) -> int:
    if unicodedata.east_asian_width(letter) in "WF":
        return 2
    return 0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 1


def cut(text: str, width: int) -> str:
    """At most `width` cells; what is cut ends with a mark."""
    if cells(text) <= width:
        return text
    kept: list[str] = []
    left = width - len(MARK)
    for letter in text:
        left -= _cell(letter)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept) + MARK


def pad(text: str, width: int) -> str:
    """Exactly `width` cells."""
    text = cut(text, width)
    return text + " " * (width - cells(text))


def table(heads: list[str], rows: list[list[str]], width: int | None = None) -> list[str]:
    """Lines of a table; `width` is the terminal's, None where nothing is to be cut (a pipe)."""
    grid = [heads, *[[line(cell) for cell in row] for row in rows]]
    widths = [max(cells(row[at]) for row in grid) for at in range(len(heads))]
    if width is not None:
        widths = _fit(widths, width - 2 * (len(heads) - 1))
    return ["  ".join(map(pad, row, widths)).rstrip() for row in grid]


def _fit(widths: list[int], room: int) -> list[int]:
    """The widest columns give way first, none below four cells."""
    widths = list(widths)
    while sum(widths) > room and max(widths) > 4:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths
