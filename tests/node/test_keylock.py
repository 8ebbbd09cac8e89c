from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest

from node import keylock, keys, passphrase, private
from node.errors import Damaged, Forbidden, QiaoError, Stale, Usage
from node.keylock import FILE, SEALED
from tests.node.fakes import SeededEntropy

WORDS = "长城 correct horse"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keylock, "MEMORY_KIB", 64)
    monkeypatch.setattr(keylock, "PASSES", 1)
    monkeypatch.setattr(keylock, "LANES", 1)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """Three pairs, as after two changes of keys."""
    for at, name in enumerate(("keys.former", "keys", "keys.next")):
        keys.make(tmp_path / name, SeededEntropy(at))
    return tmp_path


def _given(directory: Path, words: str) -> None:
    """As a process that begins anew and is told these."""
    keylock.forget(directory)
    reading, writing = os.pipe()
    os.write(writing, words.encode() + b"\n")
    os.close(writing)
    os.environ[passphrase.DESCRIPTOR] = str(reading)


def _content(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(directory.glob("keys*/*"))]


def test_under_a_passphrase_no_key_stands_in_clear_and_the_node_is_the_same(node: Path) -> None:
    before = keys.load(node / "keys").node
    keylock.lock(node, WORDS, SeededEntropy())
    assert all(one.startswith(SEALED) for one in _content(node)) and len(_content(node)) == 6
    _given(node, WORDS)
    assert keys.load(node / "keys").node == before
    assert passphrase.DESCRIPTOR not in os.environ, "no child hears of it"
    assert [len(found) for found in keys.beside(node, before)] == [1, 1]


def test_a_wrong_passphrase_opens_nothing_and_says_so(node: Path) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    _given(node, "another one")
    with pytest.raises(Forbidden) as caught:
        keys.load(node / "keys")
    assert caught.value.code == "wrong_passphrase" and WORDS not in caught.value.text
    keylock.forget(node)
    with pytest.raises(Forbidden) as caught:
        keys.load(node / "keys")
    assert caught.value.code == "keys_locked" and "FD=3" in caught.value.hint


def test_a_new_pair_is_never_written_in_clear(tmp_path: Path) -> None:
    keylock.lock(tmp_path, WORDS, SeededEntropy())
    keys.make(tmp_path / "keys", SeededEntropy())
    assert all(one.startswith(SEALED) for one in _content(tmp_path))


def test_changing_and_removing_the_passphrase(node: Path) -> None:
    before = keys.load(node / "keys").node
    keylock.lock(node, WORDS, SeededEntropy())
    keylock.change(node, passphrase.master(node), "quite another", SeededEntropy(9))
    _given(node, WORDS)
    with pytest.raises(Forbidden):
        passphrase.master(node)
    _given(node, "quite another")
    keylock.unlock(node, passphrase.master(node))
    assert not (node / FILE).exists() and keys.load(node / "keys").node == before
    assert not any(one.startswith(SEALED) for one in _content(node))


@pytest.mark.parametrize("verb", ["lock", "change", "unlock"])
def test_whatever_is_cut_short_leaves_one_state_that_can_be_gone_on_with(
    node: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill before each write: the node opens, by the old passphrase, the new one, or none."""
    before, real = keys.load(node / "keys").node, private.replace
    if verb != "lock":
        keylock.lock(node, WORDS, SeededEntropy())
    for allowed in range(9):
        left = [allowed]

        def cut(path: Path, content: bytes, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            real(path, content)

        monkeypatch.setattr(private, "replace", cut)
        with contextlib.suppress(KeyboardInterrupt):
            _turn(node, verb)
        monkeypatch.setattr(private, "replace", real)
        for words in (WORDS, "quite another"):
            _given(node, words)
            try:
                passphrase.ready(node)
                assert keys.load(node / "keys").node == before
                break
            except Forbidden:
                continue
        else:
            pytest.fail("the node opens by no passphrase")
        os.environ.pop(passphrase.DESCRIPTOR, None)
        if keylock.is_locked(node):
            assert all(one.startswith(SEALED) for one in _content(node))
        if verb == "lock" and keylock.is_locked(node):
            keylock.unlock(node, passphrase.master(node))
        if verb == "unlock" and not keylock.is_locked(node):
            keylock.lock(node, WORDS, SeededEntropy())


def _turn(node: Path, verb: str) -> None:
    if verb == "lock":
        keylock.lock(node, WORDS, SeededEntropy())
    elif verb == "change":
        keylock.change(node, keylock.known(node) or b"", "quite another", SeededEntropy(9))
    else:
        keylock.unlock(node, keylock.known(node) or b"")


def test_a_short_passphrase_and_a_second_lock_are_refused(node: Path) -> None:
    with pytest.raises(Forbidden) as caught:
        keylock.lock(node, "short", SeededEntropy())
    assert caught.value.code == "weak_passphrase" and not keylock.is_locked(node)
    keylock.lock(node, WORDS, SeededEntropy())
    with pytest.raises(Stale) as twice:
        keylock.lock(node, WORDS, SeededEntropy())
    assert twice.value.code == "keys_locked_already"


@pytest.mark.parametrize(
    "change",
    [{"kdf": "sm3"}, {"memory_kib": 1 << 30}, {"salt": "x"}, {"qiao": "keys-lock/9"}, {"nonce": None}],
)
def test_a_lock_of_another_kind_is_named_and_no_work_is_done_for_it(
    node: Path, change: dict[str, object]
) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    said = json.loads((node / FILE).read_text()) | change
    (node / FILE).write_text(json.dumps(said))
    with pytest.raises(Damaged) as caught:
        keylock.open_with(node, WORDS)
    assert caught.value.code == "bad_lock"


def test_a_flipped_bit_in_the_lock_or_a_key_is_found(node: Path) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    said = json.loads((node / FILE).read_text()) | {"passes": 2}
    path = node / "keys" / "sign.pem"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(Damaged):
        keys.load(node / "keys")
    (node / FILE).write_text(json.dumps(said))
    with pytest.raises(Forbidden):
        keylock.open_with(node, WORDS)


def test_a_passphrase_file_is_read_where_only_its_owner_may(node: Path) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    (node / "node.toml").write_text('[keys]\npassphrase_file = "words"\n')
    (node / "words").write_text(WORDS + "\n")
    for mode, code in ((0o644, "loose_keys"), (0o600, "")):
        (node / "words").chmod(mode)
        keylock.forget(node)
        assert _code(node) == code
    (node / "words").unlink()
    keylock.forget(node)
    assert _code(node) == "bad_passphrase_source"


def _code(node: Path) -> str:
    try:
        passphrase.master(node)
    except QiaoError as fault:
        return fault.code
    return ""


def test_a_credential_of_systemd_is_read(node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    keylock.forget(node)
    (tmp_path / passphrase.CREDENTIAL).write_text(WORDS)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert len(passphrase.master(node)) == 32


def test_a_descriptor_that_is_none_is_told(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keylock.lock(node, WORDS, SeededEntropy())
    keylock.forget(node)
    monkeypatch.setenv(passphrase.DESCRIPTOR, "999")
    with pytest.raises(Usage) as caught:
        passphrase.master(node)
    assert caught.value.code == "bad_passphrase_source"


def test_what_is_open_to_others_is_listed_with_what_mends_it(node: Path) -> None:
    (node / "keys" / "sign.pem").chmod(0o644)
    (node / "keys.former").chmod(0o755)
    told = keys.standing(node)
    assert {(Path(one["path"]).name, one["mode"]) for one in told["loose"]} == {
        ("sign.pem", "600"), ("keys.former", "700"),
    }  # fmt: skip
    assert (told["locked"], told["in_clear"]) == (False, True)
