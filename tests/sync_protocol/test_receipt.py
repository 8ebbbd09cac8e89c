"""Custody receipts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, cose, frontier, receipt
from sync_protocol.errors import BadMessage, BadSignature
from sync_protocol.frontier import Position
from tests.sync_protocol.scene import Office, seed

CITY, COUNTY = Office("city", "370000/370200"), Office("county", "370000/370200/370211")
HELD = {COUNTY.log: (Position(7, seed("seventh")),)}


def given_receipt(**more: Any) -> cose.Sign1:
    fields: dict[str, Any] = {"child": COUNTY.id, "time_ms": 1_000, "log": CITY.log, "kid": CITY.id}
    return receipt.make(HELD, **fields | {"signer": CITY.signer} | more)


def test_a_receipt_says_what_is_held_for_whom_when_and_by_which_life_of_the_parent() -> None:
    read = receipt.verify(given_receipt().raw, CITY.key, child=COUNTY.id)
    assert (read.frontier, read.child, read.time_ms) == (HELD, COUNTY.id, 1_000)
    assert (read.log, read.node) == (CITY.log, CITY.id)
    assert read.covers(COUNTY.log, 7) and not read.covers(COUNTY.log, 8) and not read.covers(CITY.log, 1)


def test_what_is_held_beyond_a_gap_or_on_a_branch_is_said_as_well() -> None:
    chains = (*HELD[COUNTY.log], Position(9, seed("branch")), Position(12, seed("alone"), 12))
    signed = receipt.make(
        {COUNTY.log: chains}, child=COUNTY.id, time_ms=0, log=CITY.log, kid=CITY.id, signer=CITY.signer
    )
    read = receipt.parse(signed.raw)
    assert read.frontier == {COUNTY.log: chains}
    assert read.covers(COUNTY.log, 12) and not read.covers(COUNTY.log, 11)


def test_a_receipt_without_further_chains_is_that_of_the_first_version() -> None:
    assert set(cbor.decode(given_receipt().payload)) == {1, 2, 3, 4}


def test_somebody_elses_receipt_doesnt_count() -> None:
    with pytest.raises(BadMessage):
        receipt.verify(given_receipt(child=CITY.id).raw, CITY.key, child=COUNTY.id)
    with pytest.raises(BadSignature):
        receipt.verify(given_receipt(signer=COUNTY.signer).raw, CITY.key, child=COUNTY.id)


def test_a_signature_of_another_kind_isnt_a_receipt() -> None:
    payload = given_receipt().payload
    for aad in (cose.COMMIT, cose.ENVELOPE, cose.JOIN, cose.EXPORT):
        raw = cose.sign(payload, CITY.id, aad, CITY.signer).raw
        with pytest.raises(BadSignature):
            receipt.verify(raw, CITY.key, child=COUNTY.id)


GOOD: dict[Any, Any] = {1: COUNTY.id, 2: CITY.log, 3: 0, 4: frontier.encode(HELD)[0]}


@pytest.mark.parametrize(
    "payload",
    [[], {}, {"1": 0}, GOOD | {1: b""}, GOOD | {2: bytes(15)}, GOOD | {3: -1}, GOOD | {3: "0"},
     GOOD | {4: {}}, GOOD | {5: {}}, GOOD | {5: [[COUNTY.log, 1, 6, bytes(32)]]}],
)  # fmt: skip
def test_another_form_is_refused(payload: Any) -> None:
    raw = cose.sign(cbor.encode(payload), CITY.id, cose.RECEIPT, CITY.signer).raw
    with pytest.raises(BadMessage):
        receipt.parse(raw)


def test_unknown_keys_are_ignored() -> None:
    raw = cose.sign(cbor.encode(GOOD | {9: "later"}), CITY.id, cose.RECEIPT, CITY.signer).raw
    assert receipt.verify(raw, CITY.key, child=COUNTY.id).frontier == HELD


@given(st.binary(max_size=100))
def test_any_bytes_are_a_receipt_or_bad_message(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        receipt.parse(raw)
