"""Pulls of a real audit node: what came is verified one by one, a checkpoint is kept, and later changes are found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from node.audit import pulls
from node.audit.desk import Desk
from node.errors import Damaged, Forbidden
from tests.node.tree import Tree
from tests.tampering import scene


@pytest.fixture
def audited(tree: Tree) -> Tree:
    """With an audit node of the province's, `a`."""
    tree.join("p", "a", tree.invite("p", "SJ01", "省总审计", role="auditor"))
    tree.register("p")
    tree.sync("a", "p")
    return tree


def pull(tree: Tree) -> dict[str, Any]:
    tree.sync("a", "p")
    return Desk(tree.reader("a")).pulled()


def problems(tree: Tree) -> set[str]:
    return {one["code"] for one in Desk(tree.reader("a")).verify()["problems"]}


def test_each_pull_verifies_what_is_new_and_keeps_a_checkpoint_of_all(audited: Tree) -> None:
    first = pull(audited)
    assert first["verified"] == first["size"] > 5 and not first["problems"]
    audited.register("p")
    second = pull(audited)
    assert (second["verified"], second["size"]) == (1, first["size"] + 1)
    assert Path(second["checkpoint"]).name == "000002.checkpoint"
    assert Path(second["checkpoint"]).read_text("utf-8").startswith(f"old {first['size']}\n")
    assert not problems(audited)


def test_an_office_syncs_and_pulls_nothing(audited: Tree) -> None:
    Desk(audited.reader("a")).must_pull()
    with pytest.raises(Forbidden) as fault:
        Desk(audited.reader("c")).must_pull()
    assert fault.value.code == "not_auditor"


def tampered(tree: Tree, statement: str) -> None:
    with tree.sql("a") as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(statement)


@pytest.mark.parametrize("which", ["max(id)", "max(id) - 1"])
def test_a_thief_of_the_audit_database_is_found_by_what_was_kept(audited: Tree, which: str) -> None:
    pull(audited)
    tampered(audited, f"DELETE FROM commit_ WHERE id = (SELECT {which} FROM commit_)")
    assert "checkpoint_differs" in problems(audited)
    with pytest.raises(Damaged) as fault:
        Desk(audited.reader("a")).pulled()
    assert fault.value.code == "checkpoint_differs"


def test_a_pull_hashes_what_is_new_and_verify_all_of_it(audited: Tree) -> None:
    """So an hourly pull takes no longer as the years go by; what was altered since is verify's to find."""
    first = pull(audited)
    tampered(audited, 'UPDATE commit_ SET "commit" = zeroblob(32) WHERE id = 3')
    audited.register("p")
    second = pull(audited)
    assert second["size"] == first["size"] + 1 and not second["problems"]
    assert "checkpoint_differs" in problems(audited)


@pytest.mark.parametrize("peaks", [[], ["00" * 32], "x", [1], None])
def test_a_cursor_whose_tree_isnt_the_checkpoints_is_hashed_anew(audited: Tree, peaks: object) -> None:
    first = pull(audited)
    path = audited.base / "a" / "audit" / "pulled.json"
    cursor = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**cursor, "peaks": peaks, "size": 1}), "utf-8")
    audited.register("p")
    second = pull(audited)
    assert (second["verified"], second["size"]) == (1, first["size"] + 1) and not problems(audited)
    tampered(audited, 'UPDATE commit_ SET "commit" = zeroblob(32) WHERE id = 3')
    path.write_text(json.dumps({**cursor, "peaks": peaks, "size": 1}), "utf-8")
    with pytest.raises(Damaged) as fault:
        Desk(audited.reader("a")).pulled()
    assert fault.value.code == "checkpoint_differs"


def test_a_signature_of_another_is_named_with_its_place(audited: Tree) -> None:
    """Of what came in a run, only the newest signature was looked at till then."""
    with audited.sql("a") as db:
        (raw, at) = db.execute("SELECT raw, id FROM commit_ ORDER BY id DESC LIMIT 1").fetchone()
        db.execute("UPDATE commit_ SET raw = ? WHERE id = ?", (raw[:-1] + bytes([raw[-1] ^ 1]), at))
    [fault] = Desk(audited.reader("a")).pulled()["problems"]
    assert fault["code"] == "bad_signature" and "/" in fault["where"]


def test_a_checkpoint_that_was_altered_is_named(audited: Tree) -> None:
    path = Path(pull(audited)["checkpoint"])
    text = path.read_text("utf-8")
    path.write_text(text.replace("\n", "0\n", 2), "utf-8")
    assert problems(audited) == {"bad_checkpoint"}


def test_after_a_restore_another_list_begins_and_the_old_checkpoints_stay(audited: Tree) -> None:
    pull(audited)
    audited.shut("a")
    (audited.base / "a" / "marker").unlink()
    audited.at("a")
    found = pull(audited)
    assert not Path(found["checkpoint"]).read_text("utf-8").startswith("old ")
    assert not problems(audited) and len([*(audited.base / "a" / "audit").glob("*.checkpoint")]) == 2


@pytest.mark.parametrize("cursor", [None, "{", "[]", '{"row": "x"}'])
def test_without_its_cursor_a_pull_verifies_all_anew_and_writes_over_no_checkpoint(
    audited: Tree, cursor: str | None
) -> None:
    """Whoever removes it removes no evidence."""
    first = pull(audited)
    text = Path(first["checkpoint"]).read_text("utf-8")
    path = audited.base / "a" / "audit" / "pulled.json"
    path.unlink() if cursor is None else path.write_text(cursor, "utf-8")
    second = pull(audited)
    assert second["verified"] == second["size"] and second["checkpoint"].endswith("000002.checkpoint")
    assert Path(first["checkpoint"]).read_text("utf-8") == text and not problems(audited)


def test_a_pull_that_was_killed_behind_its_checkpoint_goes_on_from_it(
    audited: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(pulls, "replace", killed)
        pull(audited)
    found = pull(audited)
    assert found["checkpoint"].endswith("000002.checkpoint") and found["verified"] == found["size"]
    assert not problems(audited)


def test_by_new_keys_another_list_begins_and_the_old_checkpoints_are_no_fault(audited: Tree) -> None:
    pull(audited)
    audited.staff("a", roles=["admin", "auditor"])
    audited.do("a", "registry.replace")
    audited.sync("a", "p")
    found = pull(audited)
    assert found["checkpoint"].endswith("000002.checkpoint") and not problems(audited)


def test_a_body_that_is_gone_is_told_by_the_pull_that_held_it(audited: Tree) -> None:
    pull(audited)
    with audited.sql("a") as db:
        db.execute(
            "UPDATE change SET body = NULL, salt = NULL WHERE id = (SELECT max(id) FROM change WHERE of IS NOT NULL)"
        )
    scene.rebuilt(audited, "a")
    assert problems(audited) == {"body_missing"}
    with audited.sql("a") as db:
        db.execute("DELETE FROM change WHERE body IS NULL")
    scene.rebuilt(audited, "a")
    assert problems(audited) == {"body_missing"}


def test_a_list_of_bodies_that_was_altered_or_taken_away_is_named(audited: Tree) -> None:
    first = Path(pull(audited)["checkpoint"]).with_suffix(".held")
    content = first.read_bytes()
    first.write_bytes(content[:-8])
    assert problems(audited) == {"bad_checkpoint"}
    first.unlink()
    assert problems(audited) == {"bad_checkpoint"}


def test_a_ticket_erased_by_law_within_the_period_is_no_fault(audited: Tree) -> None:
    record = audited.register("p")
    pull(audited)
    audited.do("p", "erase", "a", record=record, ground="本人要求", fields=[])
    pull(audited)
    assert not problems(audited)
    assert audited.one("a", "SELECT count(*) FROM erased") > 0


def test_an_auditor_who_was_revoked_meanwhile_is_told_and_keeps_what_he_holds(audited: Tree) -> None:
    assert pull(audited)["standing"] == "active"
    audited.do("p", "registry.revoke", "a", unit="SJ01", reason="retired", keep=None)
    record = audited.register("p")
    after = pull(audited)
    assert after["standing"] == "revoked" and after["verified"] > 0 and not after["problems"]
    assert audited.one("a", "SELECT count(*) FROM record WHERE record = ?", bytes.fromhex(record)) == 0
    assert not problems(audited)
