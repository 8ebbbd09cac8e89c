from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request

from node.transport.body import Budget, Intake, Refused


def _request(*pieces: bytes, headers: dict[str, str] | None = None) -> Request:
    async def messages() -> AsyncIterator[dict[str, object]]:
        for at, piece in enumerate(pieces):
            yield {"type": "http.request", "body": piece, "more_body": at + 1 < len(pieces)}
        yield {"type": "http.disconnect"}

    said = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return Request({"type": "http", "method": "POST", "headers": said}, messages().__anext__)  # type: ignore[arg-type]


async def _refused(intake: Intake, request: Request, limit: int = 10) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        async with intake.body(request, limit):
            pass
    return caught.value.status, caught.value.code


async def test_a_body_within_the_limit_is_given_whole() -> None:
    async with Intake().body(_request(b"12345", b"67890"), 10) as body:
        assert body == b"1234567890"


async def test_one_byte_more_is_refused() -> None:
    assert await _refused(Intake(), _request(b"12345", b"678901")) == (413, "too_large")
    assert await _refused(Intake(), _request(b"", headers={"content-length": "11"})) == (413, "too_large")


async def test_the_budget_is_given_back_whether_the_body_was_taken_or_refused() -> None:
    budget = Budget(12)
    intake = Intake(budget=budget)
    async with intake.body(_request(b"1234567890"), 10):
        assert budget.left == 2
        assert await _refused(intake, _request(b"12", b"3")) == (503, "busy")
        assert budget.left == 2
    assert budget.left == 12


async def test_a_body_that_breaks_off_is_told() -> None:
    request = _request(b"12")
    request._receive = _request()._receive
    assert await _refused(Intake(), request) == (400, "cut_off")


async def test_faults_of_whoever_uses_the_body_pass_through() -> None:
    with pytest.raises(TimeoutError, match="theirs"):
        async with Intake().body(_request(b"1"), 10):
            raise TimeoutError("theirs")
