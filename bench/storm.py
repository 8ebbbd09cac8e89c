"""All offices back at once, and somebody at the province's desk meanwhile.

    python -m bench.storm [--senders 260] [--changes 500]

One load generator posts what bench.senders prepared, by a connection of each office's own, to a province that is a
process of the real program; each office has its reply before its time counts as ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench import running, senders
from node.demo.office import Office

PAUSE = 0.25  # between two acts at the desk
PATIENCE = 120.0
_TICKET = {"channel": "phone", "class": "enquiry", "topic": "legal/labour/wages/arrears",
           "narrative": "问拖欠的工资找谁要", "worker_phone": "13900000000"}  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--senders", type=int, default=260)
    asked.add_argument("--changes", type=int, default=500)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.senders, given.changes), indent=1))


def measure(folder: Path, offices: int, changes: int) -> dict[str, Any]:
    writer, requests = senders.prepared(folder, offices, changes, 2 * changes)  # a request each
    writer.close()
    province = running.office(folder, "370000", place=folder / "p", password=senders.PASSWORD)
    with running.stopped_at_last(province):
        province.start()
        _acts(province, 3)  # what a process loads with its first is loaded
        before = running.cpu_seconds(province.pid)
        found = asyncio.run(_stormed(province, requests))
        found |= {
            "senders": offices,
            "changes": offices * changes,
            "cpu_s": running.cpu_seconds(province.pid) - before,
            "memory_mib": running.memory_mib(province.pid, "VmHWM"),
        }
    return found


async def _stormed(province: Office, requests: list[bytes]) -> dict[str, Any]:
    begun = time.perf_counter()
    done = asyncio.Event()
    desk = asyncio.create_task(_desk(province, done))
    sent = asyncio.gather(*(_post(province, raw, begun) for raw in requests))
    ended, tries = zip(*await sent, strict=True)
    done.set()
    acts = await desk
    return {
        "seconds": max(ended),
        "half_s": statistics.median(ended),
        "tries": sum(tries),
        "acts": len(acts),
        "act_ms": statistics.median(acts),
        "act_95_ms": sorted(acts)[int(len(acts) * 0.95)],
        "act_longest_ms": max(acts),
        "curve": sorted(round(one, 2) for one in ended),
    }


async def _post(province: Office, sealed: bytes, begun: float) -> tuple[float, int]:
    """(when it had its reply, how often it asked). An office that is told to come again does."""
    tries = 0
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        while True:
            tries += 1
            reply = await client.post(f"{province.address}/sync", content=sealed)
            if reply.status_code == 200:
                return time.perf_counter() - begun, tries
            if reply.status_code not in (429, 503):
                raise RuntimeError(f"{reply.status_code} {reply.text[:200]}")
            await asyncio.sleep(float(reply.headers.get("retry-after", "1")))


async def _desk(province: Office, done: asyncio.Event) -> list[float]:
    """Milliseconds of each act until the storm is over."""
    steps: list[float] = []
    while not done.is_set():
        steps += await asyncio.to_thread(_acts, province, 1)
        await asyncio.sleep(PAUSE)
    return steps


def _acts(province: Office, many: int) -> list[float]:
    steps = []
    for _ in range(many):
        begun = time.perf_counter()
        running.act(province, "register", **_TICKET)
        steps.append((time.perf_counter() - begun) * 1000)
    return steps


if __name__ == "__main__":
    main()
