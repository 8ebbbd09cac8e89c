"""What a picture is drawn with: blocks, or ASCII where consoles disagree on the width of blocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ink:
    """`rising` and `lying`: a cell filled from below and from the left, the fullest last. `sparks` the same for lines
    of one cell's height. The body of a candle is `up` or `down`; `wick` is what stands out of it."""

    rising: str
    lying: str
    sparks: str
    up: str
    down: str
    wick: str
    pixel: str


BLOCKS = Ink("▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█", "█", "░", "│", "█")
ASCII = Ink(".:#", "#", "123456789", "#", "o", "|", "#")
ZERO = "_"  # nothing, told apart from what isn't known yet (a blank)


def ink(ascii_only: bool) -> Ink:
    return ASCII if ascii_only else BLOCKS


def filled(value: float, top: float, cells: int, glyphs: str) -> str:
    """As many glyphs as `value` is of `top`, at most `cells`; more than nothing is never shown as nothing."""
    if value <= 0 or top <= 0 or cells <= 0:
        return ""
    steps = len(glyphs)
    taken = min(max(1, round(value / top * cells * steps)), cells * steps)
    whole, part = divmod(taken, steps)
    return glyphs[-1] * whole + (glyphs[part - 1] if part else "")
