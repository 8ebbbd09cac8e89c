"""Proof: whatever somebody with the file changes is found, and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node import reconciling
from node.errors import Damaged
from node.registry.neighbours import PARENT
from node.store import links, settings
from sync_protocol.names import ZERO
from tests.node.tree import Tree, grown


@pytest.fixture(scope="module")
def prepared(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = grown(planted, tmp_path_factory.mktemp("worked"))
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.act("k", "note", record, text="已联系企业")
    tree.quiet()
    tree.close()
    return tree.base


@pytest.fixture
def worked(prepared: Path, tmp_path: Path) -> Iterator[Tree]:
    found = grown(prepared, tmp_path, seed=3)
    yield found
    found.close()


def test_nodes_at_rest_verify(worked: Tree) -> None:
    for name in "pckts":
        found = worked.reader(name).verify(True)
        assert found["ok"] and found["commits"] and worked.reader(name).verify()["ok"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE commit_ SET raw = CAST(substr(raw, 1, length(raw) - 1) || x'ff' AS BLOB) WHERE id = 3", None),
        ("UPDATE commit_ SET raw = CAST(substr(raw, 1, 60) || x'41' || substr(raw, 62) AS BLOB) WHERE id = 5", None),
        ("UPDATE commit_ SET \"commit\" = zeroblob(32) WHERE id = 4", "commit_mismatch"),
        ("UPDATE commit_ SET seq = seq + 100 WHERE id = (SELECT max(id) FROM commit_)", None),
        ("UPDATE commit_ SET unit = '370000' WHERE unit = '370000/370200/370211'", "commit_mismatch"),
        ("UPDATE commit_ SET actor = 'other' WHERE actor = 'a'", "commit_mismatch"),
        ("UPDATE commit_ SET time = time + 1 WHERE id = 6", "commit_mismatch"),
        ("UPDATE change SET body = CAST(body || x'00' AS BLOB) WHERE id = (SELECT max(id) FROM change)",
         "body_mismatch"),
        ("UPDATE change SET salt = zeroblob(16) WHERE id = (SELECT max(id) FROM change)", "body_mismatch"),
        ("UPDATE change SET place = place + 7 WHERE id = (SELECT max(id) FROM change)", "body_mismatch"),
        ("UPDATE change SET fault = 'clock' WHERE id = (SELECT max(id) FROM change WHERE of IS NULL)",
         "projection"),
        ("DELETE FROM change WHERE id = (SELECT max(id) FROM change WHERE of IS NULL)", "projection"),
        ("DELETE FROM commit_ WHERE id = (SELECT max(id) FROM commit_)", None),
        ("UPDATE receipt SET raw = CAST(substr(raw, 1, length(raw) - 1) || x'ff' AS BLOB) WHERE id = 1", "receipt"),
        ("UPDATE folded SET digest = zeroblob(32) WHERE matter = 'ticket'", "projection"),
        ("UPDATE state SET state = x'80' WHERE record = (SELECT max(record) FROM state)", "projection"),
        ("DELETE FROM state", "projection"),
        ("DELETE FROM folded WHERE matter = 'ticket'", "projection"),
        ("UPDATE folded SET phase = 'archived' WHERE matter = 'ticket'", "projection"),
        ("UPDATE folded SET number = '1' WHERE matter = 'ticket'", "projection"),
        ("UPDATE folded SET here = 0 WHERE matter = 'ticket'", "projection"),
        ("UPDATE place SET status = 'completed'", "projection"),
        ("UPDATE due SET done_ms = 1", "projection"),
        ("DELETE FROM due", "projection"),
        ("DELETE FROM alike", "projection"),
        ("UPDATE alike SET token = token + 1", "projection"),
        ("UPDATE alike SET created = created - 1", "projection"),
        ("INSERT INTO alike SELECT record, 'credit_code', token, created FROM alike", "projection"),
        ("UPDATE log SET head_id = zeroblob(32) WHERE head_seq > 0", "head_missing"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found(worked: Tree, change: str, code: str | None) -> None:
    with worked.sql("c") as db:
        db.execute("PRAGMA foreign_keys=OFF")
        assert db.execute(change).rowcount > 0
    found = worked.reader("c").verify(True)
    assert not found["ok"] and found["problems"]
    assert code is None or code in {one["code"] for one in found["problems"]}
    assert all(one["sentence"] and one["where"] for one in found["problems"])


def test_a_value_of_another_type_is_damage_and_not_a_crash(worked: Tree) -> None:
    with worked.sql("c") as db:
        db.execute("UPDATE receipt SET raw = raw || x'ff' WHERE id = 1")
    with pytest.raises(Damaged):
        worked.reader("c").verify()


def test_a_digest_is_of_what_a_unit_may_have(worked: Tree) -> None:
    reader = worked.reader("p")
    before = reader.digest("370900")
    worked.dispatched()
    after = worked.reader("p").digest("370900")
    assert before["digest"] == after["digest"]
    assert worked.reader("p").digest("370200")["records"] > after["records"]
    assert len(after["code"]) == 8 and after["code"].isdigit()


def test_a_digest_says_what_is_undelivered(worked: Tree) -> None:
    record = worked.register("c")
    assert worked.reader("c").digest()["undelivered_up"] == 1
    worked.act("c", "dispatch", record, lead="370211")
    assert worked.reader("c").digest("370211")["undelivered_down"] > 0
    worked.quiet()
    assert worked.reader("c").digest("370211")["undelivered_down"] == 0


def test_a_unit_whose_link_was_compared_before_it_was_given_anything_verifies(worked: Tree) -> None:
    """It stands at a mark in front of all that its parent ever gave out (seed 710032)."""
    worked.join("t", "z", worked.invite("t", "370903", "宁阳县总工会"))
    with worked.at("t").work() as work:
        child = links.peer(work.db, worked.at("z").keys.node)
        assert child is not None
        reconciling.begin(work, child)
    found = set()
    for _ in range(8):
        _, taken = worked.exchange("z", "t")
        worked.at("z").take_reply(taken.reply or b"")
        with worked.at("z").work() as work:
            parent = links.peer(work.db, settings.get(work.db, PARENT) or b"")
        assert parent is not None and worked.reader("z").verify()["ok"]
        found.add((parent.position > 0, parent.position_id == ZERO))
    assert (True, True) in found
