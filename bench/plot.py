"""Two kinds of plot as SVG, small enough to be read as text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, LEFT, TOP, LINE = 720, 250, 44, 26
HEIGHT = 240  # of a curve
INK, OURS, OTHERS, BOUND = "#333", "#b5452c", "#8a9aa8", "#2c6e49"

Bar = tuple[str, float, bool]  # name, value, whether it is ours
Point = tuple[float, float]


def bars(title: str, unit: str, given: Sequence[Bar]) -> str:
    most = max((value for _, value, _ in given), default=0) or 1
    drawn = []
    for at, (name, value, ours) in enumerate(given):
        y, long = TOP + at * LINE, max(1.0, value / most * (WIDTH - LEFT - 90))
        drawn += [
            _text(LEFT - 8, y + 14, name, "end"),
            f'<rect x="{LEFT}" y="{y + 2}" width="{long:.1f}" height="16" fill="{OURS if ours else OTHERS}"/>',
            _text(LEFT + long + 6, y + 14, f"{value:,.2f} {unit}"),
        ]
    return _whole(title, TOP + len(given) * LINE + 10, drawn)


def curve(title: str, across: str, up: str, points: Sequence[Point], bound: float | None = None) -> str:
    """`bound`: on the way across, by when it is to be at its end."""
    far = max([x for x, _ in points] + [bound or 0.0], default=0) or 1
    high = max((y for _, y in points), default=0) or 1
    wide, tall = WIDTH - 110, HEIGHT - 60
    placed = [(80 + x / far * wide, TOP + tall - y / high * tall) for x, y in points]
    drawn = [
        f'<polyline fill="none" stroke="{INK}" points="80,{TOP} 80,{TOP + tall} {80 + wide},{TOP + tall}"/>',
        f'<polyline fill="none" stroke="{OURS}" stroke-width="2" points="'
        + " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        + '"/>',
        _text(74, TOP + 10, f"{high:,.0f}", "end"),
        _text(80, TOP - 8, up),
        _text(80 + wide, TOP + tall + 18, f"{far:,.0f} {across}", "end"),
    ]
    if bound is not None:
        x = 80 + bound / far * wide
        drawn.append(
            f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + tall}" stroke="{BOUND}" stroke-dasharray="5 4"/>'
        )
        drawn.append(_text(x - 5, TOP + 24, f"bound {bound:,.0f}", "end"))
    return _whole(title, HEIGHT + 20, drawn)


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _whole(title: str, height: int, drawn: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif"'
        f' font-size="13"><rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    )
    return "\n".join([head, f"<title>{escape(title)}</title>", _text(12, 22, title), *drawn, "</svg>", ""])
