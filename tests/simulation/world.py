"""The seeded world (种子世界): real nodes in one process, on a fake clock, wire and disk, from one seed.

Everything that happens is an event in virtual time; every choice comes from one `random.Random(seed)`.
"""

from __future__ import annotations

import hashlib
import heapq
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

from node.errors import QiaoError
from node.keys import Keys
from sync_protocol.names import code_of
from sync_protocol.registry import Registry
from tests.simulation import planting
from tests.simulation.accidents import Accidents
from tests.simulation.administration import Administration
from tests.simulation.caller import FAILURES, Caller
from tests.simulation.checkers import eyes
from tests.simulation.checkers.checker import Breach, Stored
from tests.simulation.checkers.roster import every
from tests.simulation.clocks import DAY_MS, HOUR_MS, MINUTE_MS, START_MS
from tests.simulation.disk import VFS, Trouble
from tests.simulation.faults import Fault, Phase, Tally
from tests.simulation.hostile_parent import HostileParent
from tests.simulation.ledger import Acked, Ledger
from tests.simulation.office import Gone, Office
from tests.simulation.peek import Seen
from tests.simulation.people import People
from tests.simulation.sticks import Sticks
from tests.simulation.twins import Twins
from tests.simulation.wire import Wire

ACTS = 200
FAULTS = 5
MOST_STEPS = 40_000  # a world of three offices takes 2,000, one of thirty ten times as many
ACCIDENTS = 0.1  # to one thing that people do
BUNDLES = 0.04
ORDERS = 0.02  # about places and keys
_SHM = Path("/dev/shm")
_ROOT = "37"


class World:
    def __init__(self, seed: int, base: Path, acts: int = ACTS) -> None:
        self.seed, self.base, self.wanted = seed, base, acts
        self.random = Random(seed)
        self.now_ms = START_MS
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._events = 0
        self.offices: dict[str, Office] = {}
        self.callers: dict[str, Caller] = {}
        self.ledger, self.tally, self.wire = Ledger(), Tally(), Wire(self)
        self.machines: list[Office] = []  # every process that there ever was
        self.sticks, self.twins = Sticks(self), Twins(self)
        self.administration = Administration(self)
        self.people, self.accidents = People(self), Accidents(self)
        self.faults, self.acts = 0, 0
        self.verbs: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.turned: Counter[tuple[str, str]] = Counter()
        self.authors: dict[bytes, str] = {}  # commit id → who signed it
        self.signers: dict[bytes, str] = {}  # commit id → on which machine: a copy is another
        self.wicked: set[bytes] = set()  # nodes that keep no promise
        self.erasing: set[bytes] = set()  # records whose erasure was asked for, whatever came of it
        self.forked: set[bytes] = set()  # nodes of which a copy runs that no marker can tell
        self.unsure: set[bytes] = set()  # commits of a node that went bad: they may never have left it
        self.enemies: dict[str, HostileParent] = {}  # office → who answers its children for a spell
        self.misled: set[str] = set()  # children to whom such a one may have withheld something
        self.forged: set[bytes] = set()  # commits that he signed in an office's name
        self.perjured: set[bytes] = set()  # nodes in whose name he signed what isn't so
        self.receipted: set[str] = set()  # log/number of what he receipted, and nobody ever wrote
        self.everyone: dict[str, Office] = {}  # those that went bad included
        self.parted: set[tuple[str, str]] = set()  # (office, whom it called before it was moved)
        self.callees: set[str] = set()  # offices that somebody called, or was to call
        self.keys: dict[bytes, Keys] = {}  # node id → keys, of every node that there ever was
        self._names: dict[bytes, str] = {}  # node id → office
        self._codes: dict[str, Office] = {}
        self._courses: dict[
            str, list[list[str]]
        ] = {}  # code → where its unit stood, in the eyes of each node
        self._believed: dict[str, set[tuple[str, ...]]] = {}  # the same, in the eyes of any node at any time
        self._fresh: set[bytes] = set()  # of the transaction being looked at: seen nowhere before
        self._scopes: dict[bytes, set[str]] = {}
        self.last: deque[str] = deque(maxlen=60)
        self._trace = hashlib.sha256()
        self.checkers = every(self)

    # Time

    def time(self) -> int:
        return self.now_ms

    def after(self, wait_ms: int, what: Callable[[], None]) -> None:
        self._events += 1
        heapq.heappush(self._queue, (self.now_ms + wait_ms, self._events, what))

    def pass_time(self, milliseconds: int) -> None:
        self.now_ms += milliseconds

    def _step(self) -> None:
        at, _, what = heapq.heappop(self._queue)
        self.now_ms = max(self.now_ms, at)
        what()

    # The run

    def run(self) -> str:
        """Raises Breach. Returns the digest of everything that happened."""
        self._plant()
        self._plan()
        for _ in range(MOST_STEPS):
            if self.acts >= self.wanted and self.faults >= FAULTS:
                break
            self._step()
        else:
            raise self.breach("R13", "something goes on without an end, and nobody comes to work")
        self._queue.clear()
        for checker in self.checkers:
            checker.rested()
        for office in self.offices.values():
            self._trace.update(eyes.content(office))
        return self._trace.hexdigest()

    def _plant(self) -> None:
        """The first offices are there before the first fault; the others join among them."""
        random = self.random
        size = random.choice((3, 3, 4, 4, 5, 5, 6, 8)) if random.random() < 0.97 else random.randrange(12, 31)
        early = max(3, size - random.randrange(3))
        for number in range(size):
            office = self._place(number)
            self.offices[office.name] = office
            if number == 0:
                planting.found(office)
            else:
                planting.settle_in(office)
                planting.add_staff(office)
                self.callers[office.name] = Caller(self, office)
            if 0 < number < early:
                planting.join(self.callers[office.name].parent, office)

    def _place(self, number: int) -> Office:
        if number == 0:
            return Office(self, "n0", _ROOT, None)
        above = [one for one in self.offices.values() if one.depth < 2 and (one.enrolled or one.depth == 0)]
        # The second office is below the root and the third below the second, mostly: three tiers.
        parent = above[-1] if number < 3 and self.random.random() < 0.7 else self.random.choice(above)
        return Office(self, f"n{number}", f"{parent.path}/{number:02d}", parent.name)

    def _plan(self) -> None:
        random = self.random
        for caller in self.callers.values():
            caller.again(random.randrange(10 * MINUTE_MS))
        for office in list(self.offices.values()):
            self._tick(office)
        self._person()

    def _tick(self, office: Office) -> None:
        self.after(self.random.randrange(HOUR_MS, 12 * HOUR_MS), lambda: self._tick(office))
        with suppress(*FAILURES):
            office.work(Phase.ACTING, lambda writer: writer.tick())

    def _person(self) -> None:
        random = self.random
        chance = random.random()
        gap = 2 * MINUTE_MS if chance < 0.9 else HOUR_MS if chance < 0.99 else 3 * DAY_MS
        self.after(random.randrange(1000, gap), self._person)
        if random.random() < ACCIDENTS:
            self.accidents.one()
        if random.random() < ORDERS:
            self.administration.one()
        if random.random() < BUNDLES:
            self.sticks.make()
        office = self.any_office()
        if office is None:
            return
        with suppress(Gone):
            if self.people.act(office):
                self.acts += 1
            if office.up and random.random() < 0.05:
                self.looked(office)
        if office.name in self.callers and random.random() < 0.4:
            self.callers[office.name].nudge()
        for name, caller in self.callers.items():
            if self.offices[name].parent == office.name and random.random() < 0.3:
                caller.nudge()

    # What it knows

    def any_office(self) -> Office | None:
        running = [one for one in self.offices.values() if one.up]
        return self.random.choice(running) if running else None

    def any_link(self) -> tuple[str, str] | None:
        child = self.random.choice(list(self.callers))
        parent = self.offices[child].parent
        return (child, parent) if parent is not None else None

    @property
    def root(self) -> Office:
        return self.offices["n0"]

    @property
    def anchor(self) -> bytes:
        """The key of the first root, whose fingerprint people compare."""
        return self.keys[self.root.nodes[0]].sign_key

    @property
    def depth(self) -> int:
        return max(office.depth for office in self.offices.values())

    def upwards(self, name: str) -> list[Office]:
        """An office and everybody above it where it believes to be, but for one that has gone bad."""
        found = [self._codes[code] for code in reversed(self.everyone[name].path.split("/"))]
        return [one for one in found if one.name in self.offices]

    def leaves(self) -> list[Office]:
        """Offices that nobody calls or ever called: who was put back from before he was moved away does again."""
        return [one for one in self.offices.values() if one.name not in self.callees and one.enrolled]

    def part_with(self, office: Office) -> None:
        """It has gone bad: its process ends, and only its keys go on."""
        self.wicked.add(office.node)
        office.stop()
        self.cast_out(office)
        self.ledger.durable.pop(office.name, None)

    def cast_out(self, office: Office) -> None:
        """Nothing is promised to it any more, and of what it wrote nobody knows how much had left it. What it alone had
        of what others wrote, they can't get back."""
        self.twins.orphaned(office)
        self.ledger.cast_out(office.name)
        del self.offices[office.name]
        del self.callers[office.name]
        for commit in [commit for commit, author in self.authors.items() if author == office.name]:
            self.unsure.add(commit)

    def is_new_of(self, office: Office, one: Stored) -> bool:
        """Whether this commit was signed here and now: what an enemy signs with an honest copy's keys wasn't."""
        ours = one.node in office.nodes and one.node not in self.wicked and one.commit not in self.forged
        return ours and one.commit in self._fresh

    def ever_in_scope(self, record: bytes, office: Office) -> bool:
        """Whether the record was ever given to this office's unit, or one that was below it then or later, in the
        eyes of any node."""
        known = self._scopes.setdefault(record, set())
        if office.code not in known:
            given = [eyes.given_to(one, record) for one in self.offices.values() if one.up]
            known.update(code for unit in set().union(*given) for code in self.ever_above(unit))
        return office.code in known

    def ever_above(self, unit: str) -> set[str]:
        """Codes of a unit, and of all that it stood below from when it was at this path, in the eyes of any node at any
        time: of two who move it the one may not have heard of the other, and once he has, his own move may be denied.
        A move that counted counts no more once its author's log is closed before it: what the unit did by that path
        goes with it to where it stands since.
        """
        courses = self._believed.get(code_of(unit), set())
        since = [path for one in courses if unit in one for path in one[one.index(unit) :]]
        return {code for path in [unit, *since] for code in path.split("/")}

    def paths(self, code: str) -> list[str]:
        """Where the unit of that code stood, oldest first, by whoever knows most of it. No code is given twice."""
        return self._every_course().get(code, [[]])[-1]

    def _every_course(self) -> dict[str, list[list[str]]]:
        """Those of which most is known last."""
        if not self._courses:
            entries = (entry for one in self.offices.values() if one.up for entry in one.registry.nodes())
            for entry in sorted(entries, key=lambda one: len(one.paths)):
                self._courses.setdefault(code_of(entry.path), []).append(entry.paths)
        return self._courses

    def registry_changed(self, registry: Registry) -> None:
        """What some node knows of the tree now."""
        self._courses.clear()
        for one in registry.nodes():
            courses = self._believed.setdefault(code_of(one.path), set())
            courses.add(tuple(one.paths))
            undone = {path for course in courses for path in course if path not in one.paths}
            courses.update((path, one.path) for path in undone if registry.now(path) == one.path)

    def now(self, unit: str) -> str:
        """Where a unit stands that was at this path."""
        codes = unit.split("/")
        for at in range(len(codes), 0, -1):
            paths = self.paths(codes[at - 1])
            if paths:
                return "/".join([paths[-1], *codes[at:]])
        return unit

    def direct(self, office: Office) -> None:
        """One that isn't enrolled, or was put back from before it was, is told on the telephone where it stands and
        whom to ask."""
        paths = self.paths(office.code)
        above = self._codes[(paths[-1] if paths else office.path).split("/")[-2]]
        office.path, office.parent = f"{above.path}/{office.code}", above.name

    def named(self, node: bytes) -> str:
        return self._names[node]

    def lineage(self, node: bytes) -> list[bytes]:
        """Whatever ids that node's office ever had."""
        return self.everyone[self._names[node]].nodes

    def key(self, node: bytes) -> bytes | None:
        found = self.keys.get(node)
        return None if found is None else found.sign_key

    # What it is told

    def say(self, text: str) -> None:
        line = f"{self.now_ms - START_MS:>11} {text}"
        self._trace.update(line.encode() + b"\n")
        self.last.append(line)

    def breach(self, promise: str, text: str) -> Breach:
        return Breach(f"{promise}: {text}")

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        self.ledger.holds(office.name).update(one.commit for one in commits)
        # Whose office was cast out is no author any more; a copy of it may sign nevertheless (seed 780178).
        self._fresh = {one.commit for one in commits} - self.authors.keys() - self.signers.keys()
        for one in commits:
            author = self._names.get(one.node)
            if self.is_new_of(office, one):
                self.signers[one.commit] = office.name
            if author in self.offices and one.node not in self.wicked and one.commit not in self.forged:
                self.authors.setdefault(one.commit, author)
            self.say(f"{office.name} has {one.log.hex()[:6]}/{one.seq} {one.commit.hex()[:8]}")
        for checker in self.checkers:
            checker.stored(office, commits)

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        told = hashlib.sha256(seen.payload).hexdigest()[:8]
        self.say(f"{sender.name} → {receiver.name} {seen.phase} {len(seen.payload)} {told}")
        for checker in self.checkers:
            checker.sent(sender, receiver, sealed, seen)

    def bundled(self, giver: Office, taker: Office, payload: bytes) -> None:
        for checker in self.checkers:
            checker.bundled(giver, taker, payload)

    def tried(self, office: Office, verb: str) -> None:
        self.verbs[verb] += 1

    def acked(self, acked: Acked) -> None:
        self.ledger.acked[acked.commit] = acked
        if acked.token:
            self.ledger.tokens[acked.token] = acked.record
            self.ledger.commits[acked.token] = acked.commit
        # Later all who know how the record began may be put back to before it (seed 502027).
        if acked.office in self.offices:
            self.ever_in_scope(acked.record, self.offices[acked.office])

    def erased(self, office: Office, record: bytes) -> None:
        """Ordered, and safe: nothing that this office knew of the record may be anywhere in the end."""
        order, known = frozenset(self._fresh), self.ledger.holds(office.name)
        for token, of in self.ledger.tokens.items():
            if of == record and self.ledger.commits[token] in known:
                self.ledger.erased[token] = order

    def refused(self, office: Office, doing: str, fault: BaseException) -> None:
        code = getattr(fault, "code", type(fault).__name__)
        self.refusals[code] += 1
        self.say(f"{office.name} refuses {doing}: {code}")
        for checker in self.checkers:
            checker.refused(office, doing, fault)

    def could_not_work(self, office: Office, fault: QiaoError) -> None:
        for checker in self.checkers:
            checker.could_not_work(office, fault)

    def begins(self, office: Office) -> None:
        for checker in self.checkers:
            checker.begins(office)

    def bounded(self, office: Office, statements: int, rows: int, new: int) -> None:
        for checker in self.checkers:
            checker.worked(office, statements, rows, new)

    def met(self, fault: Fault, office: Office) -> None:
        self.tally.add(fault, office.phase)
        self.faults += 1
        self.say(f"{office.name} meets {fault} while {office.phase}")

    def died(self, office: Office, trouble: Trouble) -> None:
        if office.phase is Phase.IDLE:
            self.tally.add({Trouble.KILL: Fault.KILL, Trouble.POWER: Fault.POWER}[trouble], Phase.IDLE)
            self.faults += 1
        self.after(self.random.randrange(1000, 3 * HOUR_MS), lambda: self.accidents.restart(office))

    def met_office(self, office: Office) -> None:
        """An office has its keys, the first or others. Those that are known go by the name that they have: a copy that
        was put back, or hears of newer keys, has them of the office that it is a copy of, and is none itself.
        """
        if office.node not in self._names:
            self.everyone[office.name] = self._codes[office.code] = office
            self.keys[office.node] = office.keys
            self._names[office.node] = office.name
        if office.parent is not None:
            self.callees.add(office.parent)

    def looked(self, office: Office) -> None:
        for checker in self.checkers:
            checker.looked(office)

    def reopened(self, office: Office) -> None:
        for checker in self.checkers:
            checker.reopened(office)


def play(seed: int, acts: int = ACTS) -> tuple[World, str]:
    """One seed from beginning to end; the world is left for a look at it, its folder is not. Raises Breach."""
    base = Path(tempfile.mkdtemp(prefix=f"qiao-{seed}-", dir=_SHM if _SHM.is_dir() else None))
    VFS.disks.clear()
    world = World(seed, base, acts)
    try:
        with planting.cheap_passwords(), planting.small_pieces(seed):
            return world, world.run()
    except BaseException as fault:
        fault.world = world  # type: ignore[attr-defined]
        raise
    finally:
        for office in world.machines:
            office.disk.dead = True
            if office.writer is not None:
                office.writer.close()
            office.disk.shut()
        shutil.rmtree(base, ignore_errors=True)
