from __future__ import annotations

from dataclasses import replace

from conflict.act import Presence
from conflict.digest import digest

from .errand import ERRAND
from .story import Story, sent


def of(story: Story) -> bytes:
    return digest(ERRAND, story.state())


def test_the_same_acts_give_the_same_digest_in_whatever_order() -> None:
    story = sent()
    before = of(story)
    story.acts.reverse()
    assert of(story) == before and len(before) == 32


def test_an_act_more_or_another_verdict_gives_another_digest() -> None:
    story = sent()
    before = of(story)
    heads = story.state().heads
    story.does("p/a/x", "submit", result=1, after=heads)
    between = of(story)
    story.does("p", "recall", unit="p/a/x", after=heads)
    assert len({before, between, of(story)}) == 3


def test_what_was_judged_of_an_act_counts_by_itself() -> None:
    story = sent()
    story.does("p", "recall", unit="p/a/x", after=story.state().heads)
    before, fields = of(story), story.state().fields
    story.acts[-1] = replace(story.acts[-1], given=False)
    assert story.state().fields == fields
    assert of(story) != before


def test_words_dont_count_nor_what_is_held_or_quarantined() -> None:
    story = sent()
    note = story.does("p", "amend", words={"story": "s"})
    before = of(story)
    at = next(at for at, act in enumerate(story.acts) if act.id == note)
    story.acts[at] = replace(story.acts[at], words={})
    story.does("p/a", "note", remarks="r", also={"presence": Presence.HELD})
    story.does("p/a", "note", remarks="r", also={"presence": Presence.QUARANTINED})
    assert of(story) == before
