"""Two nodes that exchanged agree, and a second exchange moves nothing (promises R4, R5)."""

from __future__ import annotations

import pytest

from tests.acceptance.office import Office, Tree, act, at_once, given, submit
from tests.acceptance.relay import Relay

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def worked(tree: Tree) -> str:
    """A ticket through three tiers, submitted by the county."""
    county = tree.counties[0]
    record = given(tree, "用人单位拖欠三个月工资", county)
    county.acts(act("accept", record), act("note", record, text="已联系单位"), submit(record))
    tree.quiet()
    return record


def test_a_ticket_reads_alike_at_every_tier(tree: Tree, worked: str) -> None:
    shown = at_once(
        lambda one: one.ok("ticket", "show", worked), (tree.province, tree.city, tree.counties[0])
    )
    assert [one["phase"] for one in shown] == ["dispatched"] * 3
    lines = [[(entry["change"], entry["verdict"]) for entry in one["timeline"]] for one in shown]
    assert lines[0] == lines[1] == lines[2]
    assert {verdict for _, verdict in lines[0]} == {"stands"}


def test_the_parents_digest_for_a_unit_is_the_childs(tree: Tree, worked: str) -> None:
    tree.agree()
    county = tree.counties[0]
    mine, theirs = county.ok("digest", staff=None), tree.city.ok("digest", "--for", county.code, staff=None)
    for key in ("digest", "code", "records"):
        assert mine[key] == theirs[key], key
    assert (mine["undelivered_up"], theirs["undelivered_down"]) == (0, 0)


def test_the_code_is_eight_digits_that_both_read_aloud(tree: Tree, worked: str) -> None:
    county = tree.counties[0].ok("digest", "--code", staff=None)["code"]
    assert county == tree.city.ok("digest", "--for", tree.counties[0].code, "--code", staff=None)["code"]
    assert county.isdigit() and len(county) == 8


def test_a_second_sync_moves_nothing(tree: Tree, worked: str) -> None:
    for child in (tree.city, tree.counties[0]):
        child.ok("sync", "--once", staff=None)
    tree.quiet()
    for child in (tree.city, tree.counties[0]):
        report = child.ok("sync", "--once", staff=None)
        assert (report["sent"], report["received"], report["rounds"], report["complete"]) == (0, 0, 1, True)


def test_a_digest_is_exit_5_while_something_is_undelivered(
    tree: Tree, worked: str, relays: dict[str, Relay]
) -> None:
    child: Office = tree.counties[1]
    relays[child.code].cut()
    try:
        child.ok("ticket", "register", "--channel", "visit", "--class", "enquiry",
                 "--topic", "legal/labour", "--narrative", "年休假怎么算")  # fmt: skip
        up = child("digest", staff=None)
        assert (up.code, up.json["undelivered_up"] > 0) == (5, True)
        tree.city.acts(act("note", given_to(tree, child), text="催办"))
        down = tree.city("digest", "--for", child.code, staff=None)
        assert (down.code, down.json["undelivered_down"] > 0) == (5, True)
        refused = child("sync", "--once", staff=None)
        assert (refused.code, refused.error) == (6, "line_down")
    finally:
        relays[child.code].restore()
    child.ok("sync", "--once", staff=None)
    tree.quiet()
    tree.agree()
    assert child.digest()["digest"] != up.json["digest"]


def given_to(tree: Tree, child: Office) -> str:
    """A ticket of the city's own, for a county whose line is dead."""
    fields = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages/arrears"}
    made = tree.city.acts(
        act("register", **fields, narrative="工地尾款"), act("dispatch", "$1", lead=child.code)
    )
    return str(made[0]["record"])
