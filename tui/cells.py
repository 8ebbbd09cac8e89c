"""Cutting, padding and wrapping by terminal cells. What comes in is safe already (`tui/safe.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, get_character_cell_size

MARK = ".."  # stands where something was cut off; both of its cells are certain


def cut(text: str, width: int) -> str:
    """At most `width` cells; where something is missing, it ends with MARK."""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    return _head(text, max(0, width - len(MARK))) + MARK[:width]


def _head(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += get_character_cell_size(char)
        if used > width:
            return text[:index]
    return text


def pad(text: str, width: int) -> str:
    """Exactly `width` cells, cut or filled with blanks on the right."""
    short = cut(text, width)
    return short + " " * (width - cell_len(short))


def pad_left(text: str, width: int) -> str:
    """Exactly `width` cells, filled with blanks on the left: for figures."""
    short = cut(text, width)
    return " " * (width - cell_len(short)) + short


_WORD = re.compile("[!-~]+")


def in_two(text: str, width: int) -> str:
    """On two lines; where that is too little, paths and the like lose their middle, so that the code and what helps,
    which stand behind them, are seen. No other word does: a Chinese sentence has no blanks."""
    lines = wrap(text, width)
    if len(lines) > 2:
        lines = wrap(_WORD.sub(lambda word: _without_middle(word[0], width // 2), text), width)
    rest = " ".join(lines[1:])
    return f"{lines[0]}\n{cut(rest, width)}" if rest else lines[0]


def _without_middle(word: str, width: int) -> str:
    if cell_len(word) <= width:
        return word
    half = max(1, (width - len(MARK)) // 2)
    return f"{_head(word, half)}{MARK}{_head(word[::-1], half)[::-1]}"


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells (at least two); breaks at blanks between words, else anywhere."""
    width = max(2, width)
    return [piece for paragraph in text.split("\n") for piece in _pieces(paragraph, width)]


def _pieces(paragraph: str, width: int) -> Iterator[str]:
    rest = paragraph
    while len(rest) * 2 > width and (head := _head(rest[: width + 1], width)) != rest:
        blank = head.rfind(" ")
        at_word = rest[len(head)].isascii() and rest[len(head)] != " " and blank > width // 2
        taken = blank if at_word else len(head)
        yield rest[:taken]
        rest = rest[taken:].lstrip(" ")
    yield rest
