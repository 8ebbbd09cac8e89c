"""The border for foreign text (外来文字): whatever others wrote leaves here as plain, visible characters.

Nothing else in `tui/` may hand a text that came from a record, a peer or an error to a widget. Three doors:
`block` keeps line breaks, `line` folds them into blanks, `cell` also replaces the characters whose width
terminals don't agree on. `Wall` is the last wall behind them: it drops what would still be a control.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

LONGEST = 20_000  # characters of one text that a screen lays out at once; the rest is announced
_PLAIN = re.compile(r"[\n\x20-\x7e\u3000-\u3029\u4e00-\u9fff\uff01-\uff5e]*")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})
_JOINING = frozenset(map(chr, (*range(0x1F1E6, 0x1F200), *range(0x1F3FB, 0x1F400))))  # flags, skin tones
_STAND_INS = {
    "\u2026": "..", "\u2025": "..", "\u2014": "--", "\u2013": "-", "\u2015": "--", "\u2010": "-",
    "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u2192": "->", "\u2190": "<-",
    "\u2191": "^", "\u2193": "v", "\u2605": "*", "\u2606": "*", "\u00d7": "x", "\u00f7": "/",
    "\u00b1": "+-", "\u00b7": "\u30fb", "\u2022": "\u30fb", "\u2116": "No.", "\u25cf": "*", "\u25cb": "o",
    "\u203b": "*", "\u25a0": "#", "\u25a1": "[]", "\u221a": "v",
}  # fmt: skip


def shown(char: str) -> str:
    """`‹U+202E›`: how a character that must not reach the terminal is shown."""
    return f"\u2039U+{ord(char):04X}\u203a"


@lru_cache(4096)
def _visible(char: str) -> str:
    """One character as it may be printed: itself, or its number where it is a control or has no width."""
    if unicodedata.category(char) in _HIDDEN or char in _JOINING or get_character_cell_size(char) == 0:
        return shown(char)
    return "\u0020" if unicodedata.category(char) == "Zs" and char != "\u3000" else char


@lru_cache(4096)
def _settled(char: str) -> str:
    """One visible character in a width on which terminals agree (East Asian ambiguous ones replaced)."""
    if unicodedata.east_asian_width(char) != "A":
        return char
    if char in _STAND_INS:
        return _STAND_INS[char]
    plain = unicodedata.normalize("NFKC", char)
    agreed = all(unicodedata.east_asian_width(one) != "A" and _visible(one) == one for one in plain)
    return f"({plain})" if agreed and plain.isalnum() else plain if agreed else shown(char)


def block(text: object) -> str:
    """Text of several lines. LF stays, a tab becomes two blanks, every other control is shown."""
    raw = str(text).replace("\r\n", "\n").replace("\t", "  ")
    if _PLAIN.fullmatch(raw):
        return raw
    return "".join(char if char == "\n" else _visible(char) for char in raw)


def line(text: object, longest: int = LONGEST) -> str:
    """Text of one line, of at most `longest` characters taken from the source."""
    return block(str(text)[:longest]).replace("\n", " ")


def cell(text: object, longest: int = 400) -> str:
    """Text for a table cell: one line, and only characters whose width is certain."""
    flat = line(text, longest)
    return flat if _PLAIN.fullmatch(flat) else "".join(map(_settled, flat))


_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


class Wall(LineFilter):
    """Drops controls from lines about to be written, also those that someone typed or pasted into a field.

    What one joined has more cells without it, and some count as one: the cells are made what they were."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if not any(_CONTROL.search(segment.text) for segment in segments):
            return segments
        return [Segment(_walled(text), style, control) for text, style, control in segments]


def _walled(text: str) -> str:
    return set_cell_size(_CONTROL.sub("", text), cell_len(text))
