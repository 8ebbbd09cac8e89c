"""Waiting for whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(*waits: Coroutine[Any, Any, Any], seconds: float | None = None) -> int | None:
    """The index of the wait that ended first, or None when the time was over; the others are cancelled.

    A fault of a wait that ended is raised.
    """
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        done = [at for at, task in enumerate(tasks) if task.done()]
        for at in done:
            tasks[at].result()
        return done[0] if done else None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
