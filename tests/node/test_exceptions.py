"""Everything that doesn't simply apply stands in one list with its sentence, and stops nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import NotFound
from sync_protocol import cbor
from sync_protocol.change import Act, Words
from tests.node.forge import Forger, give, heads
from tests.node.tree import Tree

MINUTE = 60_000


def listed(tree: Tree, name: str, kind: str | None = None) -> dict[str, dict[str, Any]]:
    """Reason → item."""
    items = tree.reader(name).exceptions(kind, 200).items
    return {one["reason"]: one for one in items}


def test_what_is_wrong_with_a_change_is_listed_with_its_reason_and_the_rest_goes_on(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    first = heads(tree, "k", record)
    note = forger.note(record, first, "好的话")
    lone = forger.made(Words("ticket/1", {"text": "无主的话"}, b"?" * 16))
    odd = forger.body(cbor.encode({2: "ticket/1", 5: {}, 9: 1}))
    loose = forger.body(b"\xff")
    archive = forger.made(Act("ticket/1", "archive", first, {}, bytes.fromhex(record)))
    newer = forger.made(Act("ticket/9", "fly", first, {}, bytes.fromhex(record)))
    give(tree, "c", [forger.commit([*note, lone, odd, loose, archive, newer])])
    give(tree, "c", [forger.commit([note[0]]), forger.commit(forger.note(record, [note[0].short], "再一句"))])
    found = listed(tree, "c")
    assert {reason: one["kind"] for reason, one in found.items()} == {
        "words_without_act": "quarantine", "bad_change": "quarantine", "bad_cbor": "quarantine",
        "repeated": "quarantine", "owner": "denied", "newer_version": "incomplete",
    }  # fmt: skip
    for one in found.values():
        assert one["sentence"] and len(one["commit"]) == 64
        shown = tree.reader("c").exception(one["id"])
        assert shown["words"] == (
            {"text": "无主的话"} if one["reason"] == "words_without_act" else shown["words"]
        )
    texts = [line["words"].get("text") for line in tree.show("c", record)["timeline"]]
    assert texts.count("好的话") == texts.count("再一句") == 1
    assert tree.verify("c") == []


def test_a_commit_twenty_minutes_ahead_is_held_readable_and_may_be_adopted(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    ahead = forger.note(record, heads(tree, "k", record), "来自未来")
    give(tree, "c", [forger.commit(ahead, ahead_ms=20 * MINUTE)])
    (one,) = listed(tree, "c", "held").values()
    assert (one["reason"], one["record"]) == ("ahead", record)
    assert tree.reader("c").exception(one["id"])["words"] == {"text": "来自未来"}
    tree.act("c", "note", record, text="照常工作")
    tree.do("c", "adopt", id=one["id"])
    told = {line["action"]: line["verdict"] for line in tree.show("c", record)["timeline"]}
    assert (told["adopt"], told["receive"]) == ("stands", "stands")
    assert listed(tree, "c", "held") == {}
    tree.later(30 * MINUTE)
    tree.at("c").tick()
    verdicts = [(line["action"], line["verdict"]) for line in tree.show("c", record)["timeline"]]
    assert ("note", "overtaken") in verdicts and ("adopt", "stands") in verdicts
    assert tree.verify("c") == []


def test_a_commit_whose_time_stands_still_and_one_past_the_bound_keep_their_place(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    still = forger.commit(forger.note(record, heads(tree, "k", record)), time=1)
    huge = [forger.note(record, (), "长" * 80_000) for _ in range(5)]
    large = forger.commit([one for pair in huge for one in pair])
    after = forger.note(record, heads(tree, "k", record), "之后的话")
    taken = give(tree, "c", [still, large, forger.commit(after)])
    assert taken.new == 3
    assert {"clock", "too_large"} <= set(listed(tree, "c", "quarantine"))
    assert "之后的话" in str(tree.show("c", record)["timeline"])


def test_an_act_whose_past_is_missing_makes_its_record_incomplete(tree: Tree) -> None:
    record = tree.dispatched()
    forger = Forger(tree, "k")
    give(tree, "c", [forger.commit(forger.note(record, (*heads(tree, "k", record), b"?" * 16)))])
    found = listed(tree, "c", "incomplete")
    assert found["missing"]["record"] == record and found["missing"]["values"] == [(b"?" * 16).hex()]


def test_of_what_has_left_a_unit_its_own_act_alone_is_told_and_not_its_to_restore(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    tree.act("k", "submit", record, result="completed", resolved=True, text="企业已付")
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.quiet()
    (one,) = tree.reader("c").exceptions("conflict").items
    assert tree.reader("k").exceptions("conflict").items == []
    told = tree.reader("k").exception(one["id"])
    assert (told["kind"], told["words"], told["words_against"]) == ("left", {"text": "企业已付"}, {})
    for name in ("s", "t"):
        with pytest.raises(NotFound):
            tree.reader(name).exception(one["id"])
    with pytest.raises(NotFound):
        tree.do("k", "adopt", id=one["id"])
