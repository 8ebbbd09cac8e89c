from __future__ import annotations

from dataclasses import replace

from conflict.act import Act, Key, Presence
from conflict.order import Order, arrange, bits, quotes_of


def act(short: str, time: int, *after: str, log: bytes = b"l", **more: object) -> Act:
    named = tuple(one.encode() for one in after)
    return Act(short.encode(), Key(time, log, time, 0), "p", "w", "m/1", "a", {}, named, **more)  # type: ignore[arg-type]


def test_the_order_is_the_plain_sort_by_key_and_each_id_counts_once() -> None:
    one, other = act("b", 1, log=b"x"), act("a", 1, log=b"y")
    repeated = act("b", 9)
    assert arrange([repeated, other, one, one]) == [one, other]


def test_a_past_reaches_through_held_quarantined_and_erased_acts() -> None:
    order = Order([act("a", 1), act("b", 2, "a", presence=Presence.ERASED), act("c", 3, "b")])
    assert list(bits(order.pasts[2])) == [0, 1]


def test_what_misses_a_part_of_its_past_is_known_and_so_is_what_rests_on_it() -> None:
    order = Order([act("a", 1), act("b", 2, "?"), act("c", 3, "b")])
    assert order.lacking == [False, True, True]
    assert order.missing[1] == [b"?"]


def test_a_cause_after_its_effect_is_late_but_a_link_all_the_same() -> None:
    order = Order([act("b", 1, "a"), act("a", 2), act("c", 3, "b")])
    assert [order.counts(at) for at in range(3)] == [False, True, True]
    assert list(bits(order.pasts[2])) == [0, 1]
    assert order.sequence.index(1) < order.sequence.index(0) < order.sequence.index(2)


def test_an_act_of_the_same_instant_is_later_only_behind_in_the_same_commit() -> None:
    one, other = act("a", 1, log=b"x"), act("b", 1, "a", log=b"y")
    assert [Order([one, other]).counts(at) for at in range(2)] == [True, False]
    behind = replace(other, key=one.key._replace(index=1))
    assert [Order([one, behind]).counts(at) for at in range(2)] == [True, True]


def test_acts_that_name_each_other_dont_hang_the_order() -> None:
    order = Order([act("a", 1, "b"), act("b", 2, "a")])
    assert sorted(order.sequence) == [0, 1]


def test_only_short_ids_are_quoted() -> None:
    quoting = Act(b"q", Key(1, b"l", 1, 0), "p", "w", "m/1", "adopt", {"acts": [b"x", 7, "y"]})
    assert quotes_of(quoting) == [b"x"]
