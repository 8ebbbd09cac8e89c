from __future__ import annotations

from dataclasses import replace

from conflict.act import Act, Presence
from conflict.fold import fold, on_top

from .errand import ERRAND
from .story import SECOND, Story, sent


def further(story: Story, **changes: object) -> Act:
    """A note on top of the story, not yet told."""
    last = story.acts[-1]
    key = last.key._replace(time=last.key.time + SECOND, seq=99)
    note = Act(b"n" * 16, key, "p", "w1", "errand/2", "note", {"remarks": "r"}, story.state().heads,
               record=last.record)  # fmt: skip
    return replace(note, **changes)  # type: ignore[arg-type]


def test_an_act_that_names_the_heads_is_applied_on_top_and_equals_a_fold() -> None:
    story = sent()
    state = on_top(ERRAND, story.state(), further(story))
    assert state == fold(ERRAND, [*story.acts, further(story)])


def test_what_doesnt_name_the_heads_is_to_be_folded_again() -> None:
    story = sent()
    state = story.state()
    assert on_top(ERRAND, state, further(story, after=(story.first,))) is None
    assert on_top(ERRAND, state, further(story, presence=Presence.HELD)) is None
    assert on_top(ERRAND, state, further(story, action="adopt", data={"acts": [story.first]})) is None
    assert on_top(ERRAND, state, further(story, key=story.acts[0].key)) is None


def test_an_act_applied_beside_a_held_one_stands_before_it_in_the_timeline() -> None:
    story = sent()
    held = {"presence": Presence.HELD, "key": story.acts[-1].key._replace(time=10**9 * SECOND)}
    waiting = story.does("p/b", "note", remarks="later", also=held)
    late = story.acts.pop()
    note = further(story)
    story.acts.append(late)
    state = on_top(ERRAND, story.state(), note)
    again = fold(ERRAND, [*story.acts, note])
    assert state == again
    assert state is not None and list(state.marks)[-2:] == [note.id, waiting] == list(again.marks)[-2:]


def applied(story: Story) -> bool:
    """Whether the last act, applied on top, gives what a fold gives."""
    before = fold(ERRAND, story.acts[:-1])
    return on_top(ERRAND, before, story.acts[-1]) == story.state()


def test_rows_closed_before_stay_when_the_next_conflict_of_the_field_is_settled() -> None:
    story = Story("p", amount=100)
    for amounts in ((200, 300), (400, 500)):
        heads = story.state().heads
        sides = [story.does(unit, "amend", amount=amount, after=heads)
                 for unit, amount in zip(("p/a", "p/b"), amounts, strict=True)]  # fmt: skip
        story.does("p", "amend", amount=1, replaces=sides)
        assert applied(story)
    assert [row.open for row in story.rows()] == [False, False]


def test_a_write_of_the_containing_slot_closes_the_rows_within() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a/x", "submit", result=1, after=heads)
    story.does("p/a", "recall", unit="p/a/x", after=heads)
    story.does("p", "lead", unit="p/a")
    assert applied(story) and [row.open for row in story.rows()] == [True]
    story.does("p", "close")
    assert applied(story) and [row.open for row in story.rows()] == [False]


def test_the_timeline_is_the_same_when_a_held_first_act_is_adopted() -> None:
    story = Story("p", title="t")
    story.acts[0] = replace(story.acts[0], presence=Presence.HELD)
    adopted = story.does("p", "adopt", acts=[story.first], after=())
    state = story.state()
    assert story.standing(adopted)[0] == "stands"
    assert state.held("phase") == "open" and state.owner == "p" and state.shown("number") == "1"


def test_an_act_that_a_quarantined_one_has_named_is_missing_no_more() -> None:
    """A quarantined act is no head: the one that it names still names all the heads."""
    story = sent()
    named = further(story)
    ahead = replace(
        named, id=b"q" * 16, key=named.key._replace(time=named.key.time + SECOND, seq=100), after=(named.id,),
        presence=Presence.QUARANTINED, reason="revoked",
    )  # fmt: skip
    state = fold(ERRAND, [*story.acts, ahead])
    assert state.incomplete
    assert on_top(ERRAND, state, named) is None
    assert not fold(ERRAND, [*story.acts, ahead, named]).incomplete
