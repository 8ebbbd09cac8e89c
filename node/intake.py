"""Taking in commits that others signed (protocol 3.3, 3.5).

A commit that a good signature covers has its place in the log whatever else is wrong with it. What no
good signature covers takes no place; what an unknown author signed waits, bounded. One bad object
stops no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import delete, func, insert, select

from node import branches, moves, reconciling, signatures, trust
from node.erasure import destruction, handing, links
from node.registry.authors import Author, author_of
from node.store import chain, folded, records, settings
from node.store.chain import LogRow
from node.store.prepared import Prepared, given
from node.store.schema import Stray, table
from node.work import ROOT, Work
from sync_protocol import change as changes
from sync_protocol import commit as commits
from sync_protocol import messages
from sync_protocol.change import Act, Words
from sync_protocol.clock import from_ms
from sync_protocol.commit import Commit
from sync_protocol.errors import BadChange, BadCommit
from sync_protocol.limits import AHEAD_MS, MAX_COMMIT, MAX_WAITING
from sync_protocol.messages import ChangeItem, CommitItem
from sync_protocol.names import short
from sync_protocol.run import Head, admit

ALONE = "words_without_act"
STRAY = table(Stray)
_ASIDE = Prepared(select(STRAY.c.item).order_by(STRAY.c.log, STRAY.c.seq))
_USED = Prepared(
    select(func.coalesce(func.sum(func.length(STRAY.c.item)), 0)).where(STRAY.c.peer == given("of"))
)
_KEPT = Prepared(
    select(STRAY.c.id).where(
        STRAY.c.log == given("of"), STRAY.c.seq == given("at"), STRAY.c.item == given("packed")
    )
)
_KEEP = Prepared(insert(STRAY), ["peer", "log", "seq", "item"])


@dataclass(slots=True)
class Taken:
    """`new`: commits stored for the first time. `bodies`: of these and of others. `notes`: codes of what was
    refused, for the peer."""

    new: int = 0
    bodies: int = 0
    notes: list[str] = field(default_factory=list)
    peer: bytes = b""
    authors: set[bytes] = field(default_factory=set)  # node ids, of the new ones
    filled: bool = False  # bodies of commits that were here without them
    anew: set[int] = field(default_factory=set)  # record rows whose first acts came, and were here already


@dataclass(frozen=True, slots=True)
class _Item:
    commit: Commit
    sent: CommitItem


def take(work: Work, items: Iterable[CommitItem], *, peer: bytes) -> Taken:
    """Stores what may be stored, and notes in `work` what is to be folded."""
    taken = Taken(peer=peer)
    waiting = _by_log(_parsed(items, taken))
    waiting.update(_strays(work, set(waiting)))
    while _round(work, waiting, taken):
        pass
    for left in waiting.values():
        _keep_aside(work, peer, left, taken)
    return taken


def _parsed(items: Iterable[CommitItem], taken: Taken) -> list[_Item]:
    found = []
    for sent in items:
        try:
            found.append(_Item(commits.parse(sent.raw), sent))
        except BadCommit as fault:
            taken.notes.append(fault.code)
    return found


def _by_log(items: Iterable[_Item]) -> dict[bytes, list[_Item]]:
    logs: dict[bytes, list[_Item]] = {}
    for one in items:
        logs.setdefault(one.commit.header.log, []).append(one)
    for group in logs.values():
        group.sort(key=lambda one: one.commit.header.seq)
    return logs


def _round(work: Work, waiting: dict[bytes, list[_Item]], taken: Taken) -> bool:
    """Admits every log whose author is known by now. True when the registry grew, so that more may be."""
    for log in list(waiting):
        author = _author(work, log, waiting[log])
        if author is not None:
            _admit(work, log, author, waiting.pop(log), taken)
    if not work.registry_changed:
        return False
    renew(work)
    return any(_author(work, log, waiting[log]) is not None for log in waiting)


def renew(work: Work) -> None:
    """Folds the registry anew, after a change of it was stored."""
    before, was_enrolled = work.registry, work.enrolled
    work.registry = trust.load(work.db, settings.get(work.db, ROOT))
    begun = trust.appeared(before, work.registry)
    reconciling.went_on(work, begun)
    if work.enrolled and not was_enrolled:
        work.again.update(folded.every(work.db))
        return
    work.again |= moves.turned(work, before) | branches.turned(work, before)


def _author(work: Work, log: bytes, items: Sequence[_Item]) -> Author | None:
    first = items[0]
    return author_of(work, log, first.commit, [one.body for one in first.sent.changes])


def _admit(work: Work, log: bytes, author: Author, items: list[_Item], taken: Taken) -> None:
    node, key = author
    row = chain.looked_over(work.db, chain.begin_log(work.db, log, node))
    beyond = _left_behind(work, log)
    before = taken.new
    fresh: dict[bytes, _Item] = {}
    again: list[_Item] = []  # one message may name a commit twice, each time with other bodies
    for one in items:
        if one.commit.id in fresh:
            again.append(one)
        elif not _known(work, row, one, taken):
            fresh[one.commit.id] = one
    for stretch in _stretches([one.commit for one in fresh.values()]):
        head = _before(work, row, stretch[0])
        run = admit(stretch, node=node, key=key, head=head, alone_from=beyond)
        if run.fault:
            taken.notes.append(run.fault)
        for commit in run.good:
            alone = head is None or commit is run.good[-1] or _is_beyond(commit, beyond)
            row = _store(work, row, commit, fresh[commit.id].sent, commit.id in run.unrisen, alone, taken)
    for one in again:
        _known(work, row, one, taken)
    if taken.new > before and log == work.log:
        work.overtaken = True


def _left_behind(work: Work, log: bytes) -> int | None:
    """The number from which a log's node has left it (3.8): what comes of it counts commit by commit."""
    entry = work.registry.log(log)
    return entry.closed.seq + 1 if entry is not None and entry.closed is not None else None


def _is_beyond(commit: Commit, number: int | None) -> bool:
    return number is not None and commit.header.seq >= number


def _stretches(commits: Iterable[Commit]) -> list[list[Commit]]:
    """Commits that name one another: each stretch is a run, at the price of one signature. Two branches are two."""
    found: list[list[Commit]] = []
    ends: dict[bytes, list[Commit]] = {}
    for one in commits:
        run = ends.pop(one.header.prev, None)
        if run is None or run[-1].header.seq + 1 != one.header.seq:
            run = []
            found.append(run)
        run.append(one)
        ends[one.id] = run
    return found


def _before(work: Work, log: LogRow, first: Commit) -> Head | None:
    """The commit held that a stretch continues. None where there is a gap: each counts by its own signature."""
    seq, prev = first.header.seq - 1, first.header.prev
    if (seq, prev) == (log.head.seq, log.head.id):
        return log.head
    return chain.head_at(work.db, log.id, seq, prev)


def _known(work: Work, log: LogRow, item: _Item, taken: Taken) -> bool:
    """A commit that is here already may bring bodies that were withheld before."""
    header = item.commit.header
    if header.seq > log.head.seq and not log.loose:
        return False
    row = chain.has(work.db, log.id, header.seq, item.commit.id)
    if row is None:
        return False
    fault = records.fault_of(work.db, row) or (
        signatures.CODE if signatures.is_bad(work.db, item.commit.id) else ""
    )
    before = taken.bodies
    _store_bodies(work, row, item.commit, item.sent, fault, taken)
    taken.filled = taken.filled or taken.bodies > before
    return True


def _store(
    work: Work, log: LogRow, commit: Commit, sent: CommitItem, unrisen: bool, alone: bool, taken: Taken
) -> LogRow:
    held = commit.header.time > from_ms(work.now_ms + AHEAD_MS)
    joins = branches.joins(work.db, work.registry, log, commit)
    row, now = chain.add(work.db, log, commit, received_ms=work.now_ms, held=held, verified=alone)
    oversize = sum(len(one.body) for one in sent.changes) + len(commit.raw) > MAX_COMMIT
    fault = "clock" if unrisen else "too_large" if oversize else ""
    _store_bodies(work, row, commit, sent, fault, taken, fresh=True)
    work.signed[row] = log.node, commit.header.unit
    links.arrived(work, commit.header)
    taken.new += 1
    taken.authors.add(log.node)
    if now.forked and "forked" not in taken.notes:
        taken.notes.append("forked")
    if joins:
        work.joined.setdefault(log.log, []).append((commit.header.seq, commit.id))
    return now


def _store_bodies(
    work: Work, row: int, commit: Commit, sent: CommitItem, fault: str, taken: Taken, *, fresh: bool = False
) -> None:
    """`fresh`: the commit was stored just now."""
    acts: dict[bytes, tuple[int, int]] = {}  # short id → (place, record row)
    for place, salt, body in ((one.index, one.salt, one.body) for one in sent.changes):
        if not _matches(commit, place, salt, body):
            taken.notes.append("body_mismatch")
            continue
        name = commit.header.changes[place]
        if destruction.is_erased(work, short(name)):
            taken.notes.append("erased")
            handing.owe(work, taken.peer, short(name))
            continue
        target = _target(work, commit, row, place, body, acts)
        if target is None:
            taken.notes.append(ALONE)
            continue
        record, of, bad = target
        if records.add_change(
            work.db, row, place, name, record, salt, body, of=of, fault=fault or bad, fresh=fresh
        ):
            work.note(record, row)
            taken.bodies += 1
        elif records.name_of(work.db, record)[0] == short(name):
            taken.anew.add(record)
        if of is None:
            acts[short(name)] = (place, record)
        if of is None and not fresh:
            work.again.update(records.bring_words(work.db, row, place, short(name), record))


def _matches(commit: Commit, place: int, salt: bytes, body: bytes) -> bool:
    header = commit.header
    return place < len(header.changes) and changes.change_id(header.log, salt, body) == header.changes[place]


def _target(
    work: Work, commit: Commit, row: int, place: int, body: bytes, acts: dict[bytes, tuple[int, int]]
) -> tuple[int, bytes | None, str] | None:
    """(record row, act that words belong to, what is wrong with the bytes). None for what can't be kept."""
    name = short(commit.header.changes[place])
    try:
        parsed = work.bodies.keep(body)
    except BadChange as fault:
        return records.ensure(work.db, name, ""), None, fault.code
    if isinstance(parsed, Act):
        return _target_of_act(work, name, parsed), None, ""
    return _target_of_words(work, commit, row, place, parsed, acts)


def _target_of_act(work: Work, name: bytes, act: Act) -> int:
    matter = act.matter.partition("/")[0]
    if matter == trust.MATTER:
        work.registry_changed = True
    return records.ensure(work.db, act.record or name, matter)


def _target_of_words(
    work: Work, commit: Commit, row: int, place: int, words: Words, acts: dict[bytes, tuple[int, int]]
) -> tuple[int, bytes | None, str] | None:
    """Words stand directly behind their act; others are quarantined. Nothing is wrong with those whose act does stand
    there, and was withheld by whoever sent them: but of which record they are it alone says, so no erasure would find
    them here (3.11). They come again when it does."""
    found = acts.get(words.of)
    if found is not None and found[0] == place - 1:
        return found[1], words.of, ""
    stored = records.record_of_act(work.db, row, place - 1, words.of)
    if stored is not None:
        return stored, words.of, ""
    if _follow(commit, place, words):
        return None
    return records.ensure(work.db, short(commit.header.changes[place]), ""), words.of, ALONE


def _follow(commit: Commit, place: int, words: Words) -> bool:
    """Whether words stand directly behind the act that they name, by the header."""
    return place > 0 and short(commit.header.changes[place - 1]) == words.of


def _strays(work: Work, logs: set[bytes]) -> dict[bytes, list[_Item]]:
    """Commits kept aside, now tried again."""
    items = [messages.parse_item(row.item) for row in _ASIDE(work.db)]
    if not items:
        return {}
    found = {log: group for log, group in _by_log(_parsed(items, Taken())).items() if log not in logs}
    known = [log for log in found if _author(work, log, found[log]) is not None]
    work.db.execute(delete(STRAY).where(STRAY.c.log.in_(known)))
    return {log: found[log] for log in known}


def _keep_aside(work: Work, peer: bytes, items: Sequence[_Item], taken: Taken) -> None:
    """Bounded a peer (3.4); past the bound the rest is refused, and comes again with the next exchange."""
    used = _USED(work.db, of=peer).scalar_one()
    for one in items:
        taken.notes.append("unknown_author")
        header, packed = one.commit.header, messages.encode_item(_with_acts(one))
        # Nothing tells yet which is genuine, nor which brings the bodies: each is kept.
        if _KEPT(work.db, of=header.log, at=header.seq, packed=packed).first() is None:
            used += len(packed)
            if used > MAX_WAITING:
                return
            _KEEP(work.db, peer=peer, log=header.log, seq=header.seq, item=packed)


def _with_acts(one: _Item) -> CommitItem:
    """What waits is looked through for a record's acts when that is erased: words wait with theirs, or not at all."""
    sound = [each for each in one.sent.changes if _matches(one.commit, each.index, each.salt, each.body)]
    here = {each.index for each in sound}
    left = (each for each in sound if each.index - 1 in here or not _is_alone(one.commit, each))
    return replace(one.sent, changes=tuple(left))


def _is_alone(commit: Commit, sent: ChangeItem) -> bool:
    try:
        parsed = changes.parse_body(sent.body)
    except BadChange:
        return False
    return isinstance(parsed, Words) and _follow(commit, sent.index, parsed)


def release(work: Work) -> int:
    """Notes the commits whose time has come for a fold (3.6). The registry is folded at once: whatever is folded
    before this work is settled is judged by it. Returns how many."""
    rows = chain.release_held(work.db, from_ms(work.now_ms + AHEAD_MS))
    touched = records.records_of_commits(work.db, rows)
    work.again.update(touched)
    if not touched.isdisjoint(records.rows_of_matter(work.db, trust.MATTER)):
        renew(work)
        work.registry_changed = True
    return len(rows)
