"""The tree's time: what is applied, what is asked, and what a node does whose log lies ahead of its clock."""

from __future__ import annotations

from typing import Any

import pytest

from node import glance, timekeeping
from node.errors import Forbidden, Stale
from tests.node.test_adoption import ahead, held_in, high_water
from tests.node.test_incarnation import newest, reasons
from tests.node.tree import Tree

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 24 * 3_600_000


def status(tree: Tree, name: str) -> dict[str, Any]:
    tree.at(name)
    return glance.status(tree.base / name)


def setting(tree: Tree, name: str, key: str) -> str:
    return (tree.one(name, "SELECT value FROM setting WHERE name = ?", key) or b"").decode()


def measured(tree: Tree, parent_ms: int, sent_ms: int, own_ms: int) -> bool:
    """One measurement of the county's clock, told by how much the three differ from its own time."""
    own = tree.clock("k").own_ms()
    with tree.at("k").work() as work:
        return timekeeping.discipline(work, own + parent_ms, own + sent_ms, own + own_ms)


def offset(tree: Tree) -> int:
    return tree.clock("k").offset_ms


# The offset


def test_a_quick_exchange_sets_the_clock(tree: Tree) -> None:
    measured(tree, 5 * MINUTE_MS, -40, 0)
    assert abs(offset(tree) - 5 * MINUTE_MS) <= 40
    assert setting(tree, "k", "clock_offset") == str(offset(tree))


@pytest.mark.parametrize("stamped", [-300_000, -150_000, 0], ids=["at once", "midway", "at the end"])
def test_an_exchange_that_was_held_changes_no_clock_that_is_right(tree: Tree, stamped: int) -> None:
    measured(tree, stamped, -300_000, 0)
    assert offset(tree) == 0


def test_a_bundle_that_lay_about_for_days_changes_no_clock(tree: Tree) -> None:
    measured(tree, 0, 0, 0)
    measured(tree, -2 * DAY_MS, -5 * DAY_MS, 0)
    assert (offset(tree), setting(tree, "k", "clock_asked")) == (0, "")


def test_what_was_asked_stays_asked_while_nothing_better_is_measured(tree: Tree) -> None:
    measured(tree, HOUR_MS, 0, 0)
    measured(tree, 0, -5 * DAY_MS, 2 * DAY_MS)
    assert setting(tree, "k", "clock_asked") == str(HOUR_MS)
    measured(tree, 0, 0, 0)
    assert setting(tree, "k", "clock_asked") == ""


def test_a_parent_leads_the_clock_no_further_than_ten_minutes_by_itself(tree: Tree) -> None:
    for minutes in (4, 8, 12, 16):
        measured(tree, minutes * MINUTE_MS, 0, 0)
    assert offset(tree) == 8 * MINUTE_MS
    assert status(tree, "k")["clock_asked_ms"] == 16 * MINUTE_MS


def test_a_confirmed_offset_is_followed_from_then_on(tree: Tree) -> None:
    tree.clock("k").advance(-3 * HOUR_MS)
    tree.sync("k", "c")
    assert offset(tree) == 0
    asked = status(tree, "k")
    assert asked["clock_asked_ms"] == 3 * HOUR_MS and asked["clock_question"]
    told = tree.do("k", "clock", confirm=True)
    assert (told["offset_ms"], told["asked_ms"], told["applied"]) == (3 * HOUR_MS, None, True)
    assert offset(tree) == 3 * HOUR_MS
    tree.clock("k").advance(-2 * MINUTE_MS)
    tree.sync("k", "c")
    assert offset(tree) == 3 * HOUR_MS + 2 * MINUTE_MS
    tree.clock("k").advance(3 * HOUR_MS + 2 * MINUTE_MS)  # the machine's clock is set right
    tree.sync("k", "c")
    assert (offset(tree), setting(tree, "k", "clock_confirmed")) == (0, "")


def test_an_offset_that_is_to_be_left_alone_is_not_asked_about_again(tree: Tree) -> None:
    tree.clock("k").advance(-3 * HOUR_MS)
    tree.sync("k", "c")
    told = tree.do("k", "clock", confirm=False)
    assert (told["offset_ms"], told["asked_ms"], told["kept_ms"]) == (0, None, 3 * HOUR_MS)
    tree.sync("k", "c")
    assert status(tree, "k")["clock_question"] is None
    tree.clock("k").advance(-HOUR_MS)
    tree.sync("k", "c")
    assert status(tree, "k")["clock_asked_ms"] == 4 * HOUR_MS


def test_only_an_administrator_answers(tree: Tree) -> None:
    tree.do("k", "staff.add", "a", id="b", name="乙", roles=["operator"], password="password1")
    measured(tree, HOUR_MS, 0, 0)
    with pytest.raises(Forbidden):
        tree.do("k", "clock", staff="b", confirm=True)
    assert tree.do("k", "clock", staff="a", confirm=True)["applied"]


@pytest.mark.parametrize("confirm", [True, False])
def test_an_answer_to_nothing_is_refused(tree: Tree, confirm: bool) -> None:
    with pytest.raises(Stale) as caught:
        tree.do("k", "clock", confirm=confirm)
    assert caught.value.code == "nothing_asked"


def test_what_a_reply_brings_is_judged_by_the_time_that_it_tells(tree: Tree) -> None:
    """A clock eight minutes slow would hold what its parent wrote four minutes ahead of it."""
    tree.clock("k").advance(-8 * MINUTE_MS)
    tree.clock("p").advance(4 * MINUTE_MS)
    tree.clock("c").advance(4 * MINUTE_MS)
    tree.sync("c", "p")
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    tree.clock("k").advance(4 * MINUTE_MS)
    tree.sync("k", "c")
    assert held_in(tree, "k") == 0
    assert tree.show("k", record)["phase"]


# Questions at start


def test_a_clock_over_a_day_behind_the_newest_act_is_asked_about_and_work_goes_on(tree: Tree) -> None:
    tree.register("k")
    before = newest(tree, "k")
    tree.shut("k")
    tree.clock("k").advance(-30 * DAY_MS)
    assert "2026" in status(tree, "k")["clock_question"]
    tree.at("k").tick()
    assert tree.register("k")
    assert (newest(tree, "k"), held_in(tree, "k")) == (before, 0)


def test_a_clock_that_is_right_again_is_asked_about_no_more(tree: Tree) -> None:
    tree.shut("k")
    tree.clock("k").advance(-30 * DAY_MS)
    assert status(tree, "k")["clock_question"]
    tree.clock("k").advance(30 * DAY_MS)
    tree.at("k").tick()
    assert status(tree, "k")["clock_question"] is None


def test_a_clock_over_ninety_days_past_the_newest_act_is_asked_about(tree: Tree) -> None:
    tree.shut("k")
    tree.clock("k").advance(91 * DAY_MS)
    assert "九十天" in status(tree, "k")["clock_question"]
    tree.do("k", "clock", confirm=True)
    assert status(tree, "k")["clock_question"] is None
    tree.shut("k")
    assert status(tree, "k")["clock_question"] is None


def test_the_parent_answers_the_question_too(tree: Tree) -> None:
    tree.shut("k")
    tree.later(91 * DAY_MS)
    assert status(tree, "k")["clock_question"]
    tree.sync("k", "c")
    assert status(tree, "k")["clock_question"] is None


def test_who_leaves_the_clock_alone_is_asked_again_only_about_something_else(tree: Tree) -> None:
    tree.shut("k")
    tree.clock("k").advance(-30 * DAY_MS)
    tree.at("k")
    tree.do("k", "clock", confirm=False)
    tree.register("k")
    tree.at("k").tick()
    tree.shut("k")
    assert status(tree, "k")["clock_question"] is None
    tree.shut("k")
    tree.clock("k").advance(230 * DAY_MS)
    assert status(tree, "k")["clock_question"]


# A log ahead of the clock


def test_a_clock_that_goes_back_a_little_only_advances_the_counter(tree: Tree) -> None:
    tree.register("k")
    before = newest(tree, "k")
    tree.clock("k").advance(-9 * MINUTE_MS)
    tree.at("k").tick()
    tree.register("k")
    assert newest(tree, "k") == before
    assert high_water(tree, "k") == tree.clock("k").now_ms() + 9 * MINUTE_MS


def test_a_log_years_ahead_waits_for_a_person_or_the_parent(tree: Tree) -> None:
    record = ahead(tree, 70 * 365 * DAY_MS)
    old = newest(tree, "k")
    tree.at("k").tick()
    assert newest(tree, "k") == old and status(tree, "k")["clock_question"]
    tree.do("k", "clock", confirm=True)
    assert newest(tree, "k") != old and status(tree, "k")["clock_question"] is None
    assert tree.show("k", record)["phase"] == "dispatched"
    tree.at("k").tick()
    assert status(tree, "k")["clock_question"] is None
    tree.sync("k", "c")
    assert tree.show("c", record)["phase"] == "dispatched"


def test_an_exchange_with_the_parent_settles_it_by_itself(tree: Tree) -> None:
    record = ahead(tree, 70 * 365 * DAY_MS)
    tree.sync("k", "c")
    assert reasons(tree, "k") == ["clock"]
    assert tree.show("c", record)["phase"] == "dispatched"
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest()["digest"]


def test_no_new_log_is_begun_while_an_offset_waits_for_an_answer(tree: Tree) -> None:
    """The machine's clock went back; the log isn't ahead of the tree's time."""
    tree.register("k")
    before = newest(tree, "k")
    tree.clock("k").advance(-2 * HOUR_MS)
    tree.sync("k", "c")
    tree.at("k").tick()
    assert newest(tree, "k") == before
    tree.do("k", "clock", confirm=True)
    tree.at("k").tick()
    assert (newest(tree, "k"), held_in(tree, "k")) == (before, 0)


def test_a_foreign_time_far_ahead_never_enters_the_clock(tree: Tree) -> None:
    record = tree.dispatched()
    tree.clock("c").advance(2 * HOUR_MS)
    tree.act("c", "note", record, text="来自未来")
    tree.at("c").request(0)
    tree.sync("k", "c")
    assert held_in(tree, "k") > 0
    tree.act("k", "accept", record)
    own = tree.register("k")
    assert high_water(tree, "k") < tree.clock("k").now_ms() + MINUTE_MS
    assert tree.show("k", own)
    held_note = [one for one in tree.show("k", record)["timeline"] if one["verdict"] == "held"]
    assert held_note


def test_what_was_held_counts_when_its_time_comes(tree: Tree) -> None:
    record = tree.dispatched()
    tree.clock("c").advance(2 * HOUR_MS)
    tree.act("c", "note", record, text="来自未来")
    tree.sync("k", "c")
    tree.do("k", "clock", confirm=False)
    tree.later(2 * HOUR_MS)
    tree.at("k").tick()
    assert held_in(tree, "k") == 0
    assert {one["verdict"] for one in tree.show("k", record)["timeline"]} == {"stands"}


def test_before_it_is_enrolled_a_node_goes_on_in_its_log(bare: Tree) -> None:
    from node import founding

    founding.init(
        bare.base / "c", "370200", "青岛市总工会", clock=bare.clock("c"), entropy=bare.entropy("c"),
        marker=bare.marker("c"),
    )  # fmt: skip
    bare.staff("c")
    before = newest(bare, "c")
    bare.clock("c").advance(-3 * HOUR_MS)
    bare.at("c").tick()
    assert bare.register("c")
    assert newest(bare, "c") == before


# The registry's age


def test_status_tells_the_registrys_age_and_what_is_missing_of_it(tree: Tree) -> None:
    tree.later(23 * DAY_MS)
    age = status(tree, "k")["registry_age_seconds"]
    tree.at("p").tick()
    tree.quiet()
    clock = tree.clock("k").now_ms()
    stamp = int(setting(tree, "k", "stamp"))
    assert clock - stamp < MINUTE_MS and age is not None
    assert status(tree, "k")["registry_missing"] == 0


def test_a_registry_change_that_was_kept_back_is_a_red_line(tree: Tree) -> None:
    from node.commands.status import lines

    tree.do("p", "invite", "a", unit="370001", name="街道工会", role="hosted")
    tree.later(DAY_MS)
    tree.at("p").tick()
    with tree.sql("p") as db:
        (named,) = db.execute(
            "SELECT g.change FROM change g JOIN record r ON g.record = r.id WHERE r.matter = 'registry'"
            " AND g.body LIKE '%' || cast('街道工会' AS blob) || '%'"
        ).fetchone()
    tree.sync("c", "p")
    with tree.sql("c") as db:
        db.execute("DELETE FROM change WHERE change = ?", (named,))
        db.execute("UPDATE setting SET value = x'00' WHERE name = 'projection'")
    found = status(tree, "c")
    assert found["registry_missing"] == 1
    assert any(one.startswith("!! ") and "登记册" in one for one in lines(found))


def test_a_root_whose_clock_went_back_stamps_again(tree: Tree) -> None:
    tree.clock("p").advance(20 * DAY_MS)
    tree.at("p").tick()
    tree.clock("p").advance(-20 * DAY_MS)
    tree.at("p").tick()
    tree.do("p", "clock", confirm=True)
    tree.at("p").tick()
    assert abs(int(setting(tree, "p", "stamp")) - tree.clock("p").now_ms()) < HOUR_MS
