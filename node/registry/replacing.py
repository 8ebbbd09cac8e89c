"""New keys for this node (换密钥, protocol 3.4): enrolled by the old ones as their last commit.

Peers hear of it by the registry alone, which comes over the line: so until the parent has receipted that last
commit we still speak to it by the old keys, and to a child for as long as it speaks to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from node import intake, people, reactions
from node.errors import Forbidden, Stale
from node.keys import Keys
from node.language import say
from node.registry import neighbours, writing
from node.store import chain, links, settings
from node.work import LOG, Left, Work
from sync_protocol import cbor, enrolment, receipt
from sync_protocol import frontier as frontiers
from sync_protocol.enrolment import Enrolment
from sync_protocol.messages import Reply
from sync_protocol.roster import NodeEntry

OPERATION = "registry.replace"
LAST = "last_of_former"  # setting: log and number of the old keys' last commit, while the parent lacks it
FORMER_LOG = (
    "former_log"  # setting: the log before, the one begun then, which it goes on as, and those before both
)


def replace(work: Work, following: Keys, staff: str | None) -> dict[str, Any]:
    """Signs the enrolment of new keys, and goes on with them in a log of their own. Raises Forbidden, Stale
    `keys_not_delivered`, `root_needs_recovery`."""
    who = people.must_be_admin(people.find(work.db, staff) if staff else None)
    entry = _entry(work)
    log = work.entropy.bytes(16)
    wanted = successor(entry, following, log, replaces=entry.node)
    written = writing.write(work, "enrol", enrolment.data_of(wanted), None, who.id)
    begun = take_over(work, following, log)
    writing.check(work, written)
    return {"items": [{"action": "enrol", "unit": entry.path, "node": following.node.hex(),
                       "replaces": entry.node.hex(), "log": begun.hex(),
                       "change": written.first.hex(), "commit": written.commit.hex()}]}  # fmt: skip


def _entry(work: Work) -> NodeEntry:
    entry = work.registry.node(work.node)
    if entry is None or not entry.active:
        raise Forbidden(
            say("本节点没有登记或已被吊销", "this node isn't enrolled, or was revoked"), code="not_enrolled",
            hint="qiao join INVITATION",
        )  # fmt: skip
    if work.registry.root is not None and work.registry.root.node == entry.node:
        raise Forbidden(
            say("根节点只能用恢复密钥更换", "a root is replaced by its recovery key alone"),
            code="root_needs_recovery",
            hint="qiao --dir DIR registry replace-root --recovery FILE",
        )
    if settings.get(work.db, LAST):
        raise Stale(
            say("上一次换的密钥还没有送到上级", "the parent hasn't got the last change of keys"),
            code="keys_not_delivered",
            hint="qiao sync",
        )
    return entry


def successor(
    entry: NodeEntry, keys: Keys, log: bytes, *, replaces: bytes, recovery: bytes = b""
) -> Enrolment:
    """The enrolment of new keys for a node: unit, role and kind stay."""
    return Enrolment(
        entry.path, entry.name, entry.kind, entry.role, entry.address, node=keys.node, sign=keys.sign_key,
        seal=keys.seal_key, log=log, recovery=recovery, replaces=replaces,
    )  # fmt: skip


def take_over(work: Work, following: Keys, log: bytes) -> bytes:
    """The database names the new node from here on; everything further is signed by it. Returns its log."""
    old = work.log
    row = chain.log_row(work.db, old)
    head = row.head.seq if row is not None else 0
    if settings.get(work.db, neighbours.PARENT):
        settings.put(work.db, LAST, f"{old.hex()} {head}".encode())
    known = settings.text(work.db, FORMER_LOG).split()
    before = [one for one in known if one != old.hex()] if old.hex() in known[1:2] else []
    settings.put(work.db, FORMER_LOG, " ".join([old.hex(), log.hex(), *before]).encode())
    settings.put(work.db, "node", following.node)
    settings.put(work.db, LOG, log)
    work.older = (*([work.former] if work.former is not None else []), *work.older)
    work.former, work.keys = work.keys, following
    work.left = Left(log, settings.number(work.db, "envelope"), 0)
    intake.renew(work)
    reactions.settle(work)
    return work.log


# By which keys we speak


def named(work: Work, node: bytes) -> Keys:
    """The keys that a peer spoke to."""
    known = [*([work.former] if work.former is not None else []), *work.older]
    return next((one for one in known if one.node == node), work.keys)


def towards_parent(work: Work) -> Keys:
    """The old ones while the parent lacks their last commit."""
    former = work.former
    return former if former is not None and settings.get(work.db, LAST) else work.keys


def unheard_of(work: Work) -> None:
    """The parent refused our keys as those of nobody: it was put back to before it heard of them. We speak by the
    former ones again until it has their last commit; if it knew better, it says so, and we go on as before."""
    log = settings.text(work.db, FORMER_LOG).partition(" ")[0]
    row = chain.log_row(work.db, bytes.fromhex(log)) if log else None
    if work.former is not None and row is not None:
        settings.put(work.db, LAST, f"{log} {row.head.seq}".encode())


def log_of(work: Work, own: Keys) -> bytes:
    """The newest log of these keys."""
    entry = work.registry.node(own.node)
    return work.log if own.node == work.node or entry is None else entry.newest_log


@contextmanager
def speaking(work: Work, node: bytes) -> Iterator[Keys]:
    """Signs receipts by the keys that a peer spoke to; no commit is written meanwhile."""
    own, work.keys = work.keys, named(work, node)
    try:
        yield work.keys
    finally:
        work.keys = own


def continues(work: Work, log: bytes) -> bool:
    """Whether a position taken in that log is one of ours: a change of keys interrupts nothing, nor do several."""
    known = settings.text(work.db, FORMER_LOG).split()
    return log == work.log or (work.log.hex() in known[1:2] and log.hex() in known)


def heard(work: Work, parent: bytes, reply: Reply, sent: int) -> tuple[int, bool]:
    """A reply to the old keys: the registry in it counts, and that the parent has their last commit. Returns
    (commits new, whether another exchange is to follow). Raises RemoteError."""
    taken = intake.take(work, neighbours.registry_alone(reply.commits), peer=parent)
    known = any(note.code == "replaced" for note in reply.notes) or _covered(work, parent, reply)
    if known:
        settings.put(work.db, LAST, b"")
    return taken.new, known or sent > 0


def _covered(work: Work, parent: bytes, reply: Reply) -> bool:
    entry = work.registry.node(parent)
    log, _, seq = settings.text(work.db, LAST).partition(" ")
    if work.former is None or reply.receipt is None or entry is None or not log:
        return False
    found = receipt.verify(reply.receipt, entry.sign, child=work.former.node)
    peer = links.ensure(work.db, parent, bytes(16))
    links.change(work.db, peer.id, frontier=cbor.encode(list(frontiers.encode(found.frontier))))
    return frontiers.covers(found.frontier, bytes.fromhex(log), int(seq))
