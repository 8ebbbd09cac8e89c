from collections.abc import Iterator

import pytest

from node import language
from tests.tui.standin import StandIn


@pytest.fixture
def node() -> StandIn:
    return StandIn()


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")
