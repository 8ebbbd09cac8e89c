"""Proving an export: what is whole is good, and whatever is changed, missing, moved or added is found.

Both verifiers are asked every time: the project's, and the outsider's in tests/vectors/check.py.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol import cbor, change, commit, cose, export, names, proof, sequence
from sync_protocol.change import Words
from sync_protocol.export import Absence, Absent, Entry, Link, Reason
from tests.sync_protocol.scene import Office, Tree, act, public, registry, seed
from tests.vectors import check

Items = list[list[Any]]
TREE = Tree()


def written(tree: Tree, entries: list[Entry] | None = None, links: tuple[Link, ...] = ()) -> bytes:
    found = tree.entries() if entries is None else entries
    return b"".join(export.write(tree.root, found, links, exporter=tree.city.id, signer=tree.city.signer))


def ended(items: Items, by: Office = TREE.city) -> bytes:
    """Items with an end that fits them, so that only what they say can be wrong."""
    raw = b"".join(cbor.encode(item) for item in items)
    signed = cose.sign(hashlib.sha256(raw).digest(), by.id, cose.EXPORT, by.signer)
    return raw + cbor.encode(["end", len(items), signed.raw])


def body_items(raw: bytes) -> Items:
    """All but the end."""
    return [cbor.decode(item) for _, item in sequence.items([raw])][:-1]


def is_good(raw: bytes, fingerprint: str | None = None) -> bool:
    """What both verifiers say; they must agree."""
    report = proof.verify(raw, fingerprint)
    try:
        check.Export(raw, fingerprint).check()
    except check.Fault as fault:
        assert not report.ok, fault
        return False
    assert report.ok, report.problems
    return True


def codes(raw: bytes, fingerprint: str | None = None) -> list[str]:
    is_good(raw, fingerprint)
    return [problem.code for problem in proof.verify(raw, fingerprint).problems]


def test_a_whole_export_is_good_and_counted() -> None:
    report = proof.verify(written(TREE), TREE.fingerprint)
    assert report.ok and is_good(written(TREE), TREE.fingerprint)
    assert (report.commits, report.changes, report.absent, report.links) == (7, 7, 1, 0)
    assert (report.root, report.exporter) == (TREE.fingerprint, TREE.city.id)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_the_chunks_in_which_it_comes_dont_matter(size: int) -> None:
    raw = written(TREE)
    assert proof.verify(raw[at : at + size] for at in range(0, len(raw), size)).ok


def test_every_flipped_bit_of_a_small_export_is_found() -> None:
    office = Office("province", "370000")
    office.write(0, registry("enrol", office.enrolment("370000")))
    entry = Entry(office.written[0][0], office.written[0][1], None)
    root = export.Root(office.id, office.key)
    raw = b"".join(export.write(root, [entry], [], exporter=office.id, signer=office.signer))
    assert is_good(raw)
    for bit in range(len(raw) * 8):
        assert not is_good(_flipped(raw, bit)), f"bit {bit} of {len(raw) * 8}"


def test_a_flipped_bit_in_every_byte_of_a_larger_export_is_found() -> None:
    raw, chance = written(TREE), random.Random(20260101)
    for at in range(len(raw)):
        assert not is_good(_flipped(raw, at * 8 + chance.randrange(8))), f"byte {at}"


def _flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_file_cut_anywhere_is_found() -> None:
    raw = written(TREE)
    assert all(not is_good(raw[:at]) for at in range(0, len(raw), 5))
    without_end = b"".join(cbor.encode(item) for item in body_items(raw))
    assert codes(without_end) == ["cut_off"]
    assert codes(b"") == ["cut_off"]


@pytest.mark.parametrize("more", [b"\0", b"\x80", cbor.encode(["end", 0, b""])])
def test_nothing_may_follow_the_end(more: bytes) -> None:
    assert not is_good(written(TREE) + more)
    assert not is_good(written(TREE) + written(TREE))


def test_another_root_than_the_one_trusted_is_found() -> None:
    assert codes(written(TREE), names.fingerprint(public(seed("other")))) == ["another_root"]
    assert is_good(written(TREE), TREE.fingerprint.replace(" ", "-").upper())


def test_a_root_whose_id_isnt_its_keys_is_found() -> None:
    items = body_items(written(TREE))
    items[0][2] = bytes(16)
    assert codes(ended(items)) == ["bad_root"]
    items[0] = ["qiao-log", 2, TREE.province.id, TREE.province.key]
    assert codes(ended(items)) == ["unknown_version"]


EDITS: dict[str, tuple[str, Callable[[Items], Any]]] = {
    "a commit left out": ("unknown_author", lambda items: items.__delitem__(slice(3, 5))),
    "a change left out": ("bad_list", lambda items: items.__delitem__(2)),
    "a change twice": ("bad_list", lambda items: items.insert(3, items[2])),
    "a commit twice": ("repeated", lambda items: items.__setitem__(slice(5, 5), items[3:5])),
    "a change of another commit": ("bad_list", lambda items: items.insert(5, items[2])),
    "another body": ("bad_change", lambda items: items[2].__setitem__(3, b"\xa0")),
    "another salt": ("bad_change", lambda items: items[2].__setitem__(2, bytes(16))),
    "a shorter salt": ("bad_change", lambda items: items[2].__setitem__(2, b"")),
    "an unknown absence": ("bad_item", lambda items: items[-5:-4] and _absent(items).__setitem__(2, "lost")),
    "an unknown item": ("bad_item", lambda items: items.append(["comment", "hello"])),
    "an item with one part more": ("bad_item", lambda items: items[2].append(0)),
    "an empty item": ("bad_item", lambda items: items.append([])),
    "a second head": ("bad_head", lambda items: items.append(items[0])),
    "no head": ("bad_head", lambda items: items.__delitem__(0)),
    "a change before any commit": ("bad_list", lambda items: items.insert(1, items[2])),
    "a link that nothing follows from": (
        "bad_link", lambda items: items.insert(3, ["link", bytes(16), 1, bytes(32), "lost"])),
    "a link for no known reason": (
        "bad_item", lambda items: items.append(["link", bytes(16), 1, bytes(32), "because"])),
    "links out of order": (
        "bad_link", lambda items: items.extend(["link", bytes(16), at, bytes(32), "lost"] for at in (2, 1))),
}  # fmt: skip


def _absent(items: Items) -> list[Any]:
    return next(item for item in items if item[0] == "absent")


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_though_the_exporter_signed_it(name: str) -> None:
    code, edit = EDITS[name]
    items = body_items(written(TREE))
    edit(items)
    raw = ended(items)
    assert not is_good(raw)
    assert code in codes(raw)


def test_commits_in_another_order_are_found() -> None:
    items = body_items(written(TREE))
    groups: list[Items] = []
    for item in items[1:]:
        if item[0] == "commit":
            groups.append([])
        groups[-1].append(item)
    early = groups.pop(3)  # the county's first, let out by its enrolment
    for at in range(4, len(groups) + 1):
        moved = groups[:at] + [early] + groups[at:]
        raw = ended([items[0], *(item for group in moved for item in group)])
        assert "order" in codes(raw)


def test_a_chain_with_a_gap_needs_its_link() -> None:
    tree = Tree()
    gone = tree.city.written[-1][0]
    tree.city.write(60, act("note", {}))
    raw = written(tree, tree.entries(frozenset({gone.id})))
    assert is_good(raw) and proof.verify(raw).links == 1
    bare = [item for item in body_items(raw) if item[0] != "link"]
    assert codes(ended(bare)) == ["broken_chain"]


writers = st.tuples(st.integers(0, 2), st.integers(1, 9), st.booleans())


@settings(max_examples=60)
@given(st.lists(writers, max_size=14))
def test_any_tree_with_any_commits_out_of_scope_is_good(steps: list[tuple[int, int, bool]]) -> None:
    tree, minute, left_out = Tree(), 50, set[bytes]()
    for who, later, in_scope in steps:
        minute += later
        made = tree.offices[who].write(minute, act("note", {"n": minute}))
        if not in_scope:
            left_out.add(made.id)
    entries = tree.entries(frozenset(left_out))
    raw = written(tree, entries)
    assert is_good(raw, tree.fingerprint)
    assert proof.verify(raw).commits == len(entries)
    assert proof.verify(raw).links == sum(entry.link is not None for entry in entries)


def test_links_before_the_end_are_counted_and_good() -> None:
    link = Link(TREE.county.log, 2, seed("a copy's"), Reason.FORKED)
    assert is_good(written(TREE, links=(link,)))


@pytest.mark.parametrize("why", list(Absence))
def test_any_change_may_be_absent_but_for_those_of_the_registry(why: Absence) -> None:
    entries = [_without(entry, why) if entry.commit.header.actor != "system" else entry
               for entry in TREE.entries()]  # fmt: skip
    raw = written(TREE, entries)
    assert is_good(raw) and proof.verify(raw).absent == 5
    blind = written(TREE, [_without(entry, why) for entry in TREE.entries()])
    assert {"unknown_author", "foreign_log"} <= set(codes(blind))


def _without(entry: Entry, why: Absence) -> Entry:
    changes = [Absent(one.id, why) for one in entry.changes]
    return Entry(entry.commit, changes, entry.admitted_by, entry.link)


def test_a_commit_by_somebody_elses_key_is_found() -> None:
    tree = Tree()
    thief = Office("thief", "370000/370200", log=tree.city.log, seq=tree.city.seq, prev=tree.city.prev)
    thief.write(50, act("note", {}))
    made, changes = thief.written[0]
    entries = [*tree.entries(), Entry(made, changes, tree.admitted_by[tree.city.log])]
    assert set(codes(written(tree, entries))) == {"unknown_author"}
    signed = cose.sign(made.signed.payload, tree.city.id, cose.COMMIT, thief.signer)
    forged = commit.parse(signed.raw)
    entries[-1] = Entry(forged, changes, tree.admitted_by[tree.city.log])
    assert codes(written(tree, entries)) == ["bad_signature"]


def test_a_log_that_nobody_gave_its_author_is_found() -> None:
    tree = Tree()
    stray = Office("city", "370000/370200", log=seed("stray", 16))
    stray.write(50, act("note", {}))
    made, changes = stray.written[0]
    raw = written(tree, [*tree.entries(), Entry(made, changes, tree.admitted_by[tree.city.log])])
    assert codes(raw) == ["foreign_log"]


def test_a_change_whose_commits_time_didnt_rise_may_only_be_quarantined() -> None:
    tree = Tree()
    late = tree.city.write(1, act("note", {}))
    entries = tree.entries()
    assert "clock" in codes(written(tree, entries))
    entries = [_without(one, Absence.QUARANTINED) if one.commit == late else one for one in entries]
    assert is_good(written(tree, entries))


def test_a_body_that_its_author_shouldnt_have_let_through_is_still_proved() -> None:
    tree = Tree()
    for at, body in enumerate((b"\xff", b"", b"\x80", cbor.encode({2: "registry/1", 3: [], 4: [], 5: {}}))):
        salt = seed(f"odd {at}", 16)
        odd = change.Change(change.change_id(tree.city.log, salt, body), salt, body)
        tree.city.write_changes(60 + at, [odd])
    assert is_good(written(tree))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"unit": 5, "to": []},
        {"unit": "370000/1", "role": "hosted", "by": []},
        {"unit": "370000/1", "role": "hosted"},
        {"unit": "370000/1", "role": "office", "node": {}},
        Office("odd", "370000/1").enrolment("370000/1", log={}),
        Office("odd", "370000/1").enrolment("370000/1", replaces=[]),
        Office("odd", "370000/1").enrolment("370000/1", recovery=5),
    ],
)
@pytest.mark.parametrize("action", ["enrol", "open_log", "move", "admit", "fork", "revoke", "later"])
def test_registry_data_of_another_form_teaches_nothing_and_breaks_nothing(action: str, data: Any) -> None:
    tree = Tree()
    tree.province.write(60, registry(action, data))
    tree.city.write(61, registry(action, data))
    assert is_good(written(tree))


def test_words_that_claim_to_be_the_registrys_teach_nothing() -> None:
    tree = Tree()
    spy = Office("spy", "370000/9")
    tree.province.write(60, Words("registry/1", spy.enrolment("370000/9"), bytes(16)))
    spy.write(61, act("note", {}))
    made, changes = spy.written[0]
    raw = written(tree, [*tree.entries(), Entry(made, changes, None)])
    assert "unknown_author" in codes(raw)


def test_an_exporter_whom_nobody_enrolled_is_found() -> None:
    stranger = Office("stranger", "370000")
    assert codes(ended(body_items(written(TREE)), stranger)) == ["unknown_exporter"]


def test_another_count_or_another_digest_is_found() -> None:
    items = body_items(written(TREE))
    raw = b"".join(cbor.encode(item) for item in items)
    for count, payload, code in ((len(items) + 1, raw, "bad_count"), (len(items), raw + b"\0", "bad_end")):
        signed = cose.sign(hashlib.sha256(payload).digest(), TREE.city.id, cose.EXPORT, TREE.city.signer)
        assert codes(raw + cbor.encode(["end", count, signed.raw])) == [code]


def test_a_signature_of_another_kind_is_no_end() -> None:
    items = body_items(written(TREE))
    raw = b"".join(cbor.encode(item) for item in items)
    signed = cose.sign(hashlib.sha256(raw).digest(), TREE.city.id, cose.RECEIPT, TREE.city.signer)
    assert codes(raw + cbor.encode(["end", len(items), signed.raw])) == ["bad_end"]


def test_problems_are_bounded_and_say_where() -> None:
    items = body_items(written(TREE))
    items[1:] = items[1:3] + [["change", bytes(32), bytes(16), b""]] * 1500
    report = proof.verify(ended(items))
    assert len(report.problems) == proof.MAX_PROBLEMS
    assert report.problems[0].where.startswith("item 4 at byte ")
