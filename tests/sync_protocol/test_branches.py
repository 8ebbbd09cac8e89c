"""Which commits count where a log was closed or has forked (protocol 3.4, 3.8), on chains made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync_protocol import registry
from sync_protocol.branches import Branches, Said, admission, contenders, disputed, lowest, turned
from sync_protocol.names import ZERO
from sync_protocol.registry import RegistryAct
from sync_protocol.roster import Admission, Cut, Place
from sync_protocol.shape import HIGHEST

from .registrar import COUNTY, Tree, denied, forked
from .scene import Office, seed

OK, FORKED, REVOKED = Admission.OK, Admission.FORKED, Admission.REVOKED
LOG = seed("log", 16)


def name(branch: str, seq: int) -> bytes:
    return seed(f"{branch} {seq}")


def chain(branch: str, first: int, last: int, prev: bytes) -> dict[bytes, tuple[int, bytes]]:
    found = {}
    for seq in range(first, last + 1):
        found[name(branch, seq)] = (seq, prev)
        prev = name(branch, seq)
    return found


def log(main: str = "a", other: str = "b", *, fork: int = 5, last: int = 8) -> Branches:
    """One to four are shared; from five on there are two branches of which either is the main one."""

    def at(number: int) -> bytes | None:
        return name("s" if number < fork else main, number) if 1 <= number <= last else None

    return Branches(chain(other, fork, last, name("s", fork - 1)), at)


BOTH = (log("a", "b"), log("b", "a"))


def verdicts(said: Said, held: Branches) -> dict[str, Admission]:
    gap = disputed(said, held)
    places = [("s", 4), ("a", 5), ("a", 8), ("b", 5), ("b", 8)]
    return {f"{one}{seq}": admission(said, held, seq, name(one, seq), gap) for one, seq in places}


def test_until_a_ruling_is_known_nothing_counts_from_the_fork_on() -> None:
    for held in BOTH:
        assert disputed(Said(), held) == 5
        assert contenders(Said(), held, 5) == sorted([name("a", 5), name("b", 5)])
        assert verdicts(Said(), held) == {"s4": OK, "a5": FORKED, "a8": FORKED, "b5": FORKED, "b8": FORKED}


def test_a_ruling_keeps_what_is_on_the_chain_of_its_commit() -> None:
    for held in BOTH:
        said = Said(rulings={5: name("a", 5)})
        assert disputed(said, held) is None
        assert verdicts(said, held) == {"s4": OK, "a5": OK, "a8": OK, "b5": FORKED, "b8": FORKED}


def test_a_ruling_on_a_later_number_decides_for_what_precedes_it_too() -> None:
    for held in BOTH:
        found = verdicts(Said(rulings={7: name("b", 7)}), held)
        assert found == {"s4": OK, "a5": FORKED, "a8": FORKED, "b5": OK, "b8": OK}


def test_where_the_branch_kept_isnt_held_the_one_that_is_doesnt_count() -> None:
    held = Branches({}, lambda number: name("b", number) if number <= 8 else None)
    said = Said(rulings={5: name("a", 5)})
    assert admission(said, held, 4, name("b", 4)) is OK
    assert admission(said, held, 6, name("b", 6)) is FORKED


def test_a_commit_that_came_alone_is_believed_until_its_chain_is_known() -> None:
    alone = Branches({name("b", 9): (9, name("b", 8))}, lambda _: None)
    said = Said(rulings={5: name("a", 5)})
    assert admission(said, alone, 9, name("b", 9)) is OK
    known = Branches(chain("b", 5, 9, name("s", 4)), lambda number: name("s", number) if number < 5 else None)
    assert admission(said, known, 9, name("b", 9)) is FORKED


def test_a_closure_names_a_branch_by_the_id_of_its_position() -> None:
    cut = Cut(7, name("b", 7), REVOKED, ZERO)
    for held in BOTH:
        said = Said(cut)
        assert disputed(said, held) is None
        assert verdicts(said, held) == {"s4": OK, "a5": REVOKED, "a8": REVOKED, "b5": OK, "b8": REVOKED}


def test_what_is_admitted_lets_in_its_chain_and_no_other() -> None:
    for held in BOTH:
        said = Said(rulings={5: name("a", 5)}, admitted=(Place(LOG, 6, name("b", 6)),))
        assert verdicts(said, held) == {"s4": OK, "a5": OK, "a8": OK, "b5": OK, "b8": FORKED}
    shut = Said(Cut(0, ZERO, REVOKED, ZERO), admitted=(Place(LOG, 5, name("a", 5)),))
    assert admission(shut, BOTH[0], 3, name("s", 3)) is OK
    assert admission(shut, BOTH[0], 5, name("b", 5)) is REVOKED


def test_a_third_branch_of_a_fork_that_was_ruled_on_doesnt_count() -> None:
    held = BOTH[0]
    three = Branches({**held.loose, **chain("c", 5, 6, name("s", 4))}, held.main)
    said = Said(rulings={5: name("a", 5)})
    assert disputed(said, three) is None
    assert admission(said, three, 6, name("c", 6)) is FORKED


def test_a_second_fork_on_the_branch_kept_waits_for_a_ruling_of_its_own() -> None:
    held = BOTH[0]
    twice = Branches({**held.loose, **chain("c", 7, 7, name("a", 6))}, held.main)
    said = Said(rulings={5: name("a", 5)})
    assert disputed(said, twice) == 7
    assert admission(said, twice, 6, name("a", 6), 7) is OK
    assert admission(said, twice, 7, name("a", 7), 7) is FORKED


@given(st.data())
def test_which_branch_is_the_main_one_makes_no_difference(data: st.DataObject) -> None:
    number = data.draw(st.integers(5, 8))
    keep = name(data.draw(st.sampled_from("ab")), number)
    cut = data.draw(st.none() | st.builds(lambda seq, one: Cut(seq, name(one, seq), REVOKED, ZERO),
                                          st.integers(5, 8), st.sampled_from("ab")))  # fmt: skip
    said = Said(cut, {number: keep} if data.draw(st.booleans()) else {})
    one, other = (verdicts(said, held) for held in BOTH)
    assert one == other and disputed(said, BOTH[0]) == disputed(said, BOTH[1])


# In the fold of the registry


@dataclass
class Held:
    forked: frozenset[bytes]
    logs: dict[bytes, Branches] = field(default_factory=dict)

    def branches(self, log: bytes) -> Branches:
        return self.logs.get(log, Branches())


def two_branches(tree: Tree) -> tuple[RegistryAct, RegistryAct, Held]:
    """The county enrols one unit on each branch of its log."""
    one = tree.enrol(tree.county, Office("u1", "x"), f"{COUNTY}/1", seq=5, branch="one")
    two = tree.enrol(tree.county, Office("u2", "y"), f"{COUNTY}/2", seq=5, branch="two")
    held = Branches({two.commit_id: (5, seed("p"))}, lambda number: one.commit_id if number == 5 else None)
    return one, two, Held(frozenset({tree.county.log}), {tree.county.log: held})


def test_registry_acts_of_both_branches_wait_and_those_of_the_branch_kept_count_after_the_ruling() -> None:
    tree = Tree()
    one, two, held = two_branches(tree)
    book = registry.fold(tree.acts, None, held)
    assert {str(book.verdicts[act.id].code) for act in (one, two)} == {"forked"}
    kept, other = forked(tree.county)
    keyed = {kept.id: one, other.id: two}
    assert len(keyed) == 2
    held.logs[tree.county.log] = Branches(
        {two.commit_id: (5, seed("p")), other.id: (5, seed("p"))},
        lambda number: kept.id if number == 5 else None,
    )
    data = {"log": tree.county.log, "headers": [kept.raw, other.raw], "keep": kept.id}
    tree.write(tree.city, "fork", data, record=tree.rights[tree.county.id])
    book = registry.fold(tree.acts, None, held)
    assert str(book.verdicts[two.id].code) == "forked"


def test_the_order_in_which_acts_come_makes_no_difference_to_a_forked_registry() -> None:
    tree = Tree()
    _, _, held = two_branches(tree)
    assert (
        registry.fold(tree.acts, None, held).digest() == registry.fold(tree.acts[::-1], None, held).digest()
    )


def test_a_later_revocation_ends_what_was_let_in_beyond_its_position() -> None:
    tree = Tree()
    one, two = (tree.enrol(tree.county, Office(f"c{n}", "x"), f"{COUNTY}/{n}") for n in (1, 2))
    tree.revoke(tree.city, tree.county, one)
    let = {"log": two.log, "seq": two.seq, "id": two.commit_id}
    tree.write(tree.city, "admit", let, record=tree.rights[tree.county.id])
    assert tree.verdict(two) == ("stands", "")
    tree.revoke(tree.province, tree.county, one)
    assert tree.verdict(two) == ("quarantined", "revoked")


def test_a_unit_may_go_back_to_where_it_was_and_no_other_may_take_that_place() -> None:
    from .registrar import moved

    tree = Tree()
    record = tree.rights[tree.county.id]
    there, other = "370000/370900/370211", "370000/370900/370902"
    tree.enrol(tree.other, Office("sibling", other), other)
    assert tree.verdict(moved(tree, tree.province, COUNTY, there, record)) == ("stands", "")
    taken = moved(tree, tree.province, other, COUNTY, tree.acts[-2].id)
    assert tree.verdict(taken) == denied("unit_taken")
    assert tree.verdict(moved(tree, tree.province, there, COUNTY, record)) == ("stands", "")
    assert tree.fold().now(there) == COUNTY == tree.fold().now(COUNTY)


@st.composite
def held_logs(draw: st.DrawFn) -> tuple[Branches, list[tuple[int, bytes]]]:
    """Any branches, on the main chain and on one another, some in pieces; and every commit of them."""
    main = {seq: name("m", seq) for seq in range(1, draw(st.integers(2, 7)))}
    known = {commit: seq for seq, commit in main.items()}
    loose: dict[bytes, tuple[int, bytes]] = {}
    for at in range(draw(st.integers(1, 9))):
        below = draw(st.sampled_from(sorted(known)))
        commit = name("l", at)
        known[commit] = known[below] + 1
        loose[commit] = (known[commit], below)
    gone = draw(st.sets(st.sampled_from(sorted(loose)), max_size=2))
    here = {one: place for one, place in loose.items() if one not in gone}
    found = [(seq, one) for one, seq in known.items() if one not in gone]
    return Branches(here, main.get), sorted(found)


def drawn(data: st.DataObject, commits: list[tuple[int, bytes]]) -> Said:
    place = st.sampled_from(commits)
    cut = data.draw(st.none() | place.map(lambda one: Cut(*one, REVOKED, b"")))
    admitted = tuple(Place(LOG, *one) for one in data.draw(st.lists(place, max_size=2)))
    return Said(cut, dict(data.draw(st.lists(place, max_size=4))), admitted)


@given(held_logs(), st.data())
def test_what_turns_and_what_is_in_dispute_are_found_as_if_all_were_asked(
    log: object, data: st.DataObject
) -> None:
    held, commits = log  # type: ignore[misc]
    old, new = drawn(data, commits), drawn(data, commits)
    if data.draw(st.booleans()):
        new = Said(old.cut, {**old.rulings, **new.rulings}, old.admitted)
    expected = {
        one for seq, one in commits if admission(old, held, seq, one) is not admission(new, held, seq, one)
    }
    assert turned(old, new, held, commits) == expected
    numbers = sorted({seq for seq, _ in held.loose.values()})
    assert disputed(old, held) == next((seq for seq in numbers if len(contenders(old, held, seq)) > 1), None)


def fork_of(commits: list[tuple[int, bytes]]) -> int:
    numbers = [seq for seq, _ in commits]
    return min((seq for seq in numbers if numbers.count(seq) > 1), default=HIGHEST)


@settings(max_examples=500)
@given(held_logs(), st.data())
def test_nothing_turns_below_the_lowest_number_that_is_asked(log: object, data: st.DataObject) -> None:
    held, commits = log  # type: ignore[misc]
    old, new = drawn(data, commits), drawn(data, commits)
    asked = min(lowest(old, held), lowest(new, held), fork_of(commits))
    assert {seq for seq, one in commits if one in turned(old, new, held, commits) and seq < asked} == set()


@settings(max_examples=500)
@given(held_logs(), st.data())
def test_what_comes_between_others_turns_nothing_below_the_fork_and_what_the_lowest_of_its_piece_names(
    log: object, data: st.DataObject
) -> None:
    held, commits = log  # type: ignore[misc]
    assume(held.loose)
    said, come = drawn(data, commits), data.draw(st.sampled_from(sorted(held.loose)))
    before = Branches({one: place for one, place in held.loose.items() if one != come}, held.main)
    others = [(seq, one) for seq, one in commits if one != come]
    found = {
        seq for seq, one in others if admission(said, before, seq, one) != admission(said, held, seq, one)
    }
    assert min(found, default=HIGHEST) >= min(held.foot(held.loose[come][0], come), fork_of(commits))


class Counted(Branches):
    __slots__ = ("asked",)

    def at(self, seq: int, commit: bytes, number: int) -> bytes | None:
        self.asked += 1
        return super().at(seq, commit, number)


def test_of_many_rulings_each_fork_is_asked_its_own() -> None:
    """Each was asked of each fork: a thousand forks took a second at every look, and there are many in an exchange."""
    count = 2_000
    held = Counted(
        {name("l", seq): (seq, name("m", seq - 1)) for seq in range(2, count)}, lambda seq: name("m", seq)
    )
    held.asked = 0
    old = Said(None, {seq: name("m", seq) for seq in range(2, count - 1)})
    assert disputed(old, held) == count - 1
    new = Said(None, {**old.rulings, count - 1: name("m", count - 1)})
    commits = [(seq, name(one, seq)) for seq in range(2, count) for one in "lm"]
    assert turned(old, new, held, commits) == {name("l", count - 1)}
    assert disputed(new, held) is None
    assert held.asked < 10 * count
