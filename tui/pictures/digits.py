"""Large digits, to be read from two metres: five lines high."""

from __future__ import annotations

from ..lines import Line
from .ink import Ink

HEIGHT = 5
_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"), "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"), "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"), "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"), "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"), "9": ("###", "# #", "###", "  #", "###"),
    ",": (" ", " ", " ", "#", "#"), ".": (" ", " ", " ", " ", "#"), "-": ("   ", "   ", "###", "   ", "   "),
    "%": ("# #", "  #", " # ", "#  ", "# #"), " ": (" ", " ", " ", " ", " "),
}  # fmt: skip


def digits(text: str, width: int, ink: Ink) -> list[Line]:
    """As wide as fits; [] where it doesn't fit, or isn't made of digits."""
    for scale in (2, 1):
        rows = [drawn(text, row, scale, ink) for row in range(HEIGHT)]
        if all(one in _FONT for one in text) and len(rows[0]) <= width:
            return [[(row, "bold")] for row in rows]
    return []


def drawn(text: str, row: int, scale: int, ink: Ink) -> str:
    cells = (_FONT.get(one, _FONT[" "])[row] for one in text)
    return (" " * scale).join(
        "".join((ink.pixel if cell == "#" else " ") * scale for cell in one) for one in cells
    )
