from __future__ import annotations

import asyncio

import pytest

from node.transport.race import first_of


async def _forever() -> None:
    await asyncio.Event().wait()


async def _fails() -> None:
    raise LookupError


async def test_the_first_wait_to_end_is_named_and_the_others_are_cancelled() -> None:
    before = asyncio.all_tasks()
    assert await first_of(_forever(), asyncio.sleep(0), _forever()) == 1
    assert asyncio.all_tasks() == before


async def test_none_is_named_when_the_time_is_over() -> None:
    assert await first_of(_forever(), seconds=0.01) is None


async def test_the_fault_of_a_wait_is_raised() -> None:
    with pytest.raises(LookupError):
        await first_of(_forever(), _fails())
