"""What the registry makes of a node's links (protocol 3.4, 3.8): who dials us, whom we dial, and who no more.

A child that was moved away, revoked or replaced gets the registry, which tells it so, and nothing else. A node
whose parent's unit has another node, or that was moved itself, dials the new parent.
"""

from __future__ import annotations

from node import trust
from node.store import links, settings
from node.store.links import PeerRow
from node.units import offices_below
from node.work import Work
from sync_protocol.change import Act, parse_body
from sync_protocol.errors import BadChange
from sync_protocol.messages import CommitItem
from sync_protocol.registry import Registry
from sync_protocol.roster import NodeEntry, Role

PARENT = "parent"  # setting: node id of the parent
_PARTED = "parted/"  # setting: with a node id behind it


def cut_off(registry: Registry, node: bytes) -> str:
    """`revoked` or `replaced` for a node that takes and gives nothing but the registry; empty for all others."""
    entry = registry.node(node)
    if entry is None or entry.active:
        return ""
    return entry.standing


def line_key(registry: Registry, node: bytes) -> bytes | None:
    """The key of a peer's envelopes: also of one cut off, which is to learn that it is."""
    entry = registry.node(node)
    return None if entry is None or entry.role is Role.RECOVERY else entry.sign


def registry_alone(items: tuple[CommitItem, ...]) -> tuple[CommitItem, ...]:
    """What is left of a message from a node that was cut off."""
    found = (
        CommitItem(one.raw, tuple(each for each in one.changes if _is_registry(each.body))) for one in items
    )
    return tuple(one for one in found if one.changes)


def _is_registry(body: bytes) -> bool:
    try:
        act = parse_body(body)
    except BadChange:
        return False
    return isinstance(act, Act) and act.matter.partition("/")[0] == trust.MATTER


# Who dials us


def is_parted(work: Work, node: bytes) -> bool:
    """Whether a peer with a link isn't our child (any more)."""
    return bool(settings.get(work.db, _parted(node)))


def parted(work: Work) -> list[PeerRow]:
    """Peers with a link that aren't our children any more."""
    gone = nodes_parted(work)
    return [one for one in links.peers(work.db) if one.node in gone]


def nodes_parted(work: Work) -> set[bytes]:
    return {bytes.fromhex(name) for name, value in settings.beginning(work.db, _PARTED).items() if value}


def succeed(work: Work) -> None:
    """The link of a child that has new keys goes on as it was."""
    linked = links.nodes(work.db)
    for entry in offices_below(work.registry, work.path):
        if entry.node not in linked:
            old = (one.node for one in work.registry.nodes() if one.replaced_by == entry.node)
            peer = next((found for one in old if (found := links.peer(work.db, one)) is not None), None)
            if peer is not None and not is_parted(work, peer.node):
                links.change(work.db, peer.id, node=entry.node)


def strangers(work: Work) -> list[PeerRow]:
    """Peers with a link that are neither our children nor our parent, and weren't yet when last looked at. They
    are noted as such."""
    ours = {entry.node for entry in offices_below(work.registry, work.path)}
    ours.add(settings.get(work.db, PARENT) or b"")
    gone = nodes_parted(work)
    found = [one for one in links.peers(work.db) if one.node not in ours and one.node not in gone]
    for one in found:
        settings.put(work.db, _parted(one.node), b"1")
    return found


def welcome(work: Work, node: bytes) -> None:
    settings.put(work.db, _parted(node), b"")


def _parted(node: bytes) -> str:
    return _PARTED + node.hex()


# Whom we dial


def follow(work: Work) -> None:
    """Takes the parent that the registry gives us, where it is another than before."""
    entry, known = work.registry.node(work.node), settings.get(work.db, PARENT)
    above = None if entry is None or not known else work.registry.parent(entry.path)
    office = None if above is None else work.registry.office(above.path)
    if office is None or office.node == known or known is None:
        return
    _dial(work, office, work.registry.node(known))


def _dial(work: Work, office: NodeEntry, before: NodeEntry | None) -> None:
    """Nothing that the former parent said counts at the new one, unless it is the same with new keys. Its address
    is kept where the unit is the same, and no other is registered. Another one is compared with: what left our scope
    last, the former one may not have told us any more. So is one to whose new keys there is a link already: it was
    called by them before the change was held again, or its database was put back to before it."""
    settings.put(work.db, PARENT, office.node)
    settings.put(work.db, "parent_sign", office.sign)
    settings.put(work.db, "parent_seal", office.seal)
    if office.address or before is None or before.path != office.path:
        settings.put(work.db, "parent_url", office.address.encode())
    if before is None or before.replaced_by != office.node or links.peer(work.db, office.node) is not None:
        links.begin(work.db, links.ensure(work.db, office.node, bytes(16)).id)
        work.doubt = True
    elif (peer := links.peer(work.db, before.node)) is not None:
        links.change(work.db, peer.id, node=office.node)
    links.ensure(work.db, office.node, bytes(16))
    if before is not None and _is_child(work, before):
        settings.put(work.db, _parted(before.node), b"1")  # its link was one up: as a child's it begins anew


def _is_child(work: Work, entry: NodeEntry) -> bool:
    """Whether an office, by whatever keys, is enrolled directly below this one."""
    below = offices_below(work.registry, work.path)
    return any(entry.node in work.registry.lineage(one.node) for one in below)
