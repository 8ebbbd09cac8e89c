"""The letters of a bundle: sealed for a neighbour, opened from one, and how far each sender's were taken.

Numbers of the parent's envelopes are kept here, of all that came, by a file or over the line; a child's stand
in its peer row.
"""

from __future__ import annotations

from typing import NamedTuple

from node import incarnation, keys, lanes, link
from node.errors import Forbidden, NotFound, Usage
from node.keys import Keys
from node.language import say
from node.registry import neighbours, replacing
from node.store import links, settings
from node.units import RegistryTree, offices_below
from node.work import Work
from sync_protocol import envelope
from sync_protocol.envelope import Envelope, Kind, Opened

_LOG = 16  # bytes of a log id


class Neighbour(NamedTuple):
    """The other end of a link."""

    node: bytes
    unit: str  # path
    is_parent: bool


def neighbour(work: Work, unit: str) -> Neighbour:
    """By code or path. Raises Forbidden `not_enrolled`, NotFound `no_unit`, Usage `not_a_neighbour`."""
    if not work.enrolled:
        raise Forbidden(
            say("本节点还没有登记", "this node isn't enrolled yet"),
            code="not_enrolled",
            hint="qiao join --help",
        )
    path = RegistryTree(work.registry).path(unit)
    if path is None:
        raise NotFound(say(f"没有单位 {unit}", f"no unit {unit}"), code="no_unit", hint="qiao status")
    found = next((one for one in _neighbours(work) if one.unit == path), None)
    if found is None:
        raise Usage(
            say(f"{unit} 既不是上级，也不是直接下级", f"{unit} is neither the parent nor a child"),
            code="not_a_neighbour",
            hint="qiao status",
        )
    return found


def sender_of(work: Work, node: bytes) -> Neighbour:
    """Raises Forbidden `not_a_neighbour`."""
    known = _neighbours(work)
    found = next((one for one in known if one.node == node), None) or next(
        (one for one in known if node in work.registry.lineage(one.node)), None
    )
    if found is None:
        raise Forbidden(
            say("签名的既不是上级，也不是直接下级", "signed by neither our parent nor a child"),
            code="not_a_neighbour",
            hint="qiao status",
        )
    return found


def _neighbours(work: Work) -> list[Neighbour]:
    node = settings.get(work.db, link.PARENT)
    entry = work.registry.node(node) if node else None
    above = [] if node is None else [Neighbour(node, entry.path if entry else "", True)]
    below = [Neighbour(one.node, one.path, False) for one in offices_below(work.registry, work.path)]
    known = {one.node for one in (*above, *below)}
    parted = [
        Neighbour(one.node, lanes.unit_of(work, one.node), False)
        for one in links.peers(work.db)
        if one.node not in known and neighbours.is_parted(work, one.node)
    ]
    return above + below + parted  # those are to learn by the registry that they are cut off


def sealed(work: Work, receiver: bytes, kind: Kind, payload: bytes) -> bytes:
    """With the next number, which answers nothing."""
    entry = work.registry.node(receiver)
    key = entry.seal if entry is not None else settings.get(work.db, "parent_seal")
    assert key is not None, "a neighbour's keys are known"
    own, upwards = speaking_to(work, receiver), receiver == settings.get(work.db, link.PARENT)
    number = incarnation.next_number(work)
    log = replacing.log_of(work, own) if upwards else work.log
    made = Envelope(receiver, log, number, 0, kind, payload)
    return envelope.seal(made, kid=own.node, signer=own.sign, seal=keys.seal, seal_key=key)


def speaking_to(work: Work, receiver: bytes) -> Keys:
    """By which keys: the former ones, as long as a neighbour may not know of a change (protocol 3.4)."""
    if receiver == settings.get(work.db, link.PARENT):
        return replacing.towards_parent(work)
    called = settings.get(work.db, _called(receiver))
    if called is None:
        return work.former or work.keys
    return replacing.named(work, called)


def note_called(work: Work, child: bytes, receiver: bytes) -> None:
    """A child called this node by that id."""
    if (work.former is not None or work.newer) and settings.get(work.db, _called(child)) != receiver:
        settings.put(work.db, _called(child), receiver)


def _called(child: bytes) -> str:
    return f"called by {child.hex()}"


def mine(work: Work) -> list[bytes]:
    """The node ids for which a bundle may be: ours, and those before and behind a change of keys."""
    former = [work.former] if work.former is not None else []
    return [work.node, *(one.node for one in (*former, *work.older, *work.newer))]


def opened(work: Work, raw: bytes) -> Opened:
    """Raises RemoteError."""
    own = replacing.named(work, envelope.receiver_of(raw))
    return envelope.open(raw, me=own.node, open=own.open, key_of=lambda node: key_of(work, node))


def key_of(work: Work, node: bytes) -> bytes | None:
    """By which an envelope of a node's is verified."""
    if work.registry.node(node) is not None:
        return neighbours.line_key(work.registry, node)
    known = settings.get(work.db, link.PARENT)
    return settings.get(work.db, "parent_sign") if known == node else None


# How far a sender's envelopes were taken


class Highest(NamedTuple):
    """The newest log of a sender, and the highest number taken in it."""

    log: bytes
    number: int


def highest(work: Work, sender: Neighbour) -> Highest:
    if not sender.is_parent:
        peer = links.peer(work.db, sender.node)
        return Highest(b"", 0) if peer is None else Highest(peer.incarnation, peer.envelope)
    raw = settings.get(work.db, _name(sender.node)) or b""
    return Highest(raw[:_LOG], int.from_bytes(raw[_LOG:], "big"))


def note(work: Work, parent: bytes, log: bytes, number: int) -> None:
    """An envelope of the parent's was taken, and is its newest."""
    settings.put(work.db, _name(parent), log + number.to_bytes(8, "big"))


def is_newest(work: Work, sender: Neighbour, log: bytes, number: int) -> bool:
    """Of the sender's newest log, as far as is known, and above the highest taken in it (3.5)."""
    entry = work.registry.node(sender.node)
    if entry is not None and log != entry.newest_log:
        return False
    known = highest(work, sender)
    return log != known.log or number > known.number


def _name(node: bytes) -> str:
    return f"taken {node.hex()}"
