"""What is asked of a folded registry."""

from __future__ import annotations

from time import perf_counter

from sync_protocol import registry
from sync_protocol.names import ZERO
from sync_protocol.registry import Admission, Registry, RegistryAct

from .registrar import (
    CITY,
    COUNTY,
    OTHER,
    PROVINCE,
    STANDS,
    Registrar,
    Tree,
    stray,
)
from .scene import Office, seed


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


def test_a_bare_code_means_the_path_that_the_enrolment_gave() -> None:
    book = Tree().fold()
    tree = Tree()
    assert book.path_for(tree.county.id, "370211") == COUNTY
    assert book.given(tree.county.id, "370211") and book.given(tree.county.id, COUNTY)
    assert not book.given(tree.county.id, CITY) and not book.given(stray("nobody"), COUNTY)
    assert book.path_for(stray("nobody"), "1") == "1"


def test_a_log_that_nobody_has_waits() -> None:
    assert Tree().fold().admits(seed("nobodys", 16), 1, ZERO) is Admission.UNKNOWN_AUTHOR


def gone_on(tree: Tree, by: Office, name: str, left: tuple[bytes, int]) -> bytes:
    """`by` goes on in a new log, from number `left` of another."""
    log = seed(name, 16)
    data = {"log": log, "from": [*left, seed("there") if left[1] else ZERO]}
    tree.write(by, "open_log", data, record=tree.rights[by.id], log=log, seq=1)
    return log


def left(tree: Tree) -> dict[bytes, int]:
    """Of the county, by its first keys."""
    book = tree.fold()
    county = book.node(tree.county.id)
    assert county is not None
    return book.left(county)


def test_what_a_node_may_have_lost_stands_behind_where_it_left_its_logs() -> None:
    """Put back to before it had left the first one, too, it never heard of the second."""
    tree = Tree()
    first = tree.county.log
    second = gone_on(tree, tree.county, "second", (first, 7))
    gone_on(tree, tree.county, "third", (first, 5))
    book = tree.fold()
    city = book.node(tree.city.id)
    assert left(tree) == {first: 5, second: 0} and city is not None and book.left(city) == {}


def test_what_a_node_signed_by_former_keys_is_lost_where_nothing_by_the_new_ones_was_left() -> None:
    tree, new = Tree(), Office("new keys", COUNTY)
    tree.enrol(tree.county, new, COUNTY, data={"replaces": tree.county.id})
    assert left(tree) == {}
    gone_on(tree, new, "second", (new.log, 0))
    assert left(tree) == {tree.county.log: 0}


def test_what_a_node_says_that_it_has_of_its_former_keys_logs_may_be_lost_behind_that() -> None:
    """It got the new keys' logs back before it went on by them (seed 501035). What else it says there is passed over,
    as by a program that doesn't know of it."""
    tree, new = Tree(), Office("new keys", COUNTY)
    tree.enrol(tree.county, new, COUNTY, data={"replaces": tree.county.id})
    log, record = seed("second", 16), tree.rights[new.id]
    had = [
        [tree.county.log, 5, seed("fifth")],
        [tree.city.log, 3, seed("third")],
        [seed("none", 16), 1, ZERO],
        7,
    ]
    data = {"log": log, "from": [new.log, 2, seed("there")], "had": had}
    made = tree.write(new, "open_log", data, record=record, log=log, seq=1)
    book = tree.fold()
    city, heir = book.node(tree.city.id), book.node(new.id)
    assert book.verdicts[made.id] == STANDS and city is not None and heir is not None
    assert left(tree) == {tree.county.log: 5} and book.left(heir) == {new.log: 2}
    assert book.left(city) == {} and book.admits(tree.county.log, 9, seed("ninth")) is not Admission.OK


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
