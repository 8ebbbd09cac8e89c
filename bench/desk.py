"""What one office feels of its node: an act at the desk, durable; and what the process costs that waits for it.

    python -m bench.desk [--seconds 60]

A city below its province, both processes of the real program; the city's desk acts by the socket, as its screens do.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from bench import running
from bench.ticket_life import TEXTS
from node.demo.office import Office

CITY = "370200"
TICKETS = 20
NOTES = 2  # of each
REST = 5.0  # seconds until what the acts left to be carried is carried


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=60, help="for which the idle node is watched")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.seconds), indent=1))


def measure(folder: Path, seconds: float) -> dict[str, float]:
    province = running.founded(folder)
    city = running.office(folder, CITY)
    with running.stopped_at_last(city, province):
        running.joined(city, province)
        _acts(city)  # what a process loads with its first acts is loaded
        before = running.cpu_seconds(city.pid)
        acts = _acts(city)
        spent = running.cpu_seconds(city.pid) - before
        time.sleep(REST)
        idle = _idle(city, seconds)
        return {
            "act_ms": statistics.median(acts),
            "act_95_ms": sorted(acts)[int(len(acts) * 0.95)],
            "act_cpu_ms": spent * 1000 / len(acts),  # carried to the province as well
            "idle_cpu_percent": idle * 100,
            "memory_mib": running.memory_mib(city.pid),
        }


def _acts(city: Office) -> list[float]:
    """Milliseconds of each."""
    steps = []
    for _ in range(TICKETS):
        data = {"channel": "phone", "class": "enquiry", "topic": "legal/labour/wages/arrears",
                "narrative": TEXTS[0], "worker_phone": "13800001111"}  # fmt: skip
        begun = time.perf_counter()
        record = running.act(city, "register", **data)["record"]
        steps.append((time.perf_counter() - begun) * 1000)
        for text in TEXTS[1 : 1 + NOTES]:
            begun = time.perf_counter()
            running.act(city, "note", record, text=text)
            steps.append((time.perf_counter() - begun) * 1000)
    return steps


def _idle(city: Office, seconds: float) -> float:
    """Of a core."""
    before, begun = running.cpu_seconds(city.pid), time.monotonic()
    time.sleep(seconds)
    return (running.cpu_seconds(city.pid) - before) / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
