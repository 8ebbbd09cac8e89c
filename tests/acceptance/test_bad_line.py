"""Lines that carry one way only, and what an idle one costs (promises R3, R13, R14; protocol 3.5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.transport import local
from tests.acceptance.office import Office, Tree, act, given, until
from tests.acceptance.relay import BadLine, Shape

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]

HOUR = 20_000  # bytes that an idle link may cost in one, with twelve holds of five minutes
HOLDS = 12
PACKETS = 8 * 52  # heads of TCP and IP of one exchange: two pieces and their acknowledgements, each way


@pytest.fixture
def county(tree: Tree) -> Office:
    return tree.counties[1]


@pytest.fixture
def line(relays: dict[str, BadLine], county: Office) -> Iterator[BadLine]:
    """The county's line, which is well again afterwards."""
    line = relays[county.code]
    yield line
    line.shape = Shape()
    line.drop()


@pytest.fixture(scope="module")
def record(tree: Tree) -> str:
    return given(tree, "线路不好时的工单", tree.counties[1])


def _noted(office: Office, record: str) -> list[str]:
    return [
        one["words"].get("text", "") for one in office.show(record)["timeline"] if one["action"] == "note"
    ]


def test_what_was_sent_but_never_answered_for_counts_once(
    tree: Tree, county: Office, line: BadLine, record: str
) -> None:
    line.shape = Shape(deaf=True)
    county.acts(act("note", record, text="听不见"))
    until(lambda: "听不见" in _noted(tree.city, record))
    assert county.status()["pending_up"] > 0, "only what a receipt covers is delivered"
    line.shape = Shape()
    line.drop()
    tree.quiet()
    assert _noted(tree.city, record) == _noted(county, record) == ["听不见"]


def test_what_never_got_through_comes_when_it_can(
    tree: Tree, county: Office, line: BadLine, record: str
) -> None:
    line.shape = Shape(mute=True)
    county.acts(act("note", record, text="发不出"))
    tree.city.acts(act("note", record, text="下不来"))
    assert "发不出" in _noted(county, record), "work at the node itself goes on"
    line.shape = Shape()
    line.drop()
    tree.quiet()
    assert _noted(tree.city, record) == _noted(county, record)
    assert {"发不出", "下不来"} <= set(_noted(county, record))


def test_an_idle_link_costs_under_20_kb_an_hour(tree: Tree, county: Office, line: BadLine) -> None:
    tree.quiet()
    local.do(county.directory, "sync")
    before = len(line.exchanges())
    local.do(county.directory, "sync")
    idle = line.exchanges()[before:]
    assert idle and HOLDS * (max(idle) + PACKETS) < HOUR, idle
