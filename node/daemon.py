"""The running node: the writer on its thread, the peers' server, the local socket, the line to the parent,
the minute's tick and the backup; one process, stopped whole (design 4, `run`).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from node import config as configuration
from node import health, keylock, passphrase
from node.backup import way
from node.backup.litestream import Litestream
from node.backup.upkeep import Upkeep
from node.clock import SystemClock
from node.config import Config, Value
from node.entropy import Entropy, SystemEntropy
from node.lock import Lock
from node.transport import local, local_app, tls
from node.transport.app import Peers
from node.transport.bell import Bell
from node.transport.door import Limits
from node.transport.hand import Hand, Writer
from node.transport.line import Line, Standing
from node.transport.serving import Serving, listen_on

log = logging.getLogger("qiao.daemon")

TICK_SECONDS = 60.0
HEALTH_SECONDS = 5.0  # a writer that is busy for longer is told as `busy`; it isn't broken
RETRY_SECONDS = 5.0  # before a part that failed unexpectedly is begun again

# Commands and screens of this machine, each with one connection; an operation may take minutes.
_LOCAL = Limits(total=512, strangers=512, address=512)

Open = Callable[[Config], Writer]


def run(directory: Path, overrides: Mapping[str, Value | None] | None = None) -> None:
    """`qiao run --no-tui`: until SIGTERM, SIGINT or the operation `stop`.

    Raises Usage `bad_config`, NotFound `no_node`, Locked at once beside another, and what opening raises.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    config = configuration.load(directory, overrides)
    with Lock.take(directory, 0):
        passphrase.ready(directory)
        asyncio.run(serve(config, open_writer, SystemEntropy()))


def open_writer(config: Config) -> Writer:
    from node.writer import Writer as RealWriter  # SQLModel: 0.4 s, only when a node really opens

    writer: Writer = RealWriter.open(config.directory, config, SystemClock(), SystemEntropy())
    return writer


async def serve(
    config: Config,
    opener: Open,
    entropy: Entropy,
    *,
    ready: Callable[[str], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """A node until `stop` is set. The caller holds the lock. `ready` is told HOST:PORT, else stderr is."""
    stopping = stop or asyncio.Event()
    async with AsyncExitStack() as stack:
        _on_signals(stack, stopping)
        daemon, address = await _started(stack, config, opener, entropy, stopping)
        parts = (daemon.line.run, daemon.tick, daemon.rebuild, daemon.backup.run, daemon.upkeep.run)
        for part in (*parts, *daemon.beside):
            _keep(stack, part)
        gc.collect()
        gc.freeze()  # what was imported lives as long as the process
        (ready or _say_ready)(address)
        await stopping.wait()


def _say_ready(address: str) -> None:
    print(f"ready {address}", file=sys.stderr, flush=True)


@dataclass(slots=True)
class Daemon:
    """The parts that work beside one another, and the operations on them."""

    config: Config
    hand: Hand
    bell: Bell
    line: Line
    backup: Litestream
    upkeep: Upkeep
    stopping: asyncio.Event
    beside: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list
    )  # what node.toml asks for besides

    async def operate(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
        """What the local socket asks for. `stop`, `sync` and `line` are the daemon's own; the rest is the
        writer's. Raises QiaoError."""
        if operation == "stop":
            self.stopping.set()
            return {"stopping": True}
        if operation == passphrase.OPERATION:
            return {"master": (keylock.known(self.config.directory) or b"").hex()}
        if operation == "sync":
            verify = bool(params.get("verify"))
            return (await self.line.now(str(params.get("parent") or ""), verify=verify)).as_dict()
        if operation == "line":
            fault = self.backup.fault or next(iter(self.upkeep.faults.values()), "")
            told = {
                "backup_fault": fault,
                "backup_colour": self.upkeep.colour if self.config.backup_enabled else "",
            }
            return {**self.line.told(), **told, "pid": os.getpid()}
        if operation == "backup":
            return {"replicas": await self.upkeep.once(now=True)}
        return await self.hand.run(lambda writer: writer.do(operation, params, staff))

    async def tick(self) -> None:
        while True:
            await self.hand.run(lambda writer: writer.tick())
            await self.scrub()
            await asyncio.sleep(TICK_SECONDS)

    async def rebuild(self) -> None:
        """After an upgrade, some records at a time: whoever else asks for something comes between."""
        while await self.hand.run(lambda writer: writer.rebuild()):
            await asyncio.sleep(0)

    async def scrub(self) -> None:
        """What was erased goes out of the write-ahead log, too, which the backup keeps from being cut off."""
        if not await self.hand.run(lambda writer: writer.scrub()):
            async with self.backup.paused():
                await self.hand.run(lambda writer: writer.scrub())

    async def check(self) -> health.Health:
        """On the writer's thread, so that the check never takes the database from under it."""
        try:
            looked = self.hand.run(lambda _writer: health.check(self.config.directory))
            found = await asyncio.wait_for(looked, HEALTH_SECONDS)
        except TimeoutError:
            found = health.Health(True, "busy")
        return replace(found, backup=self.upkeep.colour if self.config.backup_enabled else "")


async def _started(
    stack: AsyncExitStack, config: Config, opener: Open, entropy: Entropy, stopping: asyncio.Event
) -> tuple[Daemon, str]:
    """Listens before it opens, so that a port in use is told at once; serves when all of it stands."""
    way.check(config)
    listener = stack.enter_context(contextlib.closing(listen_on(config.host, config.port)))
    host, port = listener.getsockname()[:2]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    config = replace(config, listen=f"{_bracketed(config.host)}:{port}")
    hand = await Hand.start(lambda: opener(config))
    stack.push_async_callback(hand.stop)
    bell = Bell()
    await hand.run(lambda writer: writer.listeners.append(bell.hear))
    trust = partial(tls.trust, config)
    line = Line(hand, bell, entropy, url=config.parent, hold_seconds=config.hold_seconds, trust=trust)
    backup = Litestream(config, entropy)
    upkeep = Upkeep(config, entropy, backup, lambda: line.standing is not Standing.CARRYING)
    daemon = Daemon(config, hand, bell, line, backup, upkeep, stopping)
    await _start_beside(daemon)
    await _serve_peers(stack, daemon, listener, entropy)
    await _serve_local(stack, daemon, entropy)
    return daemon, address


async def _start_beside(daemon: Daemon) -> None:
    """The command to notify, the folder to look into. Raises Usage `bad_config`."""
    config = daemon.config
    if config.notify_command:
        from node.notifying import Notifier

        notifier = Notifier(config.notify_command, config.notify_a_minute)
        await daemon.hand.run(lambda writer: writer.listeners.append(notifier.hear))
        daemon.beside.append(notifier.run)
    if config.drop_folder:
        from node.dropping.drop import Drop

        configuration.check_drop(config)
        daemon.beside.append(Drop(config, daemon.hand).run)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _serve_peers(stack: AsyncExitStack, daemon: Daemon, listener: Any, entropy: Entropy) -> None:
    required = daemon.config.tls_required
    peers = Peers(daemon.hand, daemon.bell, daemon.check, daemon.stopping, tls_required=required)
    channel = tls.Channel(SystemClock(), entropy)
    await daemon.hand.run(channel.follow)
    serving = Serving(peers.app(), listener, lambda: channel.context)
    await serving.start()
    stack.push_async_callback(serving.stop)


async def _serve_local(stack: AsyncExitStack, daemon: Daemon, entropy: Entropy) -> None:
    path = daemon.config.directory / local.FILE
    listener, token = local_app.bind(daemon.config.directory, entropy)
    stack.callback(path.unlink, missing_ok=True)
    serving = Serving(local_app.local_app(daemon.operate, token), listener, limits=_LOCAL)
    await serving.start()
    stack.push_async_callback(serving.stop)


def _keep(stack: AsyncExitStack, part: Callable[[], Awaitable[None]]) -> None:
    """Runs a part until the daemon stops; a fault in one never stops the others."""
    task = asyncio.create_task(_kept(part))

    async def cancelled() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(cancelled)


async def _kept(part: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await part()
        except Exception:
            log.exception("a part of the daemon failed")
            await asyncio.sleep(RETRY_SECONDS)


def _on_signals(stack: AsyncExitStack, stopping: asyncio.Event) -> None:
    """SIGTERM and SIGINT stop the node whole. In a thread beside a UI, the UI stops it."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(name, stopping.set)
            stack.callback(loop.remove_signal_handler, name)
