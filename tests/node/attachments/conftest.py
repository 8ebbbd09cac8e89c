"""The planted tree with one ticket of the province's that the county has in hand, everything at rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.tree import Tree, grown


@pytest.fixture(scope="session")
def issued(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    base = tmp_path_factory.mktemp("issued")
    tree = grown(planted, base)
    record = tree.dispatched()
    tree.quiet()
    tree.close()
    return base, record


@pytest.fixture
def tree(issued: tuple[Path, str], tmp_path: Path) -> Iterator[Tree]:
    found = grown(issued[0], tmp_path)
    yield found
    found.close()


@pytest.fixture
def record(issued: tuple[Path, str]) -> str:
    return issued[1]
