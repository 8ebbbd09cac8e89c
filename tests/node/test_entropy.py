from __future__ import annotations

from node.entropy import SystemEntropy
from tests.node.fakes import SeededEntropy


def test_the_systems_bytes_are_as_many_as_asked_and_never_the_same() -> None:
    entropy = SystemEntropy()
    assert len(entropy.bytes(16)) == 16
    assert entropy.bytes(16) != entropy.bytes(16)
    assert 0 <= entropy.fraction() < 1


def test_one_seed_gives_the_same_bytes_again() -> None:
    assert SeededEntropy(7).bytes(32) == SeededEntropy(7).bytes(32) != SeededEntropy(8).bytes(32)
