"""The check: its sheet, the sample, archiving what isn't in it, and in which order owners take tickets up."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from conflict.state import Standing
from node.errors import Forbidden, Usage
from node.matters import sampling
from node.matters.ticket import turns
from tests.node.matters.scene import RECORD, TICKET, P, Scene, ms

FULL = {"procedure": 20, "timeliness": 20, "facts": 20, "reply": 20, "record": 20}


def checks(scene: Scene) -> list[dict[str, object]]:
    return [one.data for one in scene[P].state.marks.values() if one.action == "quality_check"]


def test_the_score_is_the_sum_of_the_sheet() -> None:
    scene = Scene().checked()
    scene.do(P, "quality-check", outcome="pass", sheet={**FULL, "facts": 7})
    [data] = checks(scene)
    assert (data["score"], data["sheet"]) == (87, {**FULL, "facts": 7})


def test_a_sheet_is_given_as_one_option_too() -> None:
    scene = Scene().checked()
    scene.do(
        P, "quality-check", outcome="pass", sheet="procedure=20,timeliness=19, facts=18，reply=17,record=16"
    )
    assert checks(scene)[0]["score"] == 90


@pytest.mark.parametrize(
    "sheet",
    [{**FULL, "facts": 21}, {**FULL, "charm": 5}, {"facts": 20}, "facts", "facts=x", "facts=1,facts=2", "=3",
     {**FULL, "facts": -1}, [1]],
)  # fmt: skip
def test_a_sheet_that_isnt_the_policy_s_is_refused_and_nothing_is_signed(sheet: object) -> None:
    scene = Scene().checked()
    with pytest.raises(Usage) as refused:
        scene.tick()[P].do("quality-check", outcome="pass", sheet=sheet)
    assert refused.value.code == "bad_value" and checks(scene) == []


def test_the_policy_names_other_items() -> None:
    scene = Scene().checked()
    scene.policy = {"check_items": {"态度": 60, "结果": 40}}
    scene.do(P, "quality-check", outcome="pass", sheet="态度=55,结果=40")
    assert checks(scene)[0]["score"] == 95


def test_a_score_that_isnt_the_sum_is_denied_wherever_it_comes_from() -> None:
    scene = Scene().checked()
    for data in (
        {"sheet": {"facts": 1}, "score": 2},
        {"sheet": {"facts": 1}},
        {"score": 5},
        {"sheet": [1], "score": 1},
    ):
        with pytest.raises(Forbidden) as refused:
            scene.tick()[P].act("quality_check", round=1, outcome="pass", **data)
        assert refused.value.code == "bad_sheet"


def test_a_check_without_a_sheet_stands_as_it_always_did() -> None:
    scene = Scene().checked()
    scene.do(P, "quality-check", outcome="pass")
    assert {one.standing for one in scene[P].state.verdicts.values()} == {Standing.STANDS}


def test_what_isnt_in_the_sample_is_archived_unchecked_and_says_so() -> None:
    scene = Scene().checked()
    scene.policy = {"check_sample_percent": 1}
    with pytest.raises(Forbidden):
        _archived_as(scene, RECORD)  # 00…01 is in every sample
    _archived_as(scene, b"\xff" * 16)
    assert TICKET.phase(scene[P].state) == "archived"
    assert checks(scene) == [{"outcome": "pass", "sampled": False, "round": 1}]


def _archived_as(scene: Scene, record: bytes) -> None:
    office, verb = scene.tick()[P], TICKET.verb("archive")
    assert verb is not None
    desk = replace(office.desk(), record=record)
    office.sign(verb.plan(office.state, {}, desk), "li")


def test_where_all_are_checked_nothing_is_archived_unchecked() -> None:
    scene = Scene().checked()
    with pytest.raises(Forbidden) as refused:
        _archived_as(scene, b"\xff" * 16)
    assert refused.value.code == "not_checked"


def test_a_failed_check_isnt_got_round_by_the_sample() -> None:
    scene = Scene().checked()
    scene.policy = {"check_sample_percent": 1}
    scene.do(P, "quality-check", outcome="fail")
    with pytest.raises(Forbidden) as refused:
        _archived_as(scene, b"\xff" * 16)
    assert refused.value.code == "rework_alone"


def test_a_sample_has_its_share_of_all_records_and_a_larger_one_holds_it() -> None:
    records = [hashlib.sha256(bytes([one % 256, one // 256])).digest()[:16] for one in range(4000)]
    for percent in (1, 10, 50, 99):
        chosen = {one for one in records if sampling.is_sampled(one, percent)}
        assert abs(len(chosen) / len(records) - percent / 100) < 0.03
        assert chosen <= {one for one in records if sampling.is_sampled(one, percent + 1)}
    assert all(sampling.is_sampled(one, 100) for one in (*records, b"\xff" * 16))
    assert not any(sampling.is_sampled(one, 0) for one in (*records, bytes(16)))


def test_what_has_just_been_handed_over_is_due_at_once() -> None:
    scene = Scene().at("2026-11-16 09:00").followed()
    found = turns.turn(scene[P].state)
    assert found is not None and found.attempts == 0 and found.at_ms <= scene.now


def test_whom_an_attempt_didnt_reach_is_due_the_next_day() -> None:
    scene = Scene().at("2026-11-16 09:00").followed()
    scene.at("2026-11-16 23:50").do(P, "follow-up", outcome="no_answer")
    found = turns.turn(scene[P].state)
    assert found is not None and (found.at_ms, found.attempts) == (ms("2026-11-17 00:00"), 1)
    scene.at("2026-11-17 10:00").do(P, "follow-up", outcome="declined")
    found = turns.turn(scene[P].state)
    assert found is not None and (found.at_ms, found.attempts) == (ms("2026-11-18 00:00"), 2)


def test_whoever_is_dissatisfied_waits_for_rework_now() -> None:
    scene = Scene().at("2026-11-16 09:00").followed()
    scene.do(P, "follow-up", outcome="dissatisfied", result=1)
    found = turns.turn(scene[P].state)
    assert found is not None and found.at_ms <= scene.now
    scene.do(P, "rework", reason="dissatisfied", text="没解决")
    assert turns.turn(scene[P].state) is None
