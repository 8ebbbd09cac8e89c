"""One check, looked at by itself; whatever it finds that isn't well has to say what mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from node.doctor.finding import Check, Finding, Level, Site
from tests.house import hints


def found(check: Check, site: Site | Path, **more: Any) -> dict[str, Finding]:
    """By name."""
    every = list(check(site if isinstance(site, Site) else Site(site, **more)))
    for one in every:
        assert one.sentence and (one.level is Level.OK or hints.fault(one.hint) == ""), one
    assert len({one.name for one in every}) == len(every)
    return {one.name: one for one in every}


def level(check: Check, site: Site | Path, name: str | None = None, **more: Any) -> Level:
    """Of the finding of that name; without one, of the only one."""
    every = found(check, site, **more)
    if name is None:
        assert len(every) == 1, every
        return next(iter(every.values())).level
    return every[name].level
