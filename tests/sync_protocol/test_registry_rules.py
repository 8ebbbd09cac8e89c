"""Opening logs, revoking, admitting, ruling, moving, stamping."""

from __future__ import annotations

from typing import Any

import pytest

from sync_protocol.names import ZERO
from sync_protocol.registry import Admission

from .registrar import (
    CITY,
    COUNTY,
    OTHER,
    PROVINCE,
    STANDS,
    Recovery,
    Tree,
    denied,
    forked,
    moved,
    replaced_root,
)
from .scene import Office, seed


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


def test_a_path_of_before_two_moves_is_told_though_what_stood_above_has_come_back() -> None:
    """The county went on to another city while its own was elsewhere; its old path begins with a unit that is here."""
    tree, away, county = Tree(), OTHER + "/370200", OTHER + "/370211"
    moved(tree, tree.province, CITY, away, tree.rights[tree.city.id])
    moved(tree, tree.province, away + "/370211", county, tree.rights[tree.county.id])
    assert tree.verdict(moved(tree, tree.province, away, CITY, tree.rights[tree.city.id])) == STANDS
    book = tree.fold()
    assert book.now(CITY) == CITY
    assert book.now(COUNTY) == book.now(away + "/370211") == county


def test_whoever_a_unit_ever_stood_below_is_told_by_the_path_it_has_now() -> None:
    tree, away = Tree(), OTHER + "/370200"
    right = tree.rights[tree.city.id]
    moved(tree, tree.province, CITY, away, right)
    moved(tree, tree.province, away, CITY, right)
    moved(tree, tree.province, OTHER, CITY + "/370900", tree.rights[tree.other.id])
    assert tree.fold().ever_above(COUNTY) == {PROVINCE, CITY, CITY + "/370900"}
    tree.enrol(tree.city, Office("new", "x"), CITY + "/x")
    assert tree.fold().ever_above(CITY + "/x") == {PROVINCE, CITY}, "it came when its city was back"


def test_whoever_a_unit_stood_below_by_a_move_that_is_denied_is_told_too() -> None:
    tree = Tree()
    moved(tree, tree.city, COUNTY, OTHER + "/1", tree.rights[tree.county.id])
    assert tree.fold().ever_above(COUNTY) == {PROVINCE, CITY, OTHER}
    assert tree.fold().ever_above(CITY) == {PROVINCE}


def test_a_move_by_whoever_hadnt_heard_that_the_unit_had_left_him_tells_whose_work_it_is() -> None:
    """Seed 770028: the city handed the county on within itself, and work with it, when the province had taken it."""
    tree = Tree()
    away, within = OTHER + "/370211", CITY + "/370212/370211"
    assert tree.verdict(moved(tree, tree.province, COUNTY, away, tree.rights[tree.county.id])) == STANDS
    late = moved(tree, tree.city, COUNTY, within, tree.rights[tree.county.id])
    assert tree.verdict(late) == denied("outside_subtree")
    assert tree.fold().now(within) == away


def test_a_denied_move_by_whoever_was_never_above_the_unit_tells_nothing() -> None:
    tree = Tree()
    for named in (OTHER + "/370211", CITY + "/370212/370211"):
        tree.verdict(moved(tree, tree.other, COUNTY, named, tree.rights[tree.county.id]))
        assert tree.fold().now(named) == named


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


def test_a_path_that_a_denied_move_named_means_the_unit_until_another_one_has_it() -> None:
    """A city moved its county below a unit that it had lost meanwhile: work given by that name is the county's."""
    tree, away = Tree(), OTHER + "/1"
    county = tree.rights[tree.county.id]
    moved(tree, tree.city, COUNTY, away, county)
    moved(tree, tree.other, COUNTY, OTHER + "/2", county)
    book = tree.fold()
    assert book.now(away) == COUNTY and book.now(away + "/x") == COUNTY + "/x"
    assert book.now(OTHER + "/2") == OTHER + "/2", "by one who has no say over the unit"
    tree.enrol(tree.other, Office("new", "x"), away)
    assert tree.fold().now(away) == away


def test_a_path_that_a_unit_would_have_by_a_move_of_what_it_had_just_left_means_the_unit() -> None:
    """The city had moved its county away, and the province, which hadn't heard of it, moved the city and gave the
    county work by the path that it had by then, as far as it knew (seed 200465)."""
    tree, away, back = Tree(), OTHER + "/370200", CITY + "/x"
    tree.enrol(tree.city, Office("x", back), back)
    moved(tree, tree.city, COUNTY, back + "/370211", tree.rights[tree.county.id])
    moved(tree, tree.province, CITY, away, tree.rights[tree.city.id])
    now = away + "/x/370211"
    assert tree.fold().now(away + "/370211") == tree.fold().now(COUNTY) == now
    assert tree.fold().now(away + "/370211/1") == now + "/1"
    moved(tree, tree.province, away, CITY + "2", tree.rights[tree.city.id])
    for path in (COUNTY, away + "/370211", CITY + "2/370211"):
        assert tree.fold().now(path) == CITY + "2/x/370211"
    assert not tree.fold().given(tree.county.id, CITY + "2/370211"), "it gives it no right"


def test_a_path_that_a_denied_move_named_is_told_by_every_path_of_the_unit_above_it() -> None:
    """The city moved its county below a neighbour which, unheard of, had gone to the other city, and goes on from
    there by an order that calls it by its first path (seed 200495)."""
    tree, first, last = Tree(), CITY + "/x", PROVINCE + "/x"
    enrolled = tree.enrol(tree.city, Office("x", first), first)
    moved(tree, tree.province, first, OTHER + "/x", enrolled.id)
    assert tree.verdict(
        moved(tree, tree.city, COUNTY, first + "/370211", tree.rights[tree.county.id])
    ) == denied("outside_subtree")
    moved(tree, tree.province, first, last, enrolled.id)
    for path in (first, OTHER + "/x", last):
        assert tree.fold().now(path + "/370211/1") == COUNTY + "/1"


def test_new_keys_enrolled_under_a_path_whose_move_counts_no_more_stand() -> None:
    """The root was put back to before it moved the county, and replaced; the county had obeyed meanwhile."""
    tree, root, away = Tree(), Office("new root", PROVINCE), OTHER + "/370211"
    kept = next(act for act in reversed(tree.acts) if act.node == tree.province.id)
    order = moved(tree, tree.province, COUNTY, away, tree.rights[tree.county.id])
    keys = Office("new keys", away)
    enrolled = tree.enrol(tree.county, keys, away, data={"replaces": tree.county.id})
    replaced_root(tree, root, Recovery("recovery", PROVINCE), "second recovery")
    tree.revoke(root, tree.province, kept)
    assert tree.verdict(order) == ("quarantined", "revoked") and tree.verdict(enrolled) == STANDS
    book = tree.fold()
    office = book.office(COUNTY)
    assert office is not None and office.node == keys.id and book.now(away) == COUNTY
    assert not book.given(keys.id, away), "it gives no right to act there"


def test_only_the_root_stamps() -> None:
    tree = Tree()
    act = tree.write(tree.city, "stamp", {"time": 1, "new": []}, record=tree.rights[tree.province.id])
    assert tree.verdict(act) == denied("not_root")


def test_a_path_by_a_move_that_isnt_known_here_is_nobody_elses() -> None:
    """A root that was put back to where a city stood below another one hears from below that city, which has come back
    since and has that other one below itself. Taken for below where the city stood it would be that other's to see
    (seed 750349)."""
    tree, away = Tree(), OTHER + "/370200"
    moved(tree, tree.province, CITY, away, tree.rights[tree.city.id])
    book, code = tree.fold(), OTHER.rpartition("/")[2]
    assert (
        book.now(f"{CITY}/{code}") == f"{CITY}/{code}" and book.now(f"{CITY}/{code}/1") == f"{CITY}/{code}/1"
    )
    assert book.now(CITY + "/new/1") == away + "/new/1", "one that isn't known at all is below it still"
