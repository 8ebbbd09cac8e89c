from __future__ import annotations

import asyncio

from node.transport.bell import UP, Bell
from tests.node.tiny import TinyChange

CHILD, OTHER = b"child", b"other"


async def _heard(bell: Bell, name: bytes, mark: int) -> bool:
    try:
        await asyncio.wait_for(bell.wait(name, mark), 0.05)
    except TimeoutError:
        return False
    return True


async def test_whoever_waits_is_woken_from_another_thread() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(CHILD, bell.mark(CHILD)))
    await asyncio.sleep(0)
    await asyncio.to_thread(bell.hear, TinyChange(frozenset({CHILD}), False))
    await asyncio.wait_for(waiting, 5)


async def test_a_ring_between_marking_and_waiting_is_not_missed() -> None:
    bell = Bell()
    mark = bell.mark(CHILD)
    bell.ring(CHILD)
    assert await _heard(bell, CHILD, mark)
    assert not await _heard(bell, CHILD, bell.mark(CHILD))


async def test_only_the_names_that_a_change_concerns_are_rung() -> None:
    bell = Bell()
    bell.hear(TinyChange(frozenset({CHILD}), False))
    assert not await _heard(bell, OTHER, 0)
    assert not await _heard(bell, UP, 0)
    bell.hear(TinyChange(frozenset(), True))
    assert await _heard(bell, UP, 0)
