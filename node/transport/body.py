"""Taking in a request's body: bounded in bytes, in time, and in what all requests together may hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

# The slowest line that the hotline still uses carries 8 KiB a second; the largest envelope takes 17 minutes.
BODY_SECONDS = 20 * 60.0
CHUNK_SECONDS = 30.0
# Whoever sends less, counted from the head on, holds a place and memory for nothing. The client gives up a line that
# carries less than SLOWEST, four times this.
GRACE_SECONDS = 30.0
LEAST = 500  # bytes a second
# Bodies of all requests together; a node stays under 300 MB (promise R15).
BUDGET = 48 * 1024 * 1024


class Refused(Exception):
    """A request that isn't taken: HTTP status and stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Budget:
    """Bytes that may be in memory at once."""

    def __init__(self, size: int = BUDGET) -> None:
        self.left = size

    def draw(self, count: int) -> None:
        """Raises Refused 503 `busy`."""
        if count > self.left:
            raise Refused(503, "busy")
        self.left -= count

    def give_back(self, count: int) -> None:
        self.left += count


class Intake:
    """Reads bodies; one for each server."""

    def __init__(
        self,
        *,
        budget: Budget | None = None,
        chunk_seconds: float = CHUNK_SECONDS,
        body_seconds: float = BODY_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self.budget = budget or Budget()
        self._chunk_seconds = chunk_seconds
        self._body_seconds = body_seconds
        self._grace_seconds = grace_seconds

    @asynccontextmanager
    async def body(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """The body, counted against the budget until the context ends.

        Raises Refused: 413 `too_large`, 408 `too_slow`, 400 `cut_off`, 415 `bad_encoding`, 503 `busy`.
        """
        _check_head(request, limit)
        buffer = bytearray()
        try:
            await self._read(request, limit, buffer)
            yield bytes(buffer)
        finally:
            self.budget.give_back(len(buffer))

    async def _read(self, request: Request, limit: int, buffer: bytearray) -> None:
        """Fills `buffer`, whose bytes are drawn from the budget."""
        chunks = request.stream()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._body_seconds):
                while chunk := await asyncio.wait_for(anext(chunks), self._chunk_seconds):
                    if len(buffer) + len(chunk) > limit:
                        raise Refused(413, "too_large")
                    self.budget.draw(len(chunk))
                    buffer += chunk
                    if len(buffer) < (loop.time() - begun - self._grace_seconds) * LEAST:
                        raise Refused(408, "too_slow")
        except TimeoutError as fault:
            raise Refused(408, "too_slow") from fault
        except ClientDisconnect as fault:
            raise Refused(400, "cut_off") from fault


def _check_head(request: Request, limit: int) -> None:
    """What the headers alone rule out. Envelopes are compressed inside; HTTP must not add to that."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refused(415, "bad_encoding")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length[:20]) > limit:
        raise Refused(413, "too_large")
