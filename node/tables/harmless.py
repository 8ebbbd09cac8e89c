"""Text that a spreadsheet would run as a formula, made harmless (design 4). Pure.

A text that begins, after blanks, with = + - @, a tab or a carriage return, or a full-width form of these, gets a
`'` in CSV. In XLSX the cell's type says that it is text.
"""

from __future__ import annotations

GUARD = "'"
_MARKS = frozenset("=+-@\t\r＝＋－＠")
# What a program that opens the file may skip before it looks for a mark: blanks of every width, and what has none.
_BLANKS = frozenset(" \n\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff\x00") | {
    chr(one) for one in range(0x2000, 0x200B)
}


def is_formula(text: str) -> bool:
    for letter in text:
        if letter in _MARKS:
            return True
        if letter not in _BLANKS:
            return False
    return False


def harmless(text: str) -> str:
    return GUARD + text if is_formula(text) else text
