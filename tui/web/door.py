"""The door for the command line: serves the screens to browsers until a signal comes."""

from __future__ import annotations

import asyncio
import signal
import sys

from node.web import Door

from .server import serve


def run(door: Door, language: str) -> None:
    """Until SIGINT or SIGTERM, which end every seat whole."""
    asyncio.run(_run(door, language))


async def _run(door: Door, language: str) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serve(door, language, stop, lambda: _say_ready(door))


def _say_ready(door: Door) -> None:
    host = door.listener.getsockname()[0]
    print(f"ready {f'[{host}]' if ':' in host else host}:{door.port}", file=sys.stderr, flush=True)
