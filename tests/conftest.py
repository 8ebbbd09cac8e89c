"""What every test may rely on: an environment without a node's variables, and named Hypothesis profiles."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parent.parent
KEPT = {"QIAO_DATA", "QIAO_WHOLE_CORPUS"}

settings.register_profile(
    "test", deadline=None, max_examples=40, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", settings.get_profile("test"), max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


def pytest_configure(config: pytest.Config) -> None:
    """A node's variables of the person who runs the tests would reach every command that they start.

    Bytecode is kept, whatever was asked for: hundreds of processes would each compile the whole source.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in [name for name in os.environ if name.startswith("QIAO_") and name not in KEPT]:
        del os.environ[name]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Four thousand tests are a heap that the collector would walk again and again: a fifth of a screen's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data that QIAO_DATA names; a test that needs it is skipped without it, aloud."""
    folder = os.environ.get("QIAO_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("QIAO_DATA names no folder: the real data isn't on this machine")
    return Path(folder)
