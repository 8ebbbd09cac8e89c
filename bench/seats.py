"""Memory of seats in browsers: `qiao web` beside a running node, sockets that sign in and wait. Linux alone.

`python -m bench.seats --dir DIR --staff ID --password WORD [--seats 15]`; the node runs already (`qiao run --no-tui`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp

from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.seats import Seats

WAIT_SECONDS = 90.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--staff", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--seats", type=int, default=15)
    given = parser.parse_args()
    asyncio.run(_measure(given.dir, given.staff, given.password, given.seats))


async def _measure(directory: Path, staff: str, password: str, count: int) -> None:
    seats = Seats(directory, SystemClock().own_ms, SystemEntropy())
    with _serving(directory) as (process, origin):
        async with contextlib.AsyncExitStack() as stack:
            for number in range(count):
                await stack.enter_async_context(_seated(seats, origin, f"bench{number}", staff, password))
            await asyncio.sleep(3)
            pids = _children(process.pid)
            print(f"{len(pids)} seats")
            for name in ("Rss", "Pss"):
                found = sorted(_memory(pid, name) for pid in pids)
                print(
                    f"{name} a seat: median {found[len(found) // 2]} MiB, most {found[-1]} MiB, all {sum(found)} MiB"
                )
            print(f"the server itself: Rss {_memory(process.pid, 'Rss')} MiB")


@contextlib.contextmanager
def _serving(directory: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and its origin."""
    words = [sys.executable, "-m", "cli", "--dir", str(directory), "web", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        try:
            origin = process.stdout.readline().partition("/seat#")[0]
            process.stderr.readline()
            yield process, origin
        finally:
            process.terminate()


@contextlib.asynccontextmanager
async def _seated(seats: Seats, origin: str, name: str, staff: str, password: str) -> AsyncIterator[None]:
    """Signed in, at the inbox, reading what is drawn."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        body, own = {"token": seats.link(name)}, {"Origin": origin}
        async with session.post(f"{origin}/enter", json=body, headers=own) as answer:
            assert answer.status == 204
        async with session.ws_connect(f"{origin}/ws?width=140&height=45", origin=origin) as socket:
            await _drawn(socket, "密码")
            for typed in (f"{staff}\r", f"{password}\r"):
                await socket.send_json(["stdin", typed])
                await asyncio.sleep(0.5)
            await _drawn(socket, "F4")
            reading = asyncio.create_task(_read(socket))
            yield
            reading.cancel()
    seats.end(name)


async def _drawn(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    seen = b""
    async with asyncio.timeout(WAIT_SECONDS):
        while text.encode() not in seen:
            seen += await socket.receive_bytes()


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        continue


def _children(parent: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _memory(pid: int, name: str) -> int:
    """MiB."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) // 1024


if __name__ == "__main__":
    main()
