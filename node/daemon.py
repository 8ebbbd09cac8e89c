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
import threading
import time
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
from node.errors import QiaoError
from node.lock import Lock
from node.logs import writing
from node.logs.events import tell
from node.logs.noticed import Noticed
from node.metrics import page
from node.metrics.meter import UNKNOWN, Meter
from node.metrics.reading import Standing as Measured
from node.service import notify
from node.transport import local, local_app, tls
from node.transport.app import Peers
from node.transport.bell import Bell
from node.transport.door import Limits
from node.transport.hand import Hand, Writer
from node.transport.line import Line, Standing
from node.transport.serving import Serving, listen_on
from node.version import version

log = logging.getLogger("qiao.daemon")

TICK_SECONDS = 60.0
LOOK_SECONDS = 10.0  # for signatures to be verified: a millisecond each
VERIFY_SECONDS = 0.1  # between two lots of signatures: a quarter of a core
HEALTH_SECONDS = 5.0  # a writer that is busy for longer is told as `busy`; it isn't broken
RETRY_SECONDS = 5.0  # before a part that failed unexpectedly is begun again
MOST_RETRY_SECONDS = 300.0  # it is doubled up to this
# A stop is at most: the servers' answers (5 s), Litestream (10 s), the writer's present job (30 s, promise R15).
STOP_SECONDS = 90.0
STOP_FORCED = 70  # exit code of a process that had to end itself

# Commands and screens of this machine, each with one connection; an operation may take minutes.
_LOCAL = Limits(total=512, strangers=512, address=512)

Open = Callable[[Config], Writer]


def run(directory: Path, overrides: Mapping[str, Value | None] | None = None) -> None:
    """`qiao run --no-tui`: until SIGTERM, SIGINT or the operation `stop`.

    Raises Usage `bad_config`, NotFound `no_node`, Locked at once beside another, and what opening raises.
    """
    config = configuration.load(directory, overrides)
    with Lock.take(directory, 0):
        passphrase.ready(directory)
        handlers = writing.start(config, stderr=sys.stderr)
        try:
            asyncio.run(serve(config, open_writer, SystemEntropy()))
        finally:
            writing.stop(handlers)


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
    begun = time.monotonic()
    tell(log, logging.INFO, "node_started", version=version(), pid=os.getpid())
    bound = threading.Timer(STOP_SECONDS, _force)
    bound.daemon = True
    async with AsyncExitStack() as stack:
        _on_signals(stack, stopping)
        daemon, address = await _started(stack, config, opener, entropy, stopping)
        parts = (
            daemon.line.run,
            daemon.tick,
            daemon.rebuild,
            daemon.verify,
            daemon.backup.run,
            daemon.upkeep.run,
        )
        for part in (*parts, *daemon.beside):
            _keep(stack, part)
        gc.collect()
        gc.freeze()  # what was imported lives as long as the process
        (ready or _say_ready)(address)
        notify.tell(notify.READY)
        tell(log, logging.INFO, "node_ready", listen=address, ms=_since(begun))
        await stopping.wait()
        begun = time.monotonic()
        bound.start()
        notify.tell(notify.STOPPING)
        tell(log, logging.INFO, "node_stopping")
        # Nothing is taken any more before the parts that carry and save it are ended.
        await asyncio.gather(*(one.stop() for one in daemon.serving))
    bound.cancel()
    tell(log, logging.INFO, "node_stopped", ms=_since(begun))


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _force() -> None:
    """What isn't durable by now was never acknowledged; Litestream ends when it sees us gone."""
    tell(log, logging.ERROR, "stop_forced", seconds=round(STOP_SECONDS))
    os._exit(STOP_FORCED)


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
    meter: Meter
    noticed: Noticed = field(default_factory=Noticed)
    serving: list[Serving] = field(default_factory=list)
    beside: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list
    )  # what node.toml asks for besides

    async def operate(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
        """What the local socket asks for. `stop`, `sync`, `line` and `metrics` are the daemon's own; the rest is the
        writer's. Raises QiaoError."""
        begun, code = time.monotonic(), "unexpected"
        try:
            done = await self._operate(operation, params, staff)
            code = "ok"
            return done
        except QiaoError as fault:
            code = fault.code
            raise
        finally:
            self.meter.operated(operation, code, time.monotonic() - begun)
            known = operation if code != UNKNOWN else ""  # a name that nobody has may be anything
            tell(log, logging.DEBUG, "operation_done", operation=known, code=code, ms=_since(begun))

    async def _operate(self, operation: str, params: Mapping[str, Any], staff: str | None) -> dict[str, Any]:
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
        if operation == "metrics":
            return {"text": await page.text(self.meter, self.config.directory, await self.standing())}
        return await self.hand.run(lambda writer: writer.do(operation, params, staff))

    async def token_used(self, name: str) -> None:
        """A program has read by that token today."""
        await self.hand.run(lambda writer: writer.do("api.token.used", {"name": name}, None))

    async def standing(self) -> Measured:
        """For metrics: how the parts stand now."""
        found = await self.check()
        return Measured(
            version(),
            found.ok,
            found.warnings,
            str(self.line.standing),
            self.hand.waiting,
            self.hand.busy_seconds,
        )

    async def tick(self) -> None:
        while True:
            await self.hand.run(lambda writer: writer.tick())
            await self.scrub()
            await self.warnings()
            self.noticed.refusals(self.meter.refusals())
            await asyncio.sleep(TICK_SECONDS)

    async def rebuild(self) -> None:
        """After an upgrade, some records at a time: whoever else asks for something comes between."""
        while await self.hand.carry(lambda writer: writer.rebuild()):
            await asyncio.sleep(0)

    async def verify(self) -> None:
        """Signatures that were looked at with their run alone, some at a time, while nothing is carried (3.3)."""
        while True:
            busy = self.hand.waiting or self.line.standing is Standing.CARRYING
            more = busy or await self.hand.carry(lambda writer: writer.verify())
            await asyncio.sleep(VERIFY_SECONDS if more else LOOK_SECONDS)

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
        self.noticed.health(found.ok, found.code)
        colour = self.upkeep.colour if self.config.backup_enabled else ""
        return replace(found, warnings=await self.warnings(), backup=colour)

    async def warnings(self) -> tuple[str, ...]:
        found = await asyncio.to_thread(health.warnings, self.config)
        self.noticed.warnings(found)
        return found


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
    meter, trust = Meter(), partial(tls.trust, config)
    line = Line(
        hand, bell, entropy, url=config.parent, hold_seconds=config.hold_seconds, trust=trust, count=meter
    )
    backup = Litestream(config, entropy)
    upkeep = Upkeep(config, entropy, backup, lambda: line.standing is not Standing.CARRYING)
    daemon = Daemon(config, hand, bell, line, backup, upkeep, stopping, meter)
    await _start_beside(daemon)
    await _serve_peers(stack, daemon, listener, entropy)
    await _serve_local(stack, daemon, entropy)
    return daemon, address


async def _start_beside(daemon: Daemon) -> None:
    """The watchdog, metrics, the API, the command to notify, the folder to look into. Raises Usage `bad_config`,
    `api_needs_tls`, `bad_certificate`."""
    config, watched = daemon.config, notify.watchdog_seconds()
    if watched is not None:
        daemon.beside.append(partial(notify.feed, watched, daemon.hand.busy_for))
    if config.notify_command:
        from node.notifying import Notifier

        notifier = Notifier(config.notify_command, config.notify_a_minute)
        await daemon.hand.run(lambda writer: writer.listeners.append(notifier.hear))
        daemon.beside.append(notifier.run)
    if config.drop_folder:
        from node.dropping.drop import Drop

        configuration.check_drop(config)
        daemon.beside.append(Drop(config, daemon.hand).run)
    if config.metrics_listen:
        daemon.beside.append(partial(page.serve, config, daemon.meter, daemon.standing))
    if config.api_listen:
        from node.api import door, serving

        door.tls(config)
        daemon.beside.append(partial(serving.serve, config, daemon.token_used))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def _serve_peers(stack: AsyncExitStack, daemon: Daemon, listener: Any, entropy: Entropy) -> None:
    required = daemon.config.tls_required
    peers = Peers(
        daemon.hand, daemon.bell, daemon.check, daemon.stopping, tls_required=required, count=daemon.meter
    )
    channel = tls.Channel(SystemClock(), entropy)
    await daemon.hand.run(channel.follow)
    serving = Serving(peers.app(), listener, lambda: channel.context)
    await serving.start()
    daemon.serving.append(serving)
    stack.push_async_callback(serving.stop)


async def _serve_local(stack: AsyncExitStack, daemon: Daemon, entropy: Entropy) -> None:
    path = daemon.config.directory / local.FILE
    listener, token = local_app.bind(daemon.config.directory, entropy)
    stack.callback(path.unlink, missing_ok=True)
    serving = Serving(local_app.local_app(daemon.operate, token), listener, limits=_LOCAL)
    await serving.start()
    daemon.serving.append(serving)
    stack.push_async_callback(serving.stop)


def _keep(stack: AsyncExitStack, part: Callable[[], Awaitable[None]]) -> None:
    """Runs a part until the daemon stops; a fault in one never stops the others."""
    task = asyncio.create_task(_kept(part, _name(part)))

    async def cancelled() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(cancelled)


def _name(part: Callable[[], Awaitable[None]]) -> str:
    """`Line.run`, `feed`."""
    return str(getattr(getattr(part, "func", part), "__qualname__", ""))


async def _kept(part: Callable[[], Awaitable[None]], name: str) -> None:
    seconds = RETRY_SECONDS
    while True:
        try:
            return await part()
        except Exception as fault:
            tell(log, logging.ERROR, "part_failed", fault, part=name)
            await asyncio.sleep(seconds)
            seconds = min(seconds * 2, MOST_RETRY_SECONDS)


def _on_signals(stack: AsyncExitStack, stopping: asyncio.Event) -> None:
    """SIGTERM and SIGINT stop the node whole. In a thread beside a UI, the UI stops it."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(name, stopping.set)
            stack.callback(loop.remove_signal_handler, name)
