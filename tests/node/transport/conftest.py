"""A parent on a real port, in the test's own loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.health import Health
from node.transport.app import Peers
from node.transport.bell import Bell
from node.transport.body import Budget, Intake
from node.transport.hand import Hand
from node.transport.serving import Serving, listen_on
from tests.node.tiny import TinyWriter, config_of


@dataclass
class Parent:
    url: str
    hand: Hand
    bell: Bell
    peers: Peers
    writer: TinyWriter
    health: Health = Health(True)

    async def note(self, text: str) -> None:
        await self.hand.run(lambda writer: writer.do("note", {"text": text}, None))

    async def check(self) -> Health:
        return self.health


async def _hand(directory: Path) -> tuple[Hand, Bell, TinyWriter]:
    made: list[TinyWriter] = []

    def opened() -> TinyWriter:
        made.append(TinyWriter(config_of(directory)))
        return made[0]

    hand = await Hand.start(opened)
    bell = Bell()
    made[0].listeners.append(bell.hear)
    return hand, bell, made[0]


@pytest.fixture
async def parent(tmp_path: Path) -> AsyncIterator[Parent]:
    hand, bell, writer = await _hand(tmp_path / "parent")
    listener = listen_on("127.0.0.1", 0)
    stopping = asyncio.Event()
    intake = Intake(budget=Budget(12_000_000), chunk_seconds=0.5, body_seconds=2)
    peers = Peers(hand, bell, lambda: made.check(), stopping, intake)
    made = Parent(f"http://127.0.0.1:{listener.getsockname()[1]}", hand, bell, peers, writer)
    serving = Serving(peers.app(), listener)
    await serving.start()
    yield made
    stopping.set()
    await serving.stop()
    await hand.stop()


@dataclass
class Child:
    hand: Hand
    bell: Bell
    writer: TinyWriter

    async def note(self, text: str) -> None:
        await self.hand.run(lambda writer: writer.do("note", {"text": text}, None))

    async def notes(self) -> set[str]:
        return set((await self.hand.run(lambda writer: writer.do("notes", {}, None)))["items"])


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Child]:
    hand, bell, writer = await _hand(tmp_path / "child")
    yield Child(hand, bell, writer)
    await hand.stop()
