"""Work that waits for lines and disks, on a thread that nobody waits for at the end.

asyncio's own threads are waited for when the loop closes: a node whose backup hangs on a dead line would hang, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def aside(work: Callable[..., Result], *words: Any, **named: Any) -> Result:
    """What `work` gives or raises. Cancelled, it is left to itself."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        try:
            outcome: tuple[Any, BaseException | None] = work(*words, **named), None
        except BaseException as fault:
            outcome = None, fault
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
            loop.call_soon_threadsafe(_tell, ended, *outcome)

    threading.Thread(target=run, name="qiao-backup", daemon=True).start()
    return await ended


def _tell(ended: asyncio.Future[Any], found: Any, fault: BaseException | None) -> None:
    if ended.cancelled():
        return
    if fault is None:
        ended.set_result(found)
    else:
        ended.set_exception(fault)
