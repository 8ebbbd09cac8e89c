"""Metrics as text, and the loopback address where Prometheus finds it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from node.config import LOOPBACK, Config, split_listen
from node.transport.serving import Serving, listen_on

from .meter import Meter
from .reading import Readings, Standing

Look = Callable[[], Awaitable[Standing]]


async def text(meter: Meter, directory: Path, standing: Standing) -> str:
    """The exposition format of Prometheus."""
    return await asyncio.to_thread(_text, meter, directory, standing)


def _text(meter: Meter, directory: Path, standing: Standing) -> str:
    read = CollectorRegistry()
    read.register(Readings(directory, standing))
    return (generate_latest(meter.registry) + generate_latest(read)).decode()


def app(config: Config, meter: Meter, look: Look) -> Starlette:
    async def metrics(request: Request) -> Response:
        if not is_own(request.headers.get("host", "")):
            return PlainTextResponse("bad_host\n", 421)
        body = await text(meter, config.directory, await look())
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/metrics", metrics, methods=["GET"])])


def is_own(host: str) -> bool:
    """A browser on this machine may be led here by a foreign name that was turned to our address."""
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return bare.removeprefix("[").removesuffix("]") in LOOPBACK


async def serve(config: Config, meter: Meter, look: Look) -> None:
    """For ever, on `metrics.listen`. Raises QiaoError `port_taken`."""
    with contextlib.closing(listen_on(*split_listen(config.metrics_listen))) as listener:
        serving = Serving(app(config, meter, look), listener)
        await serving.start()
        try:
            await asyncio.Event().wait()
        finally:
            await serving.stop()
