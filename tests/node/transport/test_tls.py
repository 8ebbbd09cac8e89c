from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from node import keys
from node.clock import SystemClock
from node.errors import LineDown, Usage
from node.keys import Keys
from node.transport import tls
from node.transport.client import Peer
from node.transport.serving import Serving, listen_on
from node.transport.tls import Channel, Trust
from tests.node.fakes import SeededEntropy
from tests.node.transport.conftest import Parent

HELLO = b'tiny{"from": "new"}'
NOW_MS = 1_700_000_000_000


def _made(directory: Path, *names: str) -> list[Keys]:
    return [keys.make(directory / name, SeededEntropy(len(name))) for name in names]


@asynccontextmanager
async def _answering(parent: Parent, context: Callable[[], ssl.SSLContext | None]) -> AsyncIterator[str]:
    """The parent's app once more, on a port that speaks TLS."""
    listener = listen_on("127.0.0.1", 0)
    served = Serving(parent.peers.app(), listener, context)
    await served.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    await served.stop()


async def _code(url: str, trust: Trust) -> str:
    async with Peer(url, trust) as peer:
        with pytest.raises(LineDown) as caught:
            await peer.join(HELLO)
        assert caught.value.hint.startswith("qiao ") and peer.bytes_up == 0
    return caught.value.code


async def test_the_parents_key_is_the_pin_and_no_other_certificate_is_spoken_to(
    parent: Parent, tmp_path: Path
) -> None:
    ours, enemy = _made(tmp_path, "ours", "enemys")
    good = tls.serving([ours], NOW_MS, SeededEntropy())
    async with _answering(parent, lambda: good) as at:
        async with Peer(f"https://{at}", Trust((ours.sign_key,))) as peer:
            assert await peer.join(HELLO) and peer.channel == "TLSv1.3"
        assert await _code(f"https://{at}", Trust((enemy.sign_key,))) == "wrong_pin"
        assert await _code(f"https://{at}", Trust()) == "wrong_pin"


async def test_one_port_speaks_plainly_too_to_offices_of_before_tls(parent: Parent, tmp_path: Path) -> None:
    (ours,) = _made(tmp_path, "ours")
    good = tls.serving([ours], NOW_MS, SeededEntropy())
    async with _answering(parent, lambda: good) as at:
        async with Peer(f"http://{at}") as peer:
            assert await peer.join(HELLO) and peer.channel == ""
        assert (
            await _code(f"http://{at.replace('127.0.0.1', '127.1.1.1')}", Trust(required=True))
            == "tls_required"
        )


async def test_a_node_that_asks_for_tls_lets_only_its_own_machine_speak_plainly(
    parent: Parent, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent.peers.tls_required = True
    async with Peer(parent.url) as peer:
        assert await peer.join(HELLO)
        monkeypatch.setattr("node.transport.app.is_near", lambda _request: False)
        with pytest.raises(LineDown) as caught:
            await peer.join(HELLO)
    assert caught.value.code == "tls_required"


async def test_a_change_of_keys_is_told_by_a_chain_to_who_knows_the_old_or_the_new_key(
    parent: Parent, tmp_path: Path
) -> None:
    newest, newer, old = _made(tmp_path, "newest", "newer", "old")
    good = tls.serving([newest, newer, old], NOW_MS, SeededEntropy())
    async with _answering(parent, lambda: good) as at:
        for known in (newest, newer, old):
            async with Peer(f"https://{at}", Trust((known.sign_key,))) as peer:
                assert await peer.join(HELLO)


async def test_no_date_stops_a_child_whose_clock_is_years_off(parent: Parent, tmp_path: Path) -> None:
    (ours,) = _made(tmp_path, "ours")
    for moment_ms in (0, NOW_MS * 2):
        past = tls.serving([ours], moment_ms, SeededEntropy())
        async with (
            _answering(parent, lambda made=past: made) as at,  # type: ignore[misc]
            Peer(f"https://{at}", Trust((ours.sign_key,))) as peer,
        ):
            assert await peer.join(HELLO)


async def test_a_port_without_tls_is_told_apart_from_one_with_the_wrong_key(parent: Parent) -> None:
    assert await _code(parent.url.replace("http:", "https:"), Trust((bytes(32),))) in ("no_tls", "line_down")


async def test_an_authority_that_is_configured_is_asked_instead_of_the_pin(
    parent: Parent, tmp_path: Path
) -> None:
    (ours,) = _made(tmp_path, "ours")
    good = tls.serving([ours], NOW_MS, SeededEntropy())
    async with _answering(parent, lambda: good) as at:
        assert await _code(f"https://{at}", Trust((ours.sign_key,), ca="system")) == "untrusted_certificate"
    with pytest.raises(Usage) as caught:
        Peer("https://x.invalid", Trust(ca=str(tmp_path / "missing.pem")))
    assert caught.value.code == "bad_authority"


def test_the_certificate_is_made_anew_when_the_keys_change_and_once_a_month(tmp_path: Path) -> None:
    first, second = _made(tmp_path, "first", "second")

    class Writing:
        pairs: tuple[Keys, ...] = (first,)
        listeners: list[Callable[[object], None]] = []

    class Moved(SystemClock):
        by_ms = 0

        def own_ms(self) -> int:
            return NOW_MS + Moved.by_ms

    channel, writer = Channel(Moved(), SeededEntropy()), Writing()
    channel.follow(writer)
    before = channel.context
    writer.listeners[0](None)
    assert before is not None and channel.context is before
    Writing.pairs = (second, first)
    writer.listeners[0](None)
    after = channel.context
    assert after is not before
    Moved.by_ms = tls.RENEWED_MS
    writer.listeners[0](None)
    assert channel.context is not after


def test_what_a_call_goes_by_is_told() -> None:
    pinned = Trust((bytes(32),))
    assert (pinned.way("https://a"), replace(pinned, ca="x").way("https://a")) == ("pinned", "authority")
    assert pinned.way("http://a") == "plain" and not pinned.refuses("http://a")
    strict = replace(pinned, required=True)
    assert strict.refuses("http://a") and not strict.refuses("http://127.0.0.1:1")
