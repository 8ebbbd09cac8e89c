"""What an envelope holds, opened with its receiver's own keys: for the trace, the phases and the checkers."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_protocol import commit, envelope, messages
from sync_protocol.errors import ProtocolError
from sync_protocol.messages import Reply, Request
from tests.simulation.faults import Phase

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    phase: Phase
    payload: bytes
    message: Request | Reply


def peek(world: World, sealed: bytes) -> Seen:
    receiver = world.keys[envelope.receiver_of(sealed)]
    opened = envelope.open(sealed, me=receiver.node, open=receiver.open, key_of=world.key)
    payload = opened.envelope.payload
    if str(opened.envelope.kind) == "request":
        asked = messages.parse_request(payload)
        return Seen(_of_request(asked), payload, asked)
    told = messages.parse_reply(payload)
    return Seen(_of_reply(told, world.lineage(receiver.node)), payload, told)


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
