"""Who may enrol, revoke, admit, rule, move and stamp; and what is asked of the outcome."""

from __future__ import annotations

import random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol import commit, registry
from sync_protocol.commit import Header
from sync_protocol.names import ZERO
from sync_protocol.registry import Admission, Registry, RegistryAct, Role

from .registrar import CITY, COUNTY, OTHER, PROVINCE, Recovery, Registrar, Tree, stray
from .scene import Office, public, seal_public, seed

STANDS = ("stands", "")


def denied(code: str) -> tuple[str, str]:
    return "denied", code


def test_a_tree_enrolled_tier_by_tier_stands() -> None:
    tree = Tree()
    book = tree.fold(tree.province.id)
    assert {verdict.standing for verdict in book.verdicts.values()} == {"stands"}
    assert list(book.units()) == [PROVINCE, CITY, COUNTY, OTHER]
    assert [unit.path for unit in book.children(PROVINCE)] == [CITY, OTHER]
    assert [unit.path for unit in book.below(PROVINCE)] == [CITY, COUNTY, OTHER]
    county, above = book.office(COUNTY), book.parent(COUNTY)
    assert county is not None and county.node == tree.county.id and county.logs == [tree.county.log]
    assert above is not None and above.path == CITY
    assert book.root is not None and book.root.node == tree.province.id == book.roster.root


def test_nothing_stands_before_a_root_has_enrolled_itself() -> None:
    tree = Tree()
    tree.acts.remove(tree.first)
    book = tree.fold()
    assert {verdict for verdict in book.verdicts.values()} == {("denied", "unknown_author")}
    assert book.root is None and book.anchor is None and book.units() == {}


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


def test_a_change_that_doesnt_name_its_authors_enrolment_is_denied() -> None:
    tree, child = Tree(), Office("child", "x")
    assert tree.verdict(tree.enrol(tree.city, child, CITY + "/1", after=())) == denied("no_enrolment_named")
    wrong = tree.enrol(tree.city, Office("another", "x"), CITY + "/2", after=(tree.first.id,))
    assert tree.verdict(wrong) == denied("no_enrolment_named")


def test_a_change_that_isnt_later_than_the_enrolment_it_names_is_quarantined() -> None:
    tree = Tree()
    same = tree.enrolled["city"].key[0] // 65536
    act = tree.enrol(tree.city, Office("child", "x"), CITY + "/1", minute=same)
    assert tree.verdict(act) == ("quarantined", "clock")


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


def test_an_action_of_a_newer_version_is_unknown_and_no_fault() -> None:
    tree = Tree()
    assert tree.verdict(tree.write(tree.city, "praise", {})) == ("unknown", "unknown_action")


def test_of_two_offices_for_one_unit_the_superiors_stands_whichever_came_first() -> None:
    for superior_first in (True, False):
        tree, mine, theirs = Tree(), Office("mine", "x"), Office("theirs", "x")
        order = [(tree.province, theirs), (tree.city, mine)]
        acts = {child.name: tree.enrol(by, child, CITY + "/1")
                for by, child in (order if superior_first else order[::-1])}  # fmt: skip
        book = tree.fold()
        office = book.office(CITY + "/1")
        assert office is not None and office.node == theirs.id
        assert book.verdicts[acts["theirs"].id] == STANDS
        assert book.verdicts[acts["mine"].id] == denied(
            "unit_taken" if superior_first else "superior_enrolled"
        )


def test_what_an_undone_office_had_enrolled_goes_with_it() -> None:
    tree, mine, theirs, below = (Tree(), *(Office(name, "x") for name in ("mine", "theirs", "below")))
    tree.enrol(tree.city, mine, CITY + "/1")
    child = tree.enrol(mine, below, CITY + "/1/1")
    assert tree.verdict(child) == STANDS
    tree.enrol(tree.province, theirs, CITY + "/1")
    assert tree.verdict(child) == denied("unknown_author")


def test_of_two_offices_by_one_superior_the_first_stands_and_so_does_one_that_was_seen() -> None:
    tree = Tree()
    second = tree.enrol(tree.city, Office("second", "x"), COUNTY)
    assert tree.verdict(second) == denied("unit_taken")
    seen = (tree.first.id, tree.enrolled["county"].id)
    third = tree.enrol(tree.province, Office("third", "x"), COUNTY, after=seen)
    assert tree.verdict(third) == denied("unit_taken")
    assert tree.verdict(tree.enrolled["county"]) == STANDS


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


def test_new_keys_keep_unit_role_and_kind() -> None:
    for data in ({"unit": CITY + "/9"}, {"role": "auditor"}, {"kind": "industry"}, {"replaces": stray("x")}):
        tree = Tree()
        data = {"replaces": tree.county.id, **data}
        act = tree.enrol(tree.county, Office("new", "x"), COUNTY, data=data)
        assert tree.verdict(act) == denied("replaces_other")


def test_a_revocation_that_keeps_only_earlier_commits_cancels_a_replacement() -> None:
    tree, thief = Tree(), Office("thief", COUNTY)
    good = tree.write(tree.county, "praise", {})
    theft = tree.enrol(tree.county, thief, COUNTY, data={"replaces": tree.county.id})
    assert tree.verdict(theft) == STANDS
    tree.revoke(tree.city, tree.county, good)
    book = tree.fold()
    assert book.verdicts[theft.id] == ("quarantined", "revoked")
    assert book.node(thief.id) is None and book.office(COUNTY) is None


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


def test_a_log_is_opened_by_its_node_in_the_first_change_of_the_log() -> None:
    tree, log = Tree(), seed("second log", 16)
    record = tree.rights[tree.county.id]
    data = {"log": log, "from": [tree.county.log, 7, seed("seventh")]}
    good = tree.write(tree.county, "open_log", data, record=record, log=log, seq=1)
    book = tree.fold()
    assert book.verdicts[good.id] == STANDS
    entry, owner, left = book.node(tree.county.id), book.owner_of(log), book.log(tree.county.log)
    assert entry is not None and entry.newest_log == log and owner is entry
    assert left is not None and left.closed == (tree.county.log, 7, seed("seventh"))
    opened = book.log(log)
    assert opened is not None and opened.admitted_by == tree.enrolled["county"].commit_id
    assert book.admits(tree.county.log, 8, seed("eighth")) is Admission.OK


@pytest.mark.parametrize(
    "change, code",
    [
        ({"seq": 2}, "not_first"),
        ({"index": 1}, "not_first"),
        ({"record": bytes(16)}, "wrong_record"),
    ],
)
def test_a_log_opened_otherwise_is_denied(change: dict[str, Any], code: str) -> None:
    tree, log = Tree(), seed("second log", 16)
    data = {"log": log, "from": [tree.county.log, 7, seed("seventh")]}
    more = {"record": tree.rights[tree.county.id], "log": log, "seq": 1} | change
    assert tree.verdict(tree.write(tree.county, "open_log", data, **more)) == denied(code)


def test_nobody_opens_a_log_from_another_nodes() -> None:
    tree, log = Tree(), seed("second log", 16)
    data = {"log": log, "from": [tree.city.log, 1, ZERO]}
    act = tree.write(tree.county, "open_log", data, record=tree.rights[tree.county.id], log=log, seq=1)
    assert tree.verdict(act) == denied("foreign_log")
    other = tree.write(tree.county, "stamp", {"time": 1, "new": []}, log=tree.city.log)
    assert tree.verdict(other) == denied("foreign_log")
    unknown = tree.write(tree.county, "stamp", {"time": 1, "new": []}, log=seed("nobodys", 16))
    assert tree.verdict(unknown) == denied("unknown_log")


def test_a_revoked_node_keeps_what_is_named_and_loses_the_rest_also_in_the_registry() -> None:
    tree, kept, lost = Tree(), Office("kept", "x"), Office("lost", "x")
    before = tree.enrol(tree.county, kept, COUNTY + "/1")
    beyond = tree.enrol(tree.county, lost, COUNTY + "/2")
    assert tree.verdict(beyond) == STANDS
    assert tree.verdict(tree.revoke(tree.city, tree.county, before)) == STANDS
    book = tree.fold()
    assert book.verdicts[before.id] == STANDS and book.verdicts[beyond.id] == ("quarantined", "revoked")
    assert book.node(lost.id) is None and book.office(COUNTY + "/1") is not None
    assert book.office(COUNTY) is None and book.units()[COUNTY].node is None
    assert book.admits(tree.county.log, before.seq, before.commit_id) is Admission.OK
    assert book.admits(tree.county.log, before.seq, beyond.commit_id) is Admission.REVOKED
    assert book.positions()[tree.county.log].seq == before.seq


def test_a_log_that_a_revocation_doesnt_name_is_closed_from_its_beginning() -> None:
    tree, log = Tree(), seed("thiefs log", 16)
    tree.revoke(tree.city, tree.county)
    data = {"log": log, "from": [tree.county.log, 1, ZERO]}
    act = tree.write(tree.county, "open_log", data, record=tree.rights[tree.county.id], log=log, seq=1)
    assert tree.verdict(act) == ("quarantined", "revoked")
    assert tree.fold().admits(tree.county.log, 1, ZERO) is Admission.REVOKED


def test_of_several_revocations_the_lowest_position_stands() -> None:
    tree = Tree()
    one, two = (tree.write(tree.county, "praise", {"n": n}) for n in (1, 2))
    for keep in (two, one):
        tree.revoke(tree.city, tree.county, keep)
    assert tree.fold().positions()[tree.county.log].seq == one.seq


def test_only_an_ancestor_revokes_and_in_the_nodes_own_record() -> None:
    tree = Tree()
    assert tree.verdict(tree.revoke(tree.other, tree.county)) == denied("outside_subtree")
    assert tree.verdict(tree.revoke(tree.city, tree.city)) == denied("outside_subtree")
    data = {"node": tree.county.id, "keep": [], "reason": "lost"}
    astray = tree.write(tree.city, "revoke", data, record=tree.rights[tree.city.id])
    assert tree.verdict(astray) == denied("wrong_record")
    nobody = tree.write(tree.city, "revoke", {**data, "node": bytes(16)})
    assert tree.verdict(nobody) == denied("unknown_node")


def test_a_revocation_by_a_city_that_was_itself_revoked_before_falls_with_it() -> None:
    tree = Tree()
    base = tree.write(tree.city, "praise", {})
    rash = tree.revoke(tree.city, tree.county)
    assert tree.fold().office(COUNTY) is None
    tree.revoke(tree.province, tree.city, base)
    book = tree.fold()
    assert book.verdicts[rash.id] == ("quarantined", "revoked") and book.office(COUNTY) is not None


def test_a_revoked_unit_can_be_given_a_new_node() -> None:
    tree, new = Tree(), Office("new machine", COUNTY)
    tree.revoke(tree.city, tree.county)
    tree.enrol(tree.city, new, COUNTY)
    office = tree.fold().office(COUNTY)
    assert office is not None and office.node == new.id


def test_admit_lets_in_the_chain_up_to_a_commit() -> None:
    tree = Tree()
    one, two = (tree.enrol(tree.county, Office(f"c{n}", "x"), f"{COUNTY}/{n}") for n in (1, 2))
    tree.revoke(tree.city, tree.county)
    assert tree.verdict(one) == ("quarantined", "revoked")
    data = {"log": one.log, "seq": one.seq, "id": one.commit_id}
    act = tree.write(tree.city, "admit", data, record=tree.rights[tree.county.id])
    assert tree.verdict(act) == STANDS and tree.verdict(one) == STANDS
    assert tree.verdict(two) == ("quarantined", "revoked")


def test_who_is_below_whoever_revoked_cant_admit() -> None:
    tree = Tree()
    one = tree.write(tree.county, "praise", {})
    tree.revoke(tree.province, tree.county)
    data = {"log": one.log, "seq": one.seq, "id": one.commit_id}
    act = tree.write(tree.city, "admit", data, record=tree.rights[tree.county.id])
    assert tree.verdict(act) == denied("superior_ruled")


def forked(owner: Office, seq: int = 5) -> list[commit.Commit]:
    made = (Header(owner.log, seq, seed("prev"), 65536 * n, "s", (seed(f"c{n}"),), owner.unit) for n in (8, 9))
    return [commit.make(header, owner.id, owner.signer) for header in made]


def test_a_ruling_on_a_fork_keeps_one_branch_until_one_from_above_replaces_it() -> None:
    tree = Tree()
    one, two = forked(tree.county)
    data = {"log": tree.county.log, "headers": [one.raw, two.raw], "keep": one.id}
    record = tree.rights[tree.county.id]
    assert tree.verdict(tree.write(tree.city, "fork", data, record=record)) == STANDS
    book = tree.fold()
    assert book.admits(tree.county.log, 5, one.id) is Admission.OK
    assert book.admits(tree.county.log, 5, two.id) is Admission.FORKED
    again = tree.write(tree.city, "fork", {**data, "keep": two.id}, record=record)
    assert tree.verdict(again) == denied("already_ruled")
    tree.write(tree.province, "fork", {**data, "keep": two.id}, record=record)
    assert tree.fold().admits(tree.county.log, 5, one.id) is Admission.FORKED
    let = {"log": tree.county.log, "seq": 5, "id": one.id}
    tree.write(tree.province, "admit", let, record=record)
    assert tree.fold().admits(tree.county.log, 5, one.id) is Admission.OK


def test_a_fork_without_two_good_signatures_for_one_number_is_denied() -> None:
    tree = Tree()
    one, two = forked(tree.county)
    other = forked(tree.county, seq=6)[0]
    foreign = forked(tree.city)[0]
    bad = two.raw[:-1] + bytes([two.raw[-1] ^ 1])
    for headers in ([one.raw, one.raw], [one.raw, other.raw], [one.raw, foreign.raw], [one.raw, bad],
                    [one.raw, b""], [two.raw, two.raw]):  # fmt: skip
        data = {"log": tree.county.log, "headers": headers, "keep": one.id}
        act = tree.write(tree.city, "fork", data, record=tree.rights[tree.county.id])
        assert tree.verdict(act) == denied("bad_evidence")


def moved(tree: Tree, by: Office, unit: str, to: str, record: bytes) -> RegistryAct:
    return tree.write(by, "move", {"unit": unit, "to": to}, record=record)


def test_a_unit_moves_with_all_below_it_and_keeps_the_paths_it_had() -> None:
    tree, to = Tree(), OTHER + "/370200"
    assert tree.verdict(moved(tree, tree.province, CITY, to, tree.rights[tree.city.id])) == STANDS
    book = tree.fold()
    assert list(book.units()) == [PROVINCE, OTHER, to, to + "/370211"]
    county = book.node(tree.county.id)
    assert county is not None and county.path == to + "/370211" == book.now(COUNTY)
    assert book.given(tree.county.id, COUNTY) and book.given(tree.county.id, county.path)
    assert book.path_for(tree.county.id, "370211") == COUNTY
    assert book.path_for(tree.county.id, county.path) == county.path


def test_an_office_that_hasnt_heard_of_its_move_still_enrols_below_itself() -> None:
    tree, to = Tree(), OTHER + "/370200"
    moved(tree, tree.province, CITY, to, tree.rights[tree.city.id])
    assert tree.verdict(tree.enrol(tree.city, Office("new", "x"), CITY + "/1")) == STANDS
    assert to + "/1" in tree.fold().units()


def test_a_move_into_a_cycle_is_denied() -> None:
    tree = Tree()
    city, other = tree.rights[tree.city.id], tree.rights[tree.other.id]
    assert tree.verdict(moved(tree, tree.province, CITY, COUNTY + "/x", city)) == denied("cycle")
    assert tree.verdict(moved(tree, tree.province, CITY, CITY, city)) == denied("cycle")
    assert tree.verdict(moved(tree, tree.province, CITY, OTHER + "/370200", city)) == STANDS
    crossing = moved(tree, tree.province, OTHER, CITY + "/370900", other)
    assert tree.verdict(crossing) == denied("cycle")


def test_a_move_is_ordered_from_above_both_places_to_a_free_one() -> None:
    tree = Tree()
    county, city = tree.rights[tree.county.id], tree.rights[tree.city.id]
    assert tree.verdict(moved(tree, tree.city, COUNTY, OTHER + "/1", county)) == denied("outside_subtree")
    assert tree.verdict(moved(tree, tree.province, COUNTY, OTHER, county)) == denied("unit_taken")
    assert tree.verdict(moved(tree, tree.province, CITY + "/0", OTHER + "/1", city)) == denied("unknown_unit")
    assert tree.verdict(moved(tree, tree.province, COUNTY, OTHER + "/1", city)) == denied("wrong_record")
    assert tree.verdict(moved(tree, tree.province, COUNTY, OTHER + "/1", county)) == STANDS


def test_the_registrys_age_is_that_of_the_newest_stamp_held_whole() -> None:
    tree = Tree()
    ids = [act.id for act in tree.acts]
    record = tree.rights[tree.province.id]
    assert tree.fold().unstamped() == sorted(ids) and tree.fold().stamp_age(10) is None
    whole = tree.write(tree.province, "stamp", {"time": 1, "new": ids}, record=record)
    tree.write(tree.province, "stamp", {"time": 2, "new": [seed("hidden", 32)]}, record=record)
    book = tree.fold()
    assert book.missing_stamped() == [seed("hidden", 32)[:16]]
    assert book.stamp_time() == whole.key[0]
    assert book.stamp_age(1000) == 1000 - whole.key[0] // 65536
    assert book.missing_stamped({*book.verdicts, seed("hidden", 32)[:16]}) == []


def test_only_the_root_stamps() -> None:
    tree = Tree()
    act = tree.write(tree.city, "stamp", {"time": 1, "new": []}, record=tree.rights[tree.province.id])
    assert tree.verdict(act) == denied("not_root")


def replaced_root(tree: Tree, new: Office, recovery: Recovery, next_key: str, **more: Any) -> RegistryAct:
    tree.rights[recovery.id] = tree.rights[tree.province.id]
    data = {"replaces": tree.province.id, "recovery": public(seed(next_key))}
    return tree.enrol(recovery, new, PROVINCE, data=data, **more)


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


def test_the_first_root_cant_be_revoked_away_from_under_the_tree() -> None:
    tree, new = Tree(), Office("new root", PROVINCE)
    act = replaced_root(tree, new, Recovery("recovery", PROVINCE), "second recovery")
    tree.revoke(new, tree.province)
    book = tree.fold()
    assert book.verdicts[tree.first.id] == STANDS and book.verdicts[act.id] == STANDS
    assert book.verdicts[tree.enrolled["city"].id] == ("quarantined", "revoked")


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
    assert tree.verdict(tree.enrol(recovery, Office("c", "x"), PROVINCE + "/1")) == denied("replaced")
    tree = Tree()
    act = tree.enrol(tree.province, Office("new", "x"), PROVINCE, data={"replaces": tree.province.id})
    assert tree.verdict(act) == denied("root_needs_recovery")


def test_a_bare_code_means_the_path_that_the_enrolment_gave() -> None:
    book = Tree().fold()
    tree = Tree()
    assert book.path_for(tree.county.id, "370211") == COUNTY
    assert book.given(tree.county.id, "370211") and book.given(tree.county.id, COUNTY)
    assert not book.given(tree.county.id, CITY) and not book.given(stray("nobody"), COUNTY)
    assert book.path_for(stray("nobody"), "1") == "1"


def test_a_log_that_nobody_has_waits() -> None:
    assert Tree().fold().admits(seed("nobodys", 16), 1, ZERO) is Admission.UNKNOWN_AUTHOR


def eventful() -> Tree:
    """A tree in which everything reaches back at once."""
    tree = Tree()
    names = ("mine", "theirs", "below", "new", "kept")
    mine, theirs, below, new, kept = (Office(name, "x") for name in names)
    tree.enrol(tree.city, mine, CITY + "/1")
    tree.enrol(mine, below, CITY + "/1/1")
    moved(tree, tree.province, CITY, OTHER + "/370200", tree.rights[tree.city.id])
    moved(tree, tree.province, OTHER, CITY + "/370900", tree.rights[tree.other.id])
    tree.enrol(tree.province, theirs, CITY + "/1")
    keep = tree.enrol(tree.county, kept, COUNTY + "/1")
    tree.enrol(tree.county, new, COUNTY, data={"replaces": tree.county.id})
    tree.revoke(tree.city, tree.county, keep)
    one, two = forked(tree.city, seq=90)
    data = {"log": tree.city.log, "headers": [one.raw, two.raw], "keep": two.id}
    tree.write(tree.other, "fork", data, record=tree.rights[tree.city.id])
    tree.write(tree.province, "fork", data, record=tree.rights[tree.city.id])
    replaced_root(tree, Office("root two", PROVINCE), Recovery("recovery", PROVINCE), "second recovery")
    stamp = {"time": 1, "new": [act.id for act in tree.acts]}
    tree.write(tree.province, "stamp", stamp, record=tree.rights[tree.province.id])
    return tree


ACTS = eventful().acts


@given(st.randoms(use_true_random=False), st.sets(st.integers(0, len(ACTS) - 1)))
@settings(max_examples=150)
def test_any_order_and_repetition_of_the_same_acts_gives_the_same_registry(
    chance: random.Random, left_out: set[int]
) -> None:
    acts = [act for at, act in enumerate(ACTS) if at not in left_out]
    shuffled = acts + acts[:3]
    chance.shuffle(shuffled)
    one, two = registry.fold(acts), registry.fold(shuffled)
    assert one == two and one.digest() == two.digest()
    assert set(one.verdicts) == {act.id for act in acts}


@given(st.sets(st.integers(0, len(ACTS) - 1)))
@settings(max_examples=150)
def test_no_standing_act_lies_where_its_log_was_closed(left_out: set[int]) -> None:
    acts = [act for at, act in enumerate(ACTS) if at not in left_out]
    book = registry.fold(acts)
    for act in acts:
        if book.verdicts[act.id].standing == "stands":
            assert book.admits(act.log, act.seq, act.commit_id) is Admission.OK
    offices = [unit.node for unit in book.units().values() if unit.role is Role.OFFICE and unit.node]
    assert len(offices) == len(set(offices))


def province(stamps: int) -> list[RegistryAct]:
    tree = Registrar()
    root = Office("root", PROVINCE)
    tree.found(root)
    for number in range(16):
        city = Office(f"city {number}", "x")
        tree.enrol(root, city, f"{PROVINCE}/{number}")
        for at in range(15):
            tree.enrol(city, Office(f"county {number} {at}", "x"), f"{PROVINCE}/{number}/{at}")
    for day in range(stamps):
        data = {"time": day, "new": [tree.acts[-1].id]}
        tree.write(root, "stamp", data, record=tree.rights[root.id])
    return tree.acts


def test_a_province_of_260_nodes_with_ten_years_of_stamps_folds_whole() -> None:
    acts = province(stamps=3650)
    started = perf_counter()
    book: Registry = registry.fold(acts)
    print(f"{len(acts)} acts folded in {(perf_counter() - started) * 1000:.0f} ms")
    assert len(book.units()) == 257 and book.missing_stamped() == []
    assert {verdict.standing for verdict in book.verdicts.values()} == {"stands"}
