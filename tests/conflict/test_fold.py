"""Properties over seeded worlds, against the reference that shares no code with the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from random import Random
from typing import Any

import msgspec
import pytest

from conflict import erasure
from conflict.act import Act, Presence
from conflict.declaration import Merge
from conflict.fold import fold, on_top
from conflict.state import Standing, State
from sync_protocol.names import is_above

from .errand import ERRAND
from .reference import Reference
from .story import Story
from .world import HOSTED, World

WORLDS = 650


@cache
def worlds() -> tuple[World, ...]:
    return tuple(World(seed) for seed in range(WORLDS))


def every(step: int) -> Iterator[tuple[int, World]]:
    yield from list(enumerate(worlds()))[::step]


def as_pictured(state: State) -> dict[str, Any]:
    """A state in the reference's form."""
    return {
        "owner": state.owner, "created": state.created, "changed": state.changed, "heads": state.heads,
        "incomplete": state.incomplete,
        "slots": {name: [(one.id, one.value) for one in marks] for name, marks in state.slots.items()},
        "traces": {name: {action: one.id for action, one in marks.items()}
                   for name, marks in state.traces.items()},
        "fields": {key: [(one.id, one.value) for one in marks] for key, marks in state.fields.items()},
        "timeline": list(state.marks),
        "verdicts": {one: (str(verdict.standing), verdict.code, verdict.by, verdict.provisional)
                     for one, verdict in state.verdicts.items()},
        "rows": [(row.act, row.place, row.kind, row.code, row.winner, row.values, row.open)
                 for row in state.rows],
    }  # fmt: skip


def pictured(acts: Iterable[Act]) -> dict[str, Any]:
    return vars(Reference(ERRAND, acts).all())


def test_the_fold_equals_the_reference() -> None:
    for seed, world in every(1):
        assert as_pictured(fold(ERRAND, world.acts.values())) == pictured(world.acts.values()), seed


def test_the_fold_equals_the_reference_once_the_time_of_held_acts_has_come() -> None:
    for seed, world in every(3):
        assert as_pictured(fold(ERRAND, world.released())) == pictured(world.released()), seed


def test_arrival_order_and_duplicates_dont_matter() -> None:
    for seed, world in every(2):
        random, acts = Random(seed), list(world.acts.values())
        expected = fold(ERRAND, acts)
        twice = [*acts, *random.sample(acts, len(acts) // 2)]
        random.shuffle(twice)
        again = fold(ERRAND, twice)
        assert again == expected and list(again.marks) == list(expected.marks), seed


def arrive(acts: list[Act], random: Random, most: int) -> Iterator[tuple[list[Act], State]]:
    """Batch by batch: on top where that can be, else folded again. What was stored is what is read."""
    here: list[Act] = []
    state = State()
    while acts:
        batch = [acts.pop(0) for _ in range(min(len(acts), random.randrange(1, most)))]
        for act in batch:
            here.append(act)
            before = msgspec.msgpack.encode(state)
            further = on_top(ERRAND, state, act)
            assert msgspec.msgpack.encode(state) == before, "on_top changed its input"
            state = fold(ERRAND, here) if further is None else further
            state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State)
        yield here, state


def test_on_top_or_folded_again_equals_the_reference_after_every_batch() -> None:
    for seed, world in every(4):
        random, acts = Random(seed), list(world.acts.values())
        random.shuffle(acts)
        for here, state in arrive(acts, random, 5):
            assert as_pictured(state) == pictured(here), seed


def test_on_top_equals_a_fold_when_acts_come_in_order() -> None:
    applied = 0
    for seed, world in every(2):
        acts = sorted(world.acts.values(), key=lambda act: act.key)
        state = State()
        for at, act in enumerate(acts):
            again = fold(ERRAND, acts[: at + 1])
            further = on_top(ERRAND, state, act)
            if further is not None:
                applied += 1
                assert further == again and list(further.marks) == list(again.marks), seed
            state = again
    assert applied > 700, applied


def test_nothing_that_came_is_missing_from_timeline_or_rows() -> None:
    for seed, world in every(1):
        state = fold(ERRAND, world.acts.values())
        kept = {one for one, act in world.acts.items() if act.presence is not Presence.ERASED}
        kept -= set(erasure.reach(world.acts.values()).acts)
        assert set(state.marks) == set(state.verdicts) == kept, seed
        listed = {row.act for row in state.rows}
        for one, verdict in state.verdicts.items():
            silent = verdict.standing is Standing.STANDS or verdict.provisional
            same_outcome = verdict.standing is Standing.OVERTAKEN and _same_outcome(state, one, verdict.by)
            assert silent or same_outcome or state.incomplete or one in listed, seed


def _same_outcome(state: State, one: bytes, by: bytes) -> bool:
    return bool(state.marks[one].value == state.marks[by].value)


def test_no_honest_act_is_denied() -> None:
    for seed, world in every(1):
        verdicts = fold(ERRAND, world.acts.values()).verdicts
        assert not [
            one for one, told in verdicts.items() if one in world.honest and told.standing is Standing.DENIED
        ], seed


def test_every_overtaken_act_has_a_standing_superior_that_is_concurrent() -> None:
    for seed, world in every(1):
        reference = Reference(ERRAND, world.acts.values())
        state = fold(ERRAND, world.acts.values())
        for one, verdict in state.verdicts.items():
            if verdict.standing is Standing.OVERTAKEN and verdict.code != "adopted":
                assert state.verdicts[verdict.by].standing is Standing.STANDS, seed
                assert is_above(state.marks[verdict.by].unit, state.marks[one].unit), seed
                assert reference.concurrent(one, verdict.by), seed


def test_the_worlds_reach_every_verdict_and_rule_two_hundred_times() -> None:
    met: Counter[str] = Counter()
    for _, world in every(1):
        acts = list(world.acts.values())
        reference = Reference(ERRAND, acts)
        met.update(_verdicts(reference))
        met.update(_merges(reference))
        met.update({"three concurrent authors": 1} if _three_authors(reference) else {})
        met.update("hosted" for act in acts if act.unit == HOSTED)
    wanted = [*map(str, Standing), *map(str, Merge), "three concurrent authors", "hosted"]
    assert {one: met[one] for one in wanted if met[one] < 200} == {}
    rare = ["adopt", "settle", "closed", "overtaken_wider", "overtaken_narrower", "lost", "missing"]
    assert {one: met[one] for one in rare if met[one] < 20} == {}


def _verdicts(reference: Reference) -> Iterator[str]:
    picture = reference.all()
    for one, (standing, _, _, _) in picture.verdicts.items():
        yield standing
        if reference.acts[one].action == "adopt" and standing in ("stands", "overtaken"):
            yield "adopt"
    for row in picture.rows:
        yield row[3]
        if not row[6]:
            yield "closed"


def _merges(reference: Reference) -> Iterator[str]:
    """A rule is met where it has something to decide: writes that don't know of each other."""
    writers: dict[str, list[bytes]] = {}
    for one in reference.acts:
        effect = reference.judge(one)[1] if reference.counts(one) else None
        for key, _ in effect.fields if effect else ():
            writers.setdefault(key.replace("-", ""), []).append(one)
        if reference.acts[one].data.get("replaces") and effect:
            yield "settle"
        if reference.counts(one) and reference.judge(one)[0] in ("once", "not_first"):
            yield Merge.ONCE
    for key, ids in writers.items():
        if any(reference.concurrent(one, other) for one, other in combinations(ids, 2)):
            yield str(reference.rule(key))


def _three_authors(reference: Reference) -> bool:
    standing = [one for one, verdict in reference.all().verdicts.items() if verdict[0] == "stands"]
    return any(
        len({reference.acts[one].unit for one in three}) == 3
        and all(reference.concurrent(one, other) for one, other in combinations(three, 2))
        for three in combinations(standing, 3)
    )


def test_a_thousand_acts_in_a_row_and_in_two_branches_are_folded() -> None:
    story = Story()
    acts, heads = list(story.acts), [story.first, story.first]
    for at in range(1000):
        side = at % 2 if at < 600 else 0
        key = story.acts[0].key._replace(time=at + 10 * story.acts[0].key.time, seq=at + 2)
        after = tuple({heads[0], heads[1]}) if at == 600 else (heads[side],)
        short = b"n" + at.to_bytes(15, "big")
        acts.append(Act(short, key, "p", "w1", "errand/2", "note", {"remarks": at}, after))
        heads[side] = short
    assert len(fold(ERRAND, acts).every("remarks")) == 1000


@pytest.mark.parametrize("presence", [Presence.HELD, Presence.QUARANTINED, Presence.ERASED])
def test_a_record_of_links_alone_is_folded(presence: Presence) -> None:
    story = Story()
    story.does("p", "note", remarks="r", also={"presence": presence, "reason": "forked"})
    state = fold(ERRAND, [act for act in story.acts if act.presence is presence])
    assert state.heads == () and state.slots == {}


def test_destroying_what_an_erasure_reaches_changes_no_state() -> None:
    destroyed = 0
    for seed, world in every(1):
        acts = list(world.acts.values())
        reach = erasure.reach(acts)
        clean = erasure.cleansed(acts, reach)
        destroyed += clean != acts
        random = Random(seed)
        some = [random.choice(pair) for pair in zip(acts, clean, strict=True)]
        assert fold(ERRAND, clean) == fold(ERRAND, some) == fold(ERRAND, acts), seed
    assert destroyed > 40, destroyed


def test_what_an_erasure_has_reached_it_reaches_whatever_comes_later() -> None:
    """Destroying can't be taken back. But an order may turn out to be none, and what it alone took comes back then."""
    reached = 0
    for seed, world in every(1):
        acts = list(world.acts.values())
        if not any(act.action == "erase" for act in acts):
            continue
        Random(seed).shuffle(acts)
        whole = erasure.reach(acts)
        for upto in range(1, len(acts)):
            found = erasure.reach(acts[:upto])
            for one, by in found.acts.items():
                assert one in whole.acts or by not in whole.orders, seed
            for one, by in found.texts.items():
                assert one in whole.texts or by not in whole.orders, seed
            reached += len(found.acts) + len(found.texts)
    assert reached > 1000, reached


def test_no_word_of_what_was_erased_stands_in_a_state() -> None:
    for seed, world in every(1):
        acts = list(world.acts.values())
        reach = erasure.reach(acts)
        state = fold(ERRAND, acts)
        standing = {(one.id, key) for key, marks in state.fields.items() for one in marks}
        for act in acts:
            if act.id in reach.acts:
                assert act.id not in state.marks, seed
            for text in act.texts:
                if text.id in reach.texts:
                    assert not {(act.id, name) for name in text.data} & standing, seed


def test_a_change_that_its_log_names_a_second_time_is_quarantined_and_the_first_stands() -> None:
    for seed, world in every(20):
        acts = list(world.acts.values())
        twice = Random(seed).choice(acts)
        later = replace(twice, key=twice.key._replace(seq=twice.key.seq + 1, time=twice.key.time + 1))
        state = fold(ERRAND, [later, *acts])
        assert as_pictured(state) == pictured([*acts, later]), seed
        listed = [row.act for row in state.rows if row.code == "repeated"]
        assert listed == ([twice.id] if twice.id in state.marks else []), seed
