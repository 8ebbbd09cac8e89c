"""What an envelope holds, opened with its receiver's own keys: for the trace, the phases and the checkers."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_protocol import commit, envelope, messages
from sync_protocol.bundle import MAGIC
from sync_protocol.envelope import Envelope
from sync_protocol.errors import BadEnvelope, ProtocolError
from sync_protocol.messages import Reply, Request
from tests.simulation.faults import Phase

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    phase: Phase
    payload: bytes
    message: Request | Reply


def unsealed(world: World, sealed: bytes) -> Envelope:
    """By whatever keys of its receiver it names. Raises BadEnvelope, also where nobody ever had such keys."""
    name = envelope.receiver_of(sealed)
    if name not in world.keys:
        raise BadEnvelope("sealed for nobody", code="not_for_us")
    receiver = world.keys[name]
    return envelope.open(sealed, me=receiver.node, open=receiver.open, key_of=world.key).envelope


def letters(world: World, bundle: bytes) -> Iterator[bytes]:
    """What each letter of a bundle holds, and its trailer."""
    at = len(MAGIC)
    while at < len(bundle):
        size = int.from_bytes(bundle[at : at + 4], "big")
        yield unsealed(world, bundle[at + 4 : at + 4 + size]).payload
        at += 4 + size


def peek(world: World, sealed: bytes) -> Seen:
    opened = unsealed(world, sealed)
    payload = opened.payload
    if str(opened.kind) == "request":
        asked = messages.parse_request(payload)
        return Seen(_of_request(asked), payload, asked)
    told = messages.parse_reply(payload)
    return Seen(_of_reply(told, world.lineage(opened.receiver)), payload, told)


def _of_request(asked: Request) -> Phase:
    if asked.ask is not None:
        return Phase.RECONCILING
    return Phase.UP if asked.commits else Phase.IDLE


def _of_reply(told: Reply, child: Container[bytes]) -> Phase:
    if told.told is not None or told.reconcile is not None:
        return Phase.RECONCILING
    if any(_is_own(one.raw, child) for one in told.commits):
        return Phase.OWN
    return Phase.DOWN if told.commits else Phase.IDLE


def _is_own(raw: bytes, child: Container[bytes]) -> bool:
    try:
        return commit.parse(raw).node in child
    except ProtocolError:
        return False
