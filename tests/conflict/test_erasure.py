"""What orders reach, and what they don't."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conflict import erasure
from conflict.act import Act, Key, Presence, Text
from conflict.fold import fold
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


def test_a_whole_order_takes_all_that_hasnt_seen_it_and_nothing_that_has() -> None:
    whole = order(3, OPEN)
    late = act(4, "amend", whole, words={"name": "new"})
    found = erasure.reach([OPEN, NOTE, whole, late])
    assert set(found.acts) == {OPEN.id, NOTE.id} and set(found.texts) == {OPEN.texts[0].id, NOTE.texts[0].id}
    state = fold(ERRAND, [OPEN, NOTE, whole, late])
    assert [one.action for one in state.marks.values()] == ["erase", "amend"]
    assert (state.verdicts[late.id].standing, state.verdicts[late.id].code) == (Standing.DENIED, "erased")
    assert (state.owner, state.created, state.fields) == (BELOW, 10, {})
    assert erasure.is_whole(state)


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
