"""What an envelope holds, opened with the receiver's own keys: for the trace, the phases and the checkers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_protocol import commit, envelope, messages
from sync_protocol.errors import ProtocolError
from sync_protocol.messages import Reply, Request
from tests.simulation.faults import Phase

if TYPE_CHECKING:
    from tests.simulation.office import Office
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    phase: Phase
    payload: bytes
    message: Request | Reply


def peek(world: World, sealed: bytes, receiver: Office) -> Seen:
    opened = envelope.open(sealed, me=receiver.node, open=receiver.keys.open, key_of=world.key)
    payload = opened.envelope.payload
    if str(opened.envelope.kind) == "request":
        asked = messages.parse_request(payload)
        return Seen(_of_request(asked), payload, asked)
    told = messages.parse_reply(payload)
    return Seen(_of_reply(told, receiver), payload, told)


def _of_request(asked: Request) -> Phase:
    if asked.ask is not None:
        return Phase.RECONCILING
    return Phase.UP if asked.commits else Phase.IDLE


def _of_reply(told: Reply, child: Office) -> Phase:
    if told.told is not None or told.reconcile is not None:
        return Phase.RECONCILING
    if any(_is_own(one.raw, child) for one in told.commits):
        return Phase.OWN
    return Phase.DOWN if told.commits else Phase.IDLE


def _is_own(raw: bytes, child: Office) -> bool:
    try:
        return commit.parse(raw).node == child.node
    except ProtocolError:
        return False
