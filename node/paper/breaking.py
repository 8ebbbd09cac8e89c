"""Where a line of Chinese ends (避头尾): no stop begins one, no opening bracket ends one, and a number or a Latin word
stays whole where a line has room for it. The library that writes the PDF breaks at blanks, or anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

NEVER_FIRST = frozenset("，。、；：？！）」』】〉》〕］｝”’…—～·,.;:?!)]}%‰℃°")
NEVER_LAST = frozenset("（「『【〈《〔［｛“‘([{￥¥$")
_PIECES = re.compile(r"[0-9A-Za-z*@._%+/:#&=~'-]+|.", re.DOTALL)

Measure = Callable[[str], float]  # the width of a letter


def broken(text: str, room: float, measure: Measure) -> str:
    """The text with its lines ended as a page of that width needs it; its own line ends stay."""
    return "\n".join(line for one in text.split("\n") for line in _lines(one, room, measure))


def _lines(text: str, room: float, measure: Measure) -> Iterator[str]:
    line, used = "", 0.0
    for piece in _whole(text):
        width = sum(map(measure, piece.rstrip(" ")))  # a blank may hang over the end
        if line and used + width > room:
            yield line.rstrip(" ")
            line, used = "", 0.0
        line, used = line + piece, used + sum(map(measure, piece))
        if width > room:
            *full, line = _cut(line, room, measure)
            yield from full
            used = sum(map(measure, line))
    yield line.rstrip(" ") if used > room else line


def _whole(text: str) -> Iterator[str]:
    """What mustn't be parted: each letter or word with the marks that cling to it."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and not (piece == " " or piece[0] in NEVER_FIRST or held[-1] in NEVER_LAST):
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _cut(piece: str, room: float, measure: Measure) -> list[str]:
    """One that is longer than a line, letter by letter."""
    found, used = [""], 0.0
    for letter in piece:
        width = measure(letter)
        if used + width > room and found[-1]:
            found.append("")
            used = 0.0
        found[-1] += letter
        used += width
    return found
