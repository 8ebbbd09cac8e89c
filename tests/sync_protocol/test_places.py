"""Where commits stand: logs packed into arrays, and the order of the file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.places import Key, Log, Order
from tests.sync_protocol.scene import Office, act


def test_a_log_finds_number_and_time_of_each_of_its_commits_by_id_and_seq() -> None:
    office, log = Office("a", "370000"), Log()
    assert log.find(bytes(32), 1) is None
    for number, minute in enumerate((5, 9, 7), start=11):
        log.add(office.write(minute, act("note", {})), number)
    for number, (commit, _) in enumerate(office.written, start=11):
        assert log.find(commit.id, commit.header.seq) == (number, commit.header.time)
        assert log.find(commit.id, commit.header.seq + 1) is None
    assert log.find(bytes(32), 1) is None
    assert log.top == 3


def test_an_id_across_two_others_isnt_found() -> None:
    office, log = Office("a", "370000"), Log()
    one, two = office.write(1, act("note", {})), office.write(2, act("note", {}))
    log.add(one, 1)
    log.add(two, 2)
    assert log.find(one.id[16:] + two.id[:16], 1) is None


def test_of_two_branches_commits_alike_either_may_be_first() -> None:
    order = Order()
    assert order.add((5, bytes(16), 2), 1, 0) and order.add((5, bytes(16), 2), 2, 0)
    assert not order.add((4, bytes(16), 1), 3, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=40, unique_by=lambda one: one[0]))
def test_a_commit_is_in_order_if_none_since_its_release_is_larger(steps: list[tuple[int, int]]) -> None:
    order, seen = Order(), list[Key]()
    for number, (time, back) in enumerate(steps, start=1):
        key = (time, bytes(16), number)
        released = max(0, number - 1 - back)
        assert order.add(key, number, released) == all(one < key for one in seen[released:])
        seen.append(key)
