"""One round of killing: who dies, doing what, when; and what has to hold afterwards."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import DEVNULL

from node.errors import QiaoError
from node.transport import local
from sync_protocol.errors import ProtocolError
from tests.acceptance.office import Office, Tree, at_once, given, until
from tests.acceptance.relay import Relay
from tests.soak import ledger
from tests.soak.ledger import Ledger
from tests.soak.writing import Writing, work

SIDES = ("child", "parent", "both")
SECONDS = 90  # within which a tree that was started again has to agree


@dataclass(frozen=True, slots=True)
class Plan:
    """What the seed drew for one round."""

    number: int
    side: str
    phase: str
    upper: int  # index of the link's parent in the tree: 0 the province, 1 the city
    acks: int  # the moment: behind so many acknowledged lines …
    wait_ms: float  # … and so much later
    seed: int  # of the work that is done

    def __str__(self) -> str:
        when = f"after {self.acks} acts and {self.wait_ms:.0f} ms"
        return f"round {self.number}: {self.side}, {self.phase}, link {self.upper}, {when}, work {self.seed}"


def drawn(random: Random, number: int, phase: str | None = None) -> Plan:
    drawn_phase = random.choice(list(PHASES))
    side = random.choice(SIDES)
    upper = random.randrange(2)
    moment = random.randint(0, 20), random.choice((0.0, random.random() * 60, random.random() * 900))
    phase = phase or drawn_phase
    # Of what only the province and the city have, nobody is left to heal both.
    upper = 1 if phase.startswith("restore") and side == "both" else upper
    return Plan(number, side, phase, upper, *moment, random.getrandbits(32))


class Stage:
    """A tree of three offices, each line through a relay, and all that was acknowledged in it."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._relays: dict[str, Relay] = {}
        self.tree = Tree(base, "370211", dial=self._dial)
        self.ledger = Ledger()
        try:
            self.tree.build()
            self.ledger.shared.append(given(self.tree, "大家的工单", self.tree.counties[0]))
        except BaseException:
            self.close()
            raise

    def _dial(self, code: str, port: int) -> int:
        self._relays[code] = Relay(port)
        return self._relays[code].port

    def close(self) -> None:
        self.tree.stop()
        for relay in self._relays.values():
            relay.cut()

    # A round

    def play(self, plan: Plan) -> None:
        """Raises AssertionError where a promise isn't kept."""
        random = Random(plan.seed)
        PHASES[plan.phase](self, plan, random)
        for office in self.tree.offices:
            if office.process is None:
                office.start()
        self.holds()

    def holds(self) -> None:
        """All that the promises say of a tree whose nodes run again. Nobody does anything for it but wait."""
        with contextlib.suppress(AssertionError):
            until(self._agrees, SECONDS)
        _none("lost", self.ledger.lost(self.tree))
        _none("forks", ledger.forks(self.tree))
        _none("exceptions", ledger.exceptions(self.tree))
        for office in self.tree.offices:
            _none(f"problems of {office.code}", office.problems())
            health = office.health()
            assert health[0] == 200 and health[1]["ok"], health
        self.tree.agree()

    def _agrees(self) -> bool:
        """Nothing lacks anywhere, and digests are equal. A child that waits to dial again is hurried, as by
        a person's next act."""
        at_once(_hurried, reversed(self.tree.offices[1:]))
        if self.ledger.lost(self.tree):
            return False
        try:
            self.tree.agree()
        except AssertionError:
            return False
        return True

    def victims(self, plan: Plan) -> list[Office]:
        parent, child = self.tree.offices[plan.upper : plan.upper + 2]
        return {"child": [child], "parent": [parent], "both": [parent, child]}[plan.side]

    # People's work

    def writing(
        self, plan: Plan, random: Random, *offices: Office, records: list[str] | None = None
    ) -> list[Writing]:
        """A batch begun in each of these offices, about `records` or whatever is newest."""
        below = dict(zip(self.tree.offices, [one.code for one in self.tree.offices[1:]], strict=False))
        # What a city gives to its county is then in scope of all three; the province's tickets stop half way.
        below.pop(self.tree.province)
        records = records or self.newest()
        return [
            Writing(one, work(random, one, below.get(one), records, f"{plan.number}.{one.code}"))
            for one in offices
        ]

    def newest(self) -> list[str]:
        """Notes on one record alone would make its fold the dearest part."""
        return self.ledger.shared[-3:]

    def over(self, writings: list[Writing]) -> None:
        """What was acknowledged is entered when the commands are over."""
        for one in writings:
            one.end()
            self.ledger.enter(one.office.code, one.asked, one.results)

    def wait(self, plan: Plan, writings: list[Writing]) -> None:
        """Until the moment that was drawn."""
        for one in writings:
            one.come_to(plan.acks)
        threading.Event().wait(plan.wait_ms / 1000)

    def cut(self, plan: Plan) -> None:
        self._relays[self.tree.offices[plan.upper + 1].code].cut()

    def mend(self, plan: Plan) -> None:
        self._relays[self.tree.offices[plan.upper + 1].code].restore()

    def aside(self, office: Office, name: str) -> Path:
        return self._base / f"{name}-{office.code}"


def _none(what: str, found: Collection[object]) -> None:
    assert not found, f"{what}: {found}"


def _hurried(office: Office) -> None:
    with contextlib.suppress(QiaoError, ProtocolError):
        local.do(office.directory, "sync")


def _killed(offices: list[Office]) -> None:
    for office in offices:
        if office.process is not None:
            office.kill()


# What they were doing


def _writing(stage: Stage, plan: Plan, random: Random) -> None:
    """People write at both ends of a link, and what they write goes over it at once."""
    writings = stage.writing(plan, random, *stage.tree.offices[plan.upper : plan.upper + 2])
    stage.wait(plan, writings)
    if random.random() < 0.2:
        for one in writings:
            one.kill()
    _killed(stage.victims(plan))
    stage.over(writings)


def _syncing(stage: Stage, plan: Plan, random: Random) -> None:
    """The line was down while both wrote; it comes back, and everything goes at once."""
    pair = stage.tree.offices[plan.upper : plan.upper + 2]
    stage.cut(plan)
    stage.over(stage.writing(plan, random, *pair))
    stage.mend(plan)
    rounds = threading.Thread(target=_hurried, args=(pair[1],))
    rounds.start()
    stage.wait(plan, [])
    _killed(stage.victims(plan))
    rounds.join()


def _importing(stage: Stage, plan: Plan, random: Random) -> None:
    """The line is down, and a stick goes each way; who dies, dies while it is read."""
    parent, child = stage.tree.offices[plan.upper : plan.upper + 2]
    stage.cut(plan)
    stage.over(stage.writing(plan, random, parent, child))
    for giver, taker in random.sample([(parent, child), (child, parent)], 2):
        stick = stage.aside(giver, f"stick-{plan.number}")
        begun = time.monotonic()
        giver.ok("bundle", "export", "--to", taker.code, str(stick), staff=None)
        writing = time.monotonic() - begun  # about as long as reading it will take on this machine now
        reading = taker.begin("bundle", "import", str(stick), stdout=DEVNULL, stderr=DEVNULL)
        threading.Event().wait(writing * random.random() * 1.2)
        _killed([one for one in stage.victims(plan) if one is taker])
        if random.random() < 0.3:
            reading.kill()
        reading.wait(60)
        if taker.process is None:
            taker.start()
    stage.mend(plan)


def _restoring(stage: Stage, plan: Plan, random: Random, *, marked: bool) -> None:
    """An older database is put in the place of a newer one, from which everything had gone out; whoever was
    restored writes on at once, and dies while it is being healed."""
    victims, known = stage.victims(plan), stage.newest()
    for office in victims:
        stage.aside(office, "older").unlink(missing_ok=True)
        ledger.copy(office.directory, stage.aside(office, "older"))
    stage.over(stage.writing(plan, random, *stage.tree.offices[plan.upper : plan.upper + 2]))
    until(stage._agrees, SECONDS)
    for office in victims:
        office.kill() if random.random() < 0.5 else office.stop()
        ledger.put_back(office.directory, stage.aside(office, "older"))
        if not marked:
            (office.directory / "marker").unlink(missing_ok=True)
    if random.random() < 0.5:
        stage.cut(plan)  # it works at once without a line, too: before anybody could tell it what it lost
    for office in victims:
        office.start()
    writings = stage.writing(plan, random, *victims, records=known)
    stage.wait(plan, writings)
    _killed(victims)
    stage.over(writings)
    stage.cut(plan)
    stage.mend(plan)


def _restoring_marked(stage: Stage, plan: Plan, random: Random) -> None:
    _restoring(stage, plan, random, marked=True)


def _restoring_unmarked(stage: Stage, plan: Plan, random: Random) -> None:
    _restoring(stage, plan, random, marked=False)


PHASES: Mapping[str, Callable[[Stage, Plan, Random], None]] = {
    "writing": _writing,
    "sync": _syncing,
    "import": _importing,
    "restore": _restoring_marked,
    "restore, no marker": _restoring_unmarked,
}
