"""Commits: header, id, signature and bounds."""

from __future__ import annotations

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, change, commit, cose
from sync_protocol.change import Words
from sync_protocol.commit import Header
from sync_protocol.errors import BadCommit, BadSignature, LocalError
from sync_protocol.limits import MAX_BATCH, MAX_CHANGES
from sync_protocol.names import ZERO
from tests.sync_protocol.scene import Office, act, seed
from tests.vectors.make import vectors

FAULTS = {one["name"]: one["raw"] for name, value in vectors() if name == "commit_faults" for one in value}
OFFICE = Office("a", "370000")
ids = st.binary(min_size=32, max_size=32)
headers = st.builds(
    lambda log, seq, prev, time, actor, changes, unit: Header(
        log, seq, ZERO if seq == 1 else prev, time, actor, tuple(changes), unit
    ),
    st.binary(min_size=16, max_size=16),
    st.integers(1, 2**63 - 1),
    ids,
    st.integers(0, 2**63 - 1),
    st.text(max_size=8),
    st.lists(ids, min_size=1, max_size=4),
    st.text(min_size=1, max_size=20),
)


@given(headers)
def test_what_is_made_is_parsed_and_verifies(header: Header) -> None:
    made = commit.make(header, OFFICE.id, OFFICE.signer)
    parsed = commit.parse(made.raw)
    assert parsed == made and parsed.header == header and parsed.node == OFFICE.id
    parsed.verify(OFFICE.key)


def test_the_id_covers_payload_and_signature() -> None:
    made = Office("a", "370000").write(1, act("note", {}))
    signed = made.signed
    assert made.id == hashlib.sha256(b"qiao/commit/1\0" + signed.payload + signed.signature).digest()


def test_somebody_elses_signature_is_found() -> None:
    made = Office("a", "370000").write(1, act("note", {}))
    with pytest.raises(BadSignature):
        made.verify(Office("b", "370000").key)


@pytest.mark.parametrize("name", FAULTS)
def test_what_isnt_a_commit_is_refused(name: str) -> None:
    with pytest.raises(BadCommit):
        commit.parse(bytes.fromhex(FAULTS[name]))


@given(st.binary(max_size=200))
def test_any_payload_is_a_header_or_bad_commit(payload: bytes) -> None:
    with contextlib.suppress(BadCommit):
        commit.parse_header(payload)


def test_unknown_header_keys_are_ignored() -> None:
    made = Office("a", "370000").write(1, act("note", {}))
    more = cbor.decode(made.signed.payload) | {8: "later"}
    assert commit.parse_header(cbor.encode(more)) == made.header


def test_more_than_1000_changes_are_not_written_but_keep_their_place() -> None:
    header = _header(MAX_CHANGES + 1)
    with pytest.raises(LocalError) as fault:
        commit.make(header, OFFICE.id, OFFICE.signer)
    assert fault.value.code == "too_large"
    with pytest.raises(LocalError):
        commit.make(_header(0), OFFICE.id, OFFICE.signer)
    signed = cose.sign(commit.encode_header(header), OFFICE.id, cose.COMMIT, OFFICE.signer)
    received = commit.parse(signed.raw)
    assert len(received.header.changes) == MAX_CHANGES + 1
    assert not commit.within_bounds(received, [])


def test_a_commit_with_its_bodies_is_at_most_1_mib() -> None:
    big = [change.make(bytes(16), seed(str(at), 16), Words("t/1", {"x": "y" * 200_000}, bytes(16)))
           for at in range(6)]  # fmt: skip
    made = commit.make(_header(6), OFFICE.id, OFFICE.signer)
    assert commit.within_bounds(made, big[:5])
    assert not commit.within_bounds(made, big)


def test_what_no_message_could_bring_isnt_looked_into() -> None:
    with pytest.raises(BadCommit) as fault:
        commit.parse(bytes(MAX_BATCH + 1))
    assert fault.value.code == "too_large"


def _header(changes: int) -> Header:
    return Header(bytes(16), 1, ZERO, 1, "s1", tuple(seed(str(at)) for at in range(changes)), "370000")
