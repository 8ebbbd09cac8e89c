"""What a card rests on, in one sentence (product 1.3): the limit, what was done when, and how much was line."""

from __future__ import annotations

from node.iso import moment
from node.language import say

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS


def evidence(clock: str, unit: str, start_ms: int, due_ms: int, done_ms: int | None, line_ms: int) -> str:
    """`clock` and `unit` as they are to be called; instants in unix ms, `line_ms` a length."""
    late = say("", "") if done_ms is None else lasting(done_ms - due_ms)
    done = (
        say("至今未办", "and isn't done")
        if done_ms is None
        else say(f"{moment(done_ms)} 办理，超 {late}", f"done {moment(done_ms)}, {late} late")
    )
    line = say(f"；其中在途 {lasting(line_ms)}", f"; {lasting(line_ms)} of it on the line") if line_ms else ""
    return say(
        f"{unit}{clock}时限自 {moment(start_ms)} 起，至 {moment(due_ms)} 止，{done}{line}",
        f"{unit}: {clock} ran from {moment(start_ms)} to {moment(due_ms)}, {done}{line}",
    )


def lasting(length_ms: int) -> str:
    """`3 天 2 小时`: the two largest units."""
    days, rest = divmod(length_ms, _DAY_MS)
    hours, rest = divmod(rest, _HOUR_MS)
    minutes = rest // 60_000
    if days:
        return say(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return say(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")
    return say(f"{minutes} 分", f"{minutes} min")
