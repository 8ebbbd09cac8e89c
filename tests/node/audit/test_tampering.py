"""Every kind of tampering that tests/tampering knows is found; `python -m tests.tampering` does each at ten places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tampering.__main__ import tampered
from tests.tampering.kinds import KINDS, Kind
from tests.tampering.scene import Scene, scene


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    found = scene(tmp_path_factory.mktemp("scene") / "tree")
    yield found
    found.tree.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.name)
def test_what_others_have_received_cant_be_tampered_with_unseen(
    made: Scene, tmp_path: Path, kind: Kind
) -> None:
    assert tampered(made, tmp_path, kind, 3)


def test_where_nobody_touched_anything_nothing_is_found(made: Scene, tmp_path: Path) -> None:
    with made.copy(tmp_path) as tree:
        assert made.problems(tree) == []
