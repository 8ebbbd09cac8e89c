from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui import safe
from tui.cells import MARK, cut, pad, pad_left, wrap

TEXTS = st.text(max_size=60).map(safe.line)
WIDTHS = st.integers(2, 40)


@given(TEXTS, WIDTHS)
def test_padding_gives_exactly_the_cells_asked_for(text: str, width: int) -> None:
    assert cell_len(pad(text, width)) == cell_len(pad_left(text, width)) == width


@given(TEXTS, WIDTHS)
def test_what_is_cut_says_so(text: str, width: int) -> None:
    found = cut(text, width)
    assert found == text or (cell_len(found) <= width and found.endswith(MARK))


@given(st.text(max_size=80).map(safe.block), WIDTHS)
def test_wrapping_loses_nothing_but_blanks_and_keeps_to_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_wide_character_is_never_halved() -> None:
    assert pad("中文字", 5) == "中.. "
    assert pad("中", 5) == "中   "


def test_a_word_is_kept_whole_where_a_line_allows_it() -> None:
    assert wrap("hello brave world", 12) == ["hello brave", "world"]
