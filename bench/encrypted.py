"""What an encrypted database costs: the same province in clear and encrypted, and a link whose both ends are.

The processor's own time is told, of the same work in turn, so that what else the machine does counts little.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import node as link
from bench import province
from bench.figures import arguments
from node import encrypting
from node.entropy import SystemEntropy
from node.lock import Lock
from node.lookup import Lookup

ROUNDS = 40


def main() -> None:
    given = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        place = province.build(given.dir or Path(folder), given.calls, given.tickets)
        clear = _read(place)
        seconds = _converted(place)
        _compare("reading", clear, _read(place))
        print(f"{'converting, each way':<44}{seconds:11.1f} s")
        with Lock.take(place):
            encrypting.decrypt(place)
    with tempfile.TemporaryDirectory() as folder:
        _link(Path(folder) / "warm", sealed=False)  # what is compiled once a process is compiled now
        turns = [
            (_link(Path(folder) / f"c{at}", False), _link(Path(folder) / f"s{at}", True)) for at in range(3)
        ]
    _compare("writing", *(_least([turn[side] for turn in turns]) for side in (0, 1)))


def _least(turns: list[dict[str, float]]) -> dict[str, float]:
    """Other work on the machine only ever adds."""
    return {what: min(one[what] for one in turns) for what in turns[0]}


def _converted(place: Path) -> float:
    begun = time.perf_counter()
    with Lock.take(place):
        encrypting.encrypt(place, SystemEntropy())
    return time.perf_counter() - begun


def _read(place: Path) -> dict[str, float]:
    """What is asked → milliseconds of CPU, median."""
    reader = Lookup(place, "zh")
    asks: dict[str, Callable[[], Any]] = {
        "a list page": lambda: reader.list("ticket", sort="-changed"),
        "a list page narrowed by a text": lambda: reader.list("ticket", text="工资"),
        "a search": lambda: reader.search("工资"),
        "all that is overdue": lambda: reader.list("ticket", overdue=True),
        "an opening": lambda: Lookup(place, "zh").close(),
    }
    found = {what: _median(ask) for what, ask in asks.items()}
    reader.close()
    return found


def _median(ask: Callable[[], Any], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        ask()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)


def _link(folder: Path, sealed: bool) -> dict[str, float]:
    """An act at the desk; the parent's intake of the child's commits, a commit."""
    parent, child = link._tree(folder)
    for name, writer in (("p", parent), ("c", child)):
        writer.close()
        if sealed:
            encrypting.encrypt(folder / name, SystemEntropy())
    parent, child = link._opened_again(folder / "p"), link._opened_again(folder / "c")
    found = {"a ticket registered": _median(lambda: link._register(child), 200)}
    begun, moved, more = 0.0, 0, True
    while more:
        request = child.request(0)
        at = time.process_time()
        reply = parent.take(request).reply
        begun += time.process_time() - at
        assert reply is not None
        taken = child.take_reply(reply)
        moved, more = moved + taken.sent + taken.received, taken.more
    found["intake, a commit"] = begun * 1000 / moved
    parent.close()
    child.close()
    return found


def _compare(title: str, clear: dict[str, float], sealed: dict[str, float]) -> None:
    print(f"\n{title + ', ms of CPU':<44}{'clear':>11}{'encrypted':>11}{'ratio':>11}")
    for what, one in clear.items():
        print(f"{what:<44}{one:11.2f}{sealed[what]:11.2f}{sealed[what] / one:11.2f}", flush=True)


if __name__ == "__main__":
    main()
