from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import httpx
import pytest

from node.errors import DiskTrouble
from node.health import Health
from sync_protocol.errors import TooLarge
from sync_protocol.limits import MAX_ENVELOPE
from tests.node.transport.conftest import Parent


def _request(name: str = "child", number: int = 1, **more: Any) -> bytes:
    message = {"from": name, "number": number, "known": 0, "notes": [], "last": 0, "hold": 0}
    return b"tiny" + json.dumps(message | more).encode()


async def _sync(parent: Parent, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return await client.post(parent.url + "/sync", content=body)


async def _until_held(parent: Parent, count: int = 1) -> None:
    async with asyncio.timeout(10):
        while len(parent.peers.holds) < count:
            await asyncio.sleep(0.01)


async def test_an_exchange_is_answered_with_an_envelope(parent: Parent) -> None:
    await parent.note("a note")
    reply = await _sync(parent, _request())
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/vnd.qiao.envelope"
    assert json.loads(reply.content[4:])["notes"] == ["a note"]
    assert "server" not in reply.headers and "content-encoding" not in reply.headers


async def test_a_held_exchange_is_answered_as_soon_as_there_is_something(parent: Parent) -> None:
    held = asyncio.create_task(_sync(parent, _request(hold=300)))
    await _until_held(parent)
    await parent.note("news")
    reply = await asyncio.wait_for(held, 5)
    assert json.loads(reply.content[4:])["notes"] == ["news"]
    assert len(parent.peers.holds) == 0


async def test_a_held_exchange_is_answered_when_its_time_is_over(parent: Parent) -> None:
    reply = await asyncio.wait_for(_sync(parent, _request(hold=1)), 10)
    assert json.loads(reply.content[4:])["notes"] == []


async def test_a_newer_exchange_of_a_child_sends_its_older_one_away(parent: Parent) -> None:
    older = asyncio.create_task(_sync(parent, _request(hold=300)))
    await _until_held(parent)
    newer = asyncio.create_task(_sync(parent, _request(number=2, hold=300)))
    refused = await asyncio.wait_for(older, 5)
    assert (refused.status_code, refused.headers["qiao-code"]) == (409, "displaced")
    await parent.note("news")
    assert json.loads((await asyncio.wait_for(newer, 5)).content[4:])["answers"] == 2


async def test_children_are_held_beside_one_another(parent: Parent) -> None:
    held = [asyncio.create_task(_sync(parent, _request(name, hold=300))) for name in ("one", "two")]
    await _until_held(parent, 2)
    await parent.note("news")
    replies = await asyncio.wait_for(asyncio.gather(*held), 5)
    assert [reply.status_code for reply in replies] == [200, 200]


async def test_a_child_that_hangs_up_is_held_no_longer(parent: Parent) -> None:
    held = asyncio.create_task(_sync(parent, _request(hold=300)))
    await _until_held(parent)
    held.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await held
    async with asyncio.timeout(5):
        while len(parent.peers.holds):
            await asyncio.sleep(0.01)


async def test_a_stopping_node_answers_what_it_holds(parent: Parent) -> None:
    held = asyncio.create_task(_sync(parent, _request(hold=300)))
    await _until_held(parent)
    parent.peers.stopping.set()
    assert (await asyncio.wait_for(held, 5)).status_code == 200


async def test_garbage_is_refused_with_its_code_and_nothing_else_stops(parent: Parent) -> None:
    refused = await _sync(parent, b"garbage")
    assert (refused.status_code, refused.headers["qiao-code"]) == (400, "bad_envelope")
    assert refused.text == "bad_envelope\n"
    assert (await _sync(parent, _request())).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
async def test_too_much_is_refused_whether_it_is_announced_or_not(parent: Parent, chunked: bool) -> None:
    async def pieces() -> Any:
        for _ in range(MAX_ENVELOPE // 65536 + 2):
            yield bytes(65536)

    body: Any = pieces() if chunked else bytes(MAX_ENVELOPE + 1)
    try:
        refused = await _sync(parent, body)
    except httpx.WriteError:  # the server closed while we were still sending
        return
    assert (refused.status_code, refused.headers["qiao-code"]) == (413, "too_large")


async def _raw(parent: Parent, *pieces: bytes, pause: float = 0) -> bytes:
    """What the server answers to bytes as they are, sent with pauses."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(parent.url.rpartition(":")[2]))
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause)
    answer = await asyncio.wait_for(reader.read(65536), 10)
    writer.close()
    return answer


async def test_a_body_that_stops_coming_is_given_up(parent: Parent) -> None:
    answer = await _raw(parent, b"POST /sync HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nab")
    assert b" 408 " in answer and b"too_slow" in answer


async def test_a_body_that_drips_is_given_up(parent: Parent) -> None:
    head = b"POST /sync HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
    answer = await _raw(parent, head, *[b"x"] * 12, pause=0.2)
    assert b" 408 " in answer and b"too_slow" in answer


async def test_a_length_that_is_no_number_is_refused(parent: Parent) -> None:
    answer = await _raw(parent, b"POST /sync HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n")
    assert b" 400 " in answer


async def test_bodies_that_together_are_too_large_are_put_off(parent: Parent) -> None:
    refused = asyncio.Event()

    async def slowly() -> Any:
        yield bytes(7_000_000)
        while not refused.is_set():
            await asyncio.sleep(0.1)
            yield b"x"

    slow = asyncio.create_task(_sync(parent, slowly()))
    async with asyncio.timeout(10):
        while parent.peers.intake.budget.left > 5_000_000:
            await asyncio.sleep(0.01)
    assert (await _sync(parent, bytes(6_000_000))).headers["qiao-code"] == "busy"
    refused.set()
    assert (await slow).headers["qiao-code"] == "bad_envelope"
    assert (await _sync(parent, bytes(8_000_000))).headers["qiao-code"] == "bad_envelope"


async def test_a_compressed_body_is_refused(parent: Parent) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        refused = await client.post(parent.url + "/sync", content=b"x", headers={"content-encoding": "gzip"})
    assert (refused.status_code, refused.headers["qiao-code"]) == (415, "bad_encoding")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (TooLarge("x"), 413, "too_large"),
        (DiskTrouble("a secret word"), 507, "disk"),
        (ZeroDivisionError("a secret word"), 500, "unexpected"),
    ],
)
async def test_faults_of_the_writer_are_told_by_code_alone(
    parent: Parent, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, code: str
) -> None:
    def fail(_sealed: bytes) -> None:
        raise fault

    monkeypatch.setattr(parent.writer, "take", fail)
    refused = await _sync(parent, _request())
    assert (refused.status_code, refused.text) == (status, code + "\n")


async def test_joining_is_bounded_more_narrowly(parent: Parent) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        welcome = await client.post(parent.url + "/join", content=b'tiny{"from": "new"}')
        refused = await client.post(parent.url + "/join", content=bytes(64 * 1024 + 1))
    assert json.loads(welcome.content[4:]) == {"welcome": "new"}
    assert refused.status_code == 413


async def test_health_is_red_when_the_database_cannot_be_used(parent: Parent) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        green = await client.get(parent.url + "/health")
        parent.health = Health(False, "disk")
        red = await client.get(parent.url + "/health")
    assert (green.status_code, green.json()) == (
        200,
        {"ok": True, "code": "ok", "backup": "", "warnings": []},
    )
    assert (red.status_code, red.json()) == (503, {"ok": False, "code": "disk", "backup": "", "warnings": []})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sync"), ("POST", "/health"), ("GET", "/"), ("POST", "/do")]
)
async def test_nothing_else_is_served(parent: Parent, method: str, path: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.request(method, parent.url + path)).status_code in (404, 405)
