"""What a desk looks up while the caller is on the line."""

from __future__ import annotations

import json

import pytest

from node.errors import NotFound, Usage
from node.registry import replacing
from tests.node.counter import OTHER, PHONE, call, lookup, records
from tests.node.erasure.files import calm, erase
from tests.node.tree import Tree

ID = "11010519491231002X"
FIRM = "青岛某某建筑（集团）有限责任公司"
DAY_MS = 24 * 3600 * 1000


def test_earlier_calls_and_tickets_are_found_however_the_number_is_written(tree: Tree) -> None:
    ticket = tree.register(worker_phone="+86 138-0000-1111")
    tree.later(60_000)
    row = call(tree, worker_phone="１３８００００１１１１", worker_id_number="110105491231002")["record"]
    tree.register(worker_phone=OTHER)
    found = lookup(tree).earlier("138 0000 1111", None)
    assert records(found) == [row, ticket]
    assert [one["matter"] for one in found.items] == ["call", "ticket"]
    assert [one["matched"] for one in lookup(tree).earlier(PHONE, ID).items] == [
        ["id_number", "phone"],
        ["phone"],
    ]
    assert records(lookup(tree).earlier(None, ID.lower())) == [row]


def test_what_is_told_of_a_caller_has_no_number_or_name(tree: Tree) -> None:
    tree.register()
    found = json.dumps(lookup(tree).earlier(PHONE, None).items, ensure_ascii=False)
    assert PHONE not in found and "王小明" not in found


@pytest.mark.parametrize("wrong", [None, "", "abc", "12"])
def test_without_a_number_nothing_is_looked_up(tree: Tree, wrong: str | None) -> None:
    with pytest.raises(Usage) as fault:
        lookup(tree).earlier(wrong, None)
    assert fault.value.code == "bad_value" and (not wrong or wrong not in fault.value.text)


def test_a_number_that_was_corrected_is_found_by_the_new_one_alone(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "amend", record, worker_phone=OTHER)
    assert records(lookup(tree).earlier(OTHER, None)) == [record]
    assert records(lookup(tree).earlier(PHONE, None)) == []


def test_a_county_finds_what_is_in_its_scope_alone(tree: Tree) -> None:
    record = tree.dispatched()
    tree.register()
    assert records(lookup(tree, "k").earlier(PHONE, None)) == [record]
    assert len(records(lookup(tree, "p").earlier(PHONE, None))) == 2
    assert records(lookup(tree, "s").earlier(PHONE, None)) == []


def test_an_erasure_takes_the_caller_out_of_the_index_everywhere(tree: Tree) -> None:
    record = tree.dispatched()
    kept = tree.register(worker_name="另一人")
    assert tree.one("k", "SELECT count(*) FROM alike WHERE key = 'phone'") == 1
    erase(tree, "p", record, "worker_phone")
    calm(tree)
    assert records(lookup(tree).earlier(PHONE, None)) == [kept]
    assert records(lookup(tree, "k").earlier(PHONE, None)) == []
    assert tree.one("k", "SELECT count(*) FROM alike WHERE key = 'phone'") == 0


def test_the_index_says_nothing_in_clear_and_another_node_makes_another_one(tree: Tree) -> None:
    tree.dispatched()
    with tree.sql("p") as db:
        mine = db.execute("SELECT token FROM alike WHERE key = 'phone'").fetchall()
    with tree.sql("k") as db:
        theirs = db.execute("SELECT token FROM alike WHERE key = 'phone'").fetchall()
    assert mine and theirs and mine != theirs


def test_new_keys_leave_the_index_as_it_is(tree: Tree) -> None:
    record = tree.dispatched()
    tree.do("k", "staff.add", id="boss", name="长", roles=["admin"], password="password1")
    tree.do("k", replacing.OPERATION, "boss")
    tree.shut("k")
    assert records(lookup(tree, "k").earlier(PHONE, None)) == [record]


def test_an_index_by_a_lost_key_is_made_anew(tree: Tree) -> None:
    record = tree.register()
    with tree.sql("p") as db:
        db.execute("UPDATE setting SET value = x'00' WHERE name = 'alike key'")
        db.execute("UPDATE alike SET token = 1")
    assert records(lookup(tree).earlier(PHONE, None)) == [record]


# Registered twice


def test_the_same_caller_is_a_candidate_with_its_reason(tree: Tree) -> None:
    first = tree.register(employer_name=FIRM)
    tree.later(3 * DAY_MS)
    second = tree.register(employer_name="青岛某某建筑集团")
    [found] = lookup(tree).duplicates_of("ticket", second).items
    assert (found["record"], found["score"]) == (first, 95)
    assert found["reason"] == "同一来电号码、同一用人单位、主题相同，3 天前登记"
    [found] = lookup(tree).duplicates_of("ticket", first).items
    assert found["reason"].endswith("3 天后登记")


def test_employer_and_topic_together_are_enough_and_each_alone_is_not(tree: Tree) -> None:
    record = tree.register(worker_phone=OTHER, employer_name=FIRM)
    form = {"employer_name": "青岛某某建筑", "topic": "legal/labour/wages/arrears"}
    assert records(lookup(tree).duplicates(form)) == [record]
    assert records(lookup(tree).duplicates({**form, "topic": "union/joining"})) == []
    assert records(lookup(tree).duplicates({"topic": form["topic"]})) == []


def test_a_form_that_is_half_typed_says_nothing_wrong(tree: Tree) -> None:
    record = tree.register()
    for phone in ("", "1380000", "138abc", None, 5):
        assert records(lookup(tree).duplicates({"worker_phone": phone})) == []
    assert records(lookup(tree).duplicates({"worker_phone": PHONE, "nonsense": [1]})) == [record]


def test_what_lies_outside_the_policy_s_window_is_none(tree: Tree) -> None:
    record = tree.register()
    tree.later(31 * DAY_MS)
    assert records(lookup(tree).duplicates({"worker_phone": PHONE})) == []
    tree.do("p", "staff.add", id="boss", name="长", roles=["admin"], password="password1")
    [policy] = lookup(tree).list("policy").items
    tree.do(
        "p",
        "act",
        "boss",
        matter="policy",
        verb="amend",
        record=policy["record"],
        data={"duplicate_days": 60},
    )
    tree.later(2 * DAY_MS)
    assert records(lookup(tree).duplicates({"worker_phone": PHONE})) == [record]


def test_what_is_linked_already_and_calls_are_no_candidates(tree: Tree) -> None:
    first, second = tree.register(), tree.register()
    call(tree, worker_phone=PHONE)
    assert records(lookup(tree).duplicates_of("ticket", second)) == [first]
    tree.act("p", "link", second, **{"with": [first]})
    assert records(lookup(tree).duplicates_of("ticket", second)) == []


# Whom it concerns, which codes there are


def test_a_unit_at_or_below_ours_is_suggested(tree: Tree) -> None:
    record = tree.register(employer_region="370902")
    assert [one["unit"] for one in lookup(tree).suggest_units("ticket", record)] == [
        "370000/370200/370211", "370000/370900/370902",
    ]  # fmt: skip
    assert [one["unit"] for one in lookup(tree, "c").suggest_unit("370211")] == ["370000/370200/370211"]
    assert lookup(tree, "c").suggest_unit("370902") == []
    with pytest.raises(NotFound):
        lookup(tree).suggest_units("ticket", "0" * 32)


def test_a_retired_code_is_readable_and_not_offered(tree: Tree) -> None:
    record = tree.register()
    tree.do("p", "staff.add", id="boss", name="长", roles=["admin"], password="password1")
    gone = {"code": "legal/labour/wages/arrears", "label": "拖欠工资", "until": "2026-01-01"}
    tree.do("p", "list.import", "boss", name="topic", rows=[gone])
    tree.quiet()
    for node in "ps":
        assert gone["code"] not in [one["code"] for one in lookup(tree, node).codes("topic")["items"]]
        every = {one["code"]: one for one in lookup(tree, node).codes("topic", every=True)["items"]}
        assert every[gone["code"]]["current"] is False
    assert lookup(tree).show("ticket", record)["topic_name"] == "法律维权/劳动权益/工资报酬/拖欠工资"
    with pytest.raises(Usage) as fault:
        tree.act(
            "s", "register", channel="phone", narrative="欠薪", topic=gone["code"], **{"class": "enquiry"}
        )
    assert fault.value.code == "retired_code"
    with pytest.raises(NotFound) as missing:
        lookup(tree).codes("nolist")
    assert missing.value.code == "no_list"


def test_codes_of_a_ticket_and_of_its_acts_are_told_in_words(tree: Tree) -> None:
    record = tree.register(workplace_region="370211")
    tree.act("p", "amend", record, employer_region="370202")
    labels = lookup(tree).show("ticket", record)["labels"]
    assert labels["370211"] == "山东省/青岛市/黄岛区" and labels["370202"] == "山东省/青岛市/市南区"
    assert labels["legal/labour/wages/arrears"] == "法律维权/劳动权益/工资报酬/拖欠工资"


def test_a_colleague_is_told_by_name_in_the_timeline_and_another_units_people_are_not(tree: Tree) -> None:
    record = tree.dispatched()
    acts = {act["unit"]: act for act in lookup(tree).show("ticket", record)["timeline"]}
    own = lookup(tree).unit
    assert acts[own]["actor_name"]
    seen_below = {act["unit"]: act for act in lookup(tree, "k").show("ticket", record)["timeline"]}
    assert "actor_name" not in seen_below[own]
