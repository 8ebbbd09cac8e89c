"""An outsider's check, written from design 3.1 to 3.4 and 3.9, and for `exchange` from docs/protocol.md, alone:
nothing of the project is imported.

    python check.py                                    the vectors beside this file
    python check.py export FILE [--root FINGERPRINT]   what `qiao audit export --format log FILE` wrote

Needs cbor2, cryptography and zstandard. Exit 0, or 1 with the first fault found. It is over 500 lines
because it is to be carried about as one file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import cbor2
import zstandard
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

HERE = Path(__file__).parent
FIELD = 2**255 - 19
ABSENCES = {"withheld", "erased", "quarantined", "held"}
REASONS = {"out_of_scope", "revoked", "forked", "unknown_author", "lost"}


class Fault(Exception):
    pass


def need(true: bool, message: str) -> None:
    if not true:
        raise Fault(message)


# --- CBOR, section 3 ------------------------------------------------------------------------------------


def no_tag(*_: object) -> None:
    raise Fault("a tag")


BUILT_IN_TAGS = dict.fromkeys((0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261,
                               1004, 43000, 55799), no_tag)  # fmt: skip


def decode(data: bytes) -> Any:
    try:
        value = cbor2.loads(data, tag_hook=no_tag, semantic_decoders=BUILT_IN_TAGS, max_depth=16,
                            allow_indefinite=False, allow_duplicate_keys=False)  # fmt: skip
        walk(value, 1)
        again = cbor2.dumps(value, canonical=True)
    except Fault:
        raise
    except Exception as fault:
        raise Fault(f"not CBOR: {fault}") from fault
    need(again == data, "not the deterministic encoding")
    return value


def walk(value: Any, depth: int) -> None:
    need(depth <= 16, "nested too deeply")
    if type(value) is int:
        need(-(2**63) <= value < 2**63, "integer out of range")
    elif type(value) is list:
        for item in value:
            walk(item, depth + 1)
    elif type(value) is dict:
        kinds = {type(key) for key in value}
        need(kinds <= {str} or kinds == {int} and min(value) >= 0, "mixed map keys")
        for key, item in value.items():
            walk(key, depth + 1)
            walk(item, depth + 1)
    else:
        need(value is None or type(value) in (bool, bytes, str), f"a {type(value).__name__}")


# --- names, changes, commits, 3.1 to 3.3 ----------------------------------------------------------------


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def node_id(key: bytes) -> bytes:
    return sha(b"qiao/node/1\0", key)[:16]


@lru_cache(maxsize=1024)
def sound(key: bytes | None) -> bool:
    """An Ed25519 public key that is canonical and not of small order, by doubling it three times."""
    if key is None or len(key) != 32:
        return False
    y = int.from_bytes(key, "little") & (2**255 - 1)
    return y < FIELD and not small_order(y)


def small_order(y: int) -> bool:
    """Whether 8·P is the identity, whose y is 1; x² follows from y² by the curve."""
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    y2 = y * y % FIELD
    for _ in range(3):
        if (d * y2 + 1) % FIELD == 0:
            return False
        x2 = (y2 - 1) * pow(d * y2 + 1, -1, FIELD) % FIELD
        product = d * x2 * y2 % FIELD
        y = (y2 + x2) * pow(1 - product, -1, FIELD) % FIELD
        y2 = y * y % FIELD
    return y == 1


def check_signature(key: bytes, signature: bytes, kid: bytes, aad: bytes, payload: bytes) -> None:
    need(sound(key), "a key that isn't sound")
    protected = cbor2.dumps({1: -19, 4: kid}, canonical=True)
    message = cbor2.dumps(["Signature1", protected, aad, payload])
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise Fault("a signature that doesn't verify") from fault


def sign1(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """kid, payload, signature of the one form of COSE_Sign1 that is allowed."""
    need(raw[:1] == b"\xd2", "no tag 18")
    parts = decode(raw[1:])
    need(type(parts) is list and len(parts) == 4, "not an array of four")
    protected, unprotected, payload, signature = parts
    need(type(protected) is bytes and unprotected == {} and type(payload) is bytes, "another COSE form")
    need(type(signature) is bytes and len(signature) == 64, "another signature")
    head = decode(protected)
    need(type(head) is dict and set(head) == {1, 4} and head[1] == -19, "another protected header")
    need(type(head[4]) is bytes and len(head[4]) == 16, "another kid")
    return head[4], payload, signature


class Commit:
    def __init__(self, raw: bytes) -> None:
        self.kid, self.payload, self.signature = sign1(raw)
        self.id = sha(b"qiao/commit/1\0", self.payload, self.signature)
        header = decode(self.payload)
        need(type(header) is dict and set(range(1, 8)) <= set(header), "header keys")
        self.log, self.seq, self.prev, self.time, self.actor, self.changes, self.unit = (
            header[key] for key in range(1, 8)
        )
        need(type(self.log) is bytes and len(self.log) == 16, "log")
        need(type(self.seq) is int and self.seq >= 1, "seq")
        need(type(self.prev) is bytes and len(self.prev) == 32, "prev")
        need((self.prev == bytes(32)) == (self.seq == 1), "prev of a first commit")
        need(type(self.time) is int and self.time >= 0, "time")
        need(type(self.actor) is str and type(self.unit) is str, "actor or unit")
        need(type(self.changes) is list, "changes")
        need(all(type(one) is bytes and len(one) == 32 for one in self.changes), "change ids")

    @property
    def key(self) -> tuple[int, bytes, int]:
        return self.time, self.log, self.seq

    def verify(self, key: bytes) -> None:
        check_signature(key, self.signature, self.kid, b"qiao/commit/1", self.payload)


def change_id(log: bytes, salt: bytes, body: bytes) -> bytes:
    return sha(b"qiao/change/1\0", log, salt, body)


# --- who may write, 3.4: as far as keys come into force ---------------------------------------------------


class Registry:
    def __init__(self, root: bytes, key: bytes) -> None:
        self.root = root
        self.keys = {root: key}
        self.units: dict[bytes, set[str]] = {root: set()}
        self.logs: dict[bytes, bytes] = {}
        self.recovery: bytes | None = None
        self.since = {root: 0}  # node → number of the commit that enrolled it
        self.ruled: dict[bytes, int] = {}  # log → number of the last commit that admits a branch

    def learn(self, commit: Commit, action: Any, data: Any, number: int) -> None:
        if type(data) is not dict:
            return
        if action == "enrol":
            self.enrol(commit, data, number)
        elif action == "open_log" and commit.seq == 1 and data.get("log") == commit.log:
            self.logs.setdefault(commit.log, commit.kid)
        elif action == "move":
            self.move(commit.kid, data.get("unit"), data.get("to"))
        elif action in ("admit", "fork") and type(data.get("log")) is bytes:
            self.ruled[data["log"]] = number

    def above(self, author: bytes, unit: Any) -> bool:
        return type(unit) is str and any(unit.startswith(one + "/") for one in self.units[author])

    def enrol(self, commit: Commit, data: dict[Any, Any], number: int) -> None:
        author, unit, node = commit.kid, data.get("unit"), data.get("node")
        ids = [data[name] for name in ("node", "sign", "log", "by", "replaces", "recovery") if name in data]
        if type(unit) is not str or any(type(one) is not bytes for one in ids):
            return
        if data.get("role") == "hosted":
            if self.above(author, unit) and data.get("by") in self.units:
                self.units[data["by"]].add(unit)
            return
        if not sound(data.get("sign")) or node != node_id(data["sign"]):
            return
        if not self.entitled(commit, data, unit):
            return
        if author == self.recovery:
            self.logs.setdefault(commit.log, author)
        replaced = data.get("replaces", b"")
        self.keys[node], self.logs[data["log"]] = data["sign"], node
        self.units[node] = {unit} | self.units.get(replaced, set())
        self.since[node] = 0 if node == self.root else number
        if node == self.root or replaced == self.root:
            self.root = node
            self.take_recovery(data.get("recovery"), number)

    def entitled(self, commit: Commit, data: dict[Any, Any], unit: str) -> bool:
        if "log" not in data:
            return False
        if not self.logs:
            return bool(commit.kid == data["node"] == self.root)
        if data["node"] in self.keys or data["log"] in self.logs:
            return False
        if commit.kid == self.recovery:
            return commit.seq == len(commit.changes) == 1 and data.get("replaces") == self.root
        if "replaces" in data:
            return bool(data["replaces"] == commit.kid != self.root)
        return self.above(commit.kid, unit)

    def take_recovery(self, key: Any, number: int) -> None:
        if sound(key):
            self.recovery = node_id(key)
            self.keys.setdefault(self.recovery, key)
            self.units.setdefault(self.recovery, set())
            self.since.setdefault(self.recovery, number)

    def move(self, author: bytes, unit: Any, to: Any) -> None:
        if self.above(author, unit) and self.above(author, to):
            for paths in self.units.values():
                under = {one for one in paths if one == unit or one.startswith(unit + "/")}
                paths |= {to + one[len(unit) :] for one in under}


# --- the export, 3.9 --------------------------------------------------------------------------------------


def item_end(data: bytes, at: int) -> int:
    """Where the array of numbers, bytes and texts that begins at `at` ends."""
    major, count, at = item_head(data, at)
    need(major == 4, "not an array")
    for _ in range(count):
        major, value, at = item_head(data, at)
        need(major in (0, 2, 3), "neither number, bytes nor text")
        at += value if major else 0
    need(at <= len(data), "cut off")
    return at


def item_head(data: bytes, at: int) -> tuple[int, int, int]:
    need(at < len(data), "cut off")
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, at + 1
    need(low < 28, "a length of another form")
    end = at + 1 + (1 << (low - 24))
    need(end <= len(data), "cut off")
    return major, int.from_bytes(data[at + 1 : end], "big"), end


class Export:
    """Raises Fault at the first thing that isn't right."""

    def __init__(self, data: bytes, fingerprint: str | None = None) -> None:
        self.data = data
        self.trusted = fingerprint
        self.commits = self.changes = self.count = self.at = 0
        self.placed: dict[bytes, tuple[bytes, int, int, int]] = {}  # commit → log, seq, place, time
        self.order: list[tuple[int, bytes, int]] = []  # keys of the commits that are out
        self.highest = (-1, b"", 0)
        self.links: list[tuple[bytes, int, bytes]] = []
        self.commit: Commit | None = None
        self.due: list[bytes] = []  # changes that the commit names and that are still to come

    def check(self) -> Export:
        try:
            while self.at < len(self.data):
                end = item_end(self.data, self.at)
                kind, *rest = decode(self.data[self.at : end])
                need(type(kind) is str and (kind == "qiao-log") == (self.count == 0), "the head isn't first")
                if kind not in ("change", "absent"):
                    self.close()
                reader = getattr(self, "item_" + kind.replace("-", "_"), None)
                if reader is None:
                    raise Fault(f"an unknown item {kind!r}")
                self.count += 1
                if reader(*rest) == "end":
                    need(end == len(self.data), "something follows the end")
                    return self
                self.at = end
        except (TypeError, ValueError, AttributeError, KeyError) as fault:
            raise Fault(f"item {self.count} at byte {self.at}: another form: {fault}") from fault
        except Fault as fault:
            raise Fault(f"item {self.count} at byte {self.at}: {fault}") from fault
        raise Fault("cut off: there is no end")

    def item_qiao_log(self, version: int, root: bytes, key: bytes) -> None:
        need(version == 1 and sound(key) and node_id(key) == root, "another version or root")
        if self.trusted is not None:
            plain = "".join(self.trusted.split()).replace("-", "").lower()
            need(plain == sha(b"qiao/node/1\0", key).hex(), "another root than the one trusted")
        self.registry = Registry(root, key)

    def item_commit(self, raw: bytes) -> None:
        commit = Commit(raw)
        need(commit.kid in self.registry.keys, "an author whose key isn't known")
        commit.verify(self.registry.keys[commit.kid])
        need(commit.id not in self.placed, "a commit twice")
        number, time = self.chain(commit)
        released = max(number, self.registry.since[commit.kid], self.registry.ruled.get(commit.log, 0))
        if commit.key < self.highest:
            need(all(key <= commit.key for key in self.order[released:]), "out of order")
        self.highest = max(self.highest, commit.key)
        self.commits += 1
        self.order.append(commit.key)
        self.placed[commit.id] = commit.log, commit.seq, self.commits, commit.time
        self.commit, self.due = commit, list(commit.changes)
        self.risen = commit.time > time

    def chain(self, commit: Commit) -> tuple[int, int]:
        """The number, in the file, of the predecessor, and its time."""
        links, self.links = self.links, []
        if links:
            need(links == [(commit.log, commit.seq - 1, commit.prev)], "a link in the wrong place")
            return 0, -1
        if commit.seq == 1:
            return 0, -1
        log, seq, number, time = self.placed.get(commit.prev, (b"", 0, 0, 0))
        need((log, seq) == (commit.log, commit.seq - 1), "a chain without its predecessor")
        return number, time

    def item_change(self, name: bytes, salt: bytes, body: bytes) -> None:
        commit = self.named(name)
        need(self.risen, "a change of a commit whose time didn't rise")
        need(len(salt) == 16 and change_id(commit.log, salt, body) == name, "another content")
        self.changes += 1
        try:
            fields = decode(body)
        except Fault:
            return  # the author let it through; its change is judged by the fold
        if type(fields) is dict and str(fields.get(2)).startswith("registry/") and 6 not in fields:
            self.registry.learn(commit, fields.get(3), fields.get(5), self.commits)

    def item_absent(self, name: bytes, why: str) -> None:
        self.named(name)
        need(why in ABSENCES, "absent for no known reason")

    def named(self, name: bytes) -> Commit:
        need(self.commit is not None and self.due[:1] == [name], "a change that its header doesn't name here")
        del self.due[0]
        assert self.commit is not None
        return self.commit

    def close(self) -> None:
        if self.commit is not None:
            need(not self.due, "changes are missing")
            need(self.registry.logs.get(self.commit.log) == self.commit.kid, "a log not given to its author")
        self.commit = None

    def item_link(self, log: bytes, seq: int, commit: bytes, reason: str) -> None:
        need(len(log) == 16 and len(commit) == 32 and type(seq) is int and reason in REASONS, "a link")
        self.links.append((log, seq, commit))

    def item_end(self, count: int, raw: bytes) -> str:
        need(self.links == sorted(self.links), "links before the end out of order")
        need(type(count) is int and count == self.count - 1, "another count")
        kid, payload, signature = sign1(raw)
        need(kid in self.registry.keys, "an exporter whose key isn't known")
        check_signature(self.registry.keys[kid], signature, kid, b"qiao/export/1", payload)
        need(payload == sha(self.data[: self.at]), "the exporter signed other bytes")
        return "end"


# --- the vectors --------------------------------------------------------------------------------------------


def load(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def check_cbor() -> None:
    vectors = load("cbor")
    for good in vectors["good"]:
        decode(bytes.fromhex(good["hex"]))
    for bad in vectors["faults"]:
        try:
            decode(bytes.fromhex(bad["hex"]))
        except Fault:
            continue
        raise Fault(f"taken for good: {bad['name']}")


def check_keys() -> None:
    vectors = load("keys")
    for node in vectors["nodes"]:
        key = bytes.fromhex(node["sign_public"])
        need(sound(key) and node_id(key).hex() == node["id"], "node id")
        need(sha(b"qiao/node/1\0", key).hex() == node["fingerprint"].replace(" ", ""), "fingerprint")
    need(not any(sound(bytes.fromhex(key)) for key in vectors["unsound"]), "an unsound key")


def check_change() -> None:
    for vector in load("change"):
        log, salt, body = (bytes.fromhex(vector[key]) for key in ("log", "salt", "body"))
        need(change_id(log, salt, body).hex() == vector["id"], vector["name"])
        need(set(decode(body)) == set(vector["keys"]), vector["name"])


def check_commit(vector: dict[str, Any]) -> Commit:
    commit = Commit(bytes.fromhex(vector["raw"]))
    commit.verify(bytes.fromhex(vector["key"]))
    need(commit.id.hex() == vector["id"] and commit.payload.hex() == vector["payload"], "commit id")
    header = vector["header"]
    need((commit.seq, commit.time, commit.actor, commit.unit)
         == (header["seq"], header["time"], header["actor"], header["unit"]), "header")  # fmt: skip
    return commit


def check_log() -> None:
    last: Commit | None = None
    for vector in load("log"):
        commit = check_commit(vector)
        if last is not None:
            need(commit.log == last.log and commit.seq == last.seq + 1, "seq")
            need(commit.prev == last.id and commit.time > last.time, "prev or time")
        last = commit
    need(last is not None and last.seq == 5, "five commits")


def check_export() -> None:
    for vector in load("export"):
        export = Export(bytes.fromhex(vector["hex"]), vector["fingerprint"]).check()
        need((export.commits, export.changes) == (vector["commits"], vector["changes"]), vector["name"])


def check_envelope() -> None:
    vector = {key: bytes.fromhex(value) if type(value) is str else value
              for key, value in load("envelope").items()}  # fmt: skip
    version, receiver, sealed = decode(vector["envelope"])
    need(version == 1 and receiver == vector["receiver"], "outside")
    private = X25519PrivateKey.from_private_bytes(vector["receiver_seal_private"])
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    signed = suite.decrypt(sealed, private, b"qiao/envelope/1\0" + receiver)
    kid, payload, signature = sign1(signed)
    check_signature(vector["sender_key"], signature, kid, b"qiao/envelope/1", payload)
    inner, log, number, answers, kind, packed = decode(payload)
    need(inner == receiver and log == vector["log"], "receiver or log")
    need((number, answers, kind.encode()) == (vector["number"], vector["answers"], vector["kind"]), "numbers")
    plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=1 << 20)
    need(plain == vector["payload"], "payload")


def check_bundle() -> None:
    vector = load("bundle")
    found = opened_bundle(vector, bytes.fromhex(vector["hex"]))
    need(found == [(one["number"], one["kind"], one["payload"]) for one in vector["letters"]], "letters")
    for fault in vector["faults"]:
        try:
            opened_bundle(vector, bytes.fromhex(fault["hex"]))
        except (Fault, InvalidTag):
            continue
        raise Fault(f"taken for good: {fault['name']}")


def opened_bundle(vector: dict[str, Any], raw: bytes) -> list[tuple[int, str, str]]:
    """(number, kind, payload) of each envelope, the trailer the last."""
    receiver, log = bytes.fromhex(vector["receiver"]), bytes.fromhex(vector["log"])
    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(vector["receiver_seal_private"]))
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    need(raw[:8] == b"QIAOBND1", "a bundle's beginning")
    found: list[tuple[int, str, str]] = []
    at, kind = 8, ""
    while at < len(raw):
        need(kind != "trailer", "something behind the trailer")
        end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
        need(at + 4 < end <= len(raw), "a length")
        version, to, sealed = decode(raw[at + 4 : end])
        need(version == 1 and to == receiver, "outside")
        kid, signed, signature = sign1(suite.decrypt(sealed, private, b"qiao/envelope/1\0" + receiver))
        check_signature(bytes.fromhex(vector["sender_key"]), signature, kid, b"qiao/envelope/1", signed)
        inner, of, number, answers, kind, packed = decode(signed)
        need((inner, of, answers) == (receiver, log, 0) and kind in ("bundle", "trailer"), "inside")
        need(not found or number > found[-1][0], "the order of the numbers")
        payload = zstandard.ZstdDecompressor().decompress(packed, max_output_size=1 << 20)
        if kind == "trailer":
            end_of = decode(payload)
            need((end_of[1], end_of[2]) == (len(found), sha(raw[:at])), "count or digest")
        found.append((number, kind, payload.hex()))
        at = end
    need(kind == "trailer", "a bundle without its trailer")
    return found


def check_commit_faults() -> None:
    for vector in load("commit_faults"):
        try:
            Commit(bytes.fromhex(vector["raw"]))
        except Fault:
            continue
        raise Fault(f"taken for good: {vector['name']}")


def check_exchange() -> None:
    vectors = load("exchange")
    for vector in vectors["frontier"]:
        besides = vector["besides"] and bytes.fromhex(vector["besides"])
        chains = frontier(bytes.fromhex(vector["plain"]), besides, vector["digest"])
        need(chains == [(bytes.fromhex(log), first, seq, bytes.fromhex(id))
                        for log, first, seq, id in vector["chains"]], vector["name"])  # fmt: skip
    check_receipt({key: bytes.fromhex(one) if key != "time_ms" else one
                   for key, one in vectors["receipt"].items()})  # fmt: skip
    check_reconcile(vectors["reconcile"])
    for vector in vectors["stands"]:
        check_stand(vector)


def check_stand(vector: dict[str, Any]) -> None:
    kid, payload, signature = sign1(bytes.fromhex(vector["raw"]))
    check_signature(bytes.fromhex(vector["key"]), signature, kid, b"qiao/stand/1", payload)
    fields = decode(payload)
    heads = [[bytes.fromhex(log), seq, bytes.fromhex(id)] for log, seq, id in vector["heads"]]
    said = {
        1: bytes.fromhex(vector["log"]),
        2: vector["time_ms"],
        3: heads,
        4: bytes.fromhex(vector["frontier"]),
    }
    if vector["stored"] is not None:
        ids = [bytes.fromhex(one) for one in vector["stored"]]
        said[5] = [len(ids), tree_hash([sha(b"\0", one) for one in ids])]
    need(fields == said and heads == sorted(heads), vector["name"])


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\1", tree_hash(leaves[:split]), tree_hash(leaves[split:]))


def check_receipt(vector: dict[str, Any]) -> None:
    kid, payload, signature = sign1(vector["raw"])
    check_signature(vector["key"], signature, kid, b"qiao/receipt/1", payload)
    fields = decode(payload)
    need((fields[1], fields[2], fields[3]) == (vector["child"], vector["log"], vector["time_ms"]), "receipt")
    frontier(cbor2.dumps(fields[4]), cbor2.dumps(fields[5]), vector["digest"].hex())


def frontier(plain: bytes, besides: bytes | None, digest: str) -> list[tuple[bytes, int, int, bytes]]:
    """Its chains (log, first, seq, id), sorted; each in its place."""
    need(sha(b"qiao/frontier/1\0", plain, besides or b"").hex() == digest, "frontier digest")
    lowest = [(log, seq, id) for log, seq, id in decode(plain)]
    others = [(log, seq, id, first) for log, first, seq, id in decode(besides)] if besides else []
    need(lowest == sorted(lowest) and len({log for log, _, _ in lowest}) == len(lowest), "frontier order")
    need(others == sorted(others) and all(1 <= first <= seq for _, seq, _, first in others), "chains")
    whole = {log: (seq, id) for log, seq, id in lowest}
    for log, seq, id, first in others:
        need(first > 1 or (log in whole and whole[log] < (seq, id)), "a branch in the wrong place")
    return sorted(
        [(log, 1, seq, id) for log, seq, id in lowest] + [(log, f, s, id) for log, s, id, f in others]
    )


def check_reconcile(vector: dict[str, Any]) -> None:
    child, parent = (held(vector[side]) for side in ("child", "parent"))
    for record, digest in vector["digests"].items():
        need(parent[bytes.fromhex(record)][1].hex() == digest, "record digest")
    buckets, lists, wants = ([decode(bytes.fromhex(one[key])) for key in ("ask", "told")]
                             for one in vector["exchanges"])  # fmt: skip
    mine, theirs = bucket_digests(child), bucket_digests(parent)
    need(
        buckets == [{0: b"".join(mine)}, {0: [at for at in range(257) if mine[at] != theirs[at]]}], "buckets"
    )
    for (bucket, above), page in zip(lists[0][1], lists[1][1], strict=True):
        entries = [record + digest for record, (at, digest, _) in sorted(parent.items())
                   if at == bucket and record > above]  # fmt: skip
        need(page == [bucket, True, b"".join(entries)], "records told")
    for (record, above), page in zip(lists[0][2], lists[1][2], strict=True):
        need(page == [record, True, b"".join(id for id in parent[record][2] if id > above)], "changes told")
    for record, ids in wants[0][3]:
        need({ids[at : at + 16] for at in range(0, len(ids), 16)} <= set(parent[record][2]), "wants")
    need(wants[1] == {}, "nothing told")


def held(listed: list[dict[str, Any]]) -> dict[bytes, tuple[int, bytes, list[bytes]]]:
    """Record id → (bucket, digest, its change ids, sorted)."""
    found = {}
    for one in listed:
        record, ids = bytes.fromhex(one["record"]), sorted(map(bytes.fromhex, one["ids"]))
        digest = sha(b"qiao/reconcile/record/1\0", *ids)[:12]
        found[record] = (256 if one["registry"] else record[0], digest, ids)
    return found


def bucket_digests(records: dict[bytes, tuple[int, bytes, list[bytes]]]) -> list[bytes]:
    found = []
    for bucket in range(257):
        entries = [record + digest for record, (at, digest, _) in sorted(records.items()) if at == bucket]
        found.append(sha(b"qiao/reconcile/bucket/1\0", *entries)[:12] if entries else bytes(12))
    return found


CHECKS = {
    "cbor": check_cbor,
    "keys": check_keys,
    "change": check_change,
    "commit": lambda: check_commit(load("commit")),
    "commit_faults": check_commit_faults,
    "log": check_log,
    "export": check_export,
    "envelope": check_envelope,
    "exchange": check_exchange,
    "bundle": check_bundle,
}


def check_file(arguments: list[str]) -> str:
    fingerprint = arguments[2] if len(arguments) == 3 and arguments[1] == "--root" else None
    need(len(arguments) == 1 or fingerprint is not None, "use: check.py export FILE [--root FINGERPRINT]")
    export = Export(Path(arguments[0]).read_bytes(), fingerprint).check()
    return f"good: {export.commits} commits, {export.changes} changes, {export.count} items"


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["export"]:
            print(check_file(arguments[1:]))
            return 0
        for name, check in CHECKS.items():
            check()
            print(f"good: {name}")
    except Fault as fault:
        print(f"bad: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
