from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from node.transport.hand import Hand
from tests.node.tiny import TinyWriter, config_of


async def test_every_job_runs_on_one_thread_that_is_not_the_loops(tmp_path: Path) -> None:
    hand = await Hand.start(lambda: TinyWriter(config_of(tmp_path)))
    names = {await hand.run(lambda _writer: threading.get_ident()) for _ in range(5)}
    assert len(names) == 1 and threading.get_ident() not in names
    await hand.stop()


async def test_jobs_run_one_after_another_in_the_order_asked(tmp_path: Path) -> None:
    hand = await Hand.start(lambda: TinyWriter(config_of(tmp_path)))
    seen: list[int] = []

    def job(number: int) -> None:
        time.sleep(0.01 if number == 0 else 0)
        seen.append(number)

    await asyncio.gather(*(hand.run(lambda _writer, n=n: job(n)) for n in range(8)))
    assert seen == list(range(8))
    await hand.stop()


async def test_an_act_at_the_desk_waits_for_one_job_of_the_neighbours_at_most(tmp_path: Path) -> None:
    hand = await Hand.start(lambda: TinyWriter(config_of(tmp_path)))
    seen: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go_on.wait()
        seen.append("neighbour 0")

    jobs = [asyncio.ensure_future(hand.carry(lambda _writer: first()))]
    jobs += [
        asyncio.ensure_future(hand.carry(lambda _writer, n=n: seen.append(f"neighbour {n}")))
        for n in range(1, 5)
    ]
    await asyncio.to_thread(begun.wait)
    jobs.append(asyncio.ensure_future(hand.run(lambda _writer: seen.append("desk"))))
    await asyncio.sleep(0)
    assert hand.waiting == 6
    go_on.set()
    await asyncio.gather(*jobs)
    assert seen == ["neighbour 0", "desk", *(f"neighbour {n}" for n in range(1, 5))]
    assert hand.waiting == 0
    await hand.stop()


async def test_stopping_waits_for_what_neighbours_brought_before(tmp_path: Path) -> None:
    hand = await Hand.start(lambda: TinyWriter(config_of(tmp_path)))
    asked = [
        asyncio.ensure_future(hand.carry(lambda writer: writer.do("note", {"text": "x"}, None)))
        for _ in range(3)
    ]
    await asyncio.sleep(0)
    await hand.stop()
    assert all([(await one)["notes"] for one in asked])


async def test_what_opening_raises_is_raised(tmp_path: Path) -> None:
    def fail() -> TinyWriter:
        raise LookupError

    with pytest.raises(LookupError):
        await Hand.start(fail)


async def test_stopping_closes_the_writer_behind_all_jobs(tmp_path: Path) -> None:
    hand = await Hand.start(lambda: TinyWriter(config_of(tmp_path)))
    asked = asyncio.ensure_future(hand.run(lambda writer: writer.do("note", {"text": "last"}, None)))
    await asyncio.sleep(0)
    await hand.stop()
    assert (await asked)["notes"] == 1
