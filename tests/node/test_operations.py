"""What the writer can be asked to do: people, exceptions, invitations, and what is refused."""

from __future__ import annotations

import pytest

from node.errors import Forbidden, NotFound, QiaoError, Usage
from tests.node.tree import TICKET, Tree


def test_a_password_never_leaves_its_node(tree: Tree) -> None:
    hashed = tree.one("c", "SELECT hash FROM credential WHERE staff = 'a'")
    for other in "pkts":
        assert hashed.encode() not in tree.bytes_on_disk(other)


def test_a_role_that_is_missing_is_named(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["follow_up"], password="password1")
    with pytest.raises(Forbidden) as fault:
        tree.act("p", "register", staff="b", channel="phone", **{"class": "enquiry"}, topic="legal",
                 narrative="咨询")  # fmt: skip
    assert fault.value.code == "role"


def test_an_act_out_of_its_status_is_refused_and_signs_nothing(tree: Tree) -> None:
    record = tree.dispatched()
    heads = tree.reader("k").heads()
    with pytest.raises(Forbidden):
        tree.act("k", "submit", record, result="completed", resolved=True, text="未受理就提交")
    with pytest.raises(Forbidden):
        tree.act("k", "archive", record)
    assert tree.reader("k").heads() == heads


@pytest.mark.parametrize(
    ("params", "error", "code"),
    [
        ({"matter": "nothing", "verb": "note"}, Usage, "unknown_matter"),
        ({"matter": "ticket", "verb": "fly"}, Usage, "unknown_verb"),
        ({"matter": "ticket", "verb": "note", "record": "00" * 16}, NotFound, "not_found"),
        ({"matter": "ticket", "verb": "note", "record": "zz" * 16}, NotFound, "not_found"),
        ({"matter": "ticket", "verb": "note", "record": ""}, NotFound, "not_found"),
        ({"verb": "note"}, Usage, "missing_field"),
        ({"matter": "ticket"}, Usage, "missing_field"),
    ],
)
def test_an_act_that_names_nothing_known_is_refused_with_its_code(
    tree: Tree, params: dict[str, str], error: type[QiaoError], code: str
) -> None:
    with pytest.raises(error) as fault:
        tree.do("p", "act", **params)
    assert fault.value.code == code


def test_an_operation_that_does_not_exist_says_so(tree: Tree) -> None:
    with pytest.raises(Usage) as fault:
        tree.do("p", "explode")
    assert fault.value.code == "no_such_operation"


def test_a_record_out_of_scope_is_told_of_like_one_that_does_not_exist(tree: Tree) -> None:
    record = tree.dispatched()
    told = []
    for name in (record, "0" * 32):
        with pytest.raises(NotFound) as fault:
            tree.act("s", "note", name, text="x")
        told.append((fault.value.code, str(fault.value).replace(name, "ID"), fault.value.hint))
    assert told[0] == told[1]


def conflicting(tree: Tree) -> tuple[str, str]:
    """A ticket whose money the city and the county amended at once; id of its conflict."""
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.sync("k", "c")
    tree.act("k", "amend", record, amount_claimed=100)
    tree.act("c", "amend", record, amount_claimed=200)
    tree.quiet()
    found = tree.reader("c").exceptions("conflict").items
    assert len(found) == 1
    return record, found[0]["id"]


def test_a_conflict_of_a_field_is_settled_by_one_of_its_values_everywhere(tree: Tree) -> None:
    record, name = conflicting(tree)
    assert {one["id"] for node in "pck" for one in tree.reader(node).exceptions("conflict").items} == {name}
    tree.do("c", "settle", id=name, value=1)
    tree.quiet()
    assert len({tree.show(node, record)["amount_claimed"] for node in "pck"}) == 1
    assert [tree.reader(node).exceptions("conflict").items for node in "pck"] == [[], [], []]


def test_a_conflict_of_a_field_is_settled_by_another_value(tree: Tree) -> None:
    record, name = conflicting(tree)
    tree.do("k", "settle", id=name, text="300")
    tree.quiet()
    assert {tree.show(node, record)["amount_claimed"] for node in "pck"} == {30000} or {
        tree.show(node, record)["amount_claimed"] for node in "pck"
    } == {300}


@pytest.mark.parametrize("chosen", [{"value": 0}, {"value": 3}, {"value": "two"}, {"text": "许多"}, {}])
def test_a_value_that_is_none_of_the_choices_settles_nothing(tree: Tree, chosen: dict[str, object]) -> None:
    _, name = conflicting(tree)
    with pytest.raises(Usage):
        tree.do("c", "settle", id=name, **chosen)
    assert len(tree.reader("c").exceptions("conflict").items) == 1


def test_an_overtaken_act_is_adopted(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    tree.act("k", "submit", record, result="completed", resolved=True, text="企业已付")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.quiet()
    rows = [one for one in tree.reader("c").exceptions().items if one["kind"] == "conflict"]
    told = {one["action"]: one["verdict"] for one in tree.show("c", record)["timeline"]}
    assert rows and told["submit"] == "overtaken"
    with pytest.raises(NotFound):
        tree.show("k", record)
    done = tree.do("c", "adopt", id=rows[0]["id"])
    tree.quiet()
    assert done["record"] == record
    assert {
        row["status"] for row in tree.show("c", record)["assignments"] if row["unit"].endswith("370211")
    } == {"submitted"}
    assert tree.reader("p").digest("370200")["digest"] == tree.reader("c").digest("370200")["digest"]


@pytest.mark.parametrize("operation", ["settle", "adopt", "admit"])
def test_an_exception_that_is_not_there_is_not_found(tree: Tree, operation: str) -> None:
    with pytest.raises(NotFound):
        tree.do("c", operation, id="0" * 16, value=1)


def test_an_unnamed_asker_may_neither_act_nor_settle(tree: Tree) -> None:
    for operation in ("act", "settle", "adopt", "admit", "invite"):
        with pytest.raises(Forbidden) as fault:
            tree.do("c", operation, None, matter="ticket", verb="note", id="0" * 16)
        assert fault.value.code == "auth"


# Several acts at once

CALLED = {"matter": "call", "verb": "register", "data": TICKET}
TICKETED = {"matter": "call", "verb": "to-ticket", "record": "$1", "data": {"urgency": "urgent"}}


def test_a_call_and_its_ticket_are_registered_at_once_and_each_names_the_other(tree: Tree) -> None:
    told = tree.do("p", "acts", acts=[CALLED, TICKETED])
    call, ticket = told["items"][0]["record"], told["record"]
    reader = tree.reader("p")
    assert (told["matter"], told["phase"]) == ("ticket", "registered") and told["number"]
    assert reader.show("call", call)["ticket"] == ticket and reader.show("ticket", ticket)["call"] == call
    assert reader.show("ticket", ticket)["urgency"] == "urgent"


def test_an_act_names_what_an_earlier_one_made_or_began(tree: Tree) -> None:
    other = tree.register()
    link = {"matter": "ticket", "verb": "link", "record": "$2.begun", "data": {"with": [other]}}
    told = tree.do("p", "acts", acts=[CALLED, TICKETED, link])
    assert [one["record"] for one in told["items"]][2] == told["items"][1]["begun"]["record"]


def test_of_several_acts_none_is_done_where_one_is_refused(tree: Tree) -> None:
    before = tree.reader("p").heads()
    with pytest.raises(Usage):
        tree.do("p", "acts", acts=[CALLED, {**TICKETED, "data": {"urgency": "very"}}])
    assert tree.reader("p").heads() == before


def test_several_acts_are_tried_without_being_done_and_say_what_is_odd(tree: Tree) -> None:
    before = tree.reader("p").heads()
    odd = {**CALLED, "data": {**TICKET, "worker_phone": "1380000"}}
    told = tree.do("p", "acts", acts=[odd, TICKETED], dry_run=True)
    assert [one["field"] for one in told["warnings"]] == ["worker_phone"] and told["dry_run"]
    assert tree.reader("p").heads() == before


@pytest.mark.parametrize("name", ["$0", "$2", "$1.begun", "$x", "$"])
def test_an_act_that_names_no_earlier_one_is_refused(tree: Tree, name: str) -> None:
    with pytest.raises(NotFound):
        tree.do("p", "acts", acts=[CALLED, {**TICKETED, "record": name}])


@pytest.mark.parametrize("acts", [None, [], [CALLED] * 11])
def test_there_is_at_least_one_act_and_not_any_number(tree: Tree, acts: object) -> None:
    with pytest.raises(Usage) as fault:
        tree.do("p", "acts", acts=acts)
    assert fault.value.code == "bad_value"


def test_a_draft_goes_with_the_acts_that_it_became(tree: Tree) -> None:
    tree.do("p", "draft.save", matter="ticket", verb="register", record="call-1", data={"narrative": "x"})
    tree.do("p", "acts", acts=[CALLED, TICKETED], draft="ticket/register/call-1")
    assert tree.reader("p").drafts("a") == []
