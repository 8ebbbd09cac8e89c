"""Who may enrol whom, and what of it."""

from __future__ import annotations

from typing import Any

import pytest

from sync_protocol.names import ZERO
from sync_protocol.registry import Admission, Role

from .registrar import (
    CITY,
    COUNTY,
    OTHER,
    PROVINCE,
    STANDS,
    Recovery,
    Registrar,
    Tree,
    denied,
    replaced_root,
    stray,
)
from .scene import Office, seal_public, seed


def test_a_root_that_isnt_the_one_expected_is_denied() -> None:
    tree = Tree()
    book = tree.fold(stray("somebody"))
    assert book.verdicts[tree.first.id] == denied("unknown_author")


def test_a_root_is_enrolled_in_its_first_commit_alone() -> None:
    late, root = Registrar(), Office("province", PROVINCE)
    root.seq = 1
    assert late.verdict(late.found(root)) == denied("not_first")


def test_a_second_node_cant_make_itself_a_root() -> None:
    tree, rival = Tree(), Office("rival", "370001")
    assert tree.verdict(tree.enrol(rival, rival, "370001")) == denied("unknown_author")


def test_an_ancestor_enrols_below_its_child_too() -> None:
    tree, deep = Tree(), Office("deep", "x")
    assert tree.verdict(tree.enrol(tree.province, deep, COUNTY + "/1")) == STANDS


@pytest.mark.parametrize("path", [OTHER + "/1", CITY, PROVINCE, "370000/3702001", "370001/1"])
def test_authority_never_exceeds_the_issuers_subtree(path: str) -> None:
    tree, child = Tree(), Office("child", "x")
    assert tree.verdict(tree.enrol(tree.city, child, path)) == denied("outside_subtree")


def test_a_known_key_node_or_log_is_denied() -> None:
    tree, child = Tree(), Office("child", "x")
    again = tree.enrol(tree.province, tree.county, CITY + "/1")
    assert tree.verdict(again) == denied("known_node")
    log = tree.enrol(tree.province, child, CITY + "/2", data={"log": tree.county.log})
    assert tree.verdict(log) == denied("known_log")
    key = tree.enrol(tree.province, child, CITY + "/3", data={"seal": seal_public(tree.city.seal_private)})
    assert tree.verdict(key) == denied("known_key")


@pytest.mark.parametrize(
    "data, code",
    [
        ({"sign": bytes(32)}, "bad_key"),
        ({"sign": (2**255 - 18).to_bytes(32, "little")}, "bad_key"),
        ({"sign": b"\1" + bytes(31)}, "bad_key"),
        ({"node": bytes(16)}, "bad_node"),
        ({"node": bytes(15)}, "bad_shape"),
        ({"seal": b""}, "bad_shape"),
        ({"log": None}, "bad_shape"),
        ({"unit": CITY + "//1"}, "bad_shape"),
        ({"name": 3}, "bad_shape"),
        ({"role": "emperor"}, "unknown_role"),
    ],
)
def test_an_enrolment_of_another_form_is_denied(data: dict[str, Any], code: str) -> None:
    tree = Tree()
    assert tree.verdict(tree.enrol(tree.city, Office("c", "x"), CITY + "/1", data=data)) == denied(code)


def test_a_node_with_new_keys_keeps_its_place_and_its_old_ones_end_there() -> None:
    tree, new = Tree(), Office("new keys", COUNTY)
    last = tree.enrol(tree.county, new, COUNTY, data={"replaces": tree.county.id})
    late = tree.enrol(tree.county, Office("late", "x"), COUNTY + "/1")
    book = tree.fold()
    office, old = book.office(COUNTY), book.node(tree.county.id)
    assert office is not None and office.node == new.id and old is not None and old.replaced_by == new.id
    assert book.admits(tree.county.log, last.seq, last.commit_id) is Admission.OK
    assert book.admits(tree.county.log, last.seq, ZERO) is Admission.REPLACED
    assert book.admits(tree.county.log, last.seq + 1, ZERO) is Admission.REPLACED
    assert book.verdicts[late.id] == ("quarantined", "replaced")
    assert book.peer_key(tree.county.id) is None and book.key_of(tree.county.id) == tree.county.key


def test_new_keys_keep_what_a_restored_node_had_written_further_on_and_got_back() -> None:
    tree, new, log = Tree(), Office("new keys", COUNTY), seed("second log", 16)
    old, record = tree.county.log, tree.rights[tree.county.id]
    left = {"log": log, "from": [old, 20, seed("commit 20")]}
    tree.write(tree.county, "open_log", left, record=record, log=log, seq=1)
    kept = [[old, 40, seed("commit 40")], [tree.city.log, 90, ZERO], [log, 90, ZERO]]
    last = tree.enrol(
        tree.county, new, COUNTY, data={"replaces": tree.county.id, "keep": kept}, log=log, seq=9
    )
    book = tree.fold()
    assert book.admits(old, 40, seed("commit 40")) is Admission.OK
    assert book.admits(old, 40, ZERO) is book.admits(old, 41, ZERO) is Admission.REPLACED
    assert book.admits(log, 9, last.commit_id) is Admission.OK
    assert book.admits(log, 10, ZERO) is Admission.REPLACED, "this commit is its last, whatever it says"
    assert book.admits(tree.city.log, 91, ZERO) is Admission.OK, "of its own logs alone it says something"


def test_what_is_kept_never_falls_behind_where_a_log_was_left_and_has_the_form_of_places() -> None:
    tree, new, log = Tree(), Office("new keys", COUNTY), seed("second log", 16)
    old, record = tree.county.log, tree.rights[tree.county.id]
    left = {"log": log, "from": [old, 20, seed("commit 20")]}
    tree.write(tree.county, "open_log", left, record=record, log=log, seq=1)
    data = {"replaces": tree.county.id, "keep": [[old, 3, ZERO]]}
    tree.enrol(tree.county, new, COUNTY, data=data, log=log, seq=9)
    assert tree.fold().admits(old, 20, seed("commit 20")) is Admission.OK
    data = {"replaces": tree.county.id, "keep": [[old, 3]]}
    other = Tree()
    assert other.verdict(other.enrol(other.county, new, COUNTY, data=data)) == denied("bad_shape")


def test_new_keys_keep_unit_role_and_kind() -> None:
    for data in ({"unit": CITY + "/9"}, {"role": "auditor"}, {"kind": "industry"}, {"replaces": stray("x")}):
        tree = Tree()
        wanted = {"replaces": tree.county.id, **data}
        act = tree.enrol(tree.county, Office("new", "x"), COUNTY, data=wanted)
        assert tree.verdict(act) == denied("replaces_other")


def test_a_hosted_unit_has_no_keys_and_a_node_that_acts_for_it() -> None:
    tree, path = Tree(), CITY + "/union"
    data = {"unit": path, "name": "某企业工会", "kind": "enterprise", "role": "hosted", "by": tree.city.id}
    assert tree.verdict(tree.write(tree.city, "enrol", data)) == STANDS
    book = tree.fold()
    assert book.units()[path].role is Role.HOSTED and book.office(path) is None
    assert book.hosted_by(tree.city.id) == [path]
    assert book.given(tree.city.id, path) and not book.given(tree.county.id, path)
    assert book.hosted_by(tree.county.id) == []


def test_a_hosted_unit_is_acted_for_by_a_known_office_of_the_issuers_subtree() -> None:
    tree = Tree()
    data = {"unit": CITY + "/u", "name": "", "kind": "enterprise", "role": "hosted"}
    foreign = tree.write(tree.city, "enrol", {**data, "by": tree.other.id})
    unknown = tree.write(tree.city, "enrol", {**data, "by": bytes(16)})
    keyed = tree.write(tree.city, "enrol", {**data, "by": tree.city.id, "log": bytes(16)})
    assert tree.verdict(foreign) == denied("outside_subtree")
    assert tree.verdict(unknown) == denied("unknown_node")
    assert tree.verdict(keyed) == denied("bad_shape")


def test_a_hosted_unit_goes_with_its_nodes_new_keys_and_ends_with_an_office_of_its_own() -> None:
    tree, new, path = Tree(), Office("new keys", CITY), CITY + "/u"
    data = {"unit": path, "name": "", "kind": "enterprise", "role": "hosted", "by": tree.city.id}
    tree.write(tree.province, "enrol", data)
    tree.enrol(tree.city, new, CITY, data={"replaces": tree.city.id})
    book = tree.fold()
    assert book.hosted_by(new.id) == [path] and book.given(tree.city.id, path) and book.given(new.id, path)
    tree.enrol(tree.province, Office("own", "x"), path)
    assert tree.fold().hosted_by(new.id) == []


def test_a_hosted_unit_goes_to_the_next_node_of_its_office_from_whoever_is_above_both() -> None:
    tree, new, theirs, elsewhere = Tree(), Office("new machine", COUNTY), COUNTY + "/u", PROVINCE + "/u"
    data = {"name": "", "kind": "enterprise", "role": "hosted", "by": tree.county.id}
    for by, path in ((tree.county, theirs), (tree.province, elsewhere)):
        tree.write(by, "enrol", {**data, "unit": path})
    tree.revoke(tree.city, tree.county, tree.acts[-2])
    tree.enrol(tree.city, Office("an auditor", COUNTY), COUNTY, data={"role": "auditor"})
    assert tree.fold().hosted_by(tree.county.id) == [theirs, elsewhere]
    tree.enrol(tree.city, new, COUNTY)
    book = tree.fold()
    assert book.hosted_by(new.id) == [theirs] and book.given(new.id, theirs)
    assert book.hosted_by(tree.county.id) == [elsewhere] and book.given(tree.county.id, theirs)


def test_an_auditor_is_entitled_to_its_enrollers_subtree_and_orders_nothing() -> None:
    tree, auditor = Tree(), Office("auditor", "x")
    path = CITY + "/audit"
    assert tree.verdict(tree.enrol(tree.city, auditor, path, data={"role": "auditor"})) == STANDS
    assert tree.fold().scope_of(auditor.id) == CITY and tree.fold().scope_of(tree.county.id) == COUNTY
    act = tree.enrol(auditor, Office("child", "x"), path + "/1")
    assert tree.verdict(act) == denied("auditor")


def test_an_auditor_beside_an_office_leaves_the_office_in_its_place() -> None:
    tree, auditor = Tree(), Office("auditor", "x")
    assert tree.verdict(tree.enrol(tree.province, auditor, CITY, data={"role": "auditor"})) == STANDS
    office = tree.fold().office(CITY)
    assert office is not None and office.node == tree.city.id


def test_the_recovery_key_puts_a_new_root_in_the_old_ones_place() -> None:
    tree, new = Tree(), Office("new root", PROVINCE)
    recovery = Recovery("recovery", PROVINCE)
    act = replaced_root(tree, new, recovery, "second recovery")
    late = tree.enrol(tree.province, Office("late", "x"), PROVINCE + "/9")
    book = tree.fold(tree.province.id)
    assert book.verdicts[act.id] == STANDS and book.verdicts[late.id] == denied("replaced")
    assert book.root is not None and book.root.node == new.id
    assert book.anchor is not None and book.anchor.node == tree.province.id
    assert book.admits(recovery.log, 1, act.commit_id) is Admission.OK
    assert book.key_of(recovery.id) == recovery.key and book.peer_key(recovery.id) is None
    assert tree.verdict(tree.enrol(new, Office("next", "x"), PROVINCE + "/8")) == STANDS
    assert tree.verdict(tree.revoke(new, tree.province, tree.enrolled["other"])) == STANDS
    assert tree.verdict(tree.first) == STANDS


def test_of_two_recoveries_the_first_in_the_order_stands() -> None:
    tree, recovery = Tree(), Recovery("recovery", PROVINCE)
    one = replaced_root(tree, Office("one", PROVINCE), recovery, "second recovery")
    log = seed("another log", 16)
    two = replaced_root(tree, Office("two", PROVINCE), recovery, "third recovery", log=log, seq=1)
    assert tree.verdict(one) == STANDS and tree.verdict(two) == denied("replaced")


@pytest.mark.parametrize("change", [{"seq": 2}, {"changes": 2}])
def test_the_recovery_key_writes_one_change_in_a_log_of_its_own(change: dict[str, int]) -> None:
    tree = Tree()
    act = replaced_root(tree, Office("new", PROVINCE), Recovery("recovery", PROVINCE), "second", **change)
    assert tree.verdict(act) == denied("not_first")


def test_the_recovery_key_can_do_nothing_else_and_the_root_cant_replace_itself() -> None:
    tree, recovery = Tree(), Recovery("recovery", PROVINCE)
    tree.rights[recovery.id] = tree.rights[tree.province.id]
    assert tree.verdict(tree.enrol(recovery, Office("c", "x"), PROVINCE + "/1")) == denied("replaces_other")
    tree = Tree()
    act = tree.enrol(tree.province, Office("new", "x"), PROVINCE, data={"replaces": tree.province.id})
    assert tree.verdict(act) == denied("root_needs_recovery")
