"""The way from the event loop to the node: every call runs in a thread, every fault is a QiaoError.

One thread reads and one acts, so that a sync of minutes never keeps a list from being read, and acts are
signed in the order in which they were confirmed. A third looks: figures that take long, and how the line is.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Any, TypeVar, cast

from node import faults
from node.errors import QiaoError
from sync_protocol.errors import ProtocolError

from .face import Face, Item
from .texts import t

Answer = TypeVar("Answer")


class Gate:
    """`opener` makes the node; it is called in the reading thread, since its imports alone take a while."""

    def __init__(self, opener: Callable[[], Face]) -> None:
        self._opener = opener
        self._node: Face | None = None
        self._reading = ThreadPoolExecutor(1, "qiao-read")
        self._acting = ThreadPoolExecutor(1, "qiao-act")
        self._looking = ThreadPoolExecutor(1, "qiao-look")

    async def open(self) -> tuple[str, str]:
        """Opens the node on the first call. Its unit's path and name. Raises QiaoError."""
        return await self._run(self._reading, self._named)

    def _named(self) -> tuple[str, str]:
        node = self._opened()
        return node.unit, node.unit_name

    def _opened(self) -> Face:
        if self._node is None:
            self._node = self._opener()
        return self._node

    async def ask(self, name: str, *args: Any, **named: Any) -> Any:
        """Calls one reading method of the node (`list`, `bulletins.every`). Raises QiaoError."""
        return await self._run(self._reading, self._call, name, args, named)

    async def look(self, name: str, *args: Any, **named: Any) -> Any:
        """The same, for what takes long: a list is read meanwhile. Raises QiaoError."""
        return await self._run(self._looking, self._call, name, args, named)

    async def act(self, name: str, *args: Any, **named: Any) -> Any:
        """Calls one acting method of the node; it waits for no reader. Raises QiaoError."""
        return await self._run(self._acting, self._call, name, args, named)

    async def work(self, work: Callable[..., Answer], *args: Any) -> Answer:
        """Something else of the node's, in the acting thread. Raises QiaoError."""
        return await self._run(self._acting, work, *args)

    async def check(self, operation: str, params: dict[str, Any], person: Any) -> Item:
        """What `do` would give, and nothing signed. Raises what it would."""
        told: Item = await self.act("check", operation, params, person)
        return told

    def _call(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return attrgetter(name)(self._opened())(*args, **named)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[..., Answer], *args: Any) -> Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
        except QiaoError:
            raise
        except ProtocolError as fault:
            raise faults.explained(fault) from fault
        except Exception as fault:
            sentence = t("unexpected", name=type(fault).__name__, text=str(fault))
            raise QiaoError(sentence, hint="qiao status") from fault

    def close(self) -> None:
        """Waits for what is being signed, then closes the node, in the thread in which it may be a writer."""
        self._reading.shutdown(wait=True)
        self._looking.shutdown(wait=True)
        if self._node is not None:
            self._acting.submit(self._node.close)
        self._acting.shutdown(wait=True)


def sentence_of(fault: QiaoError) -> str:
    """The sentence, the code by which an administrator finds it in docs/errors.md, and the hint behind them."""
    hint = "  " + t("hint", hint=fault.hint) if fault.hint else ""
    return f"{fault.text} [{fault.code}]{hint}"


def node_opener(directory: Any, language: str, *, beside: bool = False) -> Callable[[], Face]:
    """Opens the real node; the heavy imports happen inside. `beside`: it acts through the daemon alone."""

    def opened() -> Face:
        from node.face import Node

        node = cast(Face, Node.open(directory, language=language, beside=beside))
        _ = node.unit_name  # to read loads the rest
        with contextlib.suppress(QiaoError):
            # The list that everybody begins with: its pages and its statements are there by the time that the
            # password is typed. What is wrong with it is told where it is asked for.
            node.list("ticket", view="all", sort="-changed", limit=100)
        gc.freeze()  # what is there now stays as long as the program (tui/garbage.py)
        return node

    return opened
