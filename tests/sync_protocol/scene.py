"""A small tree with fixed keys, times and salts: the same bytes at every run, and the vectors' source."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync_protocol import change, clock, commit, keys, names
from sync_protocol.change import Act, Body, Change, Words
from sync_protocol.commit import Commit, Header
from sync_protocol.errors import BadEnvelope
from sync_protocol.export import Absence, Absent, Entry, Link, Reason, Root

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z


def seed(name: str, size: int = 32) -> bytes:
    """Bytes that depend on the name alone."""
    return hashlib.sha256(f"qiao test {name}".encode()).digest()[:size]


def public(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


@dataclass
class Office:
    """A node that writes into one log."""

    name: str
    unit: str  # as its headers say
    log: bytes = b""
    seq: int = 0
    prev: bytes = names.ZERO
    minute: int = 0  # after START_MS, of the last commit
    written: list[tuple[Commit, list[Change]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = self.log or seed(f"{self.name} log", 16)

    @property
    def private(self) -> bytes:
        return seed(f"{self.name} sign")

    @property
    def key(self) -> bytes:
        return public(self.private)

    @property
    def id(self) -> bytes:
        return names.node_id(self.key)

    @property
    def seal_private(self) -> bytes:
        return seed(f"{self.name} seal")

    @property
    def signer(self) -> keys.Sign:
        return keys.sign_with(self.private)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """HPKE, with its own X25519 key: fits keys.Open."""
        private = X25519PrivateKey.from_private_bytes(self.seal_private)
        try:
            return SUITE.decrypt(sealed, private, info)
        except (InvalidTag, ValueError) as fault:
            raise BadEnvelope("it doesn't open") from fault

    def bodies(self, *bodies: Body) -> list[Change]:
        return [
            change.make(self.log, seed(f"{self.name} salt {self.seq + 1} {at}", 16), body)
            for at, body in enumerate(bodies)
        ]

    def spoken(self, said: Act, data: dict[str, Any]) -> list[Change]:
        """An act and its words."""
        first = self.bodies(said)[0]
        return [first, self.bodies(said, Words(said.matter, data, first.short))[1]]

    def write(self, minute: int, *bodies: Body, actor: str = "s1") -> Commit:
        return self.write_changes(minute, self.bodies(*bodies), actor=actor)

    def write_changes(self, minute: int, changes: list[Change], actor: str = "s1") -> Commit:
        """A commit `minute` minutes after the start. Nothing checks that time rises."""
        header = Header(
            self.log,
            self.seq + 1,
            self.prev,
            clock.from_ms(START_MS + minute * 60_000),
            actor,
            tuple(one.id for one in changes),
            self.unit,
        )
        made = commit.make(header, self.id, self.signer)
        self.seq, self.prev, self.minute = header.seq, made.id, minute
        self.written.append((made, changes))
        return made

    def enrolment(self, path: str, **more: Any) -> dict[str, Any]:
        return {
            "node": self.id,
            "sign": self.key,
            "seal": seal_public(self.seal_private),
            "log": self.log,
            "unit": path,
            "name": self.name,
            "kind": "place",
            "role": "office",
            "address": "",
            **more,
        }

    def last_act(self) -> bytes:
        """Short id of the first change of the newest commit."""
        return self.written[-1][1][0].short


def act(action: str, data: dict[str, Any], *after: bytes, record: bytes | None = None,
        matter: str = "ticket/1") -> Act:  # fmt: skip
    return Act(matter, action, tuple(sorted(after)), data, record)


def registry(action: str, data: dict[str, Any], *after: bytes, record: bytes | None = None) -> Act:
    return act(action, data, *after, record=record, matter="registry/1")


@dataclass
class Tree:
    """A province, a city and a county, which worked before it was enrolled; one act's words are withheld."""

    province: Office = field(default_factory=lambda: Office("province", "370000"))
    city: Office = field(default_factory=lambda: Office("city", "370200"))
    county: Office = field(default_factory=lambda: Office("county", "370211"))
    admitted_by: dict[bytes, bytes] = field(default_factory=dict)  # log → commit id
    absent: dict[bytes, str] = field(default_factory=dict)  # change id → why

    def __post_init__(self) -> None:
        self._enrol_root()
        self._work_early()
        self._enrol(self.province, self.city, "370000/370200", 10)
        self._enrol(self.city, self.county, "370000/370200/370211", 20)
        self._work()

    def _enrol_root(self) -> None:
        data = self.province.enrolment("370000", recovery=Office("recovery", "370000").key)
        made = self.province.write(0, registry("enrol", data), actor="system")
        self.root_enrolment = self.province.last_act()
        self.rights = {self.province.id: self.root_enrolment}
        self.admitted_by[self.province.log] = made.id

    def _work_early(self) -> None:
        self.county.write(5, act("register", {"channel": "visit", "class": "enquiry", "topic": "legal"}))

    def _enrol(self, parent: Office, child: Office, path: str, minute: int) -> None:
        made = parent.write(
            minute, registry("enrol", child.enrolment(path), self.rights[parent.id]), actor="system"
        )
        parent_path = path.rpartition("/")[0]
        parent.unit, child.unit = parent_path, path
        self.rights[child.id] = parent.last_act()
        self.admitted_by[child.log] = made.id

    def _work(self) -> None:
        data = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour"}
        told = {"narrative": "工地拖欠三个月工资", "worker_phone": "13800001111"}
        first, spoken = self.province.spoken(act("register", data), told)
        self.province.write_changes(30, [first, spoken], actor="s7")
        self.record = first.short
        self.absent[spoken.id] = "withheld"
        note = act("note", {}, first.short, record=self.record)
        self.county.write(35, note, actor="s2")
        self.city.write(40, act("accept", {"round": 1}, first.short, record=self.record), actor="s3")

    @property
    def offices(self) -> list[Office]:
        return [self.province, self.city, self.county]

    @property
    def root(self) -> Root:
        return Root(self.province.id, self.province.key)

    @property
    def fingerprint(self) -> str:
        return names.fingerprint(self.province.key)

    def entries(self, without: frozenset[bytes] = frozenset()) -> list[Entry]:
        """Sorted as `export.write` wants them; commits in `without` are out of scope."""
        made = [self._entry(one, changes, without) for office in self.offices
                for one, changes in office.written if one.id not in without]  # fmt: skip
        return sorted(made, key=lambda entry: entry.key)

    def _entry(self, one: Commit, changes: list[Change], without: frozenset[bytes]) -> Entry:
        link = None
        if one.header.prev in without:
            link = Link(one.header.log, one.header.seq - 1, one.header.prev, Reason.OUT_OF_SCOPE)
        shown = [Absent(two.id, Absence(self.absent[two.id])) if two.id in self.absent else two
                 for two in changes]  # fmt: skip
        return Entry(one, shown, self.admitted_by[one.header.log], link)
