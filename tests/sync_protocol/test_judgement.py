"""The order in which acts are judged never shows, and what reaches back reaches all."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol import judgement, registry
from sync_protocol.names import ZERO
from sync_protocol.registry import Admission, Role

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
    stray,
)
from .scene import Office, public, seed


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


def test_an_act_that_its_author_issued_again_is_denied_when_its_turn_comes() -> None:
    tree, to = Tree(), OTHER + "/370211"
    late = moved(tree, tree.province, COUNTY, to, tree.enrolled["county"].id)
    tree.acts.remove(late)
    for named, by in (([late.id], tree.province), ([late.id], tree.city), ("x", tree.province)):
        tree.acts = tree.acts[:4]
        data = {"unit": COUNTY, "to": CITY + "/370211x", "instead": named}
        tree.write(by, "move", data, record=tree.enrolled["county"].id)
        tree.acts.append(replace(late, key=(999 * 65536, *late.key[1:])))
        again = by is tree.province and named != "x"
        assert tree.verdict(late) == (denied("issued_again") if again else STANDS)


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


def contested(tree: Tree, draw: random.Random) -> None:
    """A city has offices everywhere, which enrol others at few places; then its superiors enrol there too."""
    offices = [tree.city]
    for number in range(140):
        early = number < 90
        by = draw.choice(offices if early else [tree.province, tree.city, draw.choice(offices)])
        path = "/".join([CITY, *(draw.choice("123") for _ in range(draw.randint(1, 4)))])
        child = Office(f"office {number}", path)
        tree.enrol(by, child, path)
        offices.append(child)


@pytest.mark.parametrize("seed", range(12))
def test_enrolments_undone_all_at_once_give_what_one_at_a_time_gives(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree()
    contested(tree, random.Random(seed))
    monkeypatch.setattr(judgement, "_ONE_BY_ONE", 10**9)
    one_at_a_time = tree.fold()
    monkeypatch.setattr(judgement, "_ONE_BY_ONE", 0)
    at_once = tree.fold()
    assert at_once.verdicts == one_at_a_time.verdicts
    assert at_once.units() == one_at_a_time.units()
    assert [one.code for one in at_once.verdicts.values()].count("superior_enrolled") >= 1


def test_thousands_of_contested_enrolments_take_few_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, passes = Tree(), []
    for name in ("mine", "theirs"):
        by = tree.city if name == "mine" else tree.province
        for number in range(150):
            tree.enrol(by, Office(f"{name} {number}", "x"), f"{CITY}/{number}")
    real = judgement._Run.judge_all
    monkeypatch.setattr(
        judgement._Run, "judge_all", lambda self, most: passes.append(most) or real(self, most)
    )
    assert len(tree.fold().verdicts) == 304
    assert len(passes) < 80


def test_of_two_offices_by_one_superior_the_first_stands_and_so_does_one_that_was_seen() -> None:
    tree = Tree()
    second = tree.enrol(tree.city, Office("second", "x"), COUNTY)
    assert tree.verdict(second) == denied("unit_taken")
    seen = (tree.first.id, tree.enrolled["county"].id)
    third = tree.enrol(tree.province, Office("third", "x"), COUNTY, after=seen)
    assert tree.verdict(third) == denied("unit_taken")
    assert tree.verdict(tree.enrolled["county"]) == STANDS


def test_a_revocation_that_keeps_only_earlier_commits_cancels_a_replacement() -> None:
    tree, thief = Tree(), Office("thief", COUNTY)
    good = tree.write(tree.county, "praise", {})
    theft = tree.enrol(tree.county, thief, COUNTY, data={"replaces": tree.county.id})
    assert tree.verdict(theft) == STANDS
    tree.revoke(tree.city, tree.county, good)
    book = tree.fold()
    assert book.verdicts[theft.id] == ("quarantined", "revoked")
    assert book.node(thief.id) is None and book.office(COUNTY) is None


def test_new_keys_that_come_behind_a_revocation_are_denied_though_it_keeps_their_commit() -> None:
    """Signed by a clock ahead, they were held when the county was revoked, whose logs are kept as far as they came."""
    tree, new = Tree(), Office("new keys", COUNTY)
    late = tree.enrol(tree.county, new, COUNTY, data={"replaces": tree.county.id}, minute=999)
    tree.revoke(tree.city, tree.county, late)
    book = tree.fold()
    assert tree.verdict(late) == denied("revoked")
    assert book.node(new.id) is None and book.owner_of(new.log) is None and book.office(COUNTY) is None


def test_an_enrolment_that_doesnt_stand_says_whose_its_keys_are_and_gives_no_right() -> None:
    tree, thief, second = Tree(), Office("thief", COUNTY), Office("second", COUNTY)
    tree.enrol(tree.county, thief, COUNTY, data={"replaces": tree.county.id})
    tree.enrol(thief, second, COUNTY, data={"replaces": thief.id})
    foreign = tree.enrol(tree.other, Office("foreign", "x"), CITY + "/1")
    tree.revoke(tree.city, tree.county)
    moved(tree, tree.province, CITY, OTHER + "/370200", tree.rights[tree.city.id])
    book = tree.fold()
    assert book.verdicts[foreign.id] == denied("outside_subtree") and len(book.signers()) == 6
    for one in (thief, second):
        named = book.signer(one.id)
        assert named is not None and book.key_of(one.id) == one.key and named.logs == [one.log]
        assert named.path == OTHER + "/370200/370211", "it moves with its unit"
        assert book.node(one.id) is None and book.peer_key(one.id) is None and book.log(one.log) is None
        assert book.admits(one.log, 1, ZERO) is Admission.UNKNOWN_AUTHOR


def test_each_log_that_enrolments_give_to_the_same_keys_is_theirs_and_that_of_one_alone_counts() -> None:
    tree, recovery = Tree(), Recovery("recovery", PROVINCE)
    new, logs = Office("new root", PROVINCE), [seed(f"log {number}", 16) for number in range(3)]
    for number, log in enumerate(logs):
        tree.rights[recovery.id] = tree.rights[tree.province.id]
        data = {"replaces": tree.province.id, "recovery": public(seed(f"next {number}")), "log": log}
        tree.enrol(recovery, new, PROVINCE, data=data, log=seed(f"recovery log {number}", 16), seq=1)
    book, other = tree.fold(), seed("log 3", 16)
    assert book.root is not None and book.root.node == new.id and book.root.logs == logs[:1]
    assert [book.names(new.id, log) for log in (*logs, other)] == [True, True, True, False]
    assert not any(book.names(tree.city.id, log) for log in logs) and not book.names(stray("x"), logs[0])
    assert [book.log(log) is not None for log in logs] == [True, False, False]
    assert book.admits(logs[1], 1, ZERO) is Admission.UNKNOWN_AUTHOR


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


def test_a_revocation_by_a_city_that_was_itself_revoked_before_falls_with_it() -> None:
    tree = Tree()
    base = tree.write(tree.city, "praise", {})
    rash = tree.revoke(tree.city, tree.county)
    assert tree.fold().office(COUNTY) is None
    tree.revoke(tree.province, tree.city, base)
    book = tree.fold()
    assert book.verdicts[rash.id] == ("quarantined", "revoked") and book.office(COUNTY) is not None


def test_the_first_root_cant_be_revoked_away_from_under_the_tree() -> None:
    tree, new = Tree(), Office("new root", PROVINCE)
    act = replaced_root(tree, new, Recovery("recovery", PROVINCE), "second recovery")
    tree.revoke(new, tree.province)
    book = tree.fold()
    assert book.verdicts[tree.first.id] == STANDS and book.verdicts[act.id] == STANDS
    assert book.verdicts[tree.enrolled["city"].id] == ("quarantined", "revoked")


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
