from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import _wait

from node import language
from tests.tui import seat
from tests.tui.standin import StandIn

# Textual's pilot sleeps a fiftieth of a second at least twice for each key, to see whether the process is idle. A
# tenth of that tells as well, and the tests of a screen are mostly keys.
_wait.SLEEP_GRANULARITY = 1 / 500
_wait.SLEEP_IDLE = _wait.SLEEP_GRANULARITY / 2


@pytest.fixture
def node() -> StandIn:
    return StandIn()


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be written to: see `own`."""
    return seat.found(tmp_path_factory.mktemp("province"))


@pytest.fixture
def own(province: Path, tmp_path: Path) -> Path:
    """A province of this test's own."""
    return seat.copied(province, tmp_path / "node")
