"""`qiao run`: the node itself; in a terminal with its screens, and without them until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from node import config as configuration
from node import daemon, passphrase
from node.config import Config, Value
from node.entropy import SystemEntropy
from node.errors import Locked, QiaoError, Usage
from node.language import say
from node.lock import Lock
from node.logs import writing

from .lazy import Command, examples, subject
from .session import Session, no_node, session

app = subject()


@app.command(
    cls=Command,
    help="运行节点：写入、服务、同步、备份。终端中打开界面；SIGTERM 使其完整停下。\n"
    "就绪时在标准错误输出一行：ready HOST:PORT",
    epilog=examples(
        "qiao --dir D run",
        "qiao --dir D run --beside",
        "qiao --dir D run --no-tui --listen 0.0.0.0:12351",
        "qiao --dir D run --no-tui --parent https://qiao.example.org",
    ),
)
def run(
    context: typer.Context,
    no_tui: Annotated[bool, typer.Option("--no-tui", help="不打开界面")] = False,
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="服务地址")] = None,
    parent: Annotated[str | None, typer.Option(metavar="URL", help="上级地址")] = None,
    beside: Annotated[bool, typer.Option("--beside", help="节点已在运行：只在这个终端打开界面")] = False,
) -> None:
    here = session(context)
    headless = no_tui or here.json or not (sys.stdin.isatty() and sys.stdout.isatty())
    if headless and not (here.directory / "node.db").exists():
        raise no_node(here)
    if not headless:
        passphrase.ready(here.directory)  # a screen couldn't ask for it
    overrides: dict[str, Value | None] = {"listen": listen, "parent": parent}
    if beside:
        _seat(here, headless)
    elif headless:
        daemon.run(here.directory, overrides)
    elif _has_begun(here.directory) or here.screens.first(here.directory):
        _with_screens(here, overrides)


def _seat(here: Session, headless: bool) -> None:
    """Raises Usage where there is no terminal, NotFound where there is no node."""
    if headless:
        raise Usage(say("--beside 要在终端里用", "--beside needs a terminal"), hint="qiao web")
    if not (here.directory / "node.db").exists():
        raise no_node(here)
    here.screens.seat(here.directory)


def _with_screens(here: Session, overrides: dict[str, Value | None]) -> None:
    """Raises Locked where the node runs already: its screens can be opened beside it."""
    try:
        beside(here.directory, overrides, here.screens.show)
    except Locked as fault:
        hint = f"qiao --dir {here.directory} run --beside"
        raise Locked(fault.text, code=fault.code, hint=hint) from fault


def _has_begun(directory: Path) -> bool:
    """Whether there is a node to which somebody can sign in. One that can't be read is told by whoever opens it."""
    from node.beginning import READY, Beginning

    if not (directory / "node.db").exists():
        return False
    with contextlib.suppress(QiaoError):
        return Beginning(directory).standing() == READY
    return True


def beside(directory: Path, overrides: dict[str, Value | None], screen: Callable[[Path], None]) -> None:
    """The daemon on a thread while the screens have the terminal. Raises what either raises."""
    config = configuration.load(directory, overrides)
    with Lock.take(directory, 0):
        node = _Beside(config)
        node.start()
        try:
            screen(directory)
        finally:
            node.stop()


class _Beside(threading.Thread):
    """`serve` on a loop of its own thread."""

    def __init__(self, config: Config) -> None:
        super().__init__(name="qiao-daemon", daemon=True)
        self._config = config
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._fault: BaseException | None = None

    def start(self) -> None:
        """Returns when the node is ready. Raises what kept it from being so."""
        # Nothing on stderr: it would be written over the screens.
        self._handlers = writing.start(self._config)
        super().start()
        self._ready.wait()
        if self._fault is not None:
            writing.stop(self._handlers)
            raise self._fault

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as fault:
            self._fault = fault
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await daemon.serve(
            self._config,
            daemon.open_writer,
            SystemEntropy(),
            ready=lambda _address: self._ready.set(),
            stop=self._stopping,
        )

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self.join()
        writing.stop(self._handlers)
