"""What orders reach, and what they don't."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from conflict import erasure
from conflict.act import Act, Key, Presence, Text
from conflict.fold import fold, on_top
from conflict.judge import judge
from conflict.state import Standing

from .errand import ERRAND

ROOT, BELOW = "p", "p/a"


def act(number: int, action: str, *after: Act, unit: str = ROOT, data: Any = None, words: Any = None) -> Act:
    name = bytes(15) + bytes([number])
    texts = (Text(bytes(15) + bytes([number + 100]), "errand/2", words),) if words else ()
    return Act(
        name, Key(number * 10, unit.encode(), number, 0), unit, "w1", "errand/2", action, data or {},
        tuple(sorted(one.id for one in after)), words or {}, texts=texts, record=bytes(15) + b"\1",
    )  # fmt: skip


OPEN = act(1, "open", unit=BELOW, data={"number": "1"}, words={"story": "s", "name": "n"})
NOTE = act(2, "amend", OPEN, unit=BELOW, words={"name": "m"})


def order(
    number: int, *after: Act, unit: str = ROOT, fields: list[str] | None = None, items: Any = ()
) -> Act:
    data = {"ground": "by law", "changes": list(items)} | ({"fields": fields} if fields else {})
    return act(number, "erase", *after, unit=unit, data=data)


def destroyed_as_it_came(acts: Iterable[Act]) -> list[Act]:
    """What is left of them, one by one: what was destroyed once is never there again."""
    here: list[Act] = []
    for one in acts:
        here = erasure.cleansed([*here, one], erasure.reach([*here, one]))
    return sorted(here, key=lambda one: one.key)


def test_a_whole_order_takes_all_but_orders_and_receipts() -> None:
    whole = order(3, OPEN)
    told = act(4, "erased", whole, data={"by": whole.id, "count": 4})
    late = act(5, "amend", told, words={"name": "new"})
    found = erasure.reach([OPEN, NOTE, whole, told, late])
    assert set(found.acts) == {OPEN.id, NOTE.id, late.id}
    assert set(found.texts) == {one.texts[0].id for one in (OPEN, NOTE, late)}
    state = fold(ERRAND, [OPEN, NOTE, whole, told, late])
    assert [one.action for one in state.marks.values()] == ["erase", "erased"]
    assert (state.owner, state.created, state.fields) == (BELOW, 10, {})
    assert erasure.is_whole(state)


def test_who_knows_that_a_record_was_erased_is_told_so_before_he_signs() -> None:
    whole = order(3, OPEN)
    state = fold(ERRAND, [OPEN, NOTE, whole])
    late = act(4, "amend", whole, words={"name": "new"})
    assert judge(ERRAND, state, late).code == "erased"
    assert on_top(ERRAND, state, late) is None


@pytest.mark.parametrize("fields", [None, ["name"]])
def test_what_is_destroyed_is_the_same_in_whatever_order_it_comes(fields: list[str] | None) -> None:
    ordered = order(2, OPEN, fields=fields)
    told = act(3, "erased", ordered, data={"by": ordered.id, "count": 1})
    between = act(4, "amend", OPEN, unit=BELOW, data={"title": "t"})
    knowing = act(5, "amend", told, words={"name": "new"})
    unknowing = act(6, "amend", between, unit=BELOW, words={"name": "still"})
    acts = [OPEN, ordered, told, between, knowing, unknowing]
    expected = destroyed_as_it_came(acts)
    assert [one.id for one in expected if one.texts] == ([knowing.id] if fields else [])
    for each in permutations(acts):
        left = destroyed_as_it_came(each)
        assert left == expected, [one.id[-1] for one in each]
        assert fold(ERRAND, left) == fold(ERRAND, acts)


def test_words_later_than_an_order_of_fields_wait_until_all_that_they_rest_on_is_here() -> None:
    ordered = order(2, OPEN, fields=["name"])
    between = act(4, "amend", OPEN, unit=BELOW)
    late = act(6, "amend", between, unit=BELOW, words={"name": "still"})
    assert late.texts[0].id not in erasure.reach([OPEN, ordered, late]).texts
    assert fold(ERRAND, [OPEN, ordered, late]).shown("name") == "still"
    assert late.texts[0].id in erasure.reach([OPEN, ordered, late, between]).texts


@pytest.mark.parametrize(
    "broken",
    [
        {"presence": Presence.ERASED, "matter": "", "action": ""},
        {"presence": Presence.QUARANTINED, "matter": ""},
    ],
)
def test_words_wait_behind_an_act_that_doesnt_tell_what_it_had_seen(broken: dict[str, Any]) -> None:
    """It was destroyed by an order that counts no more, and may come back; or its bytes are no act."""
    ordered = order(2, OPEN, fields=["name"])
    between = replace(act(4, "amend", ordered), after=(), **broken)
    late = act(6, "amend", between, words={"name": "still"})
    assert late.texts[0].id not in erasure.reach([OPEN, ordered, between, late]).texts


def test_words_older_than_an_order_are_taken_whatever_is_missing_of_their_past() -> None:
    """They can't have seen it, and the order may list them: nothing that is to come yet would spare them."""
    nowhere = act(9, "amend")
    older = act(4, "amend", nowhere, unit=BELOW, words={"name": "still"})
    ordered = order(5, OPEN, fields=["name"])
    assert older.texts[0].id in erasure.reach([OPEN, older, ordered]).texts
    backdated = act(4, "amend", ordered, words={"name": "by a bad clock"})
    assert backdated.texts[0].id in erasure.reach([OPEN, ordered, backdated]).texts


@pytest.mark.parametrize("fields", [None, ["name"]])
def test_what_comes_later_in_the_order_and_hadnt_seen_it_goes_too(fields: list[str] | None) -> None:
    """Written offline while it was ordered: its time is later, and nothing of it was told of the order."""
    ordered = order(3, OPEN, fields=fields)
    offline = act(4, "amend", OPEN, unit=BELOW, words={"name": "still"})
    assert offline.texts[0].id in erasure.reach([OPEN, ordered, offline]).texts


def test_an_order_of_fields_takes_the_words_that_write_them_and_no_act() -> None:
    some = order(3, NOTE, fields=["story"])
    after = act(4, "amend", some, words={"story": "again"})
    state = fold(ERRAND, [OPEN, NOTE, some, after])
    assert [verdict.standing for verdict in state.verdicts.values()] == [Standing.STANDS] * 4
    assert state.shown("story") == "again" and state.shown("name") == "m" and state.shown("number") == "1"
    assert not erasure.is_whole(state)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "p/b"}, "not_registrar"),
        ({"given": False}, "not_given"),
        ({"after": ()}, "no_beginning"),
        ({"data": {"ground": "", "changes": []}}, "malformed"),
        ({"data": {"ground": "g", "changes": [], "fields": []}}, "malformed"),
        ({"data": {"ground": "g", "changes": [{0: b"short"}]}}, "malformed"),
        ({"data": {"ground": "g", "changes": [{0: bytes(32), 4: "x"}]}}, "malformed"),
        ({"data": {"ground": "g", "changes": [7]}}, "malformed"),
        ({"data": {"ground": "g", "changes": [], "units": [1]}}, "malformed"),
    ],
)
def test_an_order_that_isnt_allowed_takes_nothing(changes: dict[str, Any], code: str) -> None:
    bad = replace(order(3, NOTE), **changes)
    assert not erasure.reach([OPEN, NOTE, bad]).acts
    assert fold(ERRAND, [OPEN, NOTE, bad]).verdicts[bad.id].code == code


@pytest.mark.parametrize("presence", [Presence.HELD, Presence.QUARANTINED])
def test_an_order_that_doesnt_count_yet_takes_nothing(presence: Presence) -> None:
    assert not erasure.reach([OPEN, NOTE, replace(order(3, NOTE), presence=presence)]).acts


@pytest.mark.parametrize("presence", [Presence.HELD, Presence.QUARANTINED])
def test_what_is_held_or_quarantined_goes_too(presence: Presence) -> None:
    aside = replace(NOTE, presence=presence)
    assert NOTE.id in erasure.reach([OPEN, aside, order(3, OPEN)]).acts


def test_the_registrar_is_known_where_the_orders_past_isnt_here() -> None:
    lost = act(2, "amend", OPEN)
    assert OPEN.id in erasure.reach([OPEN, order(3, lost, unit=BELOW)]).acts


def test_what_a_whole_order_lists_isnt_missing_where_it_never_came() -> None:
    whole = order(3, NOTE, items=[{0: one.id * 2} for one in (OPEN, NOTE)])
    state = fold(ERRAND, [whole])
    assert (state.incomplete, state.rows) == (False, [])


def test_a_receipt_stands_where_its_order_stood() -> None:
    whole = order(3, NOTE)
    good = act(4, "erased", whole, unit="p/b", data={"by": whole.id, "count": 3})
    bad = act(5, "erased", whole, unit="p/b", data={"by": NOTE.id, "count": 3})
    verdicts = fold(ERRAND, [OPEN, NOTE, whole, good, bad]).verdicts
    assert verdicts[good.id].standing is Standing.STANDS
    assert verdicts[bad.id].code == "nothing_erased"


def test_a_receipt_stands_whatever_is_left_of_the_acts_by_which_its_author_had_seen_the_order() -> None:
    """They went with the whole record: who never had them knows no link from the receipt to its order."""
    some = order(2, OPEN, fields=["name"])
    between = act(3, "amend", some, data={"title": "t"})
    told = act(4, "erased", between, unit="p/b", data={"by": some.id, "count": 1})
    whole = order(5, told, items=[{0: one.id * 2} for one in (OPEN, between)])
    for left in ([OPEN, some, between, told, whole], [some, told, whole]):
        assert fold(ERRAND, left).verdicts[told.id].standing is Standing.STANDS


def test_a_receipt_older_than_its_order_is_none() -> None:
    whole = order(3, OPEN)
    early = act(2, "erased", OPEN, data={"by": whole.id, "count": 1})
    for acts in ([OPEN, early, whole], [OPEN, whole, early]):
        assert fold(ERRAND, acts).verdicts[early.id].code == "nothing_erased"


def test_an_erasure_cant_be_adopted_nor_can_what_was_erased() -> None:
    whole = order(3, NOTE)
    adopts = act(4, "adopt", NOTE, data={"acts": [whole.id]})
    assert (
        fold(ERRAND, [OPEN, NOTE, adopts, replace(whole, key=Key(35, b"x", 1, 0), unit="p/c")])
        .verdicts[adopts.id]
        .code
        == "quoted_adopt"
    )


def test_what_an_unlisted_act_had_seen_is_forgotten_before_its_body_is_destroyed_as_after() -> None:
    """The state is the same before and after; an enemy's act may name what never was."""
    nowhere = act(9, "open")
    offline = act(4, "amend", OPEN, nowhere, unit=BELOW, words={"name": "still"})
    ordered = order(3, OPEN)
    before = fold(ERRAND, [OPEN, ordered, offline])
    gone = [replace(one, presence=Presence.ERASED, matter="", action="", data={}, after=(), words={}, texts=())
            for one in (OPEN, offline)]  # fmt: skip
    assert before == fold(ERRAND, [ordered, *gone])
    assert not before.incomplete
