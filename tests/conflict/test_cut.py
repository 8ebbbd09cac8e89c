"""Overtaking, containment, and the rows that say so."""

from __future__ import annotations

from dataclasses import replace

from .story import Story, sent


def test_what_a_superior_did_at_the_same_time_overtakes_and_the_row_closes_with_the_next_write() -> None:
    story = sent()
    heads = story.state().heads
    lost = story.does("p/a/x", "submit", result=1, after=heads)
    won = story.does("p/a", "recall", unit="p/a/x", after=heads)
    (row,) = story.rows()
    assert (row.act, row.code, row.place, row.winner) == (lost, "overtaken", "status/p/a/x", won)
    assert row.values == ("submitted", "recalled") and row.open
    assert story.state().shown("result@status/p/a/x") == 1, "fields of an overtaken act stand"
    story.does("p/a", "assign", unit="p/a/x")
    assert [one.open for one in story.rows()] == [False]


def test_the_same_outcome_is_no_conflict() -> None:
    story = sent()
    heads = story.state().heads
    lower = story.does("p/a", "recall", unit="p/a/x", after=heads)
    story.does("p", "recall", unit="p/a/x", after=heads)
    assert story.standing(lower) == ("overtaken", "overtaken")
    assert story.rows() == []


def test_tier_has_no_part_in_what_was_seen() -> None:
    story = sent()
    story.does("p/a", "recall", unit="p/a/x")
    story.does("p/a", "assign", unit="p/a/x")
    accepted = story.does("p/a/x", "accept")
    assert story.standing(accepted)[0] == "stands"
    assert story.state().held("status/p/a/x") == "accepted"


def test_a_closed_phase_overtakes_what_is_done_below_it_at_the_same_time() -> None:
    story = sent()
    heads = story.state().heads
    lost = story.does("p/a/x", "submit", result=1, after=heads)
    story.does("p", "close", after=heads)
    assert story.standing(lost) == ("overtaken", "overtaken_wider")
    assert story.state().held("status/p/a/x") == "accepted"
    (row,) = story.rows()
    assert row.values == ("submitted", "closed") and row.place == "status/p/a/x"


def test_a_superiors_status_overtakes_a_phase_that_contains_it() -> None:
    story = Story("p/a/x", title="t")
    heads = story.state().heads
    lost = story.does("p/a/x", "close", after=heads)
    story.does("p", "assign", unit="p/a", after=heads)
    assert story.standing(lost) == ("overtaken", "overtaken_narrower")
    assert story.state().held("phase") == "open"


def test_what_overtakes_must_stand_itself() -> None:
    story = sent()
    heads = story.state().heads
    county = story.does("p/a/x", "submit", result=1, after=heads)
    city = story.does("p/a", "recall", unit="p/a/x", after=(county,))
    story.does("p", "assign", unit="p/a/x", after=(county,))
    assert story.standing(city)[0] == "overtaken"
    assert story.standing(county)[0] == "stands"


def test_between_equals_the_last_in_the_order_wins_and_the_other_is_listed() -> None:
    story = sent()
    heads = story.state().heads
    lost = story.does("p/a", "lead", unit="p/a", after=heads)
    won = story.does("p/b", "lead", unit="p/b", after=heads)
    assert story.state().held("lead") == "p/b"
    (row,) = story.rows()
    assert (row.act, row.code, row.winner, row.open) == (lost, "lost", won, True)
    assert story.state().verdicts[lost].by == won
    story.does("p/a/y", "lead", unit="p/a")
    assert [one.open for one in story.rows()] == [False]


def test_an_incomplete_record_lists_no_conflicts_until_its_past_has_come() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a", "lead", unit="p/a", after=heads)
    story.does("p/b", "lead", unit="p/b", after=heads)
    whole, gone = story.state(), story.acts.pop(1)
    state = story.state()
    assert state.incomplete
    assert [(row.kind, row.code, row.values) for row in state.rows] == [("incomplete", "missing", (gone.id,))]
    story.acts.append(gone)
    assert story.state() == whole


def test_an_act_on_top_of_an_incomplete_record_stands_provisionally() -> None:
    story = sent()
    story.acts.pop(0)
    note = story.does("p", "note", remarks="r")
    assert story.state().verdicts[note].provisional and story.state().incomplete


def test_a_second_first_act_with_an_earlier_time_isnt_the_records_first() -> None:
    story = sent()
    false = story.does("p/b", "open", after=(), number="9", also={"key": story.acts[0].key._replace(time=1)})
    assert story.standing(false) == ("denied", "not_first")
    assert story.state().owner == "p" and story.state().shown("number") == "1"


def test_without_a_record_id_the_first_in_order_without_a_past_begins_it() -> None:
    story = sent()
    story.acts = [replace(act, record=b"") for act in story.acts]
    assert story.state().owner == "p" and not story.state().rows
