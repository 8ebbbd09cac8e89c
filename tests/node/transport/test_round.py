from __future__ import annotations

from pathlib import Path

import pytest

from node.errors import LineDown
from node.transport import round as rounds
from node.transport.client import Peer
from node.transport.round import full_round, once
from tests.node.tiny import TinyRound, TinyWriter, config_of
from tests.node.transport.conftest import Child, Parent


async def test_a_full_round_moves_everything_both_ways(parent: Parent, child: Child) -> None:
    for number in range(10):
        await child.note(f"up {number}")
        await parent.note(f"down {number}")
    async with Peer(parent.url) as peer:
        report = await full_round(child.hand.run, peer)
    assert (report.sent, report.complete) == (10, True)
    assert set(parent.writer.notes()) == await child.notes()
    assert len(await child.notes()) == 20
    assert report.bytes_up == peer.bytes_up > 0 and report.bytes_down == peer.bytes_down > 0


async def test_a_second_round_moves_nothing(parent: Parent, child: Child) -> None:
    await child.note("up")
    async with Peer(parent.url) as peer:
        await full_round(child.hand.run, peer)
        await full_round(child.hand.run, peer)
        report = await full_round(child.hand.run, peer)
    assert (report.sent, report.received, report.rounds) == (0, 0, 1)


async def test_a_process_without_a_daemon_does_a_round_by_itself(parent: Parent, tmp_path: Path) -> None:
    await parent.note("down")
    writer = TinyWriter(config_of(tmp_path / "alone"))
    report = await once(writer, parent.url, writer.config)
    assert (report.received, writer.notes()) == (1, ["down"])
    assert set(report.as_dict()) == {"sent", "received", "rounds", "bytes_up", "bytes_down", "complete"}


async def test_a_peer_that_always_has_more_and_gives_nothing_is_left(
    parent: Parent, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child.writer, "take_reply", lambda _sealed: TinyRound(0, 0, True))
    async with Peer(parent.url) as peer:
        report = await full_round(child.hand.run, peer)
    assert (report.rounds, report.complete) == (rounds.PATIENCE, False)


async def test_a_line_that_fails_keeps_what_was_carried(
    parent: Parent, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await child.note(f"up {number}")
    async with Peer(parent.url) as peer:
        real, calls = peer.sync, iter(range(9))

        async def cut(sealed: bytes, hold_seconds: int = 0) -> bytes:
            if next(calls) == 1:
                raise LineDown("cut")
            return await real(sealed, hold_seconds)

        monkeypatch.setattr(peer, "sync", cut)
        with pytest.raises(LineDown):
            await full_round(child.hand.run, peer)
        assert len(parent.writer.notes()) == 3
        assert (await full_round(child.hand.run, peer)).sent == 4
    assert len(parent.writer.notes()) == 7
