"""Writing the verifiable export: its items, their order, and the same bytes for the same state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, cose, export, sequence
from sync_protocol.errors import LocalError
from sync_protocol.export import Entry, Link, Reason
from tests.sync_protocol.scene import Office, Tree, act, seed

TREE = Tree()


def written(entries: Iterable[Entry], links: Iterable[Link] = (), by: Office = TREE.city) -> bytes:
    return b"".join(export.write(TREE.root, entries, links, exporter=by.id, signer=by.signer))


def items(raw: bytes) -> list[list[Any]]:
    return [cbor.decode(item) for _, item in sequence.items([raw])]


def test_the_head_names_the_root_and_the_end_signs_all_before_it() -> None:
    raw = written(TREE.entries())
    read = items(raw)
    assert read[0] == ["qiao-log", 1, TREE.province.id, TREE.province.key]
    kind, count, signed = read[-1]
    assert (kind, count) == ("end", len(read) - 1)
    message = cose.parse(signed)
    message.verify(TREE.city.key, cose.EXPORT)
    assert message.kid == TREE.city.id
    assert message.payload == hashlib.sha256(raw[: -len(cbor.encode(read[-1]))]).digest()


def test_each_change_stands_behind_its_commit_present_or_absent() -> None:
    read = items(written(TREE.entries()))
    for entry in TREE.entries():
        at = read.index(["commit", entry.commit.raw])
        behind = read[at + 1 : at + 1 + len(entry.changes)]
        assert tuple(item[1] for item in behind) == entry.commit.header.changes
    absent = [item for item in read if item[0] == "absent"]
    assert absent == [["absent", change, why] for change, why in TREE.absent.items()]


def test_work_from_before_an_enrolment_waits_for_it() -> None:
    order = [entry.commit.header for entry in export.in_order(TREE.entries())]
    units = [header.unit.rpartition("/")[2] for header in order]
    assert units == ["370000", "370000", "370200", "370211", "370000", "370211", "370200"]
    assert order[3].time < order[1].time


@given(st.permutations(range(3)), st.integers(0, 40))
def test_next_is_always_the_smallest_that_may_come(lateness: list[int], minute: int) -> None:
    """Against the rule of 3.9 itself, taken literally, on a forest of admissions."""
    entries = _forest(lateness, minute)
    assert list(export.in_order(entries)) == _literally(entries)


def _forest(lateness: list[int], minute: int) -> list[Entry]:
    root, made = Office("r", "1"), list[Entry]()
    admissions = [root.write(10 + 7 * at, act("enrol", {})).id for at in range(4)]
    for at, late in enumerate(lateness):
        office = Office(f"o{at}", "1/2")
        for step in range(3):
            office.write(minute + 5 * step * late, act("note", {"n": step}))
        made += [Entry(one, changes, admissions[late]) for one, changes in office.written]
    made += [Entry(one, changes, admissions[0]) for one, changes in root.written]
    return sorted(made, key=lambda entry: entry.key)


def _literally(entries: list[Entry]) -> list[Entry]:
    left, out, order = list(entries), set[bytes](), list[Entry]()
    while left:
        ready = [one for one in left if one.commit.header.seq == 1 or one.commit.header.prev in out]
        ready = [one for one in ready if one.admitted_by in out | {one.commit.id}]
        order.append(min(ready, key=lambda one: one.key))
        out.add(order[-1].commit.id)
        left.remove(order[-1])
    return order


def test_a_link_stands_directly_before_the_commit_whose_prev_it_names() -> None:
    tree = Tree()
    gone = tree.city.written[-1][0]
    after = tree.city.write(60, act("note", {}))
    raw = written(tree.entries(frozenset({gone.id})), by=tree.city)
    read = items(raw)
    at = read.index(["commit", after.raw])
    assert read[at - 1] == ["link", tree.city.log, gone.header.seq, gone.id, "out_of_scope"]


def test_the_other_links_stand_before_the_end_by_log_and_seq() -> None:
    links = [Link(seed(log, 16), seq, seed(log), Reason.LOST) for log, seq in (("b", 9), ("a", 2), ("b", 1))]
    read = items(written(TREE.entries(), links))
    behind = [item[1:3] for item in read[-4:-1]]
    assert behind == sorted([link.log, link.seq] for link in links)


def test_the_same_state_gives_the_same_bytes_but_for_the_end() -> None:
    links = [Link(seed("a", 16), 1, seed("a"), Reason.LOST), Link(seed("b", 16), 1, seed("b"), Reason.LOST)]
    one = list(export.write(TREE.root, TREE.entries(), links, exporter=TREE.city.id, signer=TREE.city.signer))
    two = list(export.write(TREE.root, TREE.entries(), links[::-1], exporter=TREE.county.id,
                            signer=TREE.county.signer))  # fmt: skip
    assert one[:-1] == two[:-1] and one[-1] != two[-1]


def test_entries_that_arent_sorted_are_our_own_mistake() -> None:
    with pytest.raises(LocalError):
        written(reversed(TREE.entries()))


def test_an_entry_whose_predecessor_or_admission_never_comes_is_our_own_mistake() -> None:
    with pytest.raises(LocalError):
        written(TREE.entries()[1:])
    first = TREE.entries()[0]
    with pytest.raises(LocalError):
        written([replace(first, admitted_by=seed("nobody"))])


def test_changes_that_arent_the_headers_are_our_own_mistake() -> None:
    first = TREE.entries()[0]
    with pytest.raises(LocalError):
        written([replace(first, changes=[])])


def test_a_link_to_another_commit_is_our_own_mistake() -> None:
    entry = TREE.entries()[-1]
    link = Link(entry.commit.header.log, 9, entry.commit.header.prev, Reason.LOST)
    with pytest.raises(LocalError):
        written([*TREE.entries()[:-1], replace(entry, link=link)])
