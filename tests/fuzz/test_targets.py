"""The fuzzers of the parsers, for a moment: the same inputs every time. `make fuzz` goes on for longer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given

from sync_protocol import cbor
from tests.fuzz import mutation, samples, values
from tests.fuzz.run import KEPT
from tests.fuzz.targets import TARGETS, outcome
from tests.sync_protocol.test_cbor import values as good_values

INPUTS = 30  # of each target
GOOD = {
    "change": samples.items()[0].changes[0].body,
    "commit": samples.items()[0].raw,
    "request": samples.request(),
    "letter": samples.letter(samples.request()),
    "bundle": samples.bundled(),
    "stand": samples.standing(),
    "invitation": samples.line().encode(),
}


@pytest.mark.parametrize("name", TARGETS)
def test_wrong_inputs_come_to_errors_of_the_protocol_alone(name: str) -> None:
    target, met = TARGETS[name], Counter[str]()
    for at in range(INPUTS):
        met[outcome(target.feed, target.make(Random(f"{name} test {at}")))] += 1
    assert len(met) >= 2, "it is hit in more than one place"


@pytest.mark.parametrize("name", GOOD)
def test_what_the_wrong_things_are_made_of_is_right(name: str) -> None:
    assert TARGETS[name].feed(GOOD[name])


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.bin")), ids=lambda path: path.stem)
def test_an_input_that_was_found_once_is_refused_or_taken_by_name(path: Path) -> None:
    assert outcome(TARGETS[path.stem.partition("-")[0]].feed, path.read_bytes())


@given(good_values)
def test_an_enemys_encoder_writes_what_is_right_as_everybody_does(value: object) -> None:
    assert values.encode(value) == cbor.encode(value)
    assert values.encode(values.decode(cbor.encode([value]))) == cbor.encode([value])


def test_the_same_seed_makes_the_same_inputs() -> None:
    for name in ("request", "registry", "cbor"):
        assert TARGETS[name].make(Random("1")) == TARGETS[name].make(Random("1"))
    assert mutation.of_bytes(Random(1), bytes(99)) != mutation.of_bytes(Random(2), bytes(99))
