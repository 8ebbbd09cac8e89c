"""A leaf of A4 (页面): one embedded font of which only the letters used are kept, a foot on each, ruled tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import category

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import TTFFont
from fpdf.util import Padding

from .breaking import broken

FONT = Path(__file__).with_name("data") / "wqy-microhei.ttf"
MARGIN = 16.0  # mm
LINE = 5.6
EDGE, SLACK = 1.2, 0.4  # mm between a cell's border and its text; what a border itself takes
BODY, SMALL, HEAD = 10.0, 8.5, 17.0  # points
GREY, WHITE = (236, 236, 236), (255, 255, 255)
NAME = "hei"


class Leaf(FPDF):
    """With the foot on every page."""

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.add_font(NAME, fname=FONT)
        font = self.fonts[NAME]
        assert isinstance(font, TTFFont), "it was added from a file"
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 8)
        self._known = frozenset(font.cmap)
        self._widths: dict[tuple[str, float], float] = {}

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font(NAME, size=7.5)
        self.cell(self.epw * 0.86, 4, self.fitting(self._foot))
        self.cell(0, 4, f"第 {self.page_no()} 页 共 {{nb}} 页", align="R")

    def filled(self, text: str, room: float) -> str:
        """What the font has, with its lines ended where they may; `room`: mm, the cell's own edges included."""
        return broken(self.fitting(text), room - 2 * EDGE - SLACK, self._width)

    def _width(self, letter: str) -> float:
        key = (letter, self.font_size_pt)
        if key not in self._widths:
            self._widths[key] = self.get_string_width(letter)
        return self._widths[key]

    def fitting(self, text: str) -> str:
        """What the font has; the rest by its number."""
        return "".join(
            letter if self._has(letter) else f"〔U+{ord(letter):04X}〕" for letter in text.replace("\t", " ")
        )

    def _has(self, letter: str) -> bool:
        """What turns or hides text is shown as well."""
        return letter == "\n" or ord(letter) in self._known and category(letter) not in ("Cc", "Cf")


def ruled(page: Leaf, shares: Sequence[int], high: float = LINE, **how: Any) -> Any:
    """`high`: of a line, mm."""
    return page.table(
        col_widths=tuple(shares), line_height=high, wrapmode=WrapMode.CHAR, borders_layout=TableBordersLayout.ALL,
        padding=Padding(0.6, EDGE, 0.6, EDGE), text_align="LEFT", **how,
    )  # fmt: skip


def rooms(page: Leaf, shares: Sequence[int]) -> list[float]:
    """Widths of a table's columns, mm."""
    return [page.epw * share / sum(shares) for share in shares]
