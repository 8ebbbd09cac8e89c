"""How long something takes, beside the bound that the product sets: on the wall, and of this process's own work.

A machine that does other things makes the wall's figures worse, and the processor's hardly; the ratio is of the latter.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

HEAD = ("", "bound", "median", "worst", "CPU median", "CPU worst", "ratio", "n")


def head(title: str) -> None:
    """Milliseconds, all of them."""
    what, *names = HEAD
    print(f"\n{title:<52}" + what + "".join(f"{name:>11}" for name in names), flush=True)


def each(
    what: str, bound_ms: int | None, ask: Callable[[int], object], rounds: int = 15, *, cores: int = 1
) -> None:
    """Asks so often, by turn; the first, which finds nothing in memory, is told like the others. The bound is for
    the CPU, which others at work don't change; of what works on several `cores` it is for the time on the wall."""
    wall, busy = [], []
    for at in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        ask(at)
        wall.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    figures = (statistics.median(wall), max(wall), statistics.median(busy), max(busy))
    judged = figures[2] if cores == 1 else figures[0]
    ratio = f"{judged / bound_ms:11.2f}" if bound_ms else " " * 11
    bound = f"{bound_ms:11d}" if bound_ms else " " * 11
    over = "  OVER" if bound_ms and judged > bound_ms else ""
    print(
        f"{what:<52}{bound}" + "".join(f"{one:11.1f}" for one in figures) + f"{ratio}{rounds:11d}{over}",
        flush=True,
    )


def always(ask: Callable[..., object], *given: Any, **how: Any) -> Callable[[int], object]:
    """The same each time."""
    return lambda _: ask(*given, **how)


def memory(what: str) -> None:
    """The most that this process has held."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(f"{what:<52}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:11.1f} MiB", flush=True)
