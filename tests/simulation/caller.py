"""A link as its two ends work it: the child calls, the parent answers, either may die on the way."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from node.errors import QiaoError
from node.transport.round import UNKNOWN
from node.writer import Change, Taken
from sync_protocol.errors import BadEnvelope, ProtocolError
from sync_protocol.invitation import Invitation
from tests.simulation import planting
from tests.simulation.clocks import HOUR_MS, MINUTE_MS
from tests.simulation.faults import Phase
from tests.simulation.office import Gone, Office
from tests.simulation.peek import peek
from tests.simulation.wire import Sent

if TYPE_CHECKING:
    from tests.simulation.world import World

TIMEOUT_MS = 2 * MINUTE_MS
PATIENCE = 4  # as node/transport/round.py has it: "more" with nothing in it is believed so often
FAILURES = (Gone, QiaoError, ProtocolError)


class Caller:
    """The child's side of one link."""

    def __init__(self, world: World, office: Office) -> None:
        self.world, self.office = world, office
        self.invitation: Invitation | None = None
        self.turn = 0  # an event of an older turn is void
        self.empty = 0
        self.failures = 0  # exchanges in a row without an answer

    @property
    def parent(self) -> Office:
        assert self.office.parent is not None, "the root calls nobody"
        return self.world.everyone[self.office.parent]  # a revoked one runs on

    def again(self, wait_ms: int) -> None:
        self.turn += 1
        turn = self.turn
        self.world.after(wait_ms, lambda: self._due(turn))

    def stop(self) -> None:
        self.turn += 1

    def nudge(self) -> None:
        """There is something new to send; a line that is down is tried at its own pace."""
        if self.failures < 3:
            self.again(self.world.random.randrange(200, 5_000))

    def _due(self, turn: int) -> None:
        if turn != self.turn:
            return
        self.failures += 1
        wait = min(TIMEOUT_MS << self.failures, 6 * HOUR_MS)
        self.again(wait + self.world.random.randrange(10 * MINUTE_MS))
        try:
            if self.office.enrolled:
                self._ask(self.turn)
            else:
                self._join()
        except FAILURES:
            return

    def _ask(self, turn: int) -> None:
        hold = self.world.random.choice((0, 0, 300))
        sealed = self.office.work(self.phase_of_request, lambda writer: writer.request(hold))
        parent = self.parent
        seen = peek(self.world, sealed)
        self.world.sent(self.office, parent, sealed, seen)
        sent = Sent(self.office.name, parent.name, "request", sealed)
        self.world.wire.carry(sent, seen.phase, lambda data: self._arrived(parent, data, seen.phase, turn))

    @property
    def phase_of_request(self) -> Phase:
        return Phase.UP

    # At the parent's

    def _arrived(self, parent: Office, data: bytes, phase: Phase, turn: int) -> None:
        enemy = self.world.enemies.get(parent.name)
        if enemy is not None and enemy.hears(self.office, data):
            self._reply(parent, enemy.invents(self.office), phase, turn)
            return
        try:
            taken = parent.work(phase, lambda writer: writer.take(data))
        except BadEnvelope as fault:
            self._refuse(parent, fault.code)
            return
        except FAILURES:
            return
        if taken.reply is None:
            self._hold(parent, taken, turn)
        else:
            self._answer(parent, taken.reply, turn)

    def _refuse(self, parent: Office, code: str) -> None:
        """With the code, which anybody on the line may have made."""

        def back(data: bytes) -> None:
            with suppress(*FAILURES):
                if data == UNKNOWN.encode():
                    self.office.work(Phase.UP, lambda writer: writer.unheard_of())

        self.world.wire.carry(Sent(parent.name, self.office.name, "reply", code.encode()), Phase.UP, back)

    def _hold(self, parent: Office, taken: Taken, turn: int) -> None:
        """One held reply a child: it goes when there is news, or the time is up."""
        state = {"open": True}
        lives = parent.lives

        def answer() -> None:
            if not state["open"] or parent.lives != lives:
                return
            state["open"] = False
            try:
                reply = parent.work(Phase.DOWN, lambda writer: writer.reply(taken))
            except FAILURES:
                return
            self._answer(parent, reply, turn)

        def heard(change: Change) -> None:
            if taken.child in change.children and state["open"]:
                self.world.after(500, answer)

        if parent.writer is not None:
            parent.writer.listeners.append(heard)
        self.world.after(taken.wait_s * 1000, answer)

    def _answer(self, parent: Office, reply: bytes, turn: int) -> None:
        seen = peek(self.world, reply)
        self.world.sent(parent, self.office, reply, seen)
        enemy = self.world.enemies.get(parent.name)
        made = reply if enemy is None else enemy.alters(self.office, reply)
        self._reply(parent, made, seen.phase, turn)

    def _reply(self, parent: Office, reply: bytes | None, phase: Phase, turn: int) -> None:
        if reply is not None:
            sent = Sent(parent.name, self.office.name, "reply", reply)
            self.world.wire.carry(sent, phase, lambda data: self._replied(data, phase, turn))

    # Back at the child's

    def _replied(self, data: bytes, phase: Phase, turn: int) -> None:
        random = self.world.random
        try:
            done = self.office.work(phase, lambda writer: writer.take_reply(data))
        except FAILURES:
            return
        self.failures = 0
        moved = done.sent + done.received
        self.empty = 0 if moved else self.empty + 1
        if turn != self.turn:
            return
        if done.more and self.empty < PATIENCE:
            self.again(random.randrange(5, 50))
        elif moved:
            self.again(random.randrange(MINUTE_MS, 20 * MINUTE_MS))
        else:
            self.again(random.randrange(10 * MINUTE_MS, 8 * HOUR_MS))

    # Joining

    def _join(self) -> None:
        self.world.direct(self.office)
        parent, child = self.parent, self.office
        if self.invitation is None:
            self.invitation = planting.invite(parent, child)
        given = self.invitation
        asked = planting.ask(child, given)

        def back(reply: bytes) -> None:
            try:
                planting.joined(child, reply, asked, given)
                self.nudge()
            except Gone:
                return
            except (QiaoError, ProtocolError):
                self.invitation = None

        def there(data: bytes) -> None:
            try:
                reply = parent.work(Phase.JOINING, lambda writer: writer.take_join(data))
            except Gone:
                return
            except (QiaoError, ProtocolError):
                self.invitation = None  # somebody telephones, and another is made
                return
            self.world.wire.carry(Sent(parent.name, child.name, "reply", reply), Phase.JOINING, back)

        self.world.wire.carry(Sent(child.name, parent.name, "join", asked), Phase.JOINING, there)

    def join_without_faults(self) -> None:
        self.world.direct(self.office)
        given = planting.invite(self.parent, self.office)
        asked = planting.ask(self.office, given)
        reply = self.parent.work(Phase.JOINING, lambda writer: writer.take_join(asked))
        planting.joined(self.office, reply, asked, given)

    def _carry_registry(self, parent: Office) -> None:
        """The parent was put back to before it heard of this child under any keys, and nobody else calls it who knows
        better: an administrator carries the registry there as a file (docs/promises.md, R13)."""
        path = self.world.base / "registry.qiao"
        path.unlink(missing_ok=True)
        params = {"path": str(path)}
        self.office.work(Phase.UP, lambda writer: writer.do("registry.save", params, self.office.staff[0]))
        parent.work(Phase.UP, lambda writer: writer.do("registry.load", params, parent.staff[0]))
        self.world.say(f"{parent.name} is handed the registry of {self.office.name}")

    # Without faults, one exchange after the other: how a tree comes to rest

    def full_round(self, most: int = 400) -> int:
        """Exchanges until neither side has more, or keeps saying so with nothing in it, as the product's own round
        does. Returns how many commits moved."""
        moved = empty = strange = 0
        for _ in range(most):
            self.world.pass_time(self.world.random.randrange(20, 2_000))
            sealed, parent = self.office.work(Phase.UP, lambda writer: writer.request(0)), self.parent
            self.world.sent(self.office, parent, sealed, peek(self.world, sealed))
            try:
                taken = parent.work(Phase.UP, lambda writer, sealed=sealed: writer.take(sealed))
            except BadEnvelope as fault:
                if fault.code != UNKNOWN:
                    raise
                self.office.work(Phase.UP, lambda writer: writer.unheard_of())
                strange += 1
                if strange > 1:
                    self._carry_registry(parent)
                continue
            assert taken.reply is not None, "it wasn't asked to hold"
            reply = taken.reply
            self.world.sent(parent, self.office, reply, peek(self.world, reply))
            done = self.office.work(Phase.DOWN, lambda writer, reply=reply: writer.take_reply(reply))
            moved += done.sent + done.received
            empty = 0 if done.moved else empty + 1
            if not done.more or empty == PATIENCE:
                return moved
        raise self.world.breach("R13", f"{self.office.name} and {self.parent.name} never have enough")
