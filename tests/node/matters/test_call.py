"""The ledger: a call is answered, or made into a ticket that names it."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, NotFound, QiaoError, Usage
from tests.node.counter import PHONE, call, lookup
from tests.node.erasure.files import agreed, calm
from tests.node.tree import Tree

GIVEN = {
    "narrative": "工地欠薪", "worker_phone": PHONE, "worker_name": "王小明", "class": "resolution_request",
    "topic": "legal/labour/wages/arrears", "workplace_region": "370211", "external_id": "cc-1",
}  # fmt: skip


def to_ticket(tree: Tree, record: str, **more: Any) -> dict[str, Any]:
    return call(tree, "p", "to-ticket", record, **more)


def refused(tree: Tree, *words: Any, **more: Any) -> QiaoError:
    with pytest.raises(QiaoError) as fault:
        call(tree, *words, **more)
    return fault.value


def test_a_call_becomes_a_ticket_in_one_commit_and_each_names_the_other(tree: Tree) -> None:
    row = call(tree, **GIVEN)["record"]
    done = to_ticket(tree, row, urgency="urgent")
    made = done["begun"]
    assert (done["record"], done["phase"], made["matter"], made["phase"]) == (
        row,
        "ticketed",
        "ticket",
        "registered",
    )
    ticket = lookup(tree).show("ticket", made["number"])
    assert (ticket["call"], ticket["urgency"], ticket["narrative"]) == (row, "urgent", "工地欠薪")
    assert ticket["worker_phone"] == "138****1111" and ticket["external_id"] is None
    shown = lookup(tree).show("call", row)
    assert shown["ticket"] == made["record"] == ticket["record"]
    assert {line["commit"] for line in (*ticket["timeline"], shown["timeline"][-1])} == {done["commit"]}
    assert shown["timeline"][-1]["change"] == done["change"]
    assert tree.verify("p") == []


def test_what_is_given_goes_over_what_the_call_had(tree: Tree) -> None:
    row = call(tree, **GIVEN)["record"]
    made = to_ticket(tree, row, topic="union/joining", narrative="要入会")["begun"]
    ticket = lookup(tree).show("ticket", made["record"])
    assert (ticket["topic"], ticket["narrative"]) == ("union/joining", "要入会")


def test_what_the_ticket_still_needs_is_named_and_nothing_is_written(tree: Tree) -> None:
    row = call(tree, narrative="欠薪")["record"]
    before = tree.one("p", "SELECT count(*) FROM change")
    found = refused(tree, "p", "to-ticket", row)
    assert isinstance(found, Usage) and found.code == "missing_field"
    assert all(name in found.text for name in ("class", "topic")) and "narrative" not in found.text
    assert tree.one("p", "SELECT count(*) FROM change") == before


def test_a_call_becomes_one_ticket_alone(tree: Tree) -> None:
    row = call(tree, **GIVEN)["record"]
    to_ticket(tree, row)
    found = refused(tree, "p", "to-ticket", row)
    assert isinstance(found, Forbidden) and found.code == "has_ticket"
    assert len(lookup(tree).list("ticket").items) == 1


def test_whoever_may_register_no_ticket_makes_none_of_a_call(tree: Tree) -> None:
    tree.do("p", "staff.add", id="law", name="律", roles=["lawyer"], password="password1")
    row = call(tree, **GIVEN)["record"]
    with pytest.raises(Forbidden) as fault:
        tree.do("p", "act", "law", matter="call", verb="to-ticket", record=row, data={})
    assert fault.value.code == "role"
    assert lookup(tree).show("call", row)["ticket"] is None


def test_the_county_gets_the_ticket_and_no_byte_of_the_call(tree: Tree) -> None:
    row = call(tree, **{**GIVEN, "reply": "只在来电里的答复"})["record"]
    made = to_ticket(tree, row)["begun"]["record"]
    tree.act("p", "dispatch", made, lead="370211")
    calm(tree)
    assert lookup(tree, "k").show("ticket", made)["call"] == row
    with pytest.raises(NotFound):
        lookup(tree, "k").show("call", row)
    assert "只在来电里的答复".encode() not in tree.bytes_on_disk("k")
    agreed(tree)
    assert [tree.verify(node) for node in "pck"] == [[], [], []]


def test_a_county_s_call_and_its_ticket_come_up_together(tree: Tree) -> None:
    row = call(tree, "k", **GIVEN)["record"]
    made = call(tree, "k", "to-ticket", row)["begun"]["record"]
    tree.quiet()
    assert lookup(tree).show("call", row)["ticket"] == made
    assert lookup(tree).show("ticket", made)["call"] == row
    agreed(tree)


def test_a_call_about_a_ticket_names_it_by_its_number(tree: Tree) -> None:
    record = tree.register()
    number = lookup(tree).show("ticket", record)["number"]
    row = call(tree, ticket=number)
    assert (row["phase"], lookup(tree).show("call", row["record"])["ticket"]) == ("ticketed", record)
    assert refused(tree, ticket="nothing").code == "not_found"
    assert refused(tree, ticket=row["record"]).code == "not_found"  # a call is no ticket


def test_a_call_is_open_answered_or_made_into_a_ticket(tree: Tree) -> None:
    row = call(tree, **GIVEN)
    assert row["phase"] == "open"
    assert call(tree, "p", "amend", row["record"], answered_on_the_spot="yes")["phase"] == "answered"
    assert to_ticket(tree, row["record"])["phase"] == "ticketed"
    assert lookup(tree).show("call", row["record"])["answered_on_the_spot"] is False
    assert [one["phase"] for one in lookup(tree).list("call", phase="ticketed").items] == ["ticketed"]


def test_who_took_it_is_who_registered_it_or_who_is_named(tree: Tree) -> None:
    one, other = call(tree)["record"], call(tree, operator="wang")["record"]
    assert [lookup(tree).show("call", row)["operator"] for row in (one, other)] == ["a", "wang"]


def test_another_hotline_s_number_is_needed_of_a_call_transferred(tree: Tree) -> None:
    assert refused(tree, channel="transferred").code == "missing_field"
    assert call(tree, channel="transferred", outside_number="12345-7")["phase"] == "open"


def test_an_odd_number_is_taken_with_a_warning_that_does_not_tell_it(tree: Tree) -> None:
    done = call(tree, worker_id_number="110105194912310021", worker_phone="1380000111")
    assert [one["field"] for one in done["warnings"]] == ["worker_phone", "worker_id_number"]
    assert {one["code"] for one in done["warnings"]} == {"unverified"}
    assert "1380000" not in str(done["warnings"]) and "19491231" not in str(done["warnings"])
    assert "warnings" not in call(tree, worker_phone=PHONE)


@pytest.mark.parametrize(
    "wrong",
    [{"worker_phone": "138abc"}, {"occurred": "2099-01-01 10:00"}, {"occurred": "昨天"}, {"narrative": "长" * 200_000},
     {"workplace_region": "370219"}, {"topic": "no/such"}, {"satisfaction_call": 6}, {"persons_served": -1}],
)  # fmt: skip
def test_wrong_input_is_told_at_its_field_and_nothing_is_written(tree: Tree, wrong: dict[str, Any]) -> None:
    before = tree.one("p", "SELECT count(*) FROM change")
    assert next(iter(wrong)) in refused(tree, **wrong).text
    assert tree.one("p", "SELECT count(*) FROM change") == before


def test_a_call_that_urges_a_ticket_was_not_made_into_one(tree: Tree) -> None:
    number = lookup(tree).show("ticket", tree.register())["number"]
    call(tree, ticket=number)
    to_ticket(tree, call(tree, **GIVEN)["record"])
    call(tree, ticket=number, external_id="cdr-1")  # an import says so what became of it
    [made] = lookup(tree).stats(figures=["made_ticket"])["figures"]
    assert (made["numerator"], made["denominator"]) == (2, 3)
