"""People (人员): random work on tickets, permitted and forbidden, with words that stand nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from node import offers
from node import people as desks
from node.attachments import upload
from node.config import MOST_ATTACHMENT
from node.errors import QiaoError
from node.matters import KINDS
from node.store import folded
from sync_protocol.names import is_above
from tests.simulation.faults import Phase
from tests.simulation.ledger import Acked

if TYPE_CHECKING:
    from conflict.state import State
    from tests.simulation.office import Office
    from tests.simulation.world import World

Data = dict[str, Any]
TICKET = KINDS["ticket"]
ERASURES = 0.01  # of what people do
SECRET = 0.3  # of the tickets that are registered
_MOST = 40  # tickets of one office: past it people work on what there is
_PICK = """SELECT r.record, f.record FROM folded f JOIN record r ON r.id = f.record
WHERE f.matter = 'ticket' AND f.here ORDER BY f.changed DESC, r.record LIMIT 1 OFFSET ?"""
_OTHERS = """SELECT r.record FROM folded f JOIN record r ON r.id = f.record
WHERE f.matter = 'ticket' AND f.here ORDER BY r.record"""
_COUNT = "SELECT count(*) FROM folded WHERE matter = 'ticket' AND here"


class People:
    def __init__(self, world: World) -> None:
        self.world = world
        self.random: Random = world.random

    def act(self, office: Office) -> bool:
        """One thing that one person does. True when it was acknowledged."""
        with office.read() as db:
            count = int(db.exec_driver_sql(_COUNT).scalar() or 0)
            new = not count or (count < _MOST and self.random.random() < 0.12)
            picked = None if new else self._pick(office, db, count)
            person = desks.find(db, self.random.choice(office.staff))
            assert person is not None, "the world dismisses nobody"
        if picked is None:
            return self.register(office, person.id)
        record, state = picked
        if self.random.random() < ERASURES:
            return self.erase(office, person.id, record)
        offered = offers.offered(TICKET, state, self._path(office), person, office.clock.now_ms())
        allowed = [one for one in offered if one.name in _MAKERS]
        if not allowed or self.random.random() < 0.06:
            return self._forbidden(office, person.id, record, state)
        # An office above takes the lead often: so that whoever registered what is confidential doesn't handle it.
        verb = self.random.choice([*allowed, *(4 * [one for one in allowed if one.name == "escalate"])])
        data, token = self._data(verb.name, office, state)
        return self._do(office, person.id, verb.name, record, data, token, allowed=True)

    def _pick(self, office: Office, db: Any, count: int) -> tuple[bytes, State]:
        """Mostly what changed lately: that is where conflicts are."""
        at = min(self.random.randrange(count), self.random.randrange(count))
        record, row = db.exec_driver_sql(_PICK, (at,)).one()
        state = folded.state(db, row)
        assert state is not None, "a folded row has a state"
        return record, state

    def _path(self, office: Office) -> str:
        assert office.writer is not None, "it runs"
        with office.read() as db:
            row = db.exec_driver_sql("SELECT path FROM unit WHERE node = ?", (office.node,)).first()
        return str(row[0]) if row else office.path.rpartition("/")[2]

    def erase(self, office: Office, staff: str, record: bytes) -> bool:
        """By law: a whole record."""
        params = {"record": record.hex(), "ground": "《个人信息保护法》第四十七条"}
        self.world.erasing.add(record)  # it may be durable though the node dies at it
        try:
            office.work(Phase.ERASING, lambda writer: writer.do("erase", params, staff))
        except QiaoError as fault:
            self.world.turned["erase", fault.code] += 1
            return False
        self.world.say(f"{office.name} erases {record.hex()[:8]}")
        self.world.erased(office, record)
        return True

    def _attach(self, office: Office, _state: State | None, token: str) -> Data:
        paper = self.world.base / "paper.txt"
        paper.write_text(f"工资条 {token} " + "x" * self.random.choice((10, 3000, 40_000)))
        return {"attachments": [upload.store(office.folder, paper, MOST_ATTACHMENT).as_json()]}

    def register(self, office: Office, staff: str) -> bool:
        data, token = self._data("register", office, None)
        return self._do(office, staff, "register", None, data, token, allowed=True)

    def _forbidden(self, office: Office, staff: str, record: bytes, state: State) -> bool:
        """A verb that isn't offered; or parameters that nobody may give."""
        verb = self.random.choice([name for name in _MAKERS if name not in ("register", "attach")])
        data, token = self._data(verb, office, state)
        if self.random.random() < 0.3:
            data = self.random.choice(({"nonsense": "1"}, {"text": "\x00"}, {"text": "a" * 300_000}, {}))
        return self._do(office, staff, verb, record, data, token, allowed=False)

    def _do(
        self,
        office: Office,
        staff: str,
        verb: str,
        record: bytes | None,
        data: Data,
        token: str,
        *,
        allowed: bool,
    ) -> bool:
        params = {"matter": "ticket", "verb": verb, "record": record.hex() if record else None, "data": data}
        self.world.tried(office, verb)
        try:
            done = office.work(Phase.ACTING, lambda writer: writer.do("act", params, staff))
        except QiaoError as fault:
            self.world.say(f"{office.name} {verb} refused {fault.code}")
            self.world.turned[verb, fault.code] += 1
            if allowed and verb == "register":
                self.world.could_not_work(office, fault)
            return False
        self.world.say(f"{office.name} {verb} {done['record'][:8]} {done['commit'][:8]}")
        name = bytes.fromhex(done["record"])
        self.world.acked(Acked(office.name, name, bytes.fromhex(done["change"]), bytes.fromhex(done["commit"]),
                               token if token in str(data) else ""))  # fmt: skip
        return True

    # What they say

    def _data(self, verb: str, office: Office, state: State | None) -> tuple[Data, str]:
        token = f"zk{self.random.getrandbits(56):014x}"
        return _MAKERS[verb](self, office, state, token), token

    def _register(self, office: Office, _state: State | None, token: str) -> Data:
        random = self.random
        return {
            "channel": random.choice(("phone", "web", "visit")),
            "class": random.choice(("enquiry", "resolution_request", "feedback")),
            "topic": random.choice(("legal/labour/wages/arrears", "legal/labour", "other")),
            "narrative": f"拖欠工资 {token}",
            "worker_name": f"王{random.randrange(1000)}",
            "worker_phone": f"138{random.randrange(10**8):08d}",
            **({"urgency": "urgent"} if random.random() < 0.1 else {}),
            **({"confidential": True} if random.random() < SECRET else {}),
            **({"amount_claimed": str(random.randrange(1, 10**6))} if random.random() < 0.4 else {}),
        }

    def _dispatch(self, office: Office, state: State | None, token: str) -> Data:
        below = [one.path for one in self.world.offices.values() if is_above(office.path, one.path)]
        below = below or [office.path]
        data: Data = {"lead": self.random.choice(below)}
        if self.random.random() < 0.4:
            data["co"] = [self.random.choice(below)]
        if self.random.random() < 0.1:
            data["final"] = True
        return data

    def _amend(self, office: Office, _state: State | None, token: str) -> Data:
        random = self.random
        found: Data = random.choice((
            {"narrative": f"改 {token}"}, {"topic": random.choice(("other", "legal/labour"))},
            {"class": random.choice(("enquiry", "feedback"))}, {"amount_claimed": str(random.randrange(10**6))},
            {"confidential": random.random() < 0.6},
            {"tags": [f"t{random.randrange(5)}"]}, {"worker_phone": f"139{random.randrange(10**8):08d}"},
        ))  # fmt: skip
        return found

    def _unit(self, state: State | None, status: str) -> str:
        """A unit with an assignment, if possible of that status."""
        from node.matters.ticket import assignments

        found = assignments.assignments(state) if state is not None else []
        wanted = [one.unit for one in found if one.status == status] or [one.unit for one in found]
        return self.random.choice(wanted) if wanted else "nowhere"

    def _review(self, office: Office, state: State | None, token: str) -> Data:
        outcome = self.random.choice(("pass", "pass", "back"))
        return {"unit": self._unit(state, "submitted"), "outcome": outcome, "text": f"审 {token}"}

    def _recall(self, office: Office, state: State | None, token: str) -> Data:
        return {"unit": self._unit(state, "accepted"), "text": f"收 {token}"}

    def _submit(self, office: Office, _state: State | None, token: str) -> Data:
        random = self.random
        return {"result": random.choice(("completed", "not_completed")), "resolved": random.random() < 0.7,
                "text": f"已付 {token}", **({"recovered": str(random.randrange(10**5))}
                                          if random.random() < 0.3 else {})}  # fmt: skip

    def _follow_up(self, office: Office, _state: State | None, token: str) -> Data:
        outcome = self.random.choice(("satisfied", "satisfied", "dissatisfied", "no_answer"))
        return {"outcome": outcome, "text": f"访 {token}"}

    def _ask(self, office: Office, _state: State | None, token: str) -> Data:
        return {"for": self.random.choice(("close", "extend")), "days": 3, "text": f"请 {token}"}

    def _of_unit(self, office: Office, state: State | None, token: str) -> Data:
        return {"unit": self._unit(state, "accepted"), "text": f"说 {token}"}

    def _extend(self, office: Office, state: State | None, token: str) -> Data:
        outcome = self.random.choice(({"outcome": "grant", "days": 4}, {"outcome": "deny"}))
        return {**self._of_unit(office, state, token), **outcome}

    def _suspend(self, office: Office, state: State | None, token: str) -> Data:
        return {**self._of_unit(office, state, token), "outcome": "grant", "reason": "arbitration"}

    def _link(self, office: Office, _state: State | None, token: str) -> Data:
        """With any other ticket that the office has."""
        with office.read() as db:
            rows = db.exec_driver_sql(_OTHERS).scalars().all()
        return {"with": [self.random.choice(rows).hex()]}

    def _unlink(self, office: Office, state: State | None, token: str) -> Data:
        linked = state.every("links") if state is not None else []
        return {"with": [self.random.choice(linked).hex() if linked else "0" * 32]}

    def _quality_check(self, office: Office, _state: State | None, token: str) -> Data:
        return {"outcome": self.random.choice(("pass", "pass", "fail")), "text": f"检 {token}"}


def _text(people: People, _office: Office, _state: State | None, token: str) -> Data:
    return {"text": f"说 {token}"}


def _nothing(_people: People, _office: Office, _state: State | None, _token: str) -> Data:
    return {}


def _with(**more: Any) -> Callable[[People, Any, Any, str], Data]:
    return lambda people, office, state, token: {**more, "text": f"说 {token}"}


_MAKERS: Mapping[str, Callable[[People, Any, Any, str], Data]] = {
    "register": People._register,
    "dispatch": People._dispatch,
    "amend": People._amend,
    "review": People._review,
    "recall": People._recall,
    "submit": People._submit,
    "follow-up": People._follow_up,
    "quality-check": People._quality_check,
    "attach": People._attach,
    "accept": _nothing,
    "archive": _nothing,
    "answer": _text,
    "note": _text,
    "withdraw": _text,
    "decline": _with(reason="other"),
    "ask": People._ask,
    "deliver": People._of_unit,
    "extend": People._extend,
    "suspend": People._suspend,
    "resume": People._of_unit,
    "escalate": _text,
    "urge": _text,
    "supervise": _text,
    "reply": _text,
    "object": _text,
    "clear-card": _text,
    "exclude": _text,
    "link": People._link,
    "unlink": People._unlink,
    "rework": _with(reason="dissatisfied"),
    "take": _text,
}
