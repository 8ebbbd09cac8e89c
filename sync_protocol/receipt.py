"""The custody receipt (保管回执, protocol 3.5): a parent's signed word on what it holds of a child's subtree.

Only what a receipt covers counts as delivered. COSE_Sign1 with aad `qiao/receipt/1` over a CBOR map:
1 child's node id, 2 the signer's newest log, 3 time in unix milliseconds, 4 the frontier, 5 its further
chains (frontier.py), absent when there are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import cbor, cose, frontier
from .errors import BadCbor, BadCommit, BadMessage
from .frontier import Frontier
from .keys import Sign
from .names import SHORT


@dataclass(frozen=True, slots=True)
class Receipt:
    child: bytes  # node id of whom it is given to
    log: bytes  # the signer's newest log: its incarnation
    time_ms: int  # unix milliseconds, the signer's disciplined clock
    frontier: Frontier
    signed: cose.Sign1

    @property
    def node(self) -> bytes:
        """Node id of the signer (kid)."""
        return self.signed.kid

    def verify(self, key: bytes) -> None:
        """Raises BadSignature."""
        self.signed.verify(key, cose.RECEIPT)

    def covers(self, log: bytes, seq: int) -> bool:
        """Whether a commit `seq` of `log` is delivered by it; of a forked log, on one of its branches."""
        return frontier.covers(self.frontier, log, seq)


def make(held: Frontier, *, child: bytes, time_ms: int, log: bytes, kid: bytes, signer: Sign) -> cose.Sign1:
    """The receipt, signed. `held` is what the signer holds durably of the child's subtree."""
    plain, besides = frontier.encode(held)
    fields: dict[int, Any] = {1: child, 2: log, 3: time_ms, 4: plain}
    if besides:
        fields[5] = besides
    return cose.sign(cbor.encode(fields), kid, cose.RECEIPT, signer)


def parse(raw: bytes) -> Receipt:
    """Raises BadMessage. The signature isn't looked at; unknown keys are ignored."""
    try:
        signed = cose.parse(raw)
        fields = cbor.decode(signed.payload)
    except (BadCommit, BadCbor) as fault:
        raise BadMessage(f"receipt: {fault}") from fault
    if type(fields) is not dict:
        raise BadMessage("a receipt that isn't a map")
    child: Any = fields.get(1)
    log: Any = fields.get(2)
    time_ms: Any = fields.get(3)
    if not (_is_short(child) and _is_short(log) and type(time_ms) is int and time_ms >= 0):
        raise BadMessage("a receipt of another form")
    return Receipt(child, log, time_ms, frontier.decode(fields.get(4), fields.get(5)), signed)


def verify(raw: bytes, key: bytes, *, child: bytes) -> Receipt:
    """A receipt for `child`, checked. Raises BadMessage, BadSignature."""
    receipt = parse(raw)
    if receipt.child != child:
        raise BadMessage("a receipt for somebody else")
    receipt.verify(key)
    return receipt


def _is_short(value: Any) -> bool:
    return type(value) is bytes and len(value) == SHORT
