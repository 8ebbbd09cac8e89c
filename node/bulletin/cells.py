"""What stands in a cell of a bulletin's tables, and how a person reads it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from node.figures.catalogue import DIVIDED
from node.language import say

NOTHING = "–"  # of a rate with nothing to divide by


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure: count persons fen seconds, or percent mean of numerator and denominator (None: a volume)."""

    unit: str
    numerator: int
    denominator: int | None = None

    @property
    def value(self) -> float | int | None:
        if self.unit not in DIVIDED:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else None

    @property
    def is_rate(self) -> bool:
        return self.unit in DIVIDED

    @property
    def says(self) -> bool:
        return bool(self.numerator or self.denominator)

    @property
    def text(self) -> str:
        """`97.5%`, `1,234.00`, `3:25` hours; NOTHING where there is no value."""
        value = self.value
        if value is None:
            return NOTHING
        if self.unit == "percent":
            return f"{value * 100:.1f}%"
        if self.unit == "mean":
            return f"{value:.1f}"
        number = self.numerator
        if self.unit == "fen":
            return say(f"{_yuan(number)} 元", f"CNY {_yuan(number)}")
        if self.unit == "seconds":
            return say(
                f"{number // 3600:,} 小时 {number % 3600 // 60:02d} 分",
                f"{number // 3600:,} h {number % 3600 // 60:02d} min",
            )
        return f"{number:,}"

    @property
    def parts(self) -> str:
        """`39/40` of a rate; else empty."""
        return f"{self.numerator:,}/{self.denominator or 0:,}" if self.is_rate else ""

    @property
    def whole(self) -> str:
        return f"{self.text} {self.parts}".rstrip()


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Change:
    """From one figure to another of its kind."""

    now: Measured
    then: Measured

    @property
    def text(self) -> str:
        now, then = self.now.value, self.then.value
        if now is None or then is None:
            return NOTHING
        if self.now.unit == "percent":
            return say(f"{(now - then) * 100:+.1f} 个百分点", f"{(now - then) * 100:+.1f} points")
        if self.now.unit == "mean":
            return f"{now - then:+.1f}"
        if self.now.unit == "count" or self.now.unit == "persons":
            share = f"（{(now - then) / then * 100:+.1f}%）" if then and now != then else ""
            return f"{now - then:+,}{share}" if now != then else "0"
        return f"{(now - then) / then * 100:+.1f}%" if then else NOTHING

    @property
    def value(self) -> float | int | None:
        """Of percent in points (0.012 is 1.2 points), else the difference."""
        now, then = self.now.value, self.then.value
        return None if now is None or then is None else now - then


Cell = str | int | None | Measured | Change


def text(cell: Cell) -> str:
    if cell is None:
        return NOTHING
    if isinstance(cell, Measured):
        return cell.whole
    return cell.text if isinstance(cell, Change) else f"{cell:,}" if isinstance(cell, int) else cell
