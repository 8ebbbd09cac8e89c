"""One tree for the whole folder: what a test does to it, it does to records of its own, and mends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.office import Office, Tree
from tests.acceptance.relay import BadLine


@pytest.fixture(scope="session")
def relays() -> dict[str, BadLine]:
    """By the code of the county whose line it is."""
    return {}


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory, relays: dict[str, BadLine]) -> Iterator[Tree]:
    """A province, a city, two counties. The line of the second county, 370212, goes through a relay."""

    def dial(code: str, port: int) -> int:
        if code != "370212":
            return port
        relays[code] = BadLine(port)
        return relays[code].port

    tree = Tree(tmp_path_factory.mktemp("tree"), "370211", "370212", dial=dial)
    try:
        tree.build()
        tree.quiet()
        yield tree
    finally:
        tree.stop()


@pytest.fixture(scope="module")
def healthy(tree: Tree) -> Iterator[None]:
    """Behind the module's tests every node is well, its whole store verifies, and each parent agrees with its child."""
    yield
    tree.quiet()
    assert [office.health()[1]["code"] for office in tree.offices] == ["ok"] * 4
    tree.agree()


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Another tree's root, with people, not running."""
    office = Office(tmp_path_factory.mktemp("alone"), "110000")
    office.found()
    office.hire()
    yield office
    if office.process is not None:
        office.process.kill()
        office.process.wait()
