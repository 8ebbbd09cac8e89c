"""What signing, parsing, verifying and folding cost on this machine: `python -m bench.protocol`.

Each line is a figure and a ratio to one raw Ed25519 verification by the same library, which is what the
machine itself gives. Nothing is asserted.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from statistics import median

from conflict.act import Act, Key
from conflict.fold import fold, on_top
from conflict.state import State
from sync_protocol import cbor, change, commit, messages, run
from sync_protocol.keys import sign_with, verify
from sync_protocol.messages import Mark, Reply, Request, Taken
from sync_protocol.names import ZERO, node_id
from sync_protocol.reconcile import Plan, decode_ask, decode_told
from tests.conflict.errand import ERRAND
from tests.sync_protocol.holding import Parent, copy, many

COMMITS = 2_000
ACTS = 500
ROUNDS = 5
RECORDS = 10_000
LOG = b"L" * 16
NARRATIVE = "包工头拖欠工钱一万零六百六十元，欠条和出工照片都在。" * 4


def main() -> int:
    private, public = _key_pair()
    node, signer = node_id(public), sign_with(private)
    log = _log(node, signer)
    raws = [one.raw for one in log]
    message = b"m" * 200
    signature = signer(message)
    raw_verify = _each(lambda: verify(public, signature, message), 200)
    body = _body()
    encoded = change.encode_body(body)
    figures = [
        ("Ed25519 verification, raw", raw_verify),
        ("Ed25519 signature, raw", _each(lambda: signer(message), 200)),
        ("a change made (act of 500 bytes)", _each(lambda: change.make(LOG, b"s" * 16, body), 500)),
        ("a change's body parsed", _each(lambda: change.parse_body(encoded), 500)),
        ("a commit signed", _each(lambda: commit.make(log[0].header, node, signer), 200)),
        ("a commit parsed", _all(lambda: [commit.parse(raw) for raw in raws], COMMITS)),
        (
            "a commit verified alone",
            _all(lambda: [run.verify_alone(one, public) for one in log], COMMITS),
        ),
        (
            "a commit verified in a run",
            _all(lambda: run.admit(log, node=node, key=public, head=run.EMPTY), COMMITS),
        ),
        ("an act folded on top", _all(_on_top, ACTS)),
        ("an act folded again, all at once", _all(lambda: fold(ERRAND, _acts()), ACTS)),
    ]
    for name, seconds in figures:
        print(f"{name:36} {seconds * 1e6:9.1f} µs {1 / seconds:12,.0f} /s  x{seconds / raw_verify:.3f}")
    for differing in (0, 1, 100):
        print(f"{f'{RECORDS:,} records, {differing} differ:':36} {reconciliation(differing)}")
    return 0


def reconciliation(differing: int) -> str:
    """What comparing two holdings costs on the line: heads of requests and replies, before compression."""
    parent = Parent(many(RECORDS, 1))
    child = copy(parent.held)
    for record in random.Random(differing).sample(sorted(child.ids), differing):
        child.ids[record].pop()
    plan, size, messages_sent = Plan(child), 0, 0
    while not plan.done:
        parent.exchange(plan, child)
        size += _heads(parent)
        messages_sent += 2
    assert plan.equal and plan.differed == differing
    return f"{size:9,} bytes in {messages_sent} messages, {plan.differed} changes repaired"


def _heads(parent: Parent) -> int:
    """Of the newest ask and answer, with what else such messages say."""
    understands = ("ticket/1", "registry/1", "notice/1")
    ask = decode_ask(cbor.decode(parent.asks[-1]))
    told = decode_told(cbor.decode(parent.tolds[-1]))
    request = Request(understands, ZERO, 1_767_225_600_000, {}, taken=Taken(LOG, 1, ZERO), ask=ask)
    reply = Reply(understands, 1_767_225_600_000, Mark(1), bytes(300), told=told, reconcile=Mark(1))
    return len(messages.encode(request)) + len(messages.encode(reply))


def _key_pair() -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def _log(node: bytes, signer: Callable[[bytes], bytes]) -> list[commit.Commit]:
    """A log of commits of two changes each, an act and its words."""
    made: list[commit.Commit] = []
    prev = ZERO
    for seq in range(1, COMMITS + 1):
        header = commit.Header(
            LOG, seq, prev, seq * 65536, "w1", (os.urandom(32), os.urandom(32)), "370000/370200"
        )
        made.append(commit.make(header, node, signer))
        prev = made[-1].id
    return made


def _body() -> change.Act:
    return change.Act("ticket/1", "note", (b"h" * 16,), {"text": NARRATIVE}, b"r" * 16)


def _acts() -> list[Act]:
    """One long record of one office: opened, then amended again and again."""
    first = Act(
        bytes(16), Key(65536, LOG, 1, 0), "p", "w1", "errand/2", "open", {"number": "1", "title": "t"}
    )
    acts = [first]
    for at in range(1, ACTS):
        key = Key((at + 1) * 65536, LOG, at + 1, 0)
        data = {"title": f"t{at}"}
        acts.append(Act(at.to_bytes(16, "big"), key, "p", "w1", "errand/2", "amend", data, (acts[-1].id,)))
    return acts


def _on_top() -> None:
    state = State()
    for act in _acts():
        further = on_top(ERRAND, state, act)
        assert further is not None, "each names the one before"
        state = further


def _each(call: Callable[[], object], times: int) -> float:
    return _all(lambda: [call() for _ in range(times)], times)


def _all(call: Callable[[], object], items: int) -> float:
    """Seconds an item, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return median(taken) / items


if __name__ == "__main__":
    sys.exit(main())
