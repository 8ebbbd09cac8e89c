"""What the service manager is told (sd_notify): that the node is ready, that it stops, that it is alive.

A datagram to the socket that NOTIFY_SOCKET names; without it, and without systemd, nothing. The watchdog is fed
only while the event loop runs and the writer isn't stuck on one job.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

SOCKET, WATCHDOG, WATCHED = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"
# One job of the writer may take long: an erasure across a large node, a whole list imported. Past this it is stuck.
STUCK_SECONDS = 900.0


def tell(state: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether it was told. Raises nothing: who manages us is no part of the work."""
    place = (os.environ if environ is None else environ).get(SOCKET, "")
    if not place or not hasattr(socket, "AF_UNIX"):
        return False
    address = "\0" + place[1:] if place.startswith("@") else place
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), address)
        return True
    return False


def watchdog_seconds(environ: Mapping[str, str] | None = None) -> float | None:
    """How often at least it is to be fed; None where nobody watches us."""
    found = os.environ if environ is None else environ
    asked, pid = found.get(WATCHDOG, ""), found.get(WATCHED, str(os.getpid()))
    if not asked.isdigit() or int(asked) == 0 or pid != str(os.getpid()):
        return None
    return int(asked) / 1_000_000


async def feed(seconds: float, busy_for: Callable[[], float]) -> None:
    """For ever. `busy_for`: seconds since which the writer has been on one job."""
    while True:
        if busy_for() < STUCK_SECONDS:
            tell(ALIVE)
        await asyncio.sleep(seconds / 3)
