"""Tokens: issued, shown once, kept as a hash, signed, over at once."""

from __future__ import annotations

from typing import Any

import pytest

from node.api import tokens
from node.errors import Forbidden, NotFound, QiaoError, Stale, Usage
from tests.node.api.caller import issue
from tests.node.tree import PATHS, Tree

DAY_MS = tokens.DAY_MS


def listed(tree: Tree, who: str = "p") -> list[dict[str, Any]]:
    return list(tree.do(who, "api.token.list", "a")["items"])


def shown(tree: Tree, secret: str, who: str = "p") -> str:
    """The code by which it lets nobody in; "" where it does."""
    with tree.at(who).work() as work:
        return tokens.shown(work.db, secret, work.now_ms).code


def test_a_secret_is_told_once_and_only_its_hash_is_on_the_disk(tree: Tree) -> None:
    secret = issue(tree)
    assert tokens.SECRET.fullmatch(secret) and shown(tree, secret) == ""
    assert "secret" not in listed(tree)[0] and secret not in str(listed(tree))
    bytes_ = tree.bytes_on_disk("p")
    assert secret.encode() not in bytes_ and secret.removeprefix("qiao_").encode() not in bytes_
    assert bytes.fromhex(secret.removeprefix("qiao_")) not in bytes_


def test_who_issued_or_revoked_it_is_signed_and_every_unit_above_notes_it(tree: Tree) -> None:
    secret = issue(tree, "c", days=7, scope="370211")
    tree.do("c", "api.token.revoke", "a", name="pandas")
    tree.quiet()
    (issued,) = tree.reader("p").notices("token_issued").items
    (revoked,) = tree.reader("p").notices("token_revoked").items
    assert issued["data"] == {"token": "pandas", "days": 7, "reach": PATHS["k"]}
    assert (issued["actor"], issued["unit"]) == (revoked["actor"], revoked["unit"]) == ("a", PATHS["c"])
    assert revoked["data"] == {"token": "pandas"}
    assert secret.encode() not in tree.bytes_on_disk("p") + tree.bytes_on_disk("c")


@pytest.mark.parametrize("operation", ["add", "revoke", "list"])
def test_only_an_administrator_does_it(tree: Tree, operation: str) -> None:
    issue(tree)
    tree.do("p", "staff.add", id="b", name="乙", roles=["auditor", "leader"], password="password1")
    for staff, code in (("b", "role"), (None, "auth")):
        with pytest.raises(Forbidden) as fault:
            tree.do("p", f"api.token.{operation}", staff, name="pandas")
        assert fault.value.code == code


def test_revoking_ends_it_at_once_and_its_time_ends_it_too(tree: Tree) -> None:
    first, second = issue(tree), issue(tree, name="excel", days=2)
    tree.do("p", "api.token.revoke", "a", name="pandas")
    assert (shown(tree, first), shown(tree, second)) == ("bad_token", "")
    tree.clock("p").advance(2 * DAY_MS - 1)
    assert shown(tree, second) == ""
    tree.clock("p").advance(1)
    assert shown(tree, second) == "token_expired"
    assert {one["name"]: one["standing"] for one in listed(tree)} == {"excel": "expired", "pandas": "revoked"}
    with pytest.raises(NotFound) as fault:
        tree.do("p", "api.token.revoke", "a", name="pandas")
    assert fault.value.code == "no_token"


def test_a_name_is_free_again_once_its_token_is_over(tree: Tree) -> None:
    old = issue(tree)
    with pytest.raises(Stale) as fault:
        issue(tree)
    assert fault.value.code == "token_exists" and "revoke pandas" in fault.value.hint
    tree.do("p", "api.token.revoke", "a", name="pandas")
    new = issue(tree)
    assert (shown(tree, old), shown(tree, new)) == ("bad_token", "")


@pytest.mark.parametrize("name", ["", "A", "1a", "张三", "a b", "a" * 41, "a\n", "-a", "a/b", None])
def test_a_name_that_would_break_a_log_is_refused(tree: Tree, name: str) -> None:
    with pytest.raises(Usage):
        issue(tree, name=name)


@pytest.mark.parametrize("days", [0, -1, 367, "7", 1.5, True, None])
def test_so_are_days_that_are_none(tree: Tree, days: Any) -> None:
    with pytest.raises(Usage):
        issue(tree, days=days)


@pytest.mark.parametrize("unit", ["370900", PATHS["s"], "370000", "999999", "x" * 300])
def test_a_reach_beyond_this_node_is_refused_like_one_that_isnt(tree: Tree, unit: str) -> None:
    with pytest.raises(NotFound) as fault:
        issue(tree, "c", scope=unit)
    assert fault.value.code == "no_unit"


def test_so_many_stand_at_once_and_no_more(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST", 3)
    for number in range(3):
        issue(tree, name=f"t{number}")
    with pytest.raises(Stale) as fault:
        issue(tree, name="t3")
    assert fault.value.code == "too_many_tokens"
    tree.do("p", "api.token.revoke", "a", name="t1")
    issue(tree, name="t3")


def test_one_of_before_a_restore_is_worth_nothing(tree: Tree) -> None:
    """The node goes on in another log then: a revocation that the backup doesn't have isn't undone."""
    secret = issue(tree)
    with tree.sql("p") as db:
        db.execute("UPDATE setting SET value = randomblob(16) WHERE name = 'log'")
    with tree.sql("p") as db:
        known = db.execute("SELECT value FROM setting WHERE name LIKE 'api.token.%'").fetchall()
    assert len(known) == 1
    from node.store import database

    engine = database.open_database(tree.base / "p" / "node.db", write=False)
    with engine.begin() as db:
        assert tokens.shown(db, secret, tree.clock("p").now_ms()).code == "bad_token"
    engine.dispose()


def test_the_day_of_its_last_use_is_kept_and_no_more(tree: Tree) -> None:
    issue(tree)
    assert listed(tree)[0]["last_used"] is None
    tree.do("p", "api.token.used", None, name="pandas")
    tree.do("p", "api.token.used", None, name="nobody")
    assert len(str(listed(tree)[0]["last_used"])) == 10
    assert [one["name"] for one in listed(tree)] == ["pandas"]


def test_what_is_over_for_a_year_is_forgotten(tree: Tree) -> None:
    issue(tree, days=1)
    tree.clock("p").advance(tokens.KEPT_MS + 2 * DAY_MS)
    issue(tree, name="excel")
    assert [one["name"] for one in listed(tree)] == ["excel"]


def test_what_isnt_known_lets_nobody_in(tree: Tree) -> None:
    issue(tree)
    for secret in ("", "qiao_" + "0" * 64, "x", "\ud800"):
        assert shown(tree, secret) == "bad_token"


def test_an_error_names_no_secret(tree: Tree) -> None:
    secret = issue(tree)
    with pytest.raises(QiaoError) as fault:
        tree.do("p", "api.token.revoke", "a", name="absent")
    assert secret not in str(fault.value)
