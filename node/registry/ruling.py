"""Ruling on forks (裁定分叉, protocol 3.8): the lowest common ancestor says which branch of a log is kept.

That is the branch that it had receipted, else the one with the lower id. A ruling from above replaces it.
"""

from __future__ import annotations

from sqlalchemy import select

from node.branches import of
from node.registry import writing
from node.store import chain, settings
from node.store.chain import LOG
from node.store.links import RECEIPT
from node.store.prepared import Prepared
from node.work import Work
from sync_protocol import branches, receipt
from sync_protocol.branches import Branches
from sync_protocol.errors import ProtocolError
from sync_protocol.frontier import Frontier
from sync_protocol.roster import NodeEntry

_FORKED = Prepared(select(LOG.c.id, LOG.c.log).where(LOG.c.forked > 0))


def rule(work: Work) -> None:
    """Rules on each fork without a ruling of a log below us, where no office between could."""
    if not work.enrolled:
        return
    for row in _FORKED(work.db):
        owner = work.registry.owner_of(row.log)
        if owner is not None and _is_ours_to_rule(work, owner):
            _rule(work, owner, row.id, row.log)


def _is_ours_to_rule(work: Work, owner: NodeEntry) -> bool:
    """The nearest office above that has a node at work; for a former root, the root now."""
    registry = work.registry
    if registry.roster.is_former_root(owner.node):
        return registry.root is not None and registry.root.node == work.node
    above = registry.parent(owner.path)
    while above is not None and registry.office(above.path) is None:
        above = registry.parent(above.path)
    return above is not None and above.node == work.node


def _rule(work: Work, owner: NodeEntry, row: int, log: bytes) -> None:
    """Once a number in each log of ours: what we ruled in one before may count no more, since that was signed by keys
    that had been replaced, or lies on a branch that wasn't kept."""
    said, chains = work.registry.said(log), of(work.db, row)
    number = branches.disputed(said, chains)
    asked = f"ruled/{log.hex()}/{number}"
    if number is None or settings.get(work.db, asked) == work.log:
        return
    settings.put(work.db, asked, work.log)
    several = branches.contenders(said, chains, number)
    keep = _receipted(work, log, number, chains, several) or several[0]
    other = next(one for one in several if one != keep)
    headers = [_raw(work, row, number, one) for one in (keep, other)]
    writing.write(work, "fork", {"log": log, "headers": headers, "keep": keep}, owner.record)


def _raw(work: Work, log: int, number: int, commit: bytes) -> bytes:
    row = chain.has(work.db, log, number, commit)
    assert row is not None, "a contender is held"
    return chain.raw(work.db, row)


def _receipted(work: Work, log: bytes, number: int, chains: Branches, several: list[bytes]) -> bytes | None:
    """The branch that our oldest receipt covers."""
    given = work.db.execute(select(RECEIPT.c.raw).where(RECEIPT.c.given.is_(True)).order_by(RECEIPT.c.id))
    for row in given:
        named = [one for one in several if _covers(row.raw, log, number, chains, one)]
        if named:
            return min(named)
    return None


def _covers(raw: bytes, log: bytes, number: int, chains: Branches, commit: bytes) -> bool:
    try:
        frontier: Frontier = receipt.parse(raw).frontier
    except ProtocolError:
        return False
    ends = (one for one in frontier.get(log, ()) if one.first <= number <= one.seq)
    return any(chains.at(one.seq, one.id, number) == commit for one in ends)
