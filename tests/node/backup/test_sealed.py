from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from node import keys as keyring
from node.backup import sealed
from node.backup.sealed import PIECE, TAG, Recipient, by_keys, by_passphrase
from node.errors import Damaged, Forbidden
from sync_protocol import cbor
from tests.node.fakes import SeededEntropy

WORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def to() -> Recipient:
    return sealed.recipient(WORD, SeededEntropy())


def _sealed(path: Path, to: Recipient, data: bytes, own: bytes | None = None) -> Path:
    with path.open("wb") as file:
        sealed.seal_file(io.BytesIO(data), file, to, "x", 5, SeededEntropy(2), own)
    return path


def _opened(path: Path, word: str = WORD) -> bytes:
    out = io.BytesIO()
    sealed.open_file(path, out, by_passphrase(lambda: word))
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 40, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_what_is_sealed_opens_by_the_passphrase_alone(tmp_path: Path, to: Recipient, size: int) -> None:
    data = os.urandom(size)
    assert _opened(_sealed(tmp_path / "f", to, data)) == data


def test_the_file_beside_the_database_holds_no_secret(tmp_path: Path, to: Recipient) -> None:
    sealed.write_recipient(tmp_path, to)
    assert sealed.read_recipient(tmp_path) == to
    assert (tmp_path / sealed.PUBLIC).stat().st_mode & 0o077 == 0
    assert sealed.read_recipient(tmp_path / "elsewhere") is None


def test_another_passphrase_is_told_as_such(tmp_path: Path, to: Recipient) -> None:
    with pytest.raises(Forbidden) as caught:
        _opened(_sealed(tmp_path / "f", to, b"data"), "another passphrase")
    assert caught.value.code == "wrong_passphrase"


def test_a_short_passphrase_isnt_taken() -> None:
    with pytest.raises(Forbidden) as caught:
        sealed.recipient("eleven chars"[:11], SeededEntropy())
    assert caught.value.code == "weak_passphrase"


def test_no_bit_can_be_changed_unnoticed(tmp_path: Path, to: Recipient) -> None:
    path = _sealed(tmp_path / "f", to, b"some data" * 20)
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((Damaged, Forbidden)):
            _opened(path)


@pytest.mark.parametrize("cut", [1, TAG, PIECE + TAG, 2 * (PIECE + TAG)])
def test_a_file_that_was_cut_off_or_goes_on_is_damaged(tmp_path: Path, to: Recipient, cut: int) -> None:
    path = _sealed(tmp_path / "f", to, os.urandom(3 * PIECE))
    whole = path.read_bytes()
    for changed in (whole[:-cut], whole + whole[-cut:]):
        path.write_bytes(changed)
        with pytest.raises(Damaged) as caught:
            _opened(path)
        assert caught.value.code == "bad_sealed"


def test_pieces_cant_change_places(tmp_path: Path, to: Recipient) -> None:
    path = _sealed(tmp_path / "f", to, os.urandom(3 * PIECE))
    whole, size = path.read_bytes(), PIECE + TAG
    head = len(whole) % size if len(whole) % size else size
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    path.write_bytes(whole[:head] + second + first + whole[head + 2 * size :])
    with pytest.raises(Damaged):
        _opened(path)


@pytest.mark.parametrize(
    "kdf",
    [
        ["argon2id", b"s" * 16, 1, 2**30, 1],
        ["argon2id", b"s" * 16, 2**20, 64, 1],
        ["scrypt", b"s" * 16, 1, 64, 1],
    ],
)  # fmt: skip
def test_a_header_that_asks_for_all_the_memory_isnt_followed(tmp_path: Path, kdf: list[object]) -> None:
    header = cbor.encode({"key": b"k" * 32, "kdf": kdf})
    (tmp_path / "f").write_bytes(sealed.MAGIC + len(header).to_bytes(4, "big") + header)
    with pytest.raises(Damaged):
        _opened(tmp_path / "f")


@pytest.mark.parametrize(
    "raw", [b"", b"Q", sealed.MAGIC, sealed.MAGIC + b"\xff" * 4, sealed.MAGIC + b"\0\0\0\1\xa0"]
)
def test_what_is_no_sealed_file_is_damaged(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "f").write_bytes(raw)
    with pytest.raises(Damaged):
        _opened(tmp_path / "f")


def test_more_than_was_bargained_for_is_cut_short(tmp_path: Path, to: Recipient) -> None:
    path = _sealed(tmp_path / "f", to, bytes(10_000_000))
    with pytest.raises(Damaged):
        sealed.open_file(path, io.BytesIO(), by_passphrase(lambda: WORD), most=1000)


def test_the_node_itself_opens_what_it_sealed_and_another_doesnt(tmp_path: Path, to: Recipient) -> None:
    own = keyring.make(tmp_path / "a", SeededEntropy(3))
    other = keyring.make(tmp_path / "b", SeededEntropy(4))
    path = _sealed(tmp_path / "f", to, b"data", own.seal_key)
    out = io.BytesIO()
    sealed.open_file(path, out, by_keys([other, own]))
    assert out.getvalue() == b"data"
    for pairs in ([other], []):
        with pytest.raises(Forbidden):
            sealed.open_file(path, io.BytesIO(), by_keys(pairs))
