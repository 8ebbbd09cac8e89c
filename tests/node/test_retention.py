"""Personal data whose time is over: listed, and erased only where an administrator says so."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden
from node.matters import KINDS
from tests.node.tree import Tree

DAY_MS = 24 * 3600 * 1000
FIVE_YEARS = KINDS["ticket"].retention.days  # type: ignore[union-attr]


def due(tree: Tree, where: str = "p", matter: str = "") -> list[Any]:
    return tree.do(where, "retention.list", matter=matter)["items"]


def pass_days(tree: Tree, days: int, *names: str) -> None:
    for name in names or "pck":
        tree.clock(name).advance(days * DAY_MS)


def ended(tree: Tree) -> str:
    record = tree.register()
    tree.act("p", "withdraw", record)
    return record


def test_a_tickets_personal_data_are_due_so_long_after_its_end_and_an_open_ones_never(tree: Tree) -> None:
    tree.register()
    record = ended(tree)
    pass_days(tree, FIVE_YEARS - 1)
    assert due(tree) == []
    pass_days(tree, 1)
    (item,) = due(tree)
    assert (item["record"], item["fields"]) == (record, ["worker_name", "worker_phone"])
    assert item["ended"] < item["due"]
    assert due(tree, matter="call") == [] and due(tree, matter="ticket") == [item]


def test_listing_erases_nothing_and_applying_erases_the_personal_fields_everywhere(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("p", "withdraw", record)
    pass_days(tree, FIVE_YEARS + 1)
    assert len(due(tree)) == 1
    assert tree.reader("p").show("ticket", record)["worker_phone"] == "138****1111"
    done = tree.do("p", "retention.apply")
    assert (done["count"], done["refused"], done["more"]) == (1, [], False)
    assert due(tree) == []
    tree.sync("c", "p")
    tree.sync("k", "c")
    for where in "pck":
        shown = tree.reader(where).show("ticket", record)
        assert shown["worker_phone"] is None and shown["phase"] == "withdrawn"
    (order,) = tree.reader("p").erasures(record)["items"]
    assert "个人信息保护法" in order["ground"]
    assert tree.do("p", "retention.apply")["count"] == 0


def test_only_what_this_unit_registered_is_listed_and_only_to_an_administrator(tree: Tree) -> None:
    record = tree.register("c")
    tree.act("c", "withdraw", record)
    tree.sync("c", "p")
    pass_days(tree, FIVE_YEARS + 1)
    assert due(tree, "p") == [] and [one["record"] for one in due(tree, "c")] == [record]
    tree.do("p", "staff.add", id="b", name="乙", roles=["supervisor"], password="password1")
    for operation in ("retention.list", "retention.apply"):
        with pytest.raises(Forbidden) as fault:
            tree.do("p", operation, "b")
        assert fault.value.code == "role"


@pytest.mark.parametrize(("days", "kept"), [(2000, 2000), (30, FIVE_YEARS)])
def test_the_policy_may_keep_them_longer_and_never_shorter(tree: Tree, days: int, kept: int) -> None:
    record = ended(tree)
    (policy,) = [one["record"] for one in tree.reader("p").list("policy").items]
    tree.do("p", "act", matter="policy", verb="amend", record=policy, data={"retention_ticket_days": days})
    pass_days(tree, 2)
    assert tree.do("p", "retention.list")["days"]["ticket"] == kept
    pass_days(tree, kept - 3)
    assert due(tree) == []
    pass_days(tree, 1)
    assert [one["record"] for one in due(tree)] == [record]


def test_a_record_without_personal_data_is_never_listed(tree: Tree) -> None:
    record = ended(tree)
    plain = tree.register(worker_name="", worker_phone="")
    tree.act("p", "withdraw", plain)
    pass_days(tree, FIVE_YEARS + 1)
    assert [one["record"] for one in due(tree)] == [record]


def test_a_calls_personal_data_are_due_so_long_after_it_came(tree: Tree) -> None:
    call = tree.do(
        "p", "act", matter="call", verb="register", record=None,
        data={"channel": "phone", "worker_phone": "13800001111", "narrative": "咨询"},
    )["record"]  # fmt: skip
    pass_days(tree, KINDS["call"].retention.days)  # type: ignore[union-attr]
    assert [(one["record"], one["matter"], one["fields"]) for one in due(tree)] == [
        (call, "call", ["worker_phone"])
    ]
    assert tree.do("p", "retention.apply", matter="ticket")["count"] == 0
    assert tree.do("p", "retention.apply")["count"] == 1
