"""The registry as a file: what reading one costs, and what is refused."""

from __future__ import annotations

import tracemalloc

import pytest

from node.errors import QiaoError
from node.registry import handing
from tests.node.tree import Tree


def test_a_small_file_takes_no_more_memory_than_it_needs(tree: Tree) -> None:
    """Room was made for the largest: 64 MiB for a few commits (seed 200053)."""
    book = tree.base / "book"
    tree.do("p", "registry.save", None, path=str(book))
    tree.at("c")
    tracemalloc.start(1)
    try:
        tree.do("c", "registry.load", path=str(book))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert book.stat().st_size < most < handing.MOST // 8


@pytest.mark.parametrize("size", [0, 5, handing.MOST + 1])
def test_a_file_that_is_none_or_too_large_is_refused(tree: Tree, size: int) -> None:
    book = tree.base / "book"
    with book.open("wb") as file:
        file.write(handing.HEAD[:size])
        file.truncate(size)
    with pytest.raises(QiaoError) as caught:
        tree.do("c", "registry.load", path=str(book))
    assert caught.value.code == "bad_registry_file"
