"""A city whose machine burnt: a new node joins in its place, and gets back from the province all that it had.

    python -m bench.replacement [--changes 1000000] [--dir DIR]

The province took the city's changes in as bench.senders makes them, ten of each ticket. The old node is revoked, the
unit invited anew; from `qiao join` on the time runs. Both nodes are processes of the real program on one machine.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import running, senders
from bench.lives import STAFF
from node.demo.office import Office

CITY = "370110"  # what senders calls its first office
PAUSE = 0.5
MOST_SECONDS = 3600.0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--changes", type=int, default=1_000_000)
    asked.add_argument("--dir", type=Path, help="where a province made before is kept")
    given = asked.parse_args()
    with TemporaryDirectory() as folder:
        print(json.dumps(measure(given.dir or Path(folder), given.changes), indent=1))


def measure(folder: Path, changes: int) -> dict[str, Any]:
    place = folder / "p"
    if not place.exists():
        _fill(folder, changes)
    province = running.office(folder, "370000", place=place, password=senders.PASSWORD)
    city = running.office(folder, CITY, place=folder / f"new{time.time_ns()}")
    with running.stopped_at_last(province, city):
        province.start()
        return _replaced(province, city, _tickets(province))


def _fill(folder: Path, changes: int) -> None:
    province, requests = senders.prepared(folder, 1, changes, 5000)
    for at, raw in enumerate(requests):
        province.take(raw)
        requests[at] = b""
    while province.verify():  # as it has been for long, by the time a city burns
        pass
    province.close()


@dataclass(slots=True)
class _Watched:
    """What a new node holds, as time goes by."""

    begun: float
    curve: list[tuple[float, int]] = field(default_factory=list)  # seconds, commits held
    acts: list[float] = field(default_factory=list)  # ms, at the desk meanwhile
    usable: float = 0.0

    def now(self) -> float:
        return time.perf_counter() - self.begun


def _replaced(province: Office, city: Office, tickets: int) -> dict[str, Any]:
    province.call("registry", "revoke", CITY, "--reason", "replaced", staff=STAFF)
    seen = _Watched(time.perf_counter())
    running.joined(city, province)
    running.act(city, "register", **_ticket(0))
    seen.usable = seen.now()
    while _tickets(city) < tickets:
        seen.curve.append((round(seen.now(), 1), _commits(city)))
        begun = time.perf_counter()
        running.act(city, "register", **_ticket(len(seen.curve)))
        seen.acts.append((time.perf_counter() - begun) * 1000)
        if seen.now() > MOST_SECONDS:
            raise TimeoutError(f"{_tickets(city)} of {tickets} tickets")
        time.sleep(PAUSE)
    complete, commits = seen.now(), _commits(city)
    status = city.call("status")  # "verified so many of so many"
    verified = running.waited(lambda: _unverified(city) == 0, MOST_SECONDS, PAUSE)
    assert province.process is not None and city.process is not None
    return {
        "tickets": tickets,
        "commits": commits,
        "usable_s": seen.usable,
        "complete_s": complete,
        "verified_s": complete + verified,
        "verified_then": status["commits"] - status["unverified"],
        "act_ms": sorted(seen.acts)[len(seen.acts) // 2] if seen.acts else 0.0,
        "act_longest_ms": max(seen.acts, default=0.0),
        "memory_mib": running.memory_mib(city.pid, "VmHWM"),
        "parent_memory_mib": running.memory_mib(province.pid, "VmHWM"),
        "cpu_s": running.cpu_seconds(city.pid),
        "parent_cpu_s": running.cpu_seconds(province.pid),
        "curve": seen.curve,
    }


def _ticket(nth: int) -> dict[str, Any]:
    return {"channel": "phone", "class": "enquiry", "topic": "legal/labour/wages/arrears",
            "narrative": f"换机器时来的电话，第{nth}个", "worker_phone": f"139{nth:08d}"}  # fmt: skip


def _tickets(one: Office) -> int:
    return running.one(one, "SELECT count(*) FROM folded WHERE matter = 'ticket' AND number LIKE '%-______'")


def _commits(one: Office) -> int:
    return running.one(one, "SELECT max(id) FROM commit_")


def _unverified(one: Office) -> int:
    return running.one(one, "SELECT count(*) FROM commit_ WHERE NOT verified")


if __name__ == "__main__":
    main()
