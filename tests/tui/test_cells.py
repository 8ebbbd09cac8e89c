from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui import safe
from tui.cells import MARK, cut, in_two, pad, pad_left, wrap

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


@given(st.text(max_size=400).map(safe.line), st.integers(20, 90))
def test_a_sentence_on_two_lines_keeps_how_it_begins(text: str, width: int) -> None:
    found = in_two(text, width).split("\n")
    assert len(found) <= 2 and all(cell_len(line) <= width for line in found)
    assert found[0][:4] == text[:4]


def test_the_code_and_what_helps_behind_a_long_path_are_told() -> None:
    path = f"/tmp/{'very-long/' * 9}out.jpg"
    told = in_two(f"{path} 已存在 [file_exists]  办法：ls -l {path}", 78).replace("\n", " ")
    assert told.startswith("/tmp/very-long")
    assert "out.jpg 已存在 [file_exists]" in told and "ls -l /tmp" in told


def test_of_a_chinese_sentence_around_a_path_no_word_is_lost() -> None:
    told = in_two(f"根单位已建立。恢复密钥在/tmp/{'long/' * 20}a.pem，请抄到U盘，锁起来，不要留在本机。", 78)
    assert "根单位已建立。恢复密钥在/tmp/long" in told.replace("\n", "")
    assert "a.pem，请抄到U盘，锁起来，不要留在本机。" in told.replace("\n", "")
