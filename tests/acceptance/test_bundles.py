"""A tree of three tiers that never has a line: it joins, works and agrees by files alone (design 3.4, 3.10).

What is tried here, joining and bundles, is done by the command; the work in between by `Node`, in this process.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node.face import Node
from node.page import Person
from tests.acceptance.office import EVERYBODY, PASSWORD, Office, until

pytestmark = pytest.mark.processes

WISH = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages/arrears",
        "narrative": "工资三个月没发"}  # fmt: skip


def do(office: Office, operation: str, by: str | None = "op", **params: Any) -> dict[str, Any]:
    person = None if by is None else Person(by, "赵", frozenset(EVERYBODY))
    with Node.open(office.directory) as node:
        return node.do(operation, params, person)


def act(office: Office, verb: str, record: str | None = None, **data: Any) -> str:
    return str(do(office, "act", matter="ticket", verb=verb, record=record, data=data)["record"])


def hire(office: Office) -> None:
    do(office, "staff.add", None, id="op", name="赵", roles=EVERYBODY, password=PASSWORD)


def join(upper: Office, office: Office, stick: Path) -> None:
    request, reply = stick / f"request-{office.code}", stick / f"reply-{office.code}"
    invited = do(upper, "invite", unit=office.code, name=office.name, address="http://127.0.0.1:9")
    asked = office.ok("join", invited["invitation"], "--file", str(request), staff=None)
    assert not asked["enrolled"]
    upper.ok("enrol", str(request), "--file", str(reply), staff=None)
    assert office.ok("join", "--reply", str(reply), staff=None)["enrolled"]


def exported(office: Office, to: Office, stick: Path) -> Path:
    path = stick / f"{len(list(stick.iterdir()))}-{office.code}-{to.code}"
    made = office.ok("bundle", "export", "--to", to.code, str(path), staff=None)
    assert made["envelopes"] >= 1 and made["bytes"] == path.stat().st_size
    return path


def taken(office: Office, file: Path) -> tuple[int, Any]:
    """(exit code, new commits or the error's code)."""
    done = office("bundle", "import", str(file), staff=None)
    return done.code, done.json["commits"] if done.code == 0 else done.error


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stick")


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Office]]:
    """Province, city, county. The city's node runs once it has joined; nobody ever reaches it."""
    base = tmp_path_factory.mktemp("apart")
    province, city, county = (Office(base, code) for code in ("370000", "370200", "370211"))
    Node.init(province.directory, province.code, province.name, root=True, recovery=base / "recovery")
    hire(province)
    yield [province, city, county]
    if city.process is not None:
        city.stop()


def test_three_tiers_join_and_agree_without_ever_having_a_line(offices: list[Office], stick: Path) -> None:
    province, city, county = offices
    join(province, city, stick)
    city.start()
    hire(city)
    join(city, county, stick)
    record = act(province, "register", **WISH)
    act(province, "dispatch", record, lead=city.code)
    assert taken(city, exported(province, city, stick))[1]
    act(city, "dispatch", record, lead=county.code)
    assert taken(county, exported(city, county, stick))[1]
    hire(county)
    act(county, "accept", record)
    assert taken(city, exported(county, city, stick))[1]
    assert taken(province, exported(city, province, stick))[1]
    for upper, lower in ((province, city), (city, county)):
        assert upper.digest(lower.code)["digest"] == lower.digest()["digest"]
    assert [one["status"] for one in province.show(record)["assignments"]][-1] == "accepted"


def test_a_bundle_that_is_cut_foreign_or_known_is_told_by_the_exit_code(
    offices: list[Office], stick: Path
) -> None:
    """Behind the first test."""
    province, city, _county = offices
    path = next(stick.glob("*-370211-370200"))
    cut = stick / "cut"
    cut.write_bytes(path.read_bytes()[:-3])
    assert taken(city, cut) == (7, "bundle_cut")
    assert taken(province, path) == (3, "not_for_us")
    assert taken(city, path) == (0, 0)


def test_ctrl_c_leaves_nothing_on_the_stick(offices: list[Office], stick: Path) -> None:
    """Interrupted at any moment: the file is there whole, or not at all."""
    path = stick / "never"
    process = offices[2].begin("bundle", "export", "--to", "370200", str(path))
    until(lambda: any(stick.glob(".qiao-*")) or path.exists() or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    code = process.wait(30)
    assert list(stick.glob(".qiao-*")) == []
    assert path.exists() == (code == 0)
