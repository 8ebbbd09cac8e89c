"""Reconciliation (对账), protocol 3.5: the child's side, as a pure state machine. It repairs both sides.

Buckets are compared, then the records of those that differ, then the change ids of records that differ; what
either side lacks is fetched or sent, and the buckets are compared again. A parent that takes a record for the
child's which has left it is sent the acts that say so; one that takes a record for another's which is the child's
by what it holds is told what that is, and answers likewise. The parent keeps nothing (`comparison.answer`); the child
keeps a plan in memory, of some pages at most.

It always ends. What the parent names but doesn't bring, or is sent but doesn't take, is given up and counted
in `left`; a parent that goes on so past MAX_VAIN, or doesn't tell what it was asked, is `reconcile_stuck`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NoReturn, Protocol, TypeVar

from .comparison import BUCKETS as BUCKETS
from .comparison import DIGEST as DIGEST
from .comparison import MAX_RECORDS, MAX_WANTED, REGISTRY
from .comparison import MAX_TOLD as MAX_TOLD
from .comparison import Ask as Ask
from .comparison import ChangePage as ChangePage
from .comparison import Holdings as Holdings
from .comparison import OfBucket as OfBucket
from .comparison import OfRecord as OfRecord
from .comparison import RecordPage as RecordPage
from .comparison import Told as Told
from .comparison import Wanted as Wanted
from .comparison import answer as answer
from .comparison import bucket_digests as bucket_digests
from .comparison import bucket_of as bucket_of
from .comparison import decode_ask as decode_ask
from .comparison import decode_told as decode_told
from .comparison import encode_ask as encode_ask
from .comparison import encode_told as encode_told
from .comparison import record_digest as record_digest
from .errors import BadMessage

_Page = TypeVar("_Page", RecordPage, ChangePage)


class Own(Holdings, Protocol):
    """What the child holds."""

    def parting(self, record: bytes, known: Collection[bytes]) -> Collection[bytes]:
        """Ids of the acts by which a record has left the child's scope, where it is still in it by those that are
        `known` to the parent; with what of their past isn't."""


MAX_PASSES = 4  # comparisons of all buckets; a busy office differs a little whenever it is asked
MAX_VAIN = 10_000  # changes given up before the parent is refused
MAX_HELD = 20_000  # change ids kept of the parent's before it is asked for further ones


class Plan:
    """Used so: `ask` and `send` go into a request; `take` gets what the reply told, once its commits are stored;
    so on until `done`. After a lost reply the same is asked again.
    """

    def __init__(self, mine: Own) -> None:
        self.done = False
        self.equal = False  # the last comparison of all buckets found no difference
        self.differed = 0  # changes that one of the sides lacked
        self.left = 0  # changes given up since that comparison
        self._mine = mine
        self._passes = 0
        self._comparing = True  # the buckets are compared next
        self._buckets: list[OfBucket] = []  # still to be told, the registry first
        self._records: Iterator[bytes] = iter(())  # that differ, of the pages told last
        self._open: dict[bytes, _Difference] = {}  # record → what is worked on
        self._repaired = False  # something, since that comparison
        self._stalled = 0  # exchanges since anything was repaired
        self._vain = 0  # changes given up, and records that didn't differ when looked at, altogether

    def ask(self) -> Ask:
        """What to ask next; nothing when it is done."""
        if self.done:
            return Ask()
        if self._comparing:
            return Ask(buckets=self._mine.buckets())
        if self._open:
            return Ask(changes=tuple(self._asked()), wants=tuple(self._wants()), holds=tuple(self._holds()))
        return Ask(records=tuple(self._next_buckets()))

    def send(self) -> list[tuple[bytes, tuple[bytes, ...]]]:
        """(record, change ids) that the parent lacks. Their commits go with the request, in this order, as many
        as there is room for; what the parent then still lacks is named again.
        """
        return [(record, tuple(one.give)) for record, one in self._open.items() if one.give]

    def partings(self) -> list[tuple[bytes, tuple[bytes, ...]]]:
        """Of what is sent the acts by which records have left the child, whether or not the parent may see them."""
        return [(record, tuple(one.give)) for record, one in self._open.items() if one.parts]

    def take(self, told: Told | None) -> None:
        """What the reply told, after the commits that it brought were stored.

        Raises BadMessage (reconcile_stuck).
        """
        if self.done:
            return
        if told is None:
            _stuck("nothing was told")
        if self._comparing:
            self._take_buckets(told)
        elif self._open:
            self._take_changes(told)
        else:
            self._take_records(told)
        self._go_on()
        if self._vain > MAX_VAIN:
            _stuck(f"{self._vain} changes neither brought nor taken")

    def _go_on(self) -> None:
        """Opens the next records, or ends the pass, when nothing is worked on."""
        if self._comparing or self.done or self._open:
            return
        self._open = {record: _Difference(self._mine) for record in islice(self._records, MAX_RECORDS)}
        if not self._open and not self._buckets:
            self._comparing = True
            self.done = self.left > 0 and not self._repaired

    # Buckets and their records

    def _take_buckets(self, told: Told) -> None:
        self._comparing = self._repaired = False
        self._passes += 1
        self.left = 0
        self.equal = not told.differs
        self.done = self.equal or self._passes == MAX_PASSES
        self._buckets = [
            OfBucket(one) for one in sorted(told.differs, key=lambda one: (one != REGISTRY, one))
        ]

    def _next_buckets(self) -> list[OfBucket]:
        """The registry alone: all else rests on it."""
        return self._buckets[: 1 if self._buckets[0].bucket == REGISTRY else None]

    def _take_records(self, told: Told) -> None:
        asked = self._next_buckets()
        pages = _prefix(told.records, asked)
        rest: list[OfBucket] = []
        for page, stretch in zip(pages, asked, strict=False):
            _check_page(page.bucket == stretch.bucket, [record for record, _ in page.records], stretch.above)
            if not page.whole:
                rest.append(OfBucket(page.bucket, page.records[-1][0]))
        self._records = chain.from_iterable(map(self._differing, pages, asked))
        self._buckets = rest + self._buckets[len(pages) :]

    def _differing(self, page: RecordPage, stretch: OfBucket) -> Iterable[bytes]:
        """Records that differ, within what the page tells of."""
        theirs = dict(page.records)
        mine = self._mine.records(page.bucket)
        ours = _within(mine, stretch.above, None if page.whole else page.records[-1][0])
        return sorted(record for record in {*theirs, *ours} if theirs.get(record) != mine.get(record))

    # Changes

    def _asked(self) -> Iterator[OfRecord]:
        """Records not told of yet, and those of which we sent something."""
        held = 0
        for record, one in self._open.items():
            held += len(one.theirs)
            if one.give or (not one.told and held < MAX_HELD):
                yield OfRecord(record, one.ask_above())

    def _wants(self) -> Iterator[Wanted]:
        room = MAX_WANTED
        for record, one in self._open.items():
            if one.lack and room > 0:
                yield Wanted(record, tuple(one.lack[:room]))
                room -= len(one.lack)

    def _holds(self) -> Iterator[Wanted]:
        room = MAX_WANTED
        for record, one in self._open.items():
            ids = self._mine.changes(record) if one.denied and one.give else ()
            if 0 < len(ids) <= room:
                yield Wanted(record, tuple(ids))
                room -= len(ids)

    def _take_changes(self, told: Told) -> None:
        asked = list(self._asked())
        before = self._outstanding()
        pages = _prefix(told.changes, asked)
        for page, stretch in zip(pages, asked, strict=False):
            _check_page(page.record == stretch.record, page.ids, stretch.above)
        news = [self._open[page.record].learn(page) for page in pages]
        for record, one in self._open.items():
            one.judge(record)
        self.differed += sum(one.found() for one in self._open.values())
        self._weigh(before, any(news))
        self._close()

    def _outstanding(self) -> set[tuple[bytes, bytes]]:
        return {(record, change) for record, one in self._open.items() for change in (*one.lack, *one.give)}

    def _weigh(self, before: set[tuple[bytes, bytes]], news: bool) -> None:
        """Where an exchange brought nothing further, what stands first is given up, each time twice as much."""
        repaired = bool(before - self._outstanding())
        self._repaired |= repaired
        if repaired or news:
            self._stalled = 0
            return
        share = 2**self._stalled
        self._stalled += 1
        for side in ("lack", "give"):
            left = share
            for one in self._open.values():
                left -= one.give_up(side, left)
            self.left += share - left
            self._vain += share - left

    def _close(self) -> None:
        for record, one in list(self._open.items()):
            if one.told and not one.lack and not one.give:
                if one.end is None:
                    self._vain += not one.real
                    del self._open[record]
                else:
                    one.turn()


class _Difference:
    """A record that differs, and the page of its change ids that is worked on."""

    def __init__(self, mine: Own) -> None:
        self.above = b""
        self.told = False
        self.theirs: set[bytes] = set()
        self.end: bytes | None = None  # where the page ends; None for the end of the record
        self.lack: list[bytes] = []  # ids that we don't hold
        self.give: list[bytes] = []  # ids that the parent doesn't hold
        self.real = False  # something did differ
        self._counted = False
        self._given_up: set[bytes] = set()
        self._known: set[bytes] = set()  # what the parent holds by all pages told so far
        self.parts = False  # `give` says that the record isn't ours any more
        self.denied = False  # asked again, the parent names nothing of it: it isn't ours there
        self._mine = mine

    def ask_above(self) -> bytes:
        """From where on it is to be told; where something was sent, no more than shows that it was taken."""
        if self.parts:
            return self.above
        return max((one for one in self.theirs if self.give and one < self.give[0]), default=self.above)

    def learn(self, page: ChangePage) -> bool:
        """Whether the page was told for the first time. Again, it only says what was taken: that the record is the
        child's no more by there being none."""
        if self.told:
            if self.parts and not page.ids:
                self.theirs, self._known = set(), set()
            self.denied = not self._known and not page.ids
            taken = set(self.give).intersection(page.ids)
            self.theirs |= taken
            self._known |= taken
            return False
        self.told, self.theirs = True, set(page.ids)
        self._known |= self.theirs
        self.end = None if page.whole else page.ids[-1]
        return True

    def judge(self, record: bytes) -> None:
        """Compares the page with what we hold now."""
        if self.told:
            ours = self._mine.changes(record)
            mine = set(_within(ours, self.above, self.end))
            self.lack = sorted(self.theirs - mine - self._given_up)
            self.give = sorted(mine - self.theirs - self._given_up)
            has_left = not ours and self.end is None
            parting = set(self._mine.parting(record, self._known)) if has_left else set()
            self.parts = bool(parting - self._given_up)
            if self.parts:
                self.lack, self.give = [], sorted(parting - self._given_up)

    def found(self) -> int:
        """How many changes differ, counted once a page."""
        if not self.told or self._counted:
            return 0
        self._counted = True
        self.real |= bool(self.lack or self.give)
        return len(self.lack) + len(self.give)

    def give_up(self, side: str, most: int) -> int:
        """How many ids were given up, up to `most`."""
        ids = self.lack if side == "lack" else self.give
        gone, ids[:] = ids[:most], ids[most:]
        self._given_up.update(gone)
        return len(gone)

    def turn(self) -> None:
        """To the next page."""
        assert self.end is not None
        self.above, self.told, self.theirs, self._counted = self.end, False, set(), False
        self._given_up.clear()


def _within(ids: Iterable[bytes], above: bytes, end: bytes | None) -> list[bytes]:
    return [one for one in ids if one > above and (end is None or one <= end)]


def _prefix(told: Sequence[_Page], asked: Sequence[object]) -> Sequence[_Page]:
    """What was told, of the first of what was asked."""
    if len(told) > len(asked) or (asked and not told):
        _stuck("something else was told than was asked")
    return told


def _check_page(fits: bool, ids: Sequence[bytes], above: bytes) -> None:
    if not fits or (ids and ids[0] <= above):
        _stuck("another page was told than was asked")


def _stuck(why: str) -> NoReturn:
    raise BadMessage(f"reconciliation: {why}", code="reconcile_stuck")
