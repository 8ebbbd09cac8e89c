"""What a node does with its own acts that lie ahead of its clock: held, adopted, or issued again."""

from __future__ import annotations

import pytest

from node import adoption, timekeeping
from node.store import held
from sync_protocol.clock import to_ms
from tests.node.test_incarnation import newest, reasons
from tests.node.tree import PATHS, Tree

MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def held_in(tree: Tree, name: str) -> int:
    found: int = tree.one(name, "SELECT count(*) FROM commit_ WHERE held")
    return found


def high_water(tree: Tree, name: str) -> int:
    return to_ms(int(tree.one(name, "SELECT value FROM setting WHERE name = 'high_water'")))


def ahead(tree: Tree, by_ms: int = 3 * HOUR_MS) -> str:
    """A ticket of the county's from its desk to `accepted`, done while its clock was that far ahead."""
    tree.clock("k").advance(by_ms)
    record = tree.register("k")
    tree.act("k", "dispatch", record, lead="370211")
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="时钟快了")
    tree.clock("k").advance(-by_ms)
    return record


def test_a_log_ahead_of_the_clock_is_held_and_adopted_in_a_new_one(tree: Tree) -> None:
    record = ahead(tree)
    before = tree.show("k", record)
    old = newest(tree, "k")
    tree.at("k").tick()
    after = tree.show("k", record)
    assert newest(tree, "k") != old and reasons(tree, "k") == ["clock"]
    for key in ("number", "phase", "narrative", "worker_name"):
        assert after[key] == before[key], key
    assert [one["status"] for one in after["assignments"]] == [one["status"] for one in before["assignments"]]
    assert high_water(tree, "k") < tree.clock("k").now_ms() + MINUTE_MS
    verdicts = [(one["action"], one["verdict"]) for one in after["timeline"]]
    assert verdicts.count(("adopt", "stands")) == len([one for one in verdicts if one[1] == "held"]) > 3
    assert "时钟快了" in str(after["timeline"])
    assert {one["actor"] for one in after["timeline"] if one["action"] == "adopt"} == {"a", "system"}
    assert tree.verify("k") == []
    tree.at("k").tick()
    tree.shut("k")
    tree.at("k").tick()
    assert tree.show("k", record)["timeline"] == after["timeline"], "nothing is adopted twice"


def test_what_is_more_than_one_piece_of_work_may_do_is_adopted_by_the_next_ones(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "AT_ONCE", 2)
    record = ahead(tree)
    counts = []
    for _ in range(5):
        tree.at("k").tick()
        tree.shut("k")
        verdicts = [(one["action"], one["verdict"]) for one in tree.show("k", record)["timeline"]]
        counts.append(verdicts.count(("adopt", "stands")))
    assert counts[:2] == [2, 4] and counts[-1] == counts[-2] >= 5, (
        "what the node signs by itself it signs anew"
    )
    assert [one["status"] for one in tree.show("k", record)["assignments"]] == ["accepted"]
    assert tree.verify("k") == []


def test_what_is_left_to_adopt_when_the_keys_are_changed_is_adopted_by_the_new_ones(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "AT_ONCE", 2)
    record = ahead(tree)
    tree.at("k").tick()
    tree.sync("k", "c")
    tree.do("k", "registry.replace")
    for _ in range(3):
        tree.at("k").tick()
    tree.sync("k", "c")
    tree.sync("k", "c")
    shown = tree.show("c", record)
    assert (shown["phase"], [one["status"] for one in shown["assignments"]]) == ("dispatched", ["accepted"])
    assert tree.verify("k") == []


def test_a_log_begun_ahead_of_the_clock_is_known_again_once_its_time_comes_while_acts_are_still_adopted(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was adopted first, when its time came, was folded by the registry of before: what had begun the log counted
    with everybody but its own node (seeds 200321, 200358)."""
    monkeypatch.setattr(adoption, "AT_ONCE", 1)
    tree.clock("k").advance(3 * HOUR_MS)
    tree.shut("k")
    (tree.base / "k" / "marker").unlink()
    record = tree.register("k")
    for at in range(3):
        tree.act("k", "note", record, text=f"{at}")
    tree.clock("k").advance(-3 * HOUR_MS)
    tree.at("k").tick()
    tree.later(3 * HOUR_MS)
    tree.at("k").tick()
    assert held_in(tree, "k") == 0 and tree.verify("k") == []
    assert {one["verdict"] for one in tree.show("k", record)["timeline"]} <= {"stands", "overtaken"}


def test_others_see_the_adopted_work_at_once_and_not_twice_later(tree: Tree) -> None:
    record = ahead(tree)
    tree.at("k").tick()
    tree.sync("k", "c")
    shown = tree.show("c", record)
    assert (shown["phase"], [one["status"] for one in shown["assignments"]]) == ("dispatched", ["accepted"])
    assert held_in(tree, "c") == held_in(tree, "k") > 0
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest()["digest"]
    tree.later(3 * HOUR_MS + MINUTE_MS)
    for name in ("k", "c"):
        tree.at(name).tick()
    assert held_in(tree, "c") == held_in(tree, "k") == 0
    later = tree.show("c", record)
    assert (later["phase"], later["assignments"]) == (shown["phase"], shown["assignments"])
    codes = {one["verdict"] for one in later["timeline"] if one["action"] != "adopt"}
    assert codes == {"overtaken"}
    assert not [one for one in tree.reader("c").exceptions().items if one["record"] == record]
    assert tree.reader("c").digest("370211")["digest"] == tree.reader("k").digest()["digest"]


def test_an_act_after_the_correction_goes_on_top_at_the_right_time(tree: Tree) -> None:
    record = ahead(tree)
    tree.at("k").tick()
    tree.act("k", "submit", record, result="completed", resolved=True, text="已付")
    assert high_water(tree, "k") < tree.clock("k").now_ms() + MINUTE_MS
    tree.sync("k", "c")
    assert tree.show("c", record)["assignments"][0]["status"] in ("submitted", "completed")


def test_acts_on_others_tickets_are_adopted_as_well(tree: Tree) -> None:
    record = tree.dispatched()
    tree.clock("k").advance(2 * HOUR_MS)
    tree.act("k", "accept", record)
    tree.clock("k").advance(-2 * HOUR_MS)
    tree.at("k").tick()
    tree.sync("k", "c")
    tree.sync("c", "p")
    (place,) = [one for one in tree.show("p", record)["assignments"] if one["unit"].endswith("370211")]
    assert place["status"] == "accepted"


def test_people_hired_ahead_of_the_clock_can_still_work(tree: Tree) -> None:
    tree.clock("k").advance(2 * HOUR_MS)
    tree.do("k", "staff.add", "a", id="b", name="乙", roles=["operator"], password="password1")
    tree.clock("k").advance(-2 * HOUR_MS)
    tree.at("k").tick()
    assert tree.act("k", "register", staff="b", channel="phone", topic="legal/labour/wages/arrears",
                    narrative="一", **{"class": "resolution_request"})["record"]  # fmt: skip


def test_enrolments_made_ahead_of_the_clock_are_issued_again(tree: Tree) -> None:
    tree.clock("c").advance(2 * HOUR_MS)
    tree.do("c", "invite", "a", unit="370213", name="李沧区总工会", role="hosted")
    tree.clock("c").advance(-2 * HOUR_MS)
    tree.at("c").tick()
    with tree.at("c").work() as work:
        assert work.registry.unit("370000/370200/370213") is not None
    tree.sync("c", "p")
    with tree.at("p").work() as work:
        assert work.registry.unit("370000/370200/370213") is not None
    tree.later(3 * HOUR_MS)
    tree.at("p").tick()
    with tree.at("p").work() as work:
        assert work.registry.unit("370000/370200/370213") is not None
    assert tree.verify("p") == []


def test_a_move_ordered_ahead_of_the_clock_is_issued_again_once_and_ends_with_what_is_ordered_since(
    tree: Tree,
) -> None:
    """Each time that the province left a log that ran ahead, and when the time of the held one came, the county was
    moved away anew."""
    years_ms, day_ms = 800 * 24 * HOUR_MS, 24 * HOUR_MS
    away = f"{PATHS['t']}/370211"
    orders: tuple[tuple[int, str | None], ...] = ((years_ms, away), (0, PATHS["k"]), (2 * day_ms, None))
    for by_ms, to in orders:
        tree.clock("p").advance(by_ms)
        if to is None:
            tree.register("p")
        else:
            tree.do("p", "registry.move", unit="370211", to=to)
        tree.clock("p").advance(-by_ms)
        with tree.at("p").work() as work:
            timekeeping.look(work, vouched=True)
            assert work.registry.now(PATHS["k"]) == (to or PATHS["k"])
        tree.later(MINUTE_MS)
    tree.later(years_ms)
    tree.at("p").tick()
    with tree.at("p").work() as work:
        assert work.registry.now(PATHS["k"]) == PATHS["k"]
    assert held_in(tree, "p") == 0
    assert [(one["reason"], one["open"]) for one in tree.reader("p").exceptions("denied").items] == []
    assert tree.verify("p") == []


def test_a_root_founded_ahead_of_its_clock_stays_the_root(bare: Tree) -> None:
    bare.clock("p").advance(5 * HOUR_MS)
    bare.found()
    bare.staff("p")
    bare.clock("p").advance(-5 * HOUR_MS)
    bare.at("p").tick()
    record = bare.register("p")
    assert bare.show("p", record)["owner"] == "370000"
    with bare.at("p").work() as work:
        assert work.enrolled
    assert bare.verify("p") == []


def test_holding_is_told_by_time_alone(tree: Tree) -> None:
    tree.register("k")
    with tree.at("k").work() as work:
        newest_time = held.newest(work.db)
        work.now_ms = to_ms(newest_time) + 1 - timekeeping.AUTOMATIC_MS
        assert adoption.hold(work) == 0
        work.now_ms -= 1
        assert adoption.hold(work) > 0


def test_a_node_whose_own_keys_are_of_later_waits_for_them_in_its_log(tree: Tree) -> None:
    """A new log is begun behind its enrolment: it would lie as far ahead, and so would all that is adopted there."""
    tree.clock("k").advance(3 * HOUR_MS)
    tree.do("k", "registry.replace")
    record = tree.register("k")
    tree.clock("k").advance(-3 * HOUR_MS)
    log, count = newest(tree, "k"), tree.one("k", "SELECT count(*) FROM commit_")
    for _ in range(3):
        tree.at("k").tick()
    assert newest(tree, "k") == log and tree.one("k", "SELECT count(*) FROM commit_") == count
    tree.act("k", "note", record, text="照常工作")
    assert "照常工作" in str(tree.show("k", record)["timeline"])
    tree.later(4 * HOUR_MS)
    tree.at("k").tick()
    assert held_in(tree, "k") == 0 and tree.verify("k") == []
