"""Where a child stands with its parent when exchanges come as files: whose restoring is to be made good, and what
a bundle may acknowledge (protocol 3.10).

A position counts only in the parent's log in which it was taken. A bundle that brought everything anew, out of
a log of the parent's in which nothing was taken before, may be acknowledged once all of ours has gone up too:
the parent was restored, and may lack what only we have.
"""

from __future__ import annotations

from node import link
from node.bundles import letters
from node.bundles.letters import Neighbour
from node.store import links, settings
from node.store.links import PeerRow
from node.work import Work
from sync_protocol import cbor
from sync_protocol.frontier import Frontier
from sync_protocol.messages import Mark, Reply, Taken

ANEW = "given_anew"  # setting: [log, position, commit id]: a bundle brought everything up to there


def is_parent_new(work: Work, peer: PeerRow) -> bool:
    """Whether the parent goes on in another log than the one in which our position was taken."""
    return bool(peer.position) and not _continues(work, peer, _parents_log(work, peer))


def _continues(work: Work, peer: PeerRow, log: bytes) -> bool:
    """Whether positions of that log go on from ours: it is the same, or the first of the parent's new keys."""
    owner, entry = work.registry.owner_of(peer.incarnation), work.registry.node(peer.node)
    if log == peer.incarnation or owner is None or entry is None:
        return log == peer.incarnation
    replaced = owner.replaced_by == entry.node and owner.newest_log == peer.incarnation
    return replaced and entry.logs[:1] == [log]


def receipted(work: Work, peer: PeerRow) -> Frontier:
    """What the parent holds of our subtree for all we know: its last receipt, if it is of its newest log."""
    known = letters.highest(work, Neighbour(peer.node, "", True)).log
    entry = work.registry.node(peer.node)
    if known and entry is not None and known != entry.newest_log:
        return {}
    return link.stated(peer.frontier) or {}


def given_anew(work: Work, peer: PeerRow) -> Taken | None:
    """What may be acknowledged behind everything of ours."""
    raw = settings.get(work.db, ANEW)
    found = Taken(*cbor.decode(raw)) if raw else None
    waits = found is not None and peer.reconcile_position == found.position
    return found if waits and found is not None and found.id == peer.reconcile_id else None


def move(work: Work, peer: PeerRow, log: bytes, reply: Reply) -> bool:
    """Advances our position by a bundle's letter that counts; False where something between is missing."""
    above, upto = reply.above, reply.upto
    if above is None:
        return True
    continues = _continues(work, peer, log)
    if given_anew(work, peer) == (log, *above):  # the parent has heard that we have it
        _stand(work, peer, log, upto)
    elif upto == above:
        return True
    elif above.position == 0 and peer.position and not continues:
        settings.put(work.db, ANEW, cbor.encode([log, upto.position, upto.id]))
        links.change(work.db, peer.id, reconcile_position=upto.position, reconcile_id=upto.id, early=None)
    elif above.position == 0 or above == (peer.position, peer.position_id):
        _stand(work, peer, log, upto)
    elif not continues or above.position > peer.position:
        return False
    elif upto.position > peer.position:
        _stand(work, peer, log, upto)
    return True


def _stand(work: Work, peer: PeerRow, log: bytes, upto: Mark) -> None:
    settings.put(work.db, ANEW, b"")
    links.change(
        work.db, peer.id, incarnation=log, position=upto.position, position_id=upto.id,
        early=peer.early if _continues(work, peer, log) else None, reconcile_position=None, reconcile_id=None,
    )  # fmt: skip


def _parents_log(work: Work, peer: PeerRow) -> bytes:
    entry = work.registry.node(peer.node)
    if entry is not None:
        return entry.newest_log
    return letters.highest(work, Neighbour(peer.node, "", True)).log or peer.incarnation
