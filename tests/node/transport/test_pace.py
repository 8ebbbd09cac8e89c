from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.transport.body import Refused
from node.transport.door import Visit
from node.transport.pace import Pace, is_near
from node.transport.rates import Rate, Rates
from sync_protocol.errors import BadEnvelope


def _request(visit: Visit) -> Any:
    return SimpleNamespace(state=SimpleNamespace(visit=visit), client=None)


def _pace() -> Pace:
    rate = Rate(burst=2, each=1, patience=0)
    return Pace(Rates(rate), Rates(rate), now=lambda: 0)


async def _ask(pace: Pace, visit: Visit) -> bool:
    try:
        async with pace.asked(_request(visit)):
            return True
    except Refused as fault:
        assert (fault.status, fault.code) == (429, "too_often")
        return False


async def test_a_stranger_is_counted_by_address_and_a_node_by_its_id() -> None:
    pace = _pace()
    assert [await _ask(pace, Visit("a")) for _ in range(3)] == [True, True, False]
    assert await _ask(pace, Visit("b")) and await _ask(pace, Visit("a", node=b"n"))
    assert [await _ask(pace, Visit("b", node=b"n")) for _ in range(2)] == [True, False]


async def test_what_can_not_be_opened_costs_more_than_what_can() -> None:
    pace = _pace()
    with pytest.raises(BadEnvelope):
        async with pace.asked(_request(Visit("a"))):
            raise BadEnvelope("no")
    assert not await _ask(pace, Visit("a")) and await _ask(pace, Visit("b"))


async def test_that_we_are_busy_is_not_laid_to_who_asks() -> None:
    pace = _pace()
    with pytest.raises(Refused):
        async with pace.asked(_request(Visit("a"))):
            raise Refused(503, "busy")
    assert await _ask(pace, Visit("a"))


@pytest.mark.parametrize(
    ("address", "near"), [("127.0.0.1", True), ("::1", True), ("", True), ("10.0.0.1", False)]
)
def test_this_machine_is_near(address: str, near: bool) -> None:
    assert is_near(_request(Visit(address))) is near
