"""Writing into the registry (protocol 3.4): a change names its record's heads and what its author's right rests on."""

from __future__ import annotations

from typing import Any

from node import author
from node.author import Written
from node.errors import Forbidden, Stale
from node.language import say
from node.registry import refusals
from node.store import chain, records
from node.work import Work
from sync_protocol import clock
from sync_protocol.change import Act, parse_body
from sync_protocol.errors import ProtocolError
from sync_protocol.names import short
from sync_protocol.roster import Standing


def write(
    work: Work, action: str, data: dict[str, Any], record: bytes | None = None, actor: str = author.SYSTEM
) -> Written:
    """One registry change of ours, folded with what else the transaction brings. Raises Forbidden `not_enrolled`."""
    entry = work.registry.node(work.node)
    if entry is None:
        raise Forbidden(
            say("本节点还没有登记", "this node isn't enrolled yet"),
            code="not_enrolled",
            hint="qiao join INVITATION",
        )
    seen, past = (set[bytes](), 0) if record is None else heads(work, record)
    past = max(past, chain.time_of(work.db, entry.commit))
    written = author.write_registry(
        work, action, data, record=record, after={*seen, entry.enrolment}, actor=actor, past=past
    )
    work.registry_changed = True
    return written


def heads(work: Work, record: bytes) -> tuple[set[bytes], int]:
    """The acts of a registry record that no other of its acts names, and the newest one's time. What is held,
    or no act by its bytes, is never named."""
    row = records.row_of(work.db, record)
    acts: set[bytes] = set()
    named: set[bytes] = set()
    newest = 0
    for one in records.changes_of(work.db, row) if row is not None else ():
        body = None if one.held or one.fault else _act(one.body)
        if body is not None:
            acts.add(short(one.change))
            named.update(body.after)
            newest = max(newest, one.time)
    return acts - named, newest


def _act(raw: bytes | None) -> Act | None:
    try:
        found = parse_body(raw) if raw else None
    except ProtocolError:
        return None
    return found if isinstance(found, Act) else None


def decide(work: Work, action: str, data: dict[str, Any], record: bytes, actor: str) -> dict[str, str]:
    """A person's decision: written, folded, and kept only if it stands. Raises Forbidden with the code of the
    verdict; the transaction is given up then."""
    from node import reactions

    _check_clock(work)
    written = write(work, action, data, record, actor)
    reactions.settle(work)
    check(work, written)
    return {"change": written.first.hex(), "commit": written.commit.hex()}


def _check_clock(work: Work) -> None:
    """Our right begins with our enrolment: a clock that stands before it signs no decision. Raises Stale."""
    entry = work.registry.node(work.node)
    if entry is not None and clock.to_ms(chain.time_of(work.db, entry.commit)) > work.now_ms:
        raise Stale(
            say("本机时钟早于本节点的登记时间，先校正时钟", "the clock stands before this node's enrolment"),
            code="clock_behind",
            hint="qiao clock",
        )


def check(work: Work, written: Written) -> None:
    """Raises Forbidden where what was written doesn't stand."""
    verdict = work.registry.verdicts[short(written.first)]
    if verdict.standing is not Standing.STANDS:
        code = verdict.code
        raise Forbidden(refusals.sentence(code), code=code, hint=refusals.hint(code))
