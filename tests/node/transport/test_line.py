from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from node.errors import LineDown, NotFound
from node.transport.client import Peer
from node.transport.line import Line
from tests.node.fakes import SeededEntropy
from tests.node.transport.conftest import Child, Parent


class Wire(Peer):
    """A line that can be cut; it counts its exchanges."""

    cut = False
    exchanges = 0

    async def sync(self, sealed: bytes, hold_seconds: int = 0) -> bytes:
        if Wire.cut:
            raise LineDown("cut", code="line_down")
        Wire.exchanges += 1
        return await super().sync(sealed, hold_seconds)


@pytest.fixture(autouse=True)
def _whole_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Wire, "cut", False)
    monkeypatch.setattr(Wire, "exchanges", 0)


@asynccontextmanager
async def _running(child: Child, url: str = "", **more: Any) -> AsyncIterator[Line]:
    line = Line(
        child.hand, child.bell, SeededEntropy(), url=url, connect=Wire, **{"hold_seconds": 300, **more}
    )
    task = asyncio.create_task(line.run())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(holds: Callable[[], Any] | Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(15):
        while True:
            found = holds()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.01)


async def _until_idle(parent: Parent) -> None:
    await _until(lambda: len(parent.peers.holds) == 1)


async def test_what_is_new_arrives_both_ways_while_the_line_idles(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url) as line:
        await _until_idle(parent)
        await child.note("up")
        await _until(lambda: "up" in parent.writer.notes())
        await _until_idle(parent)
        await parent.note("down")
        await _until(lambda: "down" in child.writer.notes())
        await _until_idle(parent)
        assert line.told() == {
            "standing": "idle",
            "fault": "",
            "parent": parent.url,
            "hold_seconds": 300,
            "tls": "",
        }


async def test_an_idle_line_makes_no_exchanges(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url):
        await _until_idle(parent)
        before = Wire.exchanges
        await asyncio.sleep(0.5)
        assert Wire.exchanges == before


async def test_a_hold_that_is_over_is_taken_up_again(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url, hold_seconds=1):
        await _until_idle(parent)
        before = Wire.exchanges
        await _until(lambda: Wire.exchanges >= before + 2)


async def test_work_goes_on_while_the_line_is_cut_and_arrives_when_it_is_back(
    parent: Parent, child: Child
) -> None:
    Wire.cut = True
    async with _running(child, parent.url) as line:
        await _until(lambda: line.fault == "line_down")
        assert line.told()["standing"] == "waiting"
        for number in range(10):
            await child.note(f"offline {number}")
        Wire.cut = False
        await _until(lambda: len(parent.writer.notes()) == 10)
        await _until(lambda: line.fault == "")


async def test_a_stream_of_acts_is_carried_while_it_goes_on(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url):
        await _until_idle(parent)
        for number in range(60):
            await child.note(f"note {number}")
        await _until(lambda: len(parent.writer.notes()) == 60)


async def test_a_round_asked_for_begins_at_once_beside_an_idle_line(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url) as line:
        await _until_idle(parent)
        report = await asyncio.wait_for(line.now(), 10)
        assert report.complete
        await _until_idle(parent)


async def test_a_round_asked_for_on_a_cut_line_fails_and_the_line_lives(parent: Parent, child: Child) -> None:
    async with _running(child, parent.url) as line:
        await _until_idle(parent)
        Wire.cut = True
        with pytest.raises(LineDown):
            await line.now()
        Wire.cut = False
        assert (await line.now()).complete


async def test_a_node_without_a_parent_waits_for_one(parent: Parent, child: Child) -> None:
    async with _running(child) as line:
        with pytest.raises(NotFound) as caught:
            await line.now()
        assert caught.value.code == "no_parent"
        assert line.told()["standing"] == "alone"
        await child.hand.run(lambda writer: writer.do("parent", {"url": parent.url}, None))
        await child.note("up")
        await _until(lambda: "up" in parent.writer.notes())


async def test_a_parent_that_moved_is_dialled_where_it_is_now(parent: Parent, child: Child) -> None:
    child.writer.parent_url = "http://127.0.0.1:9"
    async with _running(child) as line:
        await _until(lambda: line.fault == "line_down")
        await child.hand.run(lambda writer: writer.do("parent", {"url": parent.url}, None))
        await _until_idle(parent)


async def test_a_parents_garbage_is_a_fault_that_passes(
    parent: Parent, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent.writer, "reply", lambda _taken: b"garbage")
    async with _running(child, parent.url) as line:
        await _until(lambda: line.fault == "bad_envelope")
        monkeypatch.undo()
        await child.note("up")
        await _until(lambda: "up" in parent.writer.notes())


async def test_a_fault_of_the_writer_does_not_end_the_line(
    parent: Parent, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_hold: int) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(child.writer, "request", fail)
    async with _running(child, parent.url) as line:
        await _until(lambda: line.fault == "unexpected")
        monkeypatch.undo()
        await child.note("up")
        await _until(lambda: "up" in parent.writer.notes())


async def test_a_round_may_be_asked_for_with_another_address_this_once(parent: Parent, child: Child) -> None:
    async with _running(child, "http://127.0.0.1:9") as line:
        await child.note("up")
        assert (await line.now(parent.url)).sent == 1
        assert line.told()["parent"] == "http://127.0.0.1:9"


async def test_a_line_that_cuts_held_exchanges_is_held_for_less_and_is_no_fault(
    parent: Parent, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.transport.patience._CUT_SECONDS", 0.2)
    real = Wire.sync

    async def cutting(peer: Wire, sealed: bytes, hold_seconds: int = 0) -> bytes:
        if hold_seconds > 100:
            await asyncio.sleep(0.25)
            raise LineDown("cut", code="line_down")
        return await real(peer, sealed, hold_seconds)

    monkeypatch.setattr(Wire, "sync", cutting)
    async with _running(child, parent.url) as line:
        await _until_idle(parent)
        assert line.told()["hold_seconds"] < 100
        assert line.fault == ""


async def test_an_idle_line_that_is_stopped_leaves_nothing_behind(parent: Parent, child: Child) -> None:
    before = asyncio.all_tasks()
    async with _running(child, parent.url):
        await _until_idle(parent)
    await _until(lambda: not len(parent.peers.holds))
    await _until(lambda: not {task for task in asyncio.all_tasks() - before if "Line" in repr(task)})
