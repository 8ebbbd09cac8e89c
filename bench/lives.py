"""Lives of tickets and calls, made by real acts under a clock that is moved by hand: the templates of a province.

A life is a generator: it acts, and yields the hours until it acts again. Those of `FINISHED` come to an end, those of
`LEFT` are left lying until every deadline has passed and every card is issued, those of `FRESH` are in work.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bench import narratives
from node.writer import Writer

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STAFF = "a"  # the administrator
PEOPLE = [f"b{number:02d}" for number in range(1, 31)]  # each has his own calls and tickets
CHANNELS = ("phone", "phone", "phone", "phone", "web", "app", "visit", "letter")
CLASSES = ("resolution_request", "resolution_request", "enquiry", "feedback")
WORKERS = ("regular", "migrant", "migrant", "dispatched", "new_form", "other")
NATURES = ("state", "private", "private", "foreign", "individual", "public")
Life = Iterator[float]


class Hand:
    """A clock that stands until it is moved. Fits node.clock.Clock."""

    def __init__(self, own_ms: int) -> None:
        self.stands_ms = own_ms
        self.moved_ms = 0
        self.offset_ms = 0

    def own_ms(self) -> int:
        return self.stands_ms

    def now_ms(self) -> int:
        return self.stands_ms + self.offset_ms

    def steady_ms(self) -> int:
        return self.stands_ms

    def discipline(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms


@dataclass(slots=True)
class Case:
    """One record in the making. Its number, telephone, employer, name and narrative are those that copies replace."""

    writer: Writer
    matter: str
    nth: int
    unit: str
    other: str
    random: Random
    staff: str
    topic: str = ""
    record: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Field → a value that stands nowhere else."""
        mark = f"{self.matter[0]}{self.nth:04d}"
        phone = 13_700_000_000 + self.nth + (5_000 if self.matter == "call" else 0)
        return {
            "narrative": f"范本{mark}：工资拖着没发，找谁都不管，想请工会帮着问一问。",
            "worker_phone": str(phone),
            "employer_name": f"范本{mark}单位",
            "worker_name": f"范某{mark}",
        }

    def do(self, verb: str, **data: Any) -> None:
        params = {"matter": self.matter, "verb": verb, "record": self.record or None, "data": data}
        self.record = str(self.writer.do("act", params, self.staff)["record"])

    def register(self, **more: Any) -> None:
        pick = self.random.choice
        self.topic = narratives.topic(self.random)
        shared = {
            "channel": pick(CHANNELS), "class": pick(CLASSES), "topic": self.topic,
            "worker_identity": pick(WORKERS), "employer_nature": pick(NATURES),
        }  # fmt: skip
        self.do("register", **shared, **self.texts, **more)

    def begin(self) -> None:
        self.register(amount_claimed=self.random.randrange(100_000, 9_000_000), workplace_region="370100")

    def work(self) -> Life:
        """From the dispatch to the submission, in the hands of the unit."""
        self.do("dispatch", lead=self.unit)
        yield 20
        self.do("accept", behalf=self.unit)
        yield 26
        self.do("note", text="已联系单位负责人，约定周三面谈。")
        yield 48
        self.do("note", text="双方到场，单位承认拖欠，金额还要核对。")
        yield 24

    def hand_in(self, **more: Any) -> None:
        told = {"result": "completed", "resolved": True, "text": "余款已结清，职工签字确认。", **more}
        self.do("submit", behalf=self.unit, **told)

    def close(self, score: int = 5) -> Life:
        self.do("review", unit=self.unit, outcome="pass")
        yield 21
        self.do("follow-up", outcome="satisfied", result=score, attitude=4, text="职工说钱拿到了。")
        yield 25
        self.do("quality-check", outcome="pass")
        yield 1
        self.do("archive")


# Lives that come to an end


def plain(case: Case) -> Life:
    case.begin()
    yield 0.5
    yield from case.work()
    case.hand_in(recovered=case.random.randrange(100_000, 2_000_000))
    yield 5
    yield from case.close(3 + case.nth % 3)


def reworked(case: Case) -> Life:
    case.begin()
    yield 0.4
    yield from case.work()
    case.hand_in(resolved=False)
    yield 6
    case.do("review", unit=case.unit, outcome="pass")
    yield 22
    case.do("follow-up", outcome="dissatisfied", result=2, attitude=3)
    yield 1
    case.do("rework", reason="dissatisfied", text="只给了一半。")
    yield 2
    yield from case.work()
    case.hand_in()
    yield 4
    yield from case.close(4)


def declined(case: Case) -> Life:
    case.begin()
    yield 0.7
    case.do("dispatch", lead=case.other)
    yield 22
    case.do("decline", behalf=case.other, reason="not_our_region", text="用人单位不在本区。")
    yield 3
    yield from case.work()
    case.hand_in()
    yield 20
    yield from case.close()


def extended(case: Case) -> Life:
    case.begin()
    yield 0.3
    yield from case.work()
    case.do("ask", behalf=case.unit, **{"for": "extend"}, days=5, text="账目还没核完。")
    yield 4
    case.do("extend", unit=case.unit, outcome="grant", days=5, text="同意。")
    yield 24 * 7
    case.hand_in()
    yield 20
    yield from case.close()


def suspended(case: Case) -> Life:
    case.begin()
    yield 0.3
    yield from case.work()
    case.do("suspend", unit=case.unit, outcome="grant", reason="arbitration", text="等仲裁。")
    yield 24 * 12
    case.do("resume", unit=case.unit, text="裁决下来了。")
    yield 24
    case.hand_in()
    yield 20
    yield from case.close()


def late(case: Case) -> Life:
    case.begin()
    yield 9
    case.do("dispatch", lead=case.unit)
    yield 24 * 7
    case.do("accept", behalf=case.unit)
    yield 24 * 20
    case.do("urge", text="职工又来电催问。")
    yield 24
    case.hand_in()
    yield 22
    case.do("review", unit=case.unit, outcome="back", text="没写清楚给了多少。")
    yield 30
    case.hand_in(text="共给付一万零六百六十元。")
    yield 24
    yield from case.close(3)


def shared(case: Case) -> Life:
    case.begin()
    yield 0.5
    case.do("dispatch", lead=case.unit, co=[case.other])
    yield 20
    case.do("accept", behalf=case.unit)
    case.do("accept", behalf=case.other)
    yield 40
    case.do("note", text="两家碰了头，分头去核实。")
    yield 24
    case.do("submit", behalf=case.other, result="completed", resolved=True, text="社保已补缴。")
    yield 4
    case.do("review", unit=case.other, outcome="pass")
    yield 20
    case.hand_in()
    yield 20
    yield from case.close()


def supervised(case: Case) -> Life:
    case.begin()
    yield 0.5
    yield from case.work()
    case.do("supervise", unit=case.unit, text="一周内报结果。", days=5)
    yield 40
    case.do("reply", behalf=case.unit, text="已约谈法定代表人。")
    yield 24
    case.do("supervise", outcome="close", text="已办妥。")
    yield 2
    case.hand_in()
    yield 20
    yield from case.close()


def answered(case: Case) -> Life:
    case.begin()
    yield 0.4
    case.do("answer", text="可以向劳动监察投诉，也可以申请仲裁，时效一年。")


def withdrawn(case: Case) -> Life:
    case.begin()
    yield 0.6
    yield from case.work()
    case.do("withdraw", text="职工说已经拿到钱，不用办了。")


# Lives that are left lying, or in work


def registered(case: Case) -> Life:
    case.begin()
    yield 0


def sent(case: Case) -> Life:
    case.begin()
    yield 0.5
    case.do("dispatch", lead=case.unit)


def accepted(case: Case) -> Life:
    yield from sent(case)
    yield 18
    case.do("accept", behalf=case.unit)
    yield 2
    case.do("take", behalf=case.unit)


def worked(case: Case) -> Life:
    case.begin()
    yield 0.5
    yield from case.work()


def submitted(case: Case) -> Life:
    yield from worked(case)
    case.hand_in()


def awaited(case: Case) -> Life:
    yield from submitted(case)
    yield 3
    case.do("review", unit=case.unit, outcome="pass")


def unchecked(case: Case) -> Life:
    yield from awaited(case)
    yield 20
    case.do("follow-up", outcome="satisfied", result=5, attitude=5)


# Calls


def asked(case: Case) -> Life:
    """Answered on the spot."""
    case.register(persons_served=1 + case.nth % 3, answered_on_the_spot=True, satisfaction_call=3 + case.nth % 3,
                  reply="可以向用人单位所在地的劳动监察投诉。")  # fmt: skip
    yield 0


def noted(case: Case) -> Life:
    case.register(persons_served=1)
    yield 1
    case.do("note", text="回电时占线，明天再打。")


@dataclass(frozen=True, slots=True)
class Sort:
    """Templates of one kind: how many of a hundred records are copies of them."""

    matter: str
    share: float
    lives: Sequence[Callable[[Case], Life]]
    templates: int
    begins_days: tuple[float, float]  # within the drive


DRIVE_DAYS = 70
FINISHED = Sort(
    "ticket", 95.5,
    (plain, answered, reworked, plain, answered, declined, extended, plain, plain, suspended, late, plain,
     answered, shared, plain, supervised, answered, withdrawn, plain, answered),
    120, (0, 14),
)  # fmt: skip
LEFT = Sort("ticket", 3.5, (registered, sent, accepted, worked, worked, submitted), 36, (0, 14))
FRESH = Sort(
    "ticket", 1, (registered, sent, accepted, worked, submitted, awaited, unchecked), 28, (62.5, 63.5)
)
CALLS = Sort("call", 100, (asked, asked, asked, asked, noted), 60, (0, 20))
SORTS = (FINISHED, LEFT, FRESH, CALLS)


def live(writer: Writer, clock: Hand, units: Sequence[str], random: Random) -> dict[int, list[Case]]:
    """Runs every life to the end of the drive. Index in SORTS → its cases, each with its record."""
    begun_ms = clock.stands_ms
    cases: dict[int, list[Case]] = {}
    ahead: list[tuple[int, int, Life]] = []
    for at, sort in enumerate(SORTS):
        cases[at] = [_case(writer, sort, at * 1_000 + nth, units, random) for nth in range(sort.templates)]
        for nth, case in enumerate(cases[at]):
            starts = begun_ms + _working_ms(random, *sort.begins_days)
            ahead.append((starts, case.nth, sort.lives[nth % len(sort.lives)](case)))
    _drive(writer, clock, ahead, begun_ms + DRIVE_DAYS * DAY_MS)
    return cases


def _case(writer: Writer, sort: Sort, nth: int, units: Sequence[str], random: Random) -> Case:
    unit, other = random.sample(units, 2)
    return Case(writer, sort.matter, nth, unit, other, Random(nth), random.choice(PEOPLE))


def _working_ms(random: Random, first: float, last: float) -> int:
    """From Monday morning on: within eight hours of a working day, as far as the span has one."""
    days = [day for day in range(int(first), int(last) + 1) if day % 7 < 5]
    return random.choice(days) * DAY_MS + random.randrange(8 * HOUR_MS)


def _drive(writer: Writer, clock: Hand, ahead: list[tuple[int, int, Life]], until_ms: int) -> None:
    heapq.heapify(ahead)
    midnight = clock.stands_ms + DAY_MS
    while ahead or midnight <= until_ms:
        if ahead and ahead[0][0] < midnight:
            clock.stands_ms, nth, life = heapq.heappop(ahead)
            hours = next(life, None)
            if hours is not None:
                heapq.heappush(ahead, (clock.stands_ms + int(hours * HOUR_MS), nth, life))
        else:
            clock.stands_ms = midnight
            writer.tick()
            midnight += DAY_MS
