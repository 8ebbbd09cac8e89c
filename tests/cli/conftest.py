from collections.abc import Callable
from functools import partial

import pytest

from tests.cli.command import Done, Province, run


@pytest.fixture
def qiao() -> Callable[..., Done]:
    """As a person starts it: a Python of its own."""
    return partial(run, fresh=True)


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    node = Province(tmp_path_factory.mktemp("province") / "node")
    node.ok(
        "init",
        "--unit",
        "370000",
        "--name",
        "山东省总工会",
        "--root",
        "--recovery",
        str(node.recovery),
        staff=None,
    )
    roles = ["operator", "lawyer", "dispatcher", "supervisor", "handler"]
    node.ok(
        "staff",
        "add",
        "op",
        "--name",
        "赵",
        *[word for role in roles for word in ("--role", role)],
        staff=None,
    )
    node.ok("staff", "add", "zj", "--name", "李", "--role", "quality_checker", "--role", "follow_up")
    return node
