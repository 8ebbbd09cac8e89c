"""A tree of five nodes, planted once; each test gets a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.tree import Tree, grown, plant


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("planted")
    plant(base)
    return base


@pytest.fixture
def tree(planted: Path, tmp_path: Path) -> Iterator[Tree]:
    found = grown(planted, tmp_path)
    yield found
    found.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Tree]:
    """A tree with nothing in it."""
    found = Tree(tmp_path)
    yield found
    found.close()
