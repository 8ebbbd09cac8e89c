"""Writing: acts and words as one signed commit."""

from __future__ import annotations

import pytest

from node import author
from node.errors import Forbidden, QiaoError
from node.matters import KINDS
from node.matters.draft import Draft
from node.store import records
from sync_protocol.change import Act, Words, parse_body
from tests.node.tree import NARRATIVE, Tree


def test_what_is_personal_or_free_text_goes_into_words_alone(tree: Tree) -> None:
    record = tree.register()
    with tree.at("p").work() as work:
        row = records.row_of(work.db, bytes.fromhex(record))
        assert row is not None
        act, words = (parse_body(one.body or b"") for one in records.changes_of(work.db, row))
    assert isinstance(act, Act) and isinstance(words, Words)
    assert set(words.data) == {"narrative", "worker_name", "worker_phone"}
    assert NARRATIVE not in str(act.data) and "13800001111" not in str(act.data)


def test_a_draft_that_may_not_stand_signs_nothing_of_its_commit(tree: Tree) -> None:
    record = tree.register()
    heads = tree.reader("p").heads()
    drafts = [Draft("note", {"text": "先记"}), Draft("archive", {"round": 1})]
    with pytest.raises(Forbidden), tree.at("p").work() as work:
        author.write(work, KINDS["ticket"], bytes.fromhex(record), drafts, actor="a",
                     roles=frozenset({"operator", "quality_checker", "supervisor", "handler"}))  # fmt: skip
    assert tree.reader("p").heads() == heads


def test_an_action_too_large_is_refused_and_nothing_is_written(tree: Tree) -> None:
    heads = tree.reader("p").heads()
    with pytest.raises(QiaoError):
        tree.register(narrative="字" * 400_000)
    assert tree.reader("p").heads() == heads


def test_numbers_count_by_the_day_and_are_not_reused_after_a_refusal(tree: Tree) -> None:
    first = tree.show("p", tree.register())["number"]
    with pytest.raises(QiaoError):
        tree.register(topic="no/such/topic/at/all/deep")
    second = tree.show("p", tree.register())["number"]
    tree.later(24 * 3600 * 1000)
    third = tree.show("p", tree.register())["number"]
    assert first.endswith("-0001") and second.endswith("-0002") and third.endswith("-0001")
    assert len({first, second, third}) == 3 and first.startswith("370000-")


def test_no_two_changes_share_a_salt(tree: Tree) -> None:
    """Else a body withheld could be guessed by the salt of one that was given away."""
    for turn in range(3):
        tree.act("p", "note", tree.register("p"), text=f"第{turn}条")
    count, distinct, shortest = (
        tree.one("p", f"SELECT {what} FROM change")
        for what in ("count(*)", "count(DISTINCT salt)", "min(length(salt))")
    )
    assert count == distinct > 6 and shortest == 16


def test_the_same_act_twice_is_told_who_did_it_first_and_when(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    with pytest.raises(Forbidden) as refused:
        tree.act("k", "accept", record)
    assert refused.value.code == "wrong_status"
    assert "现为“已受理”：黄岛区总工会 a，2026-" in str(refused.value)
