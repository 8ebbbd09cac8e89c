"""The OpenAPI document against a real node: what it allows is answered as it says, what it doesn't is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction, load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from node.api import app
from node.api.room import Room
from node.api.visitor import Desk
from node.errors import Usage
from node.figures import period
from node.transport.rates import Rate, Rates
from tests.node.api.caller import issue
from tests.node.api.test_canary import CANARIES, everything
from tests.node.tree import grown

DOCUMENT = schemathesis.pytest.from_fixture("document")
EXAMPLES = 10  # of each of 24 operations, beside those that cover its bounds
FREE = Rate(burst=1e9, each=1e9, patience=0)
load_all_checks()


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def document(
    planted: Path, tmp_path_factory: pytest.TempPathFactory, secrets: dict[str, str]
) -> Iterator[schemathesis.BaseSchema]:
    """Of the province's node, with all that a node can hold."""
    tree = grown(planted, tmp_path_factory.mktemp("document"))
    everything(tree)
    secrets["token"] = issue(tree)
    room = Room(tree.base / "p", clock=tree.clock("p"))
    desk = Desk(room, rates=Rates(FREE), strangers=Rates(FREE))
    found = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", app.build(desk), headers={"host": "localhost"}
    )
    yield found
    room.close()
    tree.close()


def besides(case: schemathesis.Case) -> list[CheckFunction]:
    """No shape tells a cursor that is one, nor the 30th of February."""
    query = case.query or {}
    return (
        [positive_data_acceptance] if "after" in query or not is_period(query.get("period", "2026")) else []
    )


def is_period(text: object) -> bool:
    try:
        return bool(period.read(str(text)))
    except Usage:
        return False


@DOCUMENT.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_document(case: schemathesis.Case, secrets: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {secrets['token']}", "host": "localhost"}
    found = case.call_and_validate(headers=headers, excluded_checks=besides(case))
    assert found.status_code < 500
    text = found.content.decode()
    assert [one for one in CANARIES if one in text] == []
