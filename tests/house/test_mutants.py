"""The planted mutants are there, in the rooms that they are meant for, and each still applies to the source."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from tests.house.project import ROOT
from tests.mutants.patch import Patch, patches

AT_LEAST = {"sync_protocol": 10, "conflict": 8, "node": 7}
ALL = patches()


def test_there_are_enough_in_every_room() -> None:
    rooms = Counter(one.room for one in ALL)
    assert len(ALL) >= 25
    assert all(rooms[room] >= count for room, count in AT_LEAST.items()), rooms


@pytest.mark.parametrize("patch", ALL, ids=lambda one: f"{one.room}/{one.name}")
def test_a_patch_applies(patch: Patch) -> None:
    if shutil.which("git") is None:
        pytest.skip("there is no git on this machine")
    assert patch.apply(ROOT, check=True) == ""


def test_the_tests_that_a_patch_names_are_there() -> None:
    named = {one for patch in ALL for one in (*patch.tests, *patch.then)}
    assert [one for one in sorted(named) if not (ROOT / one.partition("::")[0]).exists()] == []
