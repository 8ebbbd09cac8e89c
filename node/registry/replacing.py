"""New keys for this node (换密钥, protocol 3.4): enrolled by the old ones as their last commit.

Peers hear of it by the registry alone, which comes over the line: so until the parent has receipted that last
commit we still speak to it by the old keys, and to a child for as long as it speaks to them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from node import intake, people, reactions, timekeeping
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
from sync_protocol.roster import NodeEntry, Place

OPERATION = "registry.replace"
LAST = "last_of_former"  # setting: log and number of the old keys' last commit, while the parent lacks it
_REFUSED = "refused"  # behind these: the parent knew nobody by the newer keys, whatever it had of the log
_CUT_OFF = ("replaced", "revoked")  # notes of a parent that knows what became of the old keys
ANSWERED = "answered_in"  # setting: our log, once the parent answered in it and knew of no newer keys of ours
FORMER_LOG = "former_log"  # setting: a line a change of keys: the log before, the one begun then


def replace(work: Work, following: Keys, staff: str | None) -> dict[str, Any]:
    """Signs the enrolment of new keys, and goes on with them in a log of their own. Raises Forbidden, Stale
    `keys_not_delivered`, `root_needs_recovery`."""
    who = people.must_be_admin(people.find(work.db, staff) if staff else None)
    entry = _entry(work)
    log = work.entropy.bytes(16)
    wanted = dataclasses.replace(
        successor(entry, following, log, replaces=entry.node), keep=_further(work, entry)
    )
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
    _be_sure_of_the_time(work)
    if settings.get(work.db, LAST):
        raise Stale(
            say("上一次换的密钥还没有送到上级", "the parent hasn't got the last change of keys"),
            code="keys_not_delivered",
            hint="qiao sync",
        )
    if work.newer and settings.get(work.db, ANSWERED) != work.log:
        raise Stale(
            say("本机留有更新的密钥，先与上级交换一次，看它是否认得", "newer keys lie here: ask the parent first"),
            code="keys_not_delivered",
            hint="qiao sync",
        )  # fmt: skip
    return entry


def _be_sure_of_the_time(work: Work) -> None:
    """Enrolled by a clock years ahead, the new keys would be held everywhere until then, and the node with them."""
    parent = links.peer(work.db, settings.get(work.db, neighbours.PARENT) or b"")
    if not timekeeping.is_sure(work, parent.seen_ms if parent is not None else 0):
        raise Stale(
            say("时钟未经核对：先与上级交换一次，有疑问先答复，再换密钥",
                "the clock isn't sure: exchange with the parent and answer what is asked, then change the keys"),
            code="clock_unsure",
            hint="qiao sync && qiao clock",
        )  # fmt: skip


def _further(work: Work, entry: NodeEntry) -> tuple[Place, ...]:
    """Where our older logs go on behind the place at which we left them: we were restored, and have got back since
    what we had written further on. Unsaid, it would count no more."""
    older = (chain.log_row(work.db, log) for log in entry.logs if log != work.log)
    heads = (Place(row.log, row.head.seq, row.head.id) for row in older if row is not None and not row.forked)
    left = {log: work.registry.logs()[log].closed for log in entry.logs}
    return tuple(one for one in heads if (end := left[one.log]) is not None and one.seq > end.seq)


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
    begun = [*settings.text(work.db, FORMER_LOG).splitlines(), f"{old.hex()} {log.hex()}"]
    settings.put(work.db, FORMER_LOG, "\n".join(begun).encode())
    settings.put(work.db, LOG, log)
    _use(work, following)
    work.left = Left(log, settings.number(work.db, "envelope"), 0)
    intake.renew(work)
    reactions.settle(work)
    return work.log


def _use(work: Work, following: Keys) -> None:
    settings.put(work.db, "node", following.node)
    nodes = [one.node for one in work.newer]
    work.newer = work.newer[: nodes.index(following.node)] if following.node in nodes else work.newer
    work.older = (*([work.former] if work.former is not None else []), *work.older)
    work.former, work.keys = work.keys, following


def catch_up(work: Work) -> bool:
    """A database that was put back to before a change of keys goes on under the keys of then, which are a
    restored node's like any other; as soon as the registry says by which they were replaced, under those. So does one
    that replaced its keys anew meanwhile, and learns that this doesn't stand. A new log is to be begun then."""
    before = work.node
    while (pair := _successor(work) or _in_our_place(work)) is not None:
        _use(work, pair)
    if work.node == before:
        return False
    settings.put(work.db, LAST, b"")  # whoever told us has it
    settings.put(work.db, FORMER_LOG, b"")
    parent = links.peer(work.db, settings.get(work.db, neighbours.PARENT) or b"")
    if parent is not None:  # what it receipted was for the former keys
        links.change(work.db, parent.id, frontier=None)
    return True


def answered(work: Work, reply: Reply) -> None:
    """The parent's answer was taken in: whether it knows the newer keys that lie here is known by it."""
    if work.newer and not any(note.code == "replaced" for note in reply.notes):
        settings.put(work.db, ANSWERED, work.log)


def _successor(work: Work) -> Keys | None:
    entry = work.registry.node(work.node)
    by = entry.replaced_by if entry is not None else b""
    return next((one for one in work.newer if one.node == by), None)


def _in_our_place(work: Work) -> Keys | None:
    """Where the enrolment of our keys doesn't stand: those of the office that has our place, if they lie here."""
    if work.registry.node(work.node) is not None or work.registry.signer(work.node) is None:
        return None
    office = work.registry.office(work.path)
    known = [*([work.former] if work.former is not None else []), *work.older, *work.newer]
    return next((one for one in known if office is not None and one.node == office.node), None)


# By which keys we speak


def named(work: Work, node: bytes) -> Keys:
    """The keys that a peer spoke to. It may have heard of newer ones before a database that was put back."""
    known = [*([work.former] if work.former is not None else []), *work.older, *work.newer]
    return next((one for one in known if one.node == node), work.keys)


def towards_parent(work: Work) -> Keys:
    """Older ones while the parent lacks their last commit."""
    log = settings.text(work.db, LAST).split(" ")[0]
    owner = work.registry.owner_of(bytes.fromhex(log)) if log else None
    if owner is None:
        return (work.former or work.keys) if log else work.keys
    return named(work, owner.node)


def unheard_of(work: Work) -> None:
    """The parent refused our keys as those of nobody: it was put back to before it heard of them, or holds the
    change of keys back. We speak by the ones before until it says itself that these were replaced. It may not know
    those either."""
    known = [work.keys, *([work.former] if work.former is not None else []), *work.older]
    spoken = towards_parent(work).node
    at = next((at for at, one in enumerate(known) if one.node == spoken), 0)
    at = at if at + 1 < len(known) else 0
    entry = work.registry.node(known[at].node)
    log = chain.log_of(work.db, entry.commit) if entry is not None else None
    row = chain.log_row(work.db, log) if log is not None else None
    if at + 1 < len(known) and row is not None and row.node == known[at + 1].node:
        settings.put(work.db, LAST, f"{row.log.hex()} {row.head.seq} {_REFUSED}".encode())


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
    """Whether a position taken in that log is one of ours: a change of keys interrupts nothing."""
    begun = dict(line.split() for line in settings.text(work.db, FORMER_LOG).splitlines())
    name, now = log.hex(), work.log.hex()
    while name != now and name in begun:
        name = begun.pop(name)
    return name == now


def heard(work: Work, parent: bytes, reply: Reply) -> tuple[int, bool]:
    """A reply to the old keys: the registry in it counts, and that the parent has their last commit. Returns
    (commits new, whether the parent knows the new ones). Raises RemoteError."""
    taken = intake.take(work, neighbours.registry_alone(reply.commits), peer=parent)
    before = links.ensure(work.db, parent, bytes(16)).frontier
    known = any(note.code in _CUT_OFF for note in reply.notes) or _covered(work, parent, reply)
    if known:
        settings.put(work.db, LAST, b"")
    return taken.new, known or links.ensure(work.db, parent, bytes(16)).frontier != before


def _covered(work: Work, parent: bytes, reply: Reply) -> bool:
    entry = work.registry.node(parent)
    last = settings.text(work.db, LAST).split(" ")
    if reply.receipt is None or entry is None or len(last) < 2:
        return False
    found = receipt.verify(reply.receipt, entry.sign, child=towards_parent(work).node)
    peer = links.ensure(work.db, parent, bytes(16))
    links.change(work.db, peer.id, frontier=cbor.encode(list(frontiers.encode(found.frontier))))
    return _REFUSED not in last and frontiers.covers(found.frontier, bytes.fromhex(last[0]), int(last[1]))
