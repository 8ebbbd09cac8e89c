from __future__ import annotations

from node.transport import rates
from node.transport.rates import Rate, Rates


def test_a_burst_goes_at_once_and_what_is_beyond_it_in_its_turn() -> None:
    found = Rates(Rate(burst=2, each=1, patience=3))
    assert [found.take("a", 0) for _ in range(6)] == [0, 0, 1, 2, 3, None]
    assert found.take("a", 4) == 0.0 or found.take("a", 4) is not None
    assert found.take("b", 0) == 0


def test_a_bucket_fills_again_and_no_further_than_it_is_large() -> None:
    found = Rates(Rate(burst=2, each=1, patience=0))
    assert [found.take("a", 0), found.take("a", 0), found.take("a", 0)] == [0, 0, None]
    assert [found.take("a", 1000), found.take("a", 1000), found.take("a", 1000)] == [0, 0, None]


def test_what_was_no_good_costs_more_and_is_over_some_time() -> None:
    found = Rates(Rate(burst=2, each=1, patience=5))
    for _ in range(100):
        found.charge("a", 0, 50)
    assert found.take("a", 0) is None and found.take("a", 6) == 0


def test_what_is_remembered_is_bounded() -> None:
    found = Rates(Rate(burst=2, each=1, patience=5))
    for at in range(rates.MOST + 100):
        found.take(str(at), at)
    assert len(found) == rates.MOST
