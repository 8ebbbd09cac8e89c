"""在途/在手: in whose hands a matter was while a deadline ran, and how long it was on the line between two offices.

Pure: from the standing acts of a record as `Node.show` tells them. An assignment is on the line from the act that
made it until its unit's node signed `receive`, or the dispatcher `deliver`; what a unit submits is on the line until
it was stored here, where it came to us. The times are those that each office signed by its own disciplined clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import moments
from .face import Item

HAND, LINE, AHEAD = "hand", "line", "ahead"  # 在手, 在途, still to run


@dataclass(frozen=True, slots=True)
class Span:
    """`seconds` in the hands of `unit`, on the line to it, or left of the time."""

    kind: str
    unit: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Turn:
    """From `at` on, it is with `unit`."""

    at: datetime
    kind: str
    unit: str


def spans(item: Item, clock: Item, own: str, now: datetime) -> list[Span]:
    """Of one deadline of `deadlines`: from its start to when it was done, else to now and what is left of it."""
    start, due, done = (moments.parsed(clock.get(name)) for name in ("start", "due", "done"))
    if start is None:
        return []
    end = done or now
    found = [one for one in _clipped(_turns(item, clock, own), start, end) if one.seconds > 0]
    if done is None and due is not None and due > now:
        found.append(Span(AHEAD, "", (due - now).total_seconds()))
    return _joined(found)


def _clipped(turns: Sequence[_Turn], start: datetime, end: datetime) -> Iterator[Span]:
    following = [*(one.at for one in turns[1:]), end] if turns else []
    for turn, until in zip(turns, following, strict=True):
        seconds = (min(until, end) - max(turn.at, start)).total_seconds()
        yield Span(turn.kind, turn.unit, max(0.0, seconds))


def _joined(found: Sequence[Span]) -> list[Span]:
    """What follows in the same hands is one."""
    joined: list[Span] = []
    for one in found:
        if joined and (joined[-1].kind, joined[-1].unit) == (one.kind, one.unit):
            joined[-1] = Span(one.kind, one.unit, joined[-1].seconds + one.seconds)
        else:
            joined.append(one)
    return joined


def _turns(item: Item, clock: Item, own: str) -> list[_Turn]:
    """Each change of hands on the way to the clock's unit, in order."""
    unit, round_ = str(clock.get("unit") or ""), clock.get("round")
    owner = str(item.get("owner") or "")
    assigners = {
        str(one.get("unit")): str(one.get("assigner") or owner) for one in _rows(item, "assignments")
    }
    turns: list[_Turn] = []
    for act in _rows(item, "timeline"):
        at = moments.parsed(act.get("time"))
        if at is None or act.get("verdict") != "stands" or not _is_of(act, round_):
            continue
        here = turns[-1] if turns else _Turn(at, HAND, owner)
        turns += [here] if not turns else []
        turns += _moved(act, at, here, unit, own, assigners)
    return turns


def _is_of(act: Item, round_: Any) -> bool:
    given = _data(act).get("round")
    return given is None or given == round_


def _moved(
    act: Item, at: datetime, here: _Turn, unit: str, own: str, assigners: Mapping[str, str]
) -> Iterator[_Turn]:
    """The turns that one act makes of where it was."""
    by, name = str(act.get("unit") or ""), str(act.get("action"))
    of = str(_data(act).get("unit") or by)
    if not _on_the_way(of, unit):
        return
    if name == "assign":
        yield _Turn(at, LINE, of)
    elif name == "deliver" or (here.kind == LINE and by == here.unit):
        yield _Turn(at, HAND, here.unit if here.kind == LINE else of)
    if name in ("submit", "decline"):
        yield from _upwards(act, at, assigners.get(by, by), own)
    elif name == "recall":
        yield _Turn(at, HAND, by)
    elif name == "review" and _data(act).get("outcome") == "back":
        yield _Turn(at, LINE, of)


def _upwards(act: Item, at: datetime, to: str, own: str) -> Iterator[_Turn]:
    """When it came is known of what came to us."""
    arrived = moments.parsed(act.get("received"))
    if to == own and arrived is not None and arrived > at:
        yield _Turn(at, LINE, to)
        yield _Turn(arrived, HAND, to)
    else:
        yield _Turn(at, HAND, to)


def _on_the_way(of: str, unit: str) -> bool:
    return f"{unit}/".startswith(f"{of}/")


def _rows(item: Item, name: str) -> list[Item]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _data(act: Item) -> Mapping[str, Any]:
    data = act.get("data")
    return data if isinstance(data, Mapping) else {}


def cells(found: Sequence[Span], width: int) -> list[int]:
    """How many of `width` cells each span gets: by its share, at least one, and together all of them."""
    if not found or width < len(found):
        return [0] * len(found)
    total = sum(one.seconds for one in found)
    parts = [one.seconds / total if total else 1 / len(found) for one in found]
    shares = [1 + part * (width - len(found)) for part in parts]
    whole = [int(share) for share in shares]
    for index in sorted(range(len(found)), key=lambda at: whole[at] - shares[at])[: width - sum(whole)]:
        whole[index] += 1
    return whole
