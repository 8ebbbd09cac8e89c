"""The run rule: what one good signature lets in, and what it doesn't."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, commit, cose, run
from sync_protocol.commit import Commit
from sync_protocol.errors import BadSignature
from sync_protocol.run import EMPTY, Head, Run
from tests.sync_protocol.scene import Office, act, seed


def office(minutes: list[int], name: str = "a") -> Office:
    made = Office(name, "370000")
    for minute in minutes:
        made.write(minute, act("note", {}))
    return made


A = office(list(range(1, 8)))
COMMITS = [one for one, _ in A.written]


def spoilt(one: Commit) -> Commit:
    """The same header with a signature that isn't good: another commit id."""
    signature = bytes(64)
    message = cbor.decode(one.raw[1:])
    raw = b"\xd2" + cbor.encode([*message[:3], signature])
    signed = cose.Sign1(raw, one.node, one.signed.payload, signature)
    return Commit(commit.commit_id(signed.payload, signature), one.header, signed)


def admit(commits: list[Commit], head: Head | None = EMPTY) -> Run:
    return run.admit(commits, node=A.id, key=A.key, head=head)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    tried: list[bytes] = []
    real = Commit.verify

    def verify(self: Commit, key: bytes) -> None:
        tried.append(self.id)
        real(self, key)

    monkeypatch.setattr(Commit, "verify", verify)
    return tried


def test_a_whole_run_costs_one_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = counted(monkeypatch)
    assert admit(COMMITS) == Run(COMMITS)
    assert tried == [COMMITS[-1].id]


def test_a_run_continues_the_head_that_is_held() -> None:
    head = run.head_of(COMMITS[2])
    assert admit(COMMITS[3:], head) == Run(COMMITS[3:])
    assert admit(COMMITS[4:], head) == Run([], COMMITS[4:], "gap")
    assert admit(COMMITS[2:], head) == Run([], COMMITS[2:], "seen")


def test_a_commit_that_continues_another_than_the_head_is_forked() -> None:
    head = run.head_of(COMMITS[2])._replace(id=seed("another"))
    assert admit(COMMITS[3:], head) == Run([], COMMITS[3:], "forked")


def test_the_newest_good_signature_bounds_the_run() -> None:
    tail = office([1, 2, 3, 4, 5]).written
    commits = [one for one, _ in tail]
    commits[4] = spoilt(commits[4])
    assert admit(commits) == Run(commits[:4], commits[4:], "bad_signature")


def test_nothing_is_admitted_where_no_signature_is_good() -> None:
    assert admit([spoilt(COMMITS[0])]).fault == "bad_signature"
    other = run.admit(COMMITS, node=A.id, key=office([], "b").key, head=EMPTY)
    assert (other.good, other.fault) == ([], "bad_signature")


def test_a_bad_signature_inside_is_covered_by_a_later_good_one() -> None:
    made = office([1])
    bad = spoilt(made.written[0][0])
    made.prev = bad.id
    after = made.write(2, act("note", {}))
    admitted = admit([bad, after])
    assert admitted.good == [bad, after] and admitted.fault == ""
    assert not run.verify_alone(bad, A.key) and run.verify_alone(after, A.key)


def test_another_node_or_log_ends_the_run() -> None:
    foreign = replace(COMMITS[1], signed=replace(COMMITS[1].signed, kid=bytes(16)))
    assert admit([COMMITS[0], foreign]) == Run(COMMITS[:1], [foreign], "wrong_node")
    elsewhere = replace(COMMITS[1], header=replace(COMMITS[1].header, log=bytes(16)))
    assert admit([COMMITS[0], elsewhere]) == Run(COMMITS[:1], [elsewhere], "wrong_log")


def test_a_time_that_doesnt_rise_keeps_its_place_and_is_named() -> None:
    made = [one for one, _ in office([5, 6, 6, 2, 7]).written]
    admitted = run.admit(made, node=A.id, key=A.key, head=EMPTY)
    assert admitted.good == made and admitted.unrisen == {made[2].id, made[3].id}
    head = run.head_of(made[3], run.head_of(made[1]))
    assert head == Head(4, made[3].id, made[1].header.time)
    assert run.admit(made[4:], node=A.id, key=A.key, head=head).unrisen == frozenset()
    assert run.admit(made[3:], node=A.id, key=A.key, head=run.head_of(made[2])).unrisen == {made[3].id}


def test_without_a_head_each_commit_counts_by_its_own_signature() -> None:
    commits = [COMMITS[1], spoilt(COMMITS[3]), COMMITS[5]]
    admitted = admit(commits, None)
    assert admitted == Run([COMMITS[1], COMMITS[5]], [commits[1]], "bad_signature")


def test_beyond_the_place_at_which_its_log_was_closed_each_commit_counts_by_its_own_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = counted(monkeypatch)
    commits = [*COMMITS[:4], spoilt(COMMITS[4]), COMMITS[6]]
    admitted = run.admit(commits, node=A.id, key=A.key, head=EMPTY, alone_from=4)
    assert admitted == Run([*COMMITS[:4], COMMITS[6]], [commits[4]], "bad_signature")
    assert tried == [COMMITS[2].id, COMMITS[3].id, commits[4].id, COMMITS[6].id]
    assert run.admit(COMMITS[4:], node=A.id, key=A.key, head=EMPTY, alone_from=1).good == COMMITS[4:]
    head = run.head_of(COMMITS[6])._replace(seq=3, id=COMMITS[2].id)
    late = run.admit(COMMITS[3:5], node=A.id, key=A.key, head=head, alone_from=5)
    assert late.unrisen == {COMMITS[3].id, COMMITS[4].id}


def test_a_run_on_a_forks_second_branch_continues_that_branch() -> None:
    copy = office([1, 2, 3])
    branch = [copy.write(minute, act("note", {"n": minute})) for minute in (4, 5)]
    assert admit(COMMITS[:3]) == Run(COMMITS[:3])
    assert admit(branch, run.head_of(COMMITS[3])).fault == "seen"
    assert admit(branch, run.head_of(copy.written[2][0])) == Run(branch)


def test_nothing_comes_of_nothing() -> None:
    assert admit([]) == Run([]) == admit([], None)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=8))
def test_good_is_always_a_chain_whose_newest_signature_is_good(picks: list[tuple[int, bool]]) -> None:
    commits = [spoilt(COMMITS[at]) if bad else COMMITS[at] for at, bad in picks]
    admitted = admit(commits)
    assert admitted.good + admitted.rest == commits
    assert (admitted.fault == "") == (not admitted.rest) and admitted.fault in run.FAULTS | {""}
    head = EMPTY
    for one in admitted.good:
        assert (one.header.seq, one.header.prev) == (head.seq + 1, head.id)
        head = run.head_of(one, head)
    if admitted.good:
        admitted.good[-1].verify(A.key)


def test_spoilt_commits_are_spoilt() -> None:
    with pytest.raises(BadSignature):
        spoilt(COMMITS[0]).verify(A.key)
    assert commit.parse(spoilt(COMMITS[0]).raw) == spoilt(COMMITS[0])
