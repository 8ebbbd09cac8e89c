from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from node import keys
from node.entropy import SystemEntropy
from node.errors import Damaged, DiskTrouble, Forbidden, NotFound, Stale
from sync_protocol.errors import BadEnvelope, LocalError
from sync_protocol.keys import verify
from sync_protocol.names import node_id
from tests.node.fakes import SeededEntropy

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


def test_keys_come_back_as_they_were_made(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "keys", SystemEntropy())
    loaded = keys.load(tmp_path / "keys")
    assert (loaded.sign_key, loaded.seal_key) == (made.sign_key, made.seal_key)
    assert loaded.node == node_id(made.sign_key)
    verify(made.sign_key, loaded.sign(b"message"), b"message")


def test_one_seed_gives_one_node(tmp_path: Path) -> None:
    one, other = (keys.make(tmp_path / name, SeededEntropy()) for name in ("a", "b"))
    assert one.node == other.node


@posix_only
def test_only_the_owner_can_read_the_keys(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys", SystemEntropy())
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


@posix_only
@pytest.mark.parametrize("name", ["keys", "keys/sign.pem", "keys/seal.pem"])
def test_keys_open_to_others_are_refused_with_the_command_that_helps(tmp_path: Path, name: str) -> None:
    keys.make(tmp_path / "keys", SystemEntropy())
    path = tmp_path / name
    path.chmod(path.stat().st_mode | 0o040)
    with pytest.raises(Forbidden) as caught:
        keys.load(tmp_path / "keys")
    assert caught.value.code == "loose_keys"
    command, mode, named = caught.value.hint.split()
    assert (command, named) == ("chmod", str(path))
    path.chmod(int(mode, 8))
    keys.load(tmp_path / "keys")


def test_keys_that_are_there_are_never_replaced(tmp_path: Path) -> None:
    made = keys.make(tmp_path / "keys", SystemEntropy())
    with pytest.raises(Stale) as caught:
        keys.make(tmp_path / "keys", SystemEntropy())
    assert caught.value.code == "keys_exist"
    assert keys.load(tmp_path / "keys").node == made.node
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_what_a_killed_attempt_left_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_aside: Path, _final: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(keys, "_rename_new", fail)
        keys.make(tmp_path / "keys", SystemEntropy())
    with pytest.raises(NotFound):
        keys.load(tmp_path / "keys")
    keys.make(tmp_path / "keys", SystemEntropy())
    keys.load(tmp_path / "keys")


def test_missing_keys_are_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        keys.load(tmp_path / "keys")
    assert caught.value.code == "no_keys"


def test_a_directory_that_is_not_there_is_a_disk_fault(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        keys.make(tmp_path / "gone" / "keys", SystemEntropy())


@pytest.mark.parametrize("name", ["sign.pem", "seal.pem"])
@pytest.mark.parametrize("content", [b"", b"garbage", b"-----BEGIN PRIVATE KEY-----\n"])
def test_damaged_keys_are_told_as_damaged(tmp_path: Path, name: str, content: bytes) -> None:
    keys.make(tmp_path / "keys", SystemEntropy())
    (tmp_path / "keys" / name).write_bytes(content)
    with pytest.raises(Damaged) as caught:
        keys.load(tmp_path / "keys")
    assert caught.value.code == "bad_keys"


def test_a_key_of_the_other_kind_is_damaged(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys", SystemEntropy())
    (tmp_path / "keys/sign.pem").write_bytes((tmp_path / "keys/seal.pem").read_bytes())
    with pytest.raises(Damaged):
        keys.load(tmp_path / "keys")


def test_what_is_sealed_for_a_node_is_opened_by_it_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    mine, other = (
        keys.make(tmp_path / "keys", SystemEntropy()),
        keys.make(tmp_path / "keys" / "other", SystemEntropy()),
    )
    sealed = keys.seal(b"words", mine.seal_key, b"info")
    assert mine.open(sealed, b"info") == b"words"
    assert keys.seal(b"words", mine.seal_key, b"info") != sealed
    for opener, given, info in (
        (other, sealed, b"info"),
        (mine, sealed, b"else"),
        (mine, sealed[:-1], b"info"),
        (mine, b"", b"info"),
    ):
        with pytest.raises(BadEnvelope):
            opener.open(given, info)


@pytest.mark.parametrize("key", [bytes(32), bytes(31)])
def test_an_unsound_receivers_key_is_refused(key: bytes) -> None:
    with pytest.raises(LocalError):
        keys.seal(b"words", key, b"info")


# A change of keys


def made(tmp_path: Path) -> tuple[keys.Keys, keys.Keys]:
    entropy = SeededEntropy(1)
    old = keys.make(tmp_path / "keys", entropy)
    return old, keys.prepare(tmp_path, entropy, old.node)


def test_the_next_pair_waits_until_the_database_names_it(tmp_path: Path) -> None:
    old, following = made(tmp_path)
    assert keys.of(tmp_path, old.node).node == keys.of(tmp_path, None).node == old.node
    assert keys.of(tmp_path, following.node).node == following.node
    assert [one.node for one in keys.beside(tmp_path, following.node)[1]] == [old.node]
    assert keys.of(tmp_path, following.node).node == following.node


def test_a_pair_half_removed_stops_nothing(tmp_path: Path) -> None:
    old, following = made(tmp_path)
    (tmp_path / keys.NEXT / keys.SEAL_FILE).unlink()
    assert keys.of(tmp_path, old.node).node == old.node
    again = keys.prepare(tmp_path, SeededEntropy(2), old.node)
    assert again.node != following.node and keys.of(tmp_path, again.node).node == again.node
    (tmp_path / keys.FORMER / keys.SIGN_FILE).unlink()
    assert keys.beside(tmp_path, again.node) == ((), ())
    third = keys.prepare(tmp_path, SeededEntropy(3), again.node)
    keys.swap(tmp_path)
    assert [one.node for one in keys.beside(tmp_path, third.node)[1]] == [again.node]


def test_a_swap_that_is_cut_short_between_its_names_is_finished(tmp_path: Path) -> None:
    old, following = made(tmp_path)
    (tmp_path / "keys").rename(tmp_path / keys.FORMER)
    assert keys.of(tmp_path, following.node).node == following.node
    assert [one.node for one in keys.beside(tmp_path, following.node)[1]] == [old.node]


def test_a_database_that_was_put_back_means_the_pair_that_was_in_use_then(tmp_path: Path) -> None:
    old, second = made(tmp_path)
    keys.swap(tmp_path)
    third = keys.prepare(tmp_path, SeededEntropy(2), second.node)
    keys.swap(tmp_path)
    assert [keys.of(tmp_path, one.node).node for one in (old, second, third)] == [
        old.node, second.node, third.node,
    ]  # fmt: skip
    assert keys.of(tmp_path, b"nobody").node == third.node
    newer, older = keys.beside(tmp_path, second.node)
    assert ([one.node for one in newer], [one.node for one in older]) == ([third.node], [old.node])
    assert keys.prepare(tmp_path, SeededEntropy(4), old.node).node == second.node
    assert not (tmp_path / keys.NEXT).exists(), "the tree may know the one that lies there"
