"""Writes the vectors anew, the same bytes every time: `python -m tests.vectors.make` in the project's root.

check.py, which shares no code with the project, says whether they are right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from sync_protocol import change, envelope, export, names
from sync_protocol.change import Act, Change
from sync_protocol.commit import Commit
from sync_protocol.export import Entry, Link, Reason
from tests.sync_protocol.scene import Office, Tree, act, seal_public, seed
from tests.vectors import bundle
from tests.vectors.exchange import exchange_vectors

HERE = Path(__file__).parent

GOOD = {
    "zero": "00",
    "the largest integer": "1b7fffffffffffffff",
    "the smallest integer": "3b7fffffffffffffff",
    "bytes": "420102",
    "text": "66e6a1a5e6b0b4",
    "null": "f6",
    "booleans": "82f4f5",
    "an empty map": "a0",
    "a map of numbers": "a3000001011818" + "02",
    "a map of texts, shorter first": "a2616200626161" + "01",
    "16 deep": "81" * 15 + "80",
    "a scalar at depth 16": "81" * 15 + "00",
}
FAULTS = {
    "nothing": "",
    "two items": "0000",
    "cut off in an integer": "19",
    "cut off in bytes": "4401",
    "cut off in an array": "8200",
    "an array of 2^63-1 items": "9b7fffffffffffffff",
    "bytes of 2^63-1": "5b7fffffffffffffff",
    "text of 2^64-1": "7bffffffffffffffff",
    "a map of 2^32-1 pairs": "baffffffff",
    "duplicate keys": "a201000101",
    "duplicate keys of equal value": "a201000100",
    "duplicate text keys": "a2616100616100",
    "an integer of two bytes that fits in one": "1817",
    "an integer of three bytes that fits in two": "190018",
    "an integer of five bytes that fits in three": "1a00000100",
    "an integer of nine bytes that fits in five": "1b0000000000010000",
    "a negative integer longer than needed": "3800",
    "a length of bytes longer than needed": "580101",
    "a length of text longer than needed": "780161",
    "a length of an array longer than needed": "980100",
    "a length of a map longer than needed": "b8010000",
    "bytes of indefinite length": "5f4101ff",
    "text of indefinite length": "7f6161ff",
    "an array of indefinite length": "9f00ff",
    "a map of indefinite length": "bf0000ff",
    "a lone break": "ff",
    "number keys out of order": "a202000100",
    "text keys out of order": "a2616200616100",
    "a longer text key first": "a262616100616200",
    "keys of both kinds": "a20000616100",
    "a negative key": "a12000",
    "a key that is bytes": "a1410000",
    "a key that is a boolean": "a1f500",
    "a key that is null": "a1f600",
    "a key that is an array": "a18000",
    "a key that is a map": "a1a000",
    "tag 0, a date as text": "c074323032362d30312d30315430303a30303a30305a",
    "tag 1, a date as a number": "c11a6955b900",
    "tag 2, a bignum": "c249010000000000000000",
    "tag 2, a bignum that fits": "c24101",
    "tag 3, a negative bignum": "c349010000000000000000",
    "tag 4, a decimal": "c4820001",
    "tag 5, a bigfloat": "c5820001",
    "tag 18, outside of a COSE message": "d280",
    "tag 24, CBOR in bytes": "d8184100",
    "tag 25, a reference to a string": "d81900",
    "tag 28, shareable": "d81c80",
    "tag 29, a reference to itself": "d81c81d81d00",
    "tag 35, a regular expression": "d8236161",
    "tag 37, a UUID": "d8255000000000000000000000000000000000",
    "tag 258, a set": "d9010280",
    "tag 55799, self-described": "d9d9f700",
    "an unknown tag": "da7fffffff00",
    "a half float": "f93c00",
    "a single float": "fa3f800000",
    "a double": "fb3ff199999999999a",
    "not a number": "f97e00",
    "not a number, long": "fb7ff8000000000000",
    "infinity": "f97c00",
    "minus zero": "f98000",
    "undefined": "f7",
    "a simple value": "e0",
    "a simple value of two bytes": "f8ff",
    "a boolean of two bytes": "f814",
    "text that isn't UTF-8": "61ff",
    "text with half a surrogate pair": "63eda080",
    "text in overlong UTF-8": "62c080",
    "2^63": "1b8000000000000000",
    "2^64-1": "1bffffffffffffffff",
    "-2^63-1": "3b8000000000000000",
    "-2^64": "3bffffffffffffffff",
    "reserved length": "1c",
    "17 deep": "81" * 16 + "80",
    "a scalar at depth 17": "81" * 16 + "00",
    "17 maps deep": "a100" * 16 + "a0",
    "a key at depth 17": "81" * 15 + "a10000",
    "10,000 deep": "81" * 10000 + "00",
    "a fault inside": "8201f97e00",
}
UNSOUND = {
    0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255 - 1, 2**255, 2**255 + 1, 2**256 - 20,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}  # fmt: skip


def cbor_vectors() -> dict[str, Any]:
    return {kind: [{"name": name, "hex": data} for name, data in cases.items()]
            for kind, cases in (("good", GOOD), ("faults", FAULTS))}  # fmt: skip


def keys_vectors() -> dict[str, Any]:
    tree = Tree()
    nodes = [
        {
            "name": office.name,
            "sign_private": office.private.hex(),
            "sign_public": office.key.hex(),
            "seal_private": office.seal_private.hex(),
            "seal_public": seal_public(office.seal_private).hex(),
            "id": office.id.hex(),
            "fingerprint": names.fingerprint(office.key),
        }
        for office in tree.offices
    ]
    return {"nodes": nodes, "unsound": [key.to_bytes(32, "little").hex() for key in sorted(UNSOUND)]}


def change_vectors() -> list[dict[str, Any]]:
    office = Office("county", "370000/370200/370211")
    data = {"channel": "phone", "class": "resolution_request", "amount_claimed": 1860000}
    said, told = office.spoken(act("register", data), {"narrative": "三个月工资未发"})
    note = office.bodies(act("note", {}, said.short, record=said.short))[0]
    return [_change(name, office.log, one) for name, one in (("act", said), ("words", told), ("note", note))]


def _change(name: str, log: bytes, made: Change) -> dict[str, Any]:
    body = change.parse_body(made.body)
    keys = [5, 2, 6] if not isinstance(body, Act) else [2, 3, 4, 5] + ([] if body.record is None else [1])
    return {
        "name": name,
        "log": log.hex(),
        "salt": made.salt.hex(),
        "body": made.body.hex(),
        "keys": sorted(keys),
        "id": made.id.hex(),
    }


def commit_vector(office: Office, made: Commit) -> dict[str, Any]:
    header = made.header
    return {
        "private": office.private.hex(),
        "key": office.key.hex(),
        "header": {
            "log": header.log.hex(),
            "seq": header.seq,
            "prev": header.prev.hex(),
            "time": header.time,
            "actor": header.actor,
            "changes": [one.hex() for one in header.changes],
            "unit": header.unit,
        },
        "payload": made.signed.payload.hex(),
        "raw": made.raw.hex(),
        "id": made.id.hex(),
    }


def log_vectors() -> list[dict[str, Any]]:
    office = Office("county", "370000/370200/370211")
    return [commit_vector(office, made) for made in log_commits()]


def log_commits() -> list[Commit]:
    office = Office("county", "370000/370200/370211")
    first = office.spoken(act("register", {"channel": "visit"}), {"narrative": "来访"})
    office.write_changes(1, first)
    for minute in range(2, 6):
        office.write(minute, act("note", {}, office.last_act(), record=first[0].short))
    return [made for made, _ in office.written]


def commit_faults() -> list[dict[str, Any]]:
    """Messages that aren't a commit, whatever the signature; it isn't right in any of them."""
    made = log_commits()[0]
    raw, payload, signature = made.raw, made.signed.payload, made.signed.signature
    protected = cbor2.dumps({1: -19, 4: made.node}, canonical=True)
    parts = [protected, {}, payload, signature]
    messages = {
        "no tag": raw[1:],
        "tag 98": b"\xd8\x62" + raw[1:],
        "tag 18 in two bytes": b"\xd8\x12" + raw[1:],
        "tag 18 twice": b"\xd2" + raw,
        "self-described": b"\xd9\xd9\xf7" + raw,
        "a byte behind": raw + b"\0",
        "cut off": raw[:-1],
        "an array of indefinite length": b"\xd2\x9f" + raw[2:] + b"\xff",
        "three parts": _cose(parts[:3]),
        "five parts": _cose([*parts, b""]),
        "a detached payload": _cose([protected, {}, None, signature]),
        "something unprotected": _cose([protected, {4: made.node}, payload, signature]),
        "an empty list unprotected": _cose([protected, [], payload, signature]),
        "a short signature": _cose([protected, {}, payload, signature[:63]]),
        "the algorithm EdDSA (-8)": _cose([cbor2.dumps({1: -8, 4: made.node}), *parts[1:]]),
        "no kid": _cose([cbor2.dumps({1: -19}), *parts[1:]]),
        "a kid of 15 bytes": _cose([cbor2.dumps({1: -19, 4: bytes(15)}), *parts[1:]]),
        "one header too many": _cose([cbor2.dumps({1: -19, 3: 0, 4: made.node}), *parts[1:]]),
        "an empty protected header": _cose([b"", *parts[1:]]),
        "a protected header of indefinite length": _cose([b"\xbf" + protected[1:] + b"\xff", *parts[1:]]),
    }
    headers = {name: _cose([protected, {}, one, signature]) for name, one in _header_faults(payload).items()}
    return [{"name": name, "raw": one.hex()} for name, one in (messages | headers).items()]


def _cose(parts: list[Any]) -> bytes:
    return b"\xd2" + cbor2.dumps(parts, canonical=True)


def _header_faults(payload: bytes) -> dict[str, bytes]:
    good = cbor2.loads(payload)
    changed: dict[str, dict[Any, Any]] = {
        "header: a log of 15 bytes": {1: bytes(15)},
        "header: seq 0": {2: 0},
        "header: seq true": {2: True},
        "header: a first commit with a predecessor": {3: bytes(31) + b"\1"},
        "header: a prev of 31 bytes": {3: bytes(31)},
        "header: a time before the epoch": {4: -1},
        "header: a time with a fraction": {4: 1.5},
        "header: an actor that is bytes": {5: b"s1"},
        "header: change ids cut to 16 bytes": {6: [bytes(16)]},
        "header: change ids that aren't a list": {6: bytes(32)},
        "header: a unit that is null": {7: None},
        "header: a text key": {"x": 0},
    }
    faults = {name: cbor2.dumps(good | more, canonical=True) for name, more in changed.items()}
    for key in good:
        rest = {one: value for one, value in good.items() if one != key}
        faults[f"header: without key {key}"] = cbor2.dumps(rest, canonical=True)
    return faults | {"header: not a map": b"\x80", "header: a byte behind": payload + b"\0"}


def export_vectors() -> list[dict[str, Any]]:
    whole, part = Tree(), Tree()
    left_out = part.province.written[-1][0]
    part.province.write(50, act("register", {"channel": "web"}))
    links = [
        Link(part.county.log, 2, seed("a copy's commit"), Reason.FORKED),
        Link(seed("a stranger's log", 16), 1, seed("a stranger's commit"), Reason.UNKNOWN_AUTHOR),
    ]
    return [
        _export("a whole tree", whole, whole.entries(), []),
        _export("with links", part, part.entries(frozenset({left_out.id})), links),
    ]


def _export(name: str, tree: Tree, entries: list[Entry], links: list[Link]) -> dict[str, Any]:
    raw = b"".join(export.write(tree.root, entries, links, exporter=tree.city.id, signer=tree.city.signer))
    report = export.verify(raw, tree.fingerprint)
    assert report.ok, report.problems
    return {
        "name": name,
        "fingerprint": tree.fingerprint,
        "commits": report.commits,
        "changes": report.changes,
        "absent": report.absent,
        "links": report.links,
        "hex": raw.hex(),
    }


def envelope_vector() -> dict[str, Any]:
    sender, receiver = Tree().offices[2], Tree().offices[1]
    payload = b"a message of 3.5 stands here, " * 4
    letter = envelope.Envelope(receiver.id, sender.log, 7, 0, envelope.Kind.REQUEST, payload)
    sealed = envelope.seal(
        letter,
        kid=sender.id,
        signer=sender.signer,
        seal=seal_with_fixed_key,
        seal_key=seal_public(receiver.seal_private),
    )
    return {
        "sender_key": sender.key.hex(),
        "receiver": receiver.id.hex(),
        "receiver_seal_private": receiver.seal_private.hex(),
        "log": sender.log.hex(),
        "number": 7,
        "answers": 0,
        "kind": b"request".hex(),
        "payload": payload.hex(),
        "envelope": sealed.hex(),
    }


def seal_with_fixed_key(plaintext: bytes, receiver: bytes, info: bytes) -> bytes:
    """HPKE (RFC 9180) in base mode with an ephemeral key that never changes: for vectors alone."""
    ephemeral = X25519PrivateKey.from_private_bytes(seed("ephemeral"))
    enc = ephemeral.public_key().public_bytes_raw()
    kem = b"KEM" + (0x20).to_bytes(2, "big")
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver))
    secret = _expand(kem, _extract(kem, b"", b"eae_prk", shared), b"shared_secret", enc + receiver, 32)
    suite = b"HPKE" + b"".join(one.to_bytes(2, "big") for one in (0x20, 1, 3))
    context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    base = _extract(suite, secret, b"secret", b"")
    key, nonce = _expand(suite, base, b"key", context, 32), _expand(suite, base, b"base_nonce", context, 12)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    mac = hmac.HMAC(salt or bytes(32), hashes.SHA256())
    mac.update(b"HPKE-v1" + suite + label + material)
    return mac.finalize()


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, size: int) -> bytes:
    full = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), size, full).derive(secret)


def vectors() -> Iterator[tuple[str, Any]]:
    log = log_vectors()
    yield "cbor", cbor_vectors()
    yield "keys", keys_vectors()
    yield "change", change_vectors()
    yield "commit", log[0]
    yield "log", log
    yield "commit_faults", commit_faults()
    yield "export", export_vectors()
    yield "envelope", envelope_vector()
    yield "exchange", exchange_vectors()
    yield "bundle", bundle.vector(seal_with_fixed_key)


def rendered() -> Iterator[tuple[str, str]]:
    """File names and their text."""
    for name, value in vectors():
        yield f"{name}.json", json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name, text in rendered():
        (HERE / name).write_text(text, "utf-8")
        print(name, hashlib.sha256(text.encode()).hexdigest()[:16])


if __name__ == "__main__":
    main()
