"""The blind index: what stands for a value, and by which key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from node import alike, keys
from node.matters import KINDS
from tests.node.fakes import SeededEntropy

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
TICKET = KINDS["ticket"].matter


def tokens(**values: Any) -> set[alike.Token]:
    return alike.tokens(KEY, alike.fields(TICKET), values)


def test_a_token_is_of_the_kind_the_spelling_and_the_key() -> None:
    one = alike.token(KEY, "phone", "+86 13800001111")
    assert one == alike.token(KEY, "phone", "138-0000-1111")
    assert one != alike.token(KEY, "phone", "13800001112")
    assert one != alike.token(OTHER_KEY, "phone", "13800001111")
    assert alike.token(KEY, "phone", "12345678") != alike.token(KEY, "organisation", "12345678")
    assert one is not None and 0 <= one.token < 2**63


def test_what_has_no_spelling_has_no_token() -> None:
    assert tokens(worker_phone="138abc", worker_id_number="x", employer_name="（）", topic="legal") == set()
    assert tokens(worker_phone=13800001111, employer_name=None, worker_id_number=[b"x"]) == set()


def test_every_value_that_stands_has_its_token() -> None:
    assert (
        len(tokens(worker_phone=["13800001111", "13900002222", "+8613800001111"], employer_name="某厂")) == 3
    )


def test_a_value_as_an_enemy_writes_it_takes_no_time() -> None:
    """A name that its legal forms could be looked for in at every place of a quarter of a megabyte."""
    assert alike.token(KEY, "organisation", "公司" * 40_000 + "x") == alike.token(
        KEY, "organisation", "公司" * 50_000
    )
    assert alike.token(KEY, "phone", "1" * 250_000) is None


def test_the_key_is_that_of_the_oldest_pair_and_of_nobody_else(tmp_path: Path) -> None:
    entropy = SeededEntropy(7)
    first, second = keys.make(tmp_path / "a", entropy), keys.make(tmp_path / "b", entropy)
    assert (
        alike.key_of(first, ())
        == alike.key_of(second, (first,))
        == alike.key_of(keys.load(tmp_path / "a"), ())
    )
    assert alike.key_of(second, ()) != alike.key_of(first, ())
    assert len(alike.key_of(first, ())) == 32
