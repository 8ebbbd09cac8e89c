"""New keys (protocol 3.4): the node goes on under another id, whoever has heard of it or not."""

from __future__ import annotations

import shutil

import pytest

from node import incarnation, lanes
from node.errors import DiskTrouble, NotFound, QiaoError
from node.lives import Reason
from sync_protocol.errors import BadEnvelope
from tests.node.tree import PATHS, Tree


def status(tree: Tree, name: str, record: str) -> dict[str, str]:
    return {one["unit"]: one["status"] for one in tree.show(name, record)["assignments"]}


def agree(tree: Tree, child: str, parent: str) -> None:
    mine, theirs = (tree.reader(one).digest(PATHS[child]) for one in (child, parent))
    assert mine["digest"] == theirs["digest"]


def carry(tree: Tree, *links: tuple[str, str]) -> int:
    """Over these links in turn; how many commits moved over the last."""
    return [tree.sync(*one) for one in links][-1].sent


def put_back(tree: Tree, name: str) -> None:
    """The database alone, from `backup`: keys and marker stay as they are."""
    tree.shut(name)
    for file in ("node.db", "node.db-wal"):
        (tree.base / name / file).unlink(missing_ok=True)
        if (tree.base / "backup" / file).exists():
            shutil.copy(tree.base / "backup" / file, tree.base / name / file)


def own_numbers(tree: Tree, *names: str) -> dict[tuple[bytes, int], set[bytes]]:
    """(log, number) → commits of it at these nodes: more than one is a fork."""
    found: dict[tuple[bytes, int], set[bytes]] = {}
    for name in names:
        with tree.sql(name) as db:
            for log, seq, commit in db.execute(
                'SELECT l.log, c.seq, c."commit" FROM commit_ c JOIN log l ON l.id = c.log'
            ):
                found.setdefault((log, seq), set()).add(commit)
    return found


K, C = ("k", "c"), ("c", "p")
HOUR_MS = 3_600_000


def test_a_county_goes_on_with_new_keys_and_its_parent_learns_them_over_the_line(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    old = tree.at("k").keys.node
    done = tree.do("k", "registry.replace")
    assert done["items"][0]["replaces"] == old.hex() and tree.at("k").keys.node != old
    tree.act("k", "submit", record, result="completed", resolved=True, text="已补发")
    with pytest.raises(QiaoError) as caught:
        tree.do("k", "registry.replace")
    assert caught.value.code == "keys_not_delivered"
    moved = tree.sync("k", "c")
    assert moved.sent <= 6 and moved.rounds < 5
    assert status(tree, "c", record)[PATHS["k"]] == "submitted"
    assert carry(tree, C, K, K) == 0
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


def test_a_city_goes_on_with_new_keys_and_its_county_learns_them_over_the_line(tree: Tree) -> None:
    record = tree.dispatched()
    tree.do("c", "registry.replace")
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.act("k", "note", record, text="换过以后")
    assert carry(tree, K, C, K, C) == 0
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)
    tree.do("c", "registry.replace")
    carry(tree, K, C, K)
    agree(tree, *K)


def test_a_county_that_was_away_over_two_changes_of_its_citys_keys_is_still_understood(tree: Tree) -> None:
    record = tree.dispatched()
    for _ in range(2):
        tree.do("c", "registry.replace")
        carry(tree, C, C)
    tree.act("k", "accept", record)
    carry(tree, K, C, K)
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


def test_a_county_that_holds_its_citys_new_keys_again_calls_by_them_once_their_time_comes(tree: Tree) -> None:
    """Its clock had gone back by an hour. With the second change of parents a second link was to get the new keys'
    name (seeds 200062, 200206, 200299, 200350)."""
    record = tree.dispatched()
    tree.later(HOUR_MS)
    old = tree.at("c").keys.node
    tree.do("c", "registry.replace")
    tree.act("k", "accept", record)
    carry(tree, K, C)
    for hours, node in ((-1, old), (1, tree.at("c").keys.node)):
        tree.clock("k").advance(hours * HOUR_MS)
        tree.at("k").tick()
        assert tree.one("k", "SELECT value FROM setting WHERE name = 'parent'") == node
    tree.act("k", "submit", record, result="completed", resolved=True, text="已补发")
    carry(tree, K, C, K)
    assert status(tree, "p", record)[PATHS["k"]] == "submitted"
    assert carry(tree, K) == 0
    agree(tree, *K)


def test_a_city_put_back_to_before_its_county_had_new_keys_hears_of_them_again(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, C)
    tree.shut("c")
    shutil.copytree(tree.base / "c", tree.base / "backup")
    tree.do("k", "registry.replace")
    carry(tree, K, K)
    tree.act("k", "accept", record)
    put_back(tree, "c")
    with pytest.raises(BadEnvelope) as caught:
        tree.exchange("k", "c")
    assert caught.value.code == "unknown_sender"
    tree.at("k").unheard_of()
    carry(tree, K, C, K, C)
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)


def test_a_city_put_back_to_before_two_changes_of_its_countys_keys_hears_of_both(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, C)
    tree.shut("c")
    shutil.copytree(tree.base / "c", tree.base / "backup")
    for _ in range(2):
        tree.do("k", "registry.replace")
        carry(tree, K, K)
    tree.act("k", "accept", record)
    put_back(tree, "c")
    for _ in range(2):
        with pytest.raises(BadEnvelope):
            tree.exchange("k", "c")
        tree.at("k").unheard_of()
    assert carry(tree, K, C, K, C) == 0
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)


def test_a_change_of_keys_that_is_held_for_its_time_is_waited_for(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, K)
    tree.clock("k").advance(3_600_000)
    tree.do("k", "registry.replace")
    with pytest.raises(BadEnvelope):
        carry(tree, K)
    tree.at("k").unheard_of()
    tree.act("k", "note", record, text="等着")
    assert tree.sync("k", "c").rounds < 4, "by the old keys, and to an end"
    for name in "pcts":
        tree.clock(name).advance(3_600_000)
    tree.at("c").tick()
    carry(tree, K, K)
    tree.act("k", "accept", record)
    carry(tree, K, C)
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)


def test_a_city_whose_new_keys_are_held_and_that_begins_another_log_still_comes_to_an_end_with_its_county(
    tree: Tree,
) -> None:
    """The county speaks to the old keys for as long as the change is held; the city's new log is by the new ones."""
    record = tree.dispatched()
    carry(tree, K)
    tree.clock("c").advance(3_600_000)
    tree.do("c", "registry.replace")
    tree.clock("c").advance(-3_600_000)
    with tree.at("c").work() as work:
        incarnation.open_new_log(work, Reason.RESTORED)
    carry(tree, K, K)
    tree.act("k", "accept", record)
    assert tree.sync("k", "c").rounds < 5 and tree.sync("k", "c").rounds == 1
    assert status(tree, "c", record)[PATHS["k"]] == "accepted"


def test_the_old_keys_get_nothing_any_more_but_the_registry(tree: Tree) -> None:
    tree.dispatched()
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "stolen")
    tree.do("k", "registry.replace")
    carry(tree, K, K)
    later = tree.dispatched()
    assert tree.sync("stolen", "c").received > 0
    with pytest.raises(NotFound):
        tree.show("stolen", later)
    with tree.at("stolen").work() as work:
        entry = work.registry.node(work.node)
        assert entry is not None and entry.standing == "replaced"
    carry(tree, K)
    agree(tree, *K)


@pytest.mark.parametrize("step", ["made", "signed", "swapping"])
def test_a_change_of_keys_that_is_cut_short_leaves_a_node_that_works(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    record = tree.dispatched()
    folder = tree.base / "k"

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "made":
        monkeypatch.setattr("node.registry.replacing.replace", cut)
    else:
        monkeypatch.setattr("node.writer.keys.swap", cut)
    with pytest.raises(KeyboardInterrupt):
        tree.do("k", "registry.replace")
    monkeypatch.undo()
    tree.shut("k")
    if step == "swapping":
        (folder / "keys").rename(folder / "keys.former")
    tree.act("k", "accept", record)
    carry(tree, K)
    assert status(tree, "c", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)


@pytest.mark.parametrize("times", [1, 2])
def test_a_county_put_back_to_before_its_own_new_keys_goes_on_under_them_when_it_hears_of_them(
    tree: Tree, times: int
) -> None:
    record = tree.dispatched()
    carry(tree, K)
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "backup")
    before = tree.at("k").keys.node
    for _ in range(times):
        tree.do("k", "registry.replace")
        carry(tree, K, K)
    tree.act("k", "accept", record)
    carry(tree, K, C)
    newest = tree.at("k").keys.node
    put_back(tree, "k")
    assert tree.at("k").keys.node == before
    assert tree.reader("k").id == before
    alone = tree.register("k")
    with tree.at("k").work() as work:
        entry = work.registry.node(work.node)
        assert entry is not None and entry.active and len(entry.logs) == 2, "a restored node like any other"
    carry(tree, *[K] * 4)
    assert tree.at("k").keys.node == newest
    later = tree.register("k")
    assert carry(tree, K, C, K, C) == 0
    assert status(tree, "k", record)[PATHS["k"]] == status(tree, "p", record)[PATHS["k"]] == "accepted"
    assert tree.show("p", later)["number"]
    agree(tree, *K)
    agree(tree, *C)
    assert tree.verify("k") == [] == tree.verify("c")
    assert all(len(one) == 1 for one in own_numbers(tree, "k", "c", "p").values())
    found = tree.reader("c").exceptions()
    assert alone in str(found), "what it signed meanwhile is listed"


def test_new_keys_after_a_restore_keep_what_the_county_had_written_and_got_back(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, K)
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "backup")
    tree.act("k", "accept", record)
    carry(tree, K, C)
    put_back(tree, "k")
    carry(tree, K, K)
    assert status(tree, "k", record)[PATHS["k"]] == "accepted", "it came back"
    tree.do("k", "registry.replace")
    carry(tree, K, C, K)
    for name in ("k", "c", "p"):
        assert status(tree, name, record)[PATHS["k"]] == "accepted"
        assert tree.reader(name).exceptions().items == []
    agree(tree, *K)


def test_a_city_put_back_to_before_its_own_new_keys_hears_of_them_from_its_county_too(tree: Tree) -> None:
    record = tree.dispatched()
    carry(tree, C)
    tree.shut("c")
    shutil.copytree(tree.base / "c", tree.base / "backup")
    tree.do("c", "registry.replace")
    carry(tree, C, C, K, K)
    newest = tree.at("c").keys.node
    tree.act("k", "accept", record)
    put_back(tree, "c")
    carry(tree, K, K, K)
    assert tree.at("c").keys.node == newest
    assert carry(tree, C, K, C, K, C) == 0
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    agree(tree, *C)
    assert all(len(one) == 1 for one in own_numbers(tree, "k", "c", "p").values())


def test_what_a_node_signed_by_any_keys_that_it_had_is_its_own_to_get_back(tree: Tree) -> None:
    """What a restored parent says it holds of its own logs, and what its child looks up there (3.8)."""
    before = tree.at("c").keys.node
    tree.do("c", "registry.replace")
    carry(tree, C, K)
    for name in "ck":
        with tree.at(name).work() as work:
            assert set(lanes.lineage(work, tree.at("c").keys.node)) == {before, tree.at("c").keys.node}


def refused(tree: Tree, name: str) -> str:
    with pytest.raises(QiaoError) as caught:
        tree.do(name, "registry.replace")
    return caught.value.code


def test_new_keys_of_which_nobody_had_heard_when_the_database_was_put_back_are_enrolled_again(
    tree: Tree,
) -> None:
    record = tree.dispatched()
    carry(tree, K)
    tree.shut("k")
    shutil.copytree(tree.base / "k", tree.base / "backup")
    tree.do("k", "registry.replace")
    lost = tree.at("k").keys.node
    put_back(tree, "k")
    tree.act("k", "accept", record)
    assert refused(tree, "k") == "keys_not_delivered", "the parent may know of them"
    carry(tree, K)
    tree.do("k", "registry.replace")
    assert tree.at("k").keys.node == lost
    assert carry(tree, K, C, K, C) == 0
    assert status(tree, "p", record)[PATHS["k"]] == "accepted"
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


@pytest.mark.parametrize("what", ["note", "swap"])
def test_nothing_is_signed_by_the_old_keys_behind_a_change_whatever_fails(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    record = tree.dispatched()
    before = tree.at("k").keys.node

    def full(*_: object) -> None:
        raise DiskTrouble("the disk is full")

    if what == "note":
        monkeypatch.setattr(tree.at("k")._marker, "note", full)
    else:
        monkeypatch.setattr("node.writer.keys.swap", full)
    with pytest.raises(DiskTrouble):
        tree.do("k", "registry.replace")
    monkeypatch.undo()
    assert tree.at("k").keys.node != before
    tree.act("k", "accept", record)
    carry(tree, K, K)
    tree.do("k", "registry.replace")
    assert carry(tree, K, K) == 0 or carry(tree, K) == 0
    agree(tree, *K)
    assert tree.verify("k") == [] == tree.verify("c")


@pytest.mark.parametrize("renewed", [False, True])
def test_a_root_put_back_to_before_it_moved_a_county_below_itself_gets_its_own_order_back(
    tree: Tree, renewed: bool
) -> None:
    """Nobody but the county calls it. New keys of the county name the place that it was moved to: they stand once the
    order is back."""
    moved, link = "370000/370211", ("k", "p")
    tree.dispatched()
    carry(tree, K, C, K)
    tree.shut("p")
    shutil.copytree(tree.base / "p", tree.base / "backup")
    tree.do("p", "registry.move", unit=PATHS["k"], to=moved)
    carry(tree, C, K, link)
    if renewed:
        tree.do("k", "registry.replace")
        carry(tree, link, link)
    put_back(tree, "p")
    if renewed:
        with pytest.raises(BadEnvelope):
            tree.exchange(*link)
        tree.at("k").unheard_of()
    carry(tree, link, link, link)
    assert carry(tree, link) == 0
    mine, theirs = (tree.reader(one).digest(moved) for one in link)
    assert mine["digest"] == theirs["digest"]


def test_who_brings_a_root_the_order_by_which_he_is_its_child_hears_what_was_signed_between(
    tree: Tree,
) -> None:
    """The root was put back to before it moved the county below itself. The county heard of the move from the city, and
    calls for the first time, with nothing taken, so that no position tells that anything is lacking."""
    moved, link = "370000/370211", ("k", "p")
    record = tree.dispatched()
    carry(tree, C, K)
    tree.shut("p")
    shutil.copytree(tree.base / "p", tree.base / "backup")
    tree.do("p", "registry.move", unit=PATHS["k"], to=moved)
    carry(tree, C, K)
    put_back(tree, "p")
    tree.do("p", "registry.revoke", unit="370902", reason="lost")
    tree.act("p", "note", record, text="恢复后写的话")
    carry(tree, link)
    assert carry(tree, link) == 0
    for name in link:
        with tree.at(name).work() as work:
            assert work.registry.office(moved) is not None and work.registry.office(PATHS["s"]) is None
    assert "恢复后写的话" in str(tree.show("k", record)["timeline"])
    mine, theirs = (tree.reader(one).digest(moved) for one in link)
    assert mine["digest"] == theirs["digest"]


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("what", ["registered", "written", "written by newer ones"])
def test_what_new_keys_signed_that_a_revocation_cancels_is_quarantined_with_everybody_above(
    tree: Tree, what: str, told: bool
) -> None:
    """The province revokes the county by what it holds; behind that lie new keys, which the city had taken in; it acted
    upon what they signed. `told`: the city hears of it before it brings that up."""
    record = tree.dispatched()
    carry(tree, K, C)
    for _ in range(2 if what == "written by newer ones" else 1):
        tree.do("k", "registry.replace")
        carry(tree, K, K)
    if what == "registered":
        record = tree.register("k")
    theirs = tree.act("k", "note", record, text="县里的话")["change"]
    carry(tree, K)
    upon_it = tree.act("c", "note", record, text="市里的话")["change"]
    tree.do("p", "registry.revoke", unit="370211", reason="stolen")
    if told:
        tree.do("p", "registry.save", None, path=str(tree.base / "book"))
        tree.do("c", "registry.load", None, path=str(tree.base / "book"))
    carry(tree, C, C)
    assert carry(tree, C) == 0
    agree(tree, *C)
    for name in "cp":
        found = {one["change"]: one["verdict"] for one in tree.show(name, record)["timeline"]}
        assert found[theirs] == "quarantined"
        assert found[upon_it] == ("denied" if what == "registered" else "stands")
        assert any(theirs.startswith(one["act"]) for one in tree.reader(name).exceptions("quarantine").items)
        assert tree.verify(name) == []


def test_a_store_verifies_that_has_what_was_signed_by_keys_that_count_no_more(tree: Tree) -> None:
    """The province revokes the county by what it holds; behind that lie new keys, which the city had taken in."""
    tree.dispatched()
    carry(tree, K, C)
    tree.do("k", "registry.replace")
    tree.register("k")
    carry(tree, K, K)
    tree.do("p", "registry.revoke", unit="370211", reason="stolen")
    carry(tree, C)
    with tree.at("c").work() as work:
        assert work.registry.node(tree.at("k").keys.node) is None
    assert tree.verify("c") == []


def test_keys_are_not_changed_by_a_clock_that_nobody_vouches_for(tree: Tree) -> None:
    """Two years ahead, the enrolment was held everywhere for as long, and the node unheard (seed 110004)."""
    tree.dispatched()
    tree.clock("k").advance(2 * 365 * 24 * 3_600_000)
    assert refused(tree, "k") == "clock_unsure"
    tree.sync("k", "c")  # asks a person: its own clock and its parent's are two years apart
    assert refused(tree, "k") == "clock_unsure"
    tree.do("k", "clock", confirm=True)
    tree.sync("k", "c")
    tree.do("k", "registry.replace")
    assert carry(tree, K, C, K, C) == 0
    agree(tree, *K)


def test_keys_are_changed_within_a_day_of_hearing_the_parent(tree: Tree) -> None:
    tree.dispatched()
    tree.later(25 * 3_600_000)
    assert refused(tree, "k") == "clock_unsure"
    tree.sync("k", "c")
    tree.do("k", "registry.replace")
