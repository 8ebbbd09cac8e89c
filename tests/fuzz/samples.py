"""What is right, to make wrong things of: one tree's keys, commits, messages and files, always the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_protocol import (
    bundle,
    cbor,
    comparison,
    cose,
    envelope,
    frontier,
    join,
    messages,
    receipt,
    stand,
)
from sync_protocol.comparison import Ask, OfBucket, OfRecord, Wanted
from sync_protocol.envelope import Envelope, Kind
from sync_protocol.frontier import Position
from sync_protocol.invitation import Invitation
from sync_protocol.messages import BlobWant, ChangeItem, Chunk, CommitItem, Mark, Note, Reply, Request, Taken
from sync_protocol.stand import Head, Stored
from tests.sync_protocol import registrar
from tests.sync_protocol.holding import many
from tests.sync_protocol.scene import Office, Tree, seal_public, seed
from tests.sync_protocol.sealing import opener, seal

START_MS = 1_767_225_600_000


@cache
def tree() -> Tree:
    return Tree()


@cache
def city() -> Office:
    """The receiver, a parent."""
    return tree().city


@cache
def county() -> Office:
    """The sender, its child: an enemy with a good key."""
    return tree().county


KEYS = {one.id: one.key for one in Tree().offices}
OPEN = opener(Tree().city.seal_private)
OPEN_CHILD = opener(Tree().county.seal_private)
SIGN = Ed25519PrivateKey.from_private_bytes(Tree().county.private).sign
SIGN_PARENT = Ed25519PrivateKey.from_private_bytes(Tree().city.private).sign
CITY_SEAL = seal_public(Tree().city.seal_private)
COUNTY_SEAL = seal_public(Tree().county.seal_private)


def items(offices: Iterable[Office] | None = None) -> tuple[CommitItem, ...]:
    return tuple(
        CommitItem(made.raw, tuple(ChangeItem(at, one.salt, one.body) for at, one in enumerate(changes)))
        for office in offices or tree().offices
        for made, changes in office.written
    )


def held() -> frontier.Frontier:
    log, other = county().log, seed("another log", 16)
    return {
        log: (Position(2, seed("2")), Position(3, seed("3")), Position(9, seed("9"), 8)),
        other: (Position(1, seed("1")),),
    }


@cache
def request() -> bytes:
    record = seed("record", 16)
    ask = Ask(many(3, 1).buckets(), (OfBucket(256), OfBucket(3, record)), (OfRecord(record),),
              (Wanted(record, (seed("change", 16),)),))  # fmt: skip
    return messages.encode(
        Request(
            ("ticket/1",), frontier.digest(held()), START_MS, held(), items([county()]),
            Taken(city().log, 3, seed("third")), 60, True, (Note("held", county().log, 2, seed("2")),),
            early=(3, 5), ask=ask, room=10_000, wants=(BlobWant(seed("photo"), 7),),
            chunks=(Chunk(seed("scan"), 9, 4, b"12345"),), stands=(standing(),), stood=4,
        )
    )  # fmt: skip


@cache
def reply() -> bytes:
    asked = Ask(records=(OfBucket(1), OfBucket(256)), changes=(OfRecord(sorted(many(5, 1).ids)[0]),))
    told = comparison.answer(asked, many(300, 1))
    return messages.encode(
        Reply(
            ("ticket/1",), START_MS, Mark(7, seed("seventh")), custody(), items(), False, True, (Note("x"),),
            early=(8, 9), told=told, reconcile=Mark(6, seed("sixth")), wants=(BlobWant(seed("photo")),),
            stands=(standing(),), stood=5,
        )
    )  # fmt: skip


@cache
def custody() -> bytes:
    made = receipt.make(
        held(), child=county().id, time_ms=START_MS, log=city().log, kid=city().id, signer=city().signer
    )
    return made.raw


@cache
def standing() -> bytes:
    """The county's word on where it stands."""
    heads = [Head(county().log, 2, seed("2")), Head(seed("another log", 16), 1, seed("1"))]
    made = stand.make(
        log=county().log, time_ms=START_MS, heads=heads, frontier=frontier.digest(held()),
        stored=Stored(7, seed("root")), kid=county().id, signer=SIGN,
    )  # fmt: skip
    return made.signed.raw


@cache
def invited() -> Invitation:
    return Invitation(
        "http://city:1", city().key, CITY_SEAL, seed("root"), "370000/370200/370211", "黄岛区总工会",
        seed("secret"), START_MS,
    )  # fmt: skip


@cache
def joining() -> bytes:
    """What stands in a request to join, as the new node signs it."""
    sealed = join.ask(
        invited(), sign=county().key, seal_key=COUNTY_SEAL, log=county().log, signer=SIGN, seal=seal,
    )  # fmt: skip
    return cose.parse(OPEN(cbor.decode(sealed)[3], b"qiao/join/1\0" + city().id)).payload


def letter(payload: bytes, kind: Kind = Kind.REQUEST, number: int = 7) -> bytes:
    """Sealed by the county to the city."""
    made = Envelope(city().id, county().log, number, 0, kind, payload)
    return envelope.seal(made, kid=county().id, signer=SIGN, seal=seal, seal_key=CITY_SEAL)


def sealed(signed: bytes, info: bytes = b"qiao/envelope/1\0") -> bytes:
    """HPKE to the city over whatever stands for a signed message."""
    return seal(signed, CITY_SEAL, info + city().id)


def signed(payload: bytes, aad: bytes) -> bytes:
    """A well signed message of the county's."""
    return cose.sign(payload, county().id, aad, SIGN).raw


@cache
def bundled() -> bytes:
    letters = [letter(request(), Kind.BUNDLE, number) for number in (1, 2)]
    return b"".join(bundle.write(letters, lambda end: letter(end.encode(), Kind.TRAILER, 3)))


@cache
def line() -> str:
    return invited().to_text()


@cache
def registry() -> tuple[registrar.Registrar, list[Any]]:
    """A registry with every action in it, and its acts as [time, log, seq, index, node, unit, action, data,
    after, record, commit id, changes]."""
    made = registrar.Tree()
    made.enrol(made.province, Office("spare", "370000/371000"), "370000/371000")
    new = Office("city again", registrar.CITY)
    made.enrol(made.province, Office("auditor", "370000/audit"), "370000/audit", data={"role": "auditor"})
    made.write(made.other, "open_log", {"log": seed("new", 16), "from": [made.other.log, 3, seed("head")]},
               log=seed("new", 16), seq=1, record=made.rights[made.other.id])  # fmt: skip
    registrar.moved(made, made.province, registrar.COUNTY, "370000/370900/9", made.rights[made.county.id])
    one, two = registrar.forked(made.county)
    made.write(made.city, "fork", {"log": made.county.log, "headers": [one.raw, two.raw], "keep": one.id},
               record=made.rights[made.county.id])  # fmt: skip
    made.write(made.province, "stamp", {"time": START_MS, "new": [made.first.id]}, record=made.first.id)
    made.enrol(made.city, new, registrar.CITY, data={"replaces": made.city.id})
    made.revoke(made.province, made.other, made.acts[2])
    made.write(made.province, "admit", {"log": made.other.log, "seq": 9, "id": seed("ninth")},
               record=made.rights[made.other.id])  # fmt: skip
    registrar.replaced_root(made, Office("new root", "370000"), registrar.Recovery("recovery", "370000",
                            log=seed("recovery log", 16)), "next", changes=1, seq=1)  # fmt: skip
    rows = [[*one.key, one.node, one.unit, one.action, dict(one.data), list(one.after), one.record, one.commit_id,
             one.changes] for one in made.acts]  # fmt: skip
    return made, rows
