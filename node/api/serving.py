"""The API as a part of the daemon: its own listener, its own few connections, nothing of the peers' server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from node.config import Config, split_listen
from node.logs.events import tell
from node.transport.door import Limits
from node.transport.serving import Serving, listen_on

from . import door
from .room import Room

log = logging.getLogger("qiao.api")
# Programs of a few auditors; all of this machine share an address.
LIMITS = Limits(total=64, strangers=32, address=32)


async def serve(config: Config, note: Callable[[str], Awaitable[object]]) -> None:
    """For ever, on `api.listen`. `note`: a token's name, once a day. Raises QiaoError `port_taken`, and as door.tls."""
    from .app import build  # FastAPI and the shapes: half a second, for whoever has turned it on
    from .visitor import Desk

    context = door.tls(config)
    with contextlib.closing(listen_on(*split_listen(config.api_listen))) as listener:
        room = Room(config.directory)
        app = build(Desk(room, config.language, note), own_names=door.is_near(config))
        serving = Serving(app, listener, lambda: context, limits=LIMITS)
        await serving.start()
        host, port = listener.getsockname()[:2]
        tell(log, logging.INFO, "api_ready", listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        try:
            await asyncio.Event().wait()
        finally:
            await serving.stop()
            await asyncio.to_thread(room.close)
