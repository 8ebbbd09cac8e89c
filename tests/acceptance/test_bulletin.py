"""A month's bulletin through a real tree: published once at the root, the same file at every office."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.acceptance.office import Tree

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]


@pytest.fixture(scope="module")
def month() -> str:
    """The one that is over."""
    return f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"


@pytest.fixture(scope="module")
def published(tree: Tree, month: str) -> str:
    record = str(tree.province.ok("bulletin", "publish", "--month", month)["record"])
    tree.quiet()
    return record


def test_every_office_lists_it_and_writes_the_same_file(
    tree: Tree, month: str, published: str, tmp_path: Path
) -> None:
    for kind in ("md", "xlsx", "pdf"):
        written = set()
        for office in tree.offices:
            file = tmp_path / f"{office.code}.{kind}"
            told = office.ok("bulletin", "--month", month, "--out", str(file))
            assert (told["draft"], told["path"]) == (False, str(file))
            written.add(file.read_bytes())
        assert len(written) == 1, kind
    for office in tree.offices:
        [one] = office.ok("bulletin", "list")["items"]
        assert (one["record"], one["month"], one["standing"], one["unit"]) == (
            published,
            month,
            "current",
            "370000",
        )


def test_a_second_one_and_one_of_a_county_are_refused(tree: Tree, month: str, published: str) -> None:
    again = tree.province("bulletin", "publish", "--month", month)
    assert (again.code, again.error) == (5, "already_published")
    county = tree.counties[0]("bulletin", "publish", "--month", month)
    assert (county.code, county.error) == (3, "root_only")
    correction = tree.province("bulletin", "correct", "--month", month, "--reason", "late_acts")
    assert (correction.code, correction.error) == (5, "nothing_changed")


def test_a_county_draws_up_a_draft_of_its_own(tree: Tree, month: str, published: str) -> None:
    told = tree.counties[0].ok("bulletin", "--month", month, "--draft")
    assert told["draft"] is True and told["title"].startswith("黄岛区总工会")
