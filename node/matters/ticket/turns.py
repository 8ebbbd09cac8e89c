"""When the registering unit is to take a ticket in hand next (回访、质检的先后), from the acts alone.

What has just been handed over is due at once; whom an attempt to follow up didn't reach, on the next day.
"""

from __future__ import annotations

from conflict.state import Mark, State
from sync_protocol import clock

from ..draft import Turn
from . import assignments as read
from . import rules


def turn(state: State) -> Turn | None:
    """None where it waits for nobody of the registering unit."""
    phase, number = read.phase(state), read.round_of(state)
    if phase not in ("follow_up", "quality_check"):
        return None
    since = max(
        (_ms(one) for one in read.acts(state, "advance", number) if one.data.get("to") == phase), default=0
    )
    attempts = list(read.acts(state, "follow_up", number)) if phase == "follow_up" else []
    if attempts and rules.outcome_of(attempts) is None:
        return Turn(max(since, _next_day(attempts[-1])), len(attempts))
    return Turn(since, len(attempts))


def _next_day(attempt: Mark) -> int:
    """0:00 at UTC+8 of the day after an attempt."""
    return (rules.day_of(attempt.time) + 1) * rules.DAY_MS - rules.UTC8_MS


def _ms(mark: Mark) -> int:
    return clock.to_ms(mark.time)
